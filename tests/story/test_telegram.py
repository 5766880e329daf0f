"""The same story on Telegram, against a local server that checks every request: webhook and polling."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from tests.servers import TelegramServer
from tests.story.process import Bekal

SECRET = "a-secret-of-the-story"
CHAT = 4711008151  # longer than any run of digits in a time stamp


class Phone:
    def __init__(self, bekal: Bekal, telegram: TelegramServer, chat: int = CHAT, webhook: bool = True) -> None:
        self.bekal, self.telegram, self.chat, self.webhook = bekal, telegram, chat, webhook

    async def _give(self, update: dict[str, object]) -> None:
        if self.webhook:
            assert await self.telegram.post(f"{self.bekal.url}/webhooks/telegram", update, secret=SECRET) == 200
        else:
            self.telegram.push(update)

    async def _newest(self, before: int, until: str) -> str:
        for _ in range(200):
            texts = self.telegram.texts(self.chat)
            if len(texts) > before and re.search(until, texts[-1]):
                return texts[-1]
            await asyncio.sleep(0.05)
        raise AssertionError(f"{until!r} never came; the newest: {self.telegram.texts(self.chat)[-2:]}")

    async def say(self, words: str, until: str) -> str:
        before = len(self.telegram.texts(self.chat))
        await self._give(self.telegram.say(self.chat, words))
        return await self._newest(before, until)

    async def tap(self, label: str, until: str) -> str:
        before = len(self.telegram.texts(self.chat))
        await self._give(self.telegram.tap_label(self.chat, label))
        return await self._newest(before, until)


def settings(telegram: TelegramServer, mode: str) -> dict[str, str]:
    return {
        "TELEGRAM_TOKEN": telegram.token,
        "TELEGRAM_API_BASE": telegram.url,
        "TELEGRAM_MODE": mode,
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
        "PUBLIC_BASE_URL": "https://bekal.example",
        "OPERATOR_NAME": "Disnaker contoh",
        "STAFF_ALERT_TELEGRAM_CHAT": "-100200",
    }


async def create_event(bekal: Bekal) -> None:
    made = await asyncio.to_thread(
        bekal.run, "event", "create", "--title", "Orientasi sawit", "--starts", "2099-12-05T09:00", "--capacity", "1",
        "--place", "Aula contoh",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr


@pytest.mark.parametrize("mode", ["webhook", "polling"])
@pytest.mark.timeout(120)
async def test_the_story_on_telegram(tmp_path: Path, mode: str) -> None:
    async with TelegramServer() as telegram:
        bekal = await asyncio.to_thread(Bekal(tmp_path, **settings(telegram, mode)).start)
        try:
            await create_event(bekal)
            me = Phone(bekal, telegram, webhook=mode == "webhook")
            await me.say("/start", "Pilih bahasa")
            await me.tap("Bahasa Indonesia", "Disnaker")
            await me.tap("Belajar", "ladang sawit")
            await me.tap("Lanjut", "kilo")
            old = [button for button in _buttons(telegram) if "Lanjut" in button[0]]
            await me.say("tolong saya dipukul majikan", "darurat|TOLONG|Telepon")
            assert any("999" in words for words in telegram.texts(CHAT)[-3:])
            # an old button shows where the person is, and never acts
            before = len(telegram.texts(CHAT))
            update = telegram.tap(CHAT, old[0][1])
            await me._give(update)
            await me._newest(before, ".")
            await me.say("beri tahu petugas", "HP ini")
            told = await me.say("aman", "[Pp]etugas")
            await me._newest(0, "sudah diberi tahu|sedang dikirim")
            alerts = telegram.texts(-100200)
            assert alerts and not any(word in alerts[0] for word in ("dipukul", str(CHAT)))
            assert told
            await me.say("saya aman", "kilo")
            await me.say("brp gaji minimum di malaysia", "1\\.700|RM")
            await me.say("acara", "Orientasi sawit")
            await me.say("1", "kursi")
            await me.say("daftar", "18")
            await me.say("ya", "DATA SAYA")
            await me.say("ya", "siapa|Siapa")
            await me.say("lewati", "NTB")
            await me.say("lewati", "nama")
            await me.say("Siti Aminah", "desa")
            await me.say("Anjani", "Siti Aminah")
            await me.say("ya", r"\d{4}")
            await me.say("data saya", "Data Anda")
            await me.say("1", "simpan")
            await me.say("hapus", "dihapus")
            await me.say("ya", "Pilih bahasa")
            assert telegram.complaints == []
        finally:
            assert await asyncio.to_thread(bekal.stop) == 0
        log = bekal.log.read_text()
        assert "Siti" not in log and "Anjani" not in log and telegram.token not in log and str(CHAT) not in log


def _buttons(telegram: TelegramServer) -> list[tuple[str, str]]:
    found = []
    for message in telegram.sent[str(CHAT)]:
        for row in (message.get("reply_markup") or {}).get("inline_keyboard", []):
            found += [(button["text"], button["callback_data"]) for button in row if "callback_data" in button]
    return found


@pytest.mark.timeout(120)
async def test_announcements_stop_and_blocked_people(tmp_path: Path) -> None:
    async with TelegramServer() as telegram:
        bekal = await asyncio.to_thread(Bekal(tmp_path, **settings(telegram, "webhook")).start)
        try:
            people = [Phone(bekal, telegram, chat) for chat in (11, 12, 13)]
            for phone in people:
                await phone.say("halo", "Pilih bahasa")
                await phone.say("1", "Disnaker")
                await phone.say("ganti orang", "HP")  # something that asks for nothing
                await phone.say("petugas", ".")
                await phone.say("acara", ".")
                await phone.say("menu", ".")
            # consent, so that there is somebody to announce to
            for phone in people:
                await phone.say("berhenti", "dihentikan|BERHENTI|berhenti|MULAI")
                await phone.say("mulai", "18")
                await phone.say("ya", "DATA SAYA")
                await phone.say("ya", "siapa|Siapa")
                await phone.say("lewati", "NTB")
                await phone.say("lewati", "kabar|acara")
                await phone.say("ya", "BERHENTI")
            await people[1].say("berhenti", "MULAI")
            await people[2]._give(telegram.block(13))
            sent = await asyncio.to_thread(
                bekal.run, "broadcast", "--segment", "channel:telegram", "--text", "Orientasi Sabtu pukul 9.", "--yes"
            )
            assert sent.returncode == 0, sent.stderr
            await people[0]._newest(0, "Orientasi Sabtu")
            await asyncio.sleep(1)
            assert sum("Orientasi Sabtu" in words for words in telegram.texts(11)) == 1
            assert not any("Orientasi Sabtu" in words for words in telegram.texts(12) + telegram.texts(13))
        finally:
            await asyncio.to_thread(bekal.stop)
