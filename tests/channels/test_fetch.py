"""What people send is fetched from the provider, from nowhere else, and not without limit; against the local servers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.channels.base import FETCHED_AT_MOST, Channel, NotFetched
from bot.channels.sound import mime_of, seconds_of
from bot.channels.telegram import Telegram
from bot.channels.whatsapp import WhatsApp
from tests.servers import Answer, TelegramServer, TwilioServer, closed_port_url, hang, reset_after, reset_before, tg, tw

SOUND = b"OggS" + bytes(40) + b"not really"
MEDIA = Path(__file__).parents[2] / "content" / "media"


async def refused(channel: Channel, media: str, **more: int) -> tuple[str, bool]:
    with pytest.raises(NotFetched) as caught:
        await channel.fetch(media, **more)
    return caught.value.code, caught.value.again


# --- Telegram ---------------------------------------------------------------------------------------------------------


async def test_a_voice_note_from_telegram(telegram: Telegram, telegram_server: TelegramServer) -> None:
    telegram_server.voice(41, SOUND)
    found = await telegram.fetch("voice-in")
    assert (found.name, found.mime, found.content) == ("file_1.oga", "audio/ogg", SOUND)
    assert [call.method for call in telegram_server.calls] == ["getFile", "file"]
    await telegram.forget("voice-in")
    assert len(telegram_server.calls) == 2, "Telegram keeps nothing for us"


async def test_a_file_whose_name_says_nothing(telegram: Telegram, telegram_server: TelegramServer) -> None:
    telegram_server.voice(41, SOUND, path="music/lagu baru?#.xyz")
    found = await telegram.fetch("voice-in")
    assert (found.name, found.mime, found.content) == ("lagu baru?#.xyz", "application/octet-stream", SOUND)


@pytest.mark.parametrize(
    ("method", "answer", "expected"),
    [
        ("getFile", tg.broken(502), ("http-502", True)),
        ("getFile", tg.flood(7), ("flood", True)),
        ("getFile", tg.refused(401, "Unauthorized"), ("bad-token", True)),
        ("getFile", tg.bad("invalid file_id"), ("bad-request", False)),
        ("getFile", tg.bad("file is too big"), ("too-large", False)),
        ("getFile", tg.bad("wrong file_id or the file is temporarily unavailable"), ("unavailable", True)),
        ("getFile", hang(), ("no-answer", True)),
        ("getFile", reset_before(), ("no-answer", True)),
        ("getFile", Answer(200, {"ok": True, "result": {"file_id": "x", "file_unique_id": "x"}}), ("no-path", True)),
        ("getFile", Answer(200, {"ok": True, "result": {"file_path": "../../etc/passwd"}}), ("no-path", True)),
        ("getFile", Answer(200, {"ok": True, "result": {"file_path": "/var/lib/x.oga"}}), ("no-path", True)),
        ("getFile", Answer(200, {"ok": True, "result": [1]}), ("no-path", True)),
        ("file", tg.refused(404, "Not Found"), ("http-404", True)),
        ("file", tg.broken(500), ("http-500", True)),
        ("file", hang(), ("no-answer", True)),
        ("file", reset_after(), ("no-answer", True)),
    ],
)
async def test_telegram_does_not_give_it(
    telegram: Telegram,
    telegram_server: TelegramServer,
    method: str,
    answer: Answer,
    expected: tuple[str, bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.channels.request.DOWNLOAD", 0.1)
    telegram_server.voice(41, SOUND)
    telegram_server.always(method, answer)  # aiohttp asks once more where a pooled connection broke
    assert await refused(telegram, "voice-in") == expected


async def test_how_long_telegram_wants_us_to_wait(telegram: Telegram, telegram_server: TelegramServer) -> None:
    telegram_server.script("getFile", tg.flood(7))
    with pytest.raises(NotFetched) as caught:
        await telegram.fetch("voice-in")
    assert caught.value.retry_after == 7


async def test_nothing_larger_than_asked_for_is_read(telegram: Telegram, telegram_server: TelegramServer) -> None:
    telegram_server.voice(41, SOUND * 10)
    assert await refused(telegram, "voice-in", most=100) == ("too-large", False)
    assert telegram_server.called("file") == [], "its size was told beforehand"
    # A size that was told wrong: reading stops by itself.
    lie = {"file_id": "x", "file_unique_id": "x", "file_size": 5, "file_path": "voice/file_1.oga"}
    telegram_server.script("getFile", Answer(200, {"ok": True, "result": lie}))
    assert await refused(telegram, "voice-in", most=100) == ("too-large", False)


async def test_telegram_is_away() -> None:
    channel = Telegram("7000000001:word", base=closed_port_url())
    assert await refused(channel, "voice-in") == ("not-sent", True)
    await channel.close()


async def test_no_fault_names_the_token(telegram: Telegram, telegram_server: TelegramServer) -> None:
    telegram_server.voice(41, SOUND)
    telegram_server.always("file", reset_after())
    with pytest.raises(NotFetched) as caught:
        await telegram.fetch("voice-in")
    shown: BaseException | None = caught.value
    while shown is not None:
        assert telegram_server.token.partition(":")[2] not in repr(shown)
        shown = shown.__cause__ or shown.__context__


# --- WhatsApp ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moves", [True, False])
async def test_a_voice_note_from_twilio(whatsapp: WhatsApp, twilio_server: TwilioServer, moves: bool) -> None:
    twilio_server.media["ME1"] = ("audio/ogg; codecs=opus", SOUND)
    twilio_server.media_moves = moves
    url = twilio_server.media_url("ME1")
    found = await whatsapp.fetch(url)
    assert (found.name, found.mime, found.content) == ("ME1", "audio/ogg", SOUND)
    await whatsapp.forget(url)
    assert twilio_server.media == {}
    await whatsapp.forget(url)  # gone is gone
    assert await refused(whatsapp, url) == ("http-404", True)  # as it is just after the webhook


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/2010-04-01/Accounts/{sid}/Messages/MM1/Media/ME1",
        "https://api.twilio.com.evil.example/2010-04-01/Accounts/{sid}/Messages/MM1/Media/ME1",
        "https://api.twilio.com@evil.example/2010-04-01/Accounts/{sid}/Messages/MM1/Media/ME1",
        "https://evil.example:443@api.twilio.com/2010-04-01/Accounts/{sid}/Messages/MM1/Media/ME1",
        "http://api.twilio.com/2010-04-01/Accounts/{sid}/Messages/MM1/Media/ME1",
        "https://api.twilio.com:8443/2010-04-01/Accounts/{sid}/Messages/MM1/Media/ME1",
        "https://api.twilio.com/2010-04-01/Accounts/AC9/Messages/MM1/Media/ME1",
        "https://api.twilio.com/2010-04-01/Accounts/{sid}/Messages.json",
        "https://api.twilio.com/2010-04-01/Accounts/{sid}/Messages/MM1/Media/../../x",
        "https://api.twilio.com/2010-04-01/Accounts/{sid}/Messages/MM1/Media/ME1?x=1",
        "file:///etc/passwd",
        "",
    ],
)
async def test_no_other_address_gets_our_password(whatsapp: WhatsApp, twilio_server: TwilioServer, url: str) -> None:
    media = url.format(sid=twilio_server.sid)
    assert await refused(whatsapp, media) == ("not-ours", False)
    with pytest.raises(NotFetched, match="not-ours"):
        await whatsapp.forget(media)
    assert twilio_server.calls == []


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("https://evil.example/x", ("redirect", False)),
        ("https://mms.twiliocdn.com.evil.example/x", ("redirect", False)),
        ("https://eviltwiliocdn.com/x", ("redirect", False)),
        ("https://mms.twiliocdn.com:8443/x", ("redirect", False)),
        ("http://mms.twiliocdn.com/x", ("redirect", False)),
        ("http://127.0.0.1:9/x", ("redirect", False)),
        ("file:///etc/passwd", ("redirect", False)),
        ("/stored/ME1", ("redirects", True)),
    ],
)
async def test_where_twilio_may_send_us(
    whatsapp: WhatsApp, twilio_server: TwilioServer, to: str, expected: tuple[str, bool]
) -> None:
    sent_on = Answer(307, {}, headers={"Location": to})
    twilio_server.always("media", sent_on)
    twilio_server.always("stored", sent_on)
    assert await refused(whatsapp, twilio_server.media_url("ME1")) == expected


@pytest.mark.parametrize(
    "host", ["mms.twiliocdn.com", "media.twiliocdn.com", "api.twilio.com", "s3-external-1.amazonaws.com"]
)
def test_hosts_that_store_for_twilio(whatsapp: WhatsApp, host: str) -> None:
    assert whatsapp._sent_on(f"https://{host}/AC1/x?Expires=1") == f"https://{host}/AC1/x?Expires=1"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (tw.error(20404, 404), ("http-404", True)),
        (tw.error(20003, 401), ("http-401", True)),
        (tw.throttled("3"), ("http-429", True)),
        (tw.broken(503), ("http-503", True)),
        (tw.error(20001, 400), ("http-400", False)),
        (Answer(410, {}), ("http-410", False)),
        (hang(), ("no-answer", True)),
        (reset_before(), ("no-answer", True)),
    ],
)
@pytest.mark.parametrize("method", ["media", "stored"])
async def test_twilio_does_not_give_it(
    whatsapp: WhatsApp,
    twilio_server: TwilioServer,
    method: str,
    answer: Answer,
    expected: tuple[str, bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.channels.whatsapp._DOWNLOAD", 0.1)
    twilio_server.media["ME1"] = ("audio/ogg", SOUND)
    twilio_server.always(method, answer)
    assert await refused(whatsapp, twilio_server.media_url("ME1")) == expected


async def test_twilio_says_how_long(whatsapp: WhatsApp, twilio_server: TwilioServer) -> None:
    twilio_server.script("media", tw.throttled("3"))
    with pytest.raises(NotFetched) as caught:
        await whatsapp.fetch(twilio_server.media_url("ME1"))
    assert caught.value.retry_after == 3


async def test_nothing_larger_and_nothing_empty(whatsapp: WhatsApp, twilio_server: TwilioServer) -> None:
    twilio_server.media |= {"ME1": ("audio/ogg", SOUND * 10), "ME2": ("audio/ogg", b"")}
    assert await refused(whatsapp, twilio_server.media_url("ME1"), most=100) == ("too-large", False)
    assert await refused(whatsapp, twilio_server.media_url("ME2")) == ("empty", True)


async def test_what_tells_no_size_is_counted(
    make_whatsapp: Callable[..., WhatsApp], twilio_server: TwilioServer
) -> None:
    """Without a Content-Length, and for ever."""

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: audio/ogg\r\nConnection: close\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()
        except OSError:
            writer.close()

    server = await asyncio.start_server(endless, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        channel = make_whatsapp(api_base=base)
        assert await refused(channel, twilio_server.media_url("ME1"), most=300_000) == ("too-large", False)


@pytest.mark.parametrize(
    ("answer", "again"),
    [
        (tw.broken(500), True),
        (tw.throttled(), True),
        (tw.error(20003, 401), True),
        (hang(), True),
        (tw.error(1, 400), False),
    ],
)
async def test_twilio_does_not_delete_it(
    whatsapp: WhatsApp, twilio_server: TwilioServer, answer: Answer, again: bool
) -> None:
    twilio_server.media["ME1"] = ("audio/ogg", SOUND)
    twilio_server.script("delete-media", answer)
    with pytest.raises(NotFetched) as caught:
        await whatsapp.forget(twilio_server.media_url("ME1"))
    assert caught.value.again is again
    await whatsapp.forget(twilio_server.media_url("ME1"))
    assert twilio_server.media == {}


async def test_twilio_is_away(make_whatsapp: Callable[..., WhatsApp], twilio_server: TwilioServer) -> None:
    channel = make_whatsapp(api_base=closed_port_url())
    assert await refused(channel, twilio_server.media_url("ME1")) == ("not-sent", True)


def test_what_is_fetched_does_not_show_itself() -> None:
    from bot.channels.base import Fetched

    assert "secret" not in repr(Fetched("x.oga", "audio/ogg", b"secret words"))
    assert FETCHED_AT_MOST == 16 * 1024 * 1024


# --- sounds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (b"OggS\x00\x02", "audio/ogg"),
        (b"#!AMR\n", "audio/amr"),
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90\x00", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "audio/aac"),
        (b"\x00\x00\x00\x18ftypM4A ", "audio/mp4"),
        (b"\x00\x00\x00\x18ftyp3gp4", "audio/3gpp"),
        (b"RIFF\x00\x00\x00\x00WAVE", "audio/wav"),
        (b"RIFF\x00\x00\x00\x00AVI ", None),
        (b"fLaC", "audio/flac"),
        (b"\x1aE\xdf\xa3", "audio/webm"),
        (b"<html><script>", None),
        (b"%PDF-1.7", None),
        (b"MZ\x90", None),
        (b"\xff", None),
        (b"", None),
    ],
)
def test_what_a_sound_is(content: bytes, mime: str | None) -> None:
    assert mime_of(content) == mime


def test_how_long_a_sound_is() -> None:
    sounds = sorted(MEDIA.glob("*.ogg"))
    assert sounds
    for sound in sounds:
        content = sound.read_bytes()
        seconds = seconds_of(content)
        # Spoken at about 2 to 4 kB a second.
        assert seconds is not None and 1_000 < len(content) / seconds < 10_000, sound.name
        assert seconds_of(content[: len(content) // 2]) in range(1, seconds + 1), "cut off: shorter, not wrong"
    for odd in (
        b"",
        b"OggS",
        b"OggSOpusHead",
        SOUND,
        b"ID3" + bytes(100),
        b"OggS" + b"\xff" * 30 + b"OpusHead" + b"\xff" * 9,
    ):
        assert seconds_of(odd) is None
