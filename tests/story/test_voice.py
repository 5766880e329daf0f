"""A voice note, from the phone to the ears of staff, through a provider that is away and a kill."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.servers import TelegramServer, TwilioServer, tg
from tests.story.process import Bekal
from tests.story.test_telegram import CHAT
from tests.story.test_telegram import Phone as TelegramPhone
from tests.story.test_telegram import settings as telegram_settings
from tests.story.test_whatsapp import BASE, ME
from tests.story.test_whatsapp import Phone as WhatsAppPhone
from tests.story.test_whatsapp import settings as twilio_settings

SOUND = (Path(__file__).parents[2] / "content" / "media" / "menu.ogg").read_bytes()
# Consent is asked before anything is kept: what is answered, and what comes then.
CONSENT = (("ya", "DATA SAYA"), ("ya", "[Ss]iapa"), ("lewati", "NTB"), ("lewati", "HP ini"))


async def run(bekal: Bekal, *words: str) -> str:
    done = await asyncio.to_thread(bekal.run, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def sent_to_staff(phone: Any) -> None:
    """From «I cannot listen to voice notes» on."""
    said = await phone.say("petugas", "18|HP ini")
    for words, then in CONSENT:
        if "HP ini" not in said:
            said = await phone.say(words, f"{then}|HP ini")
    await phone.say("aman", "P-0001")


async def is_here(bekal: Bekal) -> str:
    for _ in range(40):
        listed = await run(bekal, "questions", "list")
        if "get it with" in listed:
            return listed
        await asyncio.sleep(0.25)
    raise AssertionError(f"never fetched: {listed}")


async def heard(bekal: Bekal, folder: Path) -> None:
    out = folder / "note.ogg"
    await run(bekal, "questions", "voice", "P-0001", "--out", str(out))
    assert out.read_bytes() == SOUND
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


@pytest.mark.timeout(120)
async def test_on_telegram_with_the_provider_away_and_a_kill(tmp_path: Path) -> None:
    async with TelegramServer() as telegram:
        bekal = await asyncio.to_thread(Bekal(tmp_path, **telegram_settings(telegram, "webhook")).start)
        try:
            await run(bekal, "staff", "add", "Petugas contoh", "--organisation", "Contoh")
            me = TelegramPhone(bekal, telegram)
            await me.say("halo", "[Bb]ahasa")
            await me.say("1", "Disnaker")
            telegram.always("getFile", tg.broken(502))
            before = len(telegram.texts(CHAT))
            await me._give(telegram.voice(CHAT, SOUND))
            await me._newest(before, "pesan suara")
            await sent_to_staff(me)
            for _ in range(100):
                if telegram.called("getFile"):
                    break
                await asyncio.sleep(0.05)
            assert telegram.called("getFile"), "tried at once"
            assert "not here yet" in await run(bekal, "questions", "list")
            await asyncio.to_thread(bekal.kill)
            telegram.always("getFile", None)
            await asyncio.to_thread(bekal.start)
            listed = await is_here(bekal)
            assert "questions voice P-0001" in listed and " s / " in listed
            await heard(bekal, tmp_path)
            assert telegram.complaints == []
        finally:
            assert await asyncio.to_thread(bekal.stop) == 0
        log = bekal.log.read_text()
        assert telegram.token not in log and "voice-in" not in log and str(CHAT) not in log


@pytest.mark.timeout(120)
async def test_on_whatsapp_it_is_deleted_at_twilio(tmp_path: Path) -> None:
    async with TwilioServer(public_base=BASE) as twilio:
        bekal = Bekal(tmp_path, **twilio_settings(twilio))
        twilio.app_url = bekal.url
        await asyncio.to_thread(bekal.start)
        try:
            await run(bekal, "staff", "add", "Petugas contoh", "--organisation", "Contoh")
            me = WhatsAppPhone(twilio)
            await me.say("halo", "Sasak")
            await me.say("1", "Disnaker|Belajar")
            twilio.media["ME1"] = ("audio/ogg", SOUND)
            url = twilio.media_url("ME1")
            await me.say("", "pesan suara", NumMedia="1", MediaContentType0="audio/ogg", MediaUrl0=url)
            await sent_to_staff(me)
            await is_here(bekal)
            await heard(bekal, tmp_path)
            for _ in range(100):
                if not twilio.media:
                    break
                await asyncio.sleep(0.05)
            assert twilio.media == {}, "nothing of hers stays there"
            assert twilio.complaints == []
        finally:
            assert await asyncio.to_thread(bekal.stop) == 0
        log = bekal.log.read_text()
        assert "ME1" not in log and ME.removeprefix("+") not in log and twilio.auth_token not in log
