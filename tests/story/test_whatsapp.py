"""The same story on WhatsApp, against a local Twilio that checks every request and signs what it posts."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from tests.servers import TwilioServer
from tests.story.process import Bekal

ME = "+6281234567001"
BASE = "https://bekal.example"


class Phone:
    def __init__(self, twilio: TwilioServer, account: str = ME) -> None:
        self.twilio, self.account = twilio, account

    def texts(self) -> list[str]:
        to = f"whatsapp:{self.account}"
        return [
            str(one["body"]) for one in self.twilio.messages if one["to"] == to and one["direction"] == "outbound-api"
        ]

    async def say(self, words: str, until: str, **more: str) -> str:
        before = len(self.texts())
        assert await self.twilio.say(self.account, words, **more) == 200
        return await self.newest(before, until)

    async def newest(self, before: int, until: str) -> str:
        for _ in range(200):
            texts = self.texts()
            if len(texts) > before and re.search(until, texts[-1]):
                return texts[-1]
            await asyncio.sleep(0.05)
        raise AssertionError(f"{until!r} never came; the newest: {self.texts()[-2:]}")


def settings(twilio: TwilioServer) -> dict[str, str]:
    return {
        "TWILIO_ACCOUNT_SID": twilio.sid,
        "TWILIO_AUTH_TOKEN": twilio.auth_token,
        "TWILIO_WHATSAPP_FROM": f"whatsapp:{twilio.number}",
        "TWILIO_API_BASE": twilio.url,
        "TWILIO_CONTENT_API_BASE": twilio.url,
        "PUBLIC_BASE_URL": BASE,
    }


@pytest.mark.timeout(120)
async def test_the_story_on_whatsapp(tmp_path: Path) -> None:
    async with TwilioServer(public_base=BASE) as twilio:
        bekal = Bekal(tmp_path, **settings(twilio))
        twilio.app_url = bekal.url
        await asyncio.to_thread(bekal.start)
        try:
            made = await asyncio.to_thread(
                bekal.run, "event", "create", "--title", "Orientasi sawit", "--starts", "2099-12-05T09:00",
                "--capacity", "1", "--place", "Aula contoh",
            )  # fmt: skip
            assert made.returncode == 0, made.stderr
            me = Phone(twilio)
            await me.say("halo", "1 Bahasa Indonesia\n2 Sasak")
            menu = await me.say("2", "Berajah|Belajar")
            assert "Sasak:" in menu, "Sasak drafts stand beside Indonesian on a real channel"
            assert re.search(r"1 Belajar", menu), "every choice is there as a number"
            await me.say("bahasa indonesia", "Bahasa Indonesia")
            await me.say("1", "ladang sawit")
            await me.say("lanjut", "kilo")
            card = await me.say("tolong saya dipukul majikan", "darurat|Telepon")
            assert "999" in me.texts()[-2] + card
            await me.say("saya aman", "kilo")
            # what cannot be read is answered kindly, and the place is kept
            kind = await me.say("", "foto|gambar", NumMedia="1", MediaContentType0="image/jpeg",
                                MediaUrl0="https://api.twilio.com/media/1")  # fmt: skip
            assert "kilo" in kind
            answer = await me.say("berapa gaji minimum di malaysia", "1\\.700|RM")
            assert "http" not in answer, "complete without opening a link"
            await me.say("acara", "Orientasi sawit")
            await me.say("1", "kursi")
            await me.say("daftar", "18")
            await me.say("ya", "DATA SAYA")
            await me.say("ya", "siapa|Siapa")
            await me.say("lewati", "NTB")
            await me.say("lewati", "nama")
            await me.say("Siti Aminah", "desa")
            await me.say("Anjani", "Siti Aminah")
            ticket = await me.say("ya", r"\b\d{4}\b")
            assert "Aula contoh" in ticket and "http" not in ticket
            # another person waits, and hears when the seat becomes free
            other = Phone(twilio, "+6281234567002")
            for words, until in (
                ("halo", "Sasak"), ("1", "Disnaker"), ("acara", "Orientasi"), ("1", "tunggu|penuh|habis"), ("daftar", "18"),
                ("ya", "DATA SAYA"), ("ya", "[Ss]iapa"), ("lewati", "NTB"), ("lewati", "nama"), ("Amaq Udin", "desa"),
                ("Wanasaba", "Amaq Udin"), ("ya", r"\d{4}"),
            ):  # fmt: skip
                await other.say(words, until)
            before = len(other.texts())
            await me.say("tiket", "Siti Aminah")
            await me.say("1", "Siti Aminah")
            await me.say("batal", "Siti Aminah")
            await me.say("ya", "Orientasi|[Bb]atal")
            push = await other.newest(before, "kabar")
            assert "Orientasi" not in push and "TIKET" in push, "a push never names its topic"
            await other.say("tiket", "dapat kursi|kursi")
            # the export is complete in the chat, without a file or a link
            await me.say("data saya", "Data Anda")
            await me.say("1", ".")
            await asyncio.sleep(2.5)
            assert any("Bahasa" in words for words in me.texts()[-4:])
            await me.say("hapus", "dihapus")
            await me.say("ya", "Bahasa Indonesia")
            assert twilio.complaints == []
            assert all(len(words) <= 1600 for words in me.texts())
        finally:
            assert await asyncio.to_thread(bekal.stop) == 0
        log = bekal.log.read_text()
        assert "Siti" not in log and "81234567001" not in log and twilio.auth_token not in log


@pytest.mark.timeout(120)
async def test_what_came_while_we_were_away_is_found_by_the_sweep(tmp_path: Path) -> None:
    async with TwilioServer(public_base=BASE) as twilio:
        bekal = Bekal(tmp_path, **settings(twilio))
        twilio.app_url = bekal.url
        await asyncio.to_thread(bekal.start)
        me = Phone(twilio)
        await me.say("halo", "Sasak")
        await asyncio.sleep(0.5)
        await asyncio.to_thread(bekal.kill)
        twilio.inbound(ME, "1")  # Twilio has it; nobody answered its webhook
        await asyncio.to_thread(bekal.start)
        try:
            await me.newest(1, "Disnaker|Belajar")
            assert len(me.texts()) == 2
        finally:
            await asyncio.to_thread(bekal.stop)
