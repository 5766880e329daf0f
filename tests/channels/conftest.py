"""The two channels, connected to the local servers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram import Telegram
from bot.channels.transport import Timeouts
from bot.channels.whatsapp import WhatsApp
from bot.library.model import Media, Phrase
from tests.servers import TelegramServer, TwilioServer

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
QUICK = Timeouts(connect=1, write=1, read=0.15, pool=1)
PUBLIC = "https://bekal.example"


@pytest.fixture
async def telegram_server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        yield server
        assert server.complaints == []


@pytest.fixture
async def twilio_server() -> AsyncIterator[TwilioServer]:
    async with TwilioServer(public_base=PUBLIC) as server:
        yield server
        assert server.complaints == []


@pytest.fixture
def media(tmp_path: Path) -> Iterator[dict[str, Media]]:
    """A picture and two sounds, with their files in tmp_path."""
    items = {
        "card": Media("card", "picture", "card.jpg", "image/jpeg", 0, Phrase("Kartu saku")),
        "help": Media("help", "sound", "help one.ogg", "audio/ogg", 0, Phrase("Nomor bantuan")),
        "song": Media("song", "sound", "song.mp3", "audio/mpeg", 0, Phrase("Lagu")),
    }
    for item in items.values():
        (tmp_path / item.file).write_bytes(item.key.encode() * 1000)
    yield {key: Media(key, item.kind, item.file, item.mime, len(key) * 1000, item.alt) for key, item in items.items()}


@pytest.fixture
async def telegram(telegram_server: TelegramServer, media: Any, tmp_path: Path) -> AsyncIterator[Telegram]:
    channel = Telegram(
        telegram_server.token, base=telegram_server.url, media=media, media_folder=tmp_path, timeouts=QUICK
    )
    yield channel
    await channel.close()


@pytest.fixture
async def make_whatsapp(twilio_server: TwilioServer, media: Any) -> AsyncIterator[Callable[..., WhatsApp]]:
    made: list[WhatsApp] = []

    def make(**more: Any) -> WhatsApp:
        given = {
            "api_base": twilio_server.url,
            "content_base": twilio_server.url,
            "timeouts": QUICK,
            "public_base": PUBLIC,
            "media": media,
        } | more
        made.append(WhatsApp(twilio_server.sid, twilio_server.auth_token, twilio_server.number, **given))
        return made[-1]

    yield make
    for channel in made:
        await channel.close()


@pytest.fixture
def whatsapp(make_whatsapp: Callable[..., WhatsApp]) -> WhatsApp:
    return make_whatsapp()
