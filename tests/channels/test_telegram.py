"""Telegram as a whole: sending, files, polling, webhooks, setting up; against the local Bot API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.channels.base import Address, Channel, Inbound, Part, SendFailed, Sent
from bot.channels.telegram import COMMANDS, Telegram
from bot.channels.telegram_parse import ALLOWED_UPDATES
from bot.conversation.prints import Drawn
from bot.conversation.types import Print
from tests.servers import OK, Answer, TelegramServer, slow, tg

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
TO = Address("4100001")
BODY: dict[str, Any] = {
    "text": "*Halo* <apa> & kabar?",
    "choices": [{"key": "learn", "label": "Belajar"}],
    "nav": [{"key": "menu", "label": "Menu"}],
    "state": "menu",
    "step": 17,
}


async def send_all(channel: Telegram, body: dict[str, Any]) -> list[Sent]:
    return [await channel.send(TO, part, now=NOW) for part in channel.render(body)]


def test_it_is_a_channel(telegram: Telegram) -> None:
    channel: Channel = telegram
    assert channel.name == "telegram"
    assert channel.sender == "telegram:7000000001"


async def test_text_with_a_keyboard(telegram: Telegram, telegram_server: TelegramServer) -> None:
    assert await send_all(telegram, BODY) == [Sent("101")]
    (call,) = telegram_server.calls
    assert call.params["text"] == "<b>Halo</b> &lt;apa&gt; &amp; kabar?"
    assert call.params["parse_mode"] == "HTML"
    assert json.loads(call.params["link_preview_options"]) == {"is_disabled": True}
    (message,) = telegram_server.sent["4100001"]
    assert message["text"] == "Halo <apa> & kabar?"
    assert message["reply_markup"]["inline_keyboard"][0][0] == {"text": "1 Belajar", "callback_data": "menu:17:learn"}


async def test_a_tap_comes_back_and_is_acknowledged(telegram: Telegram, telegram_server: TelegramServer) -> None:
    await send_all(telegram, BODY)
    update = telegram_server.tap_label(4100001, "belajar")
    read = telegram.parse(update, NOW)
    assert isinstance(read, Inbound)
    assert (read.account, read.message.choice, read.message.stamp) == ("4100001", "learn", 17)
    await telegram.acknowledge(update)
    assert telegram_server.calls[-1].method == "answerCallbackQuery"
    await telegram.acknowledge(telegram_server.say(4100001, "halo"))  # nothing to answer
    assert len(telegram_server.called("answerCallbackQuery")) == 1
    telegram_server.always("answerCallbackQuery", tg.bad("query is too old and response timeout expired"))
    await telegram.acknowledge(update)  # best effort: no error


async def test_refused_markup_goes_once_more_as_plain_text(telegram: Telegram, telegram_server: TelegramServer) -> None:
    telegram_server.script("sendMessage", tg.bad("can't parse entities: whatever"))
    assert await send_all(telegram, BODY) == [Sent("101")]
    first, second = telegram_server.calls
    assert "parse_mode" in first.params
    assert "parse_mode" not in second.params
    assert second.params["text"] == "Halo <apa> & kabar?"
    assert second.params["reply_markup"] == first.params["reply_markup"]


async def test_a_long_text_comes_in_several_messages(telegram: Telegram, telegram_server: TelegramServer) -> None:
    words = "Ini kalimat dengan <tanda> & 🙏. " * 300
    sent = await send_all(telegram, BODY | {"text": words})
    assert len(sent) == 3
    assert "".join("".join(telegram_server.texts(4100001)).split()) == "".join(words.split())
    assert ["reply_markup" in message for message in telegram_server.sent["4100001"]] == [False, False, True]


async def test_media_are_uploaded_once_and_then_named(
    telegram: Telegram, telegram_server: TelegramServer, tmp_path: Path
) -> None:
    body = {"text": "Dengarkan.", "picture": "card", "sound": "help"}
    await send_all(telegram, body)
    await send_all(telegram, body)
    photos, voices = telegram_server.called("sendPhoto"), telegram_server.called("sendVoice")
    assert photos[0].files["photo"] == ("card.jpg", b"card" * 1000, "image/jpeg")
    assert voices[0].files["voice"][1] == b"help" * 1000
    assert photos[1].files == voices[1].files == {}
    assert photos[1].params["photo"] == f"photo-{int(photos and 102)}"
    # the file behind the name changes: so does its hash, and it is uploaded anew
    (tmp_path / "card.jpg").write_bytes(b"new")
    await send_all(telegram, {"picture": "card"})
    assert telegram_server.called("sendPhoto")[-1].files["photo"][1] == b"new"
    await send_all(telegram, {"sound": "song"})
    assert telegram_server.called("sendAudio")[0].files["audio"][0] == "song.mp3"


async def test_a_remembered_file_that_is_gone_is_uploaded_again(
    telegram: Telegram, telegram_server: TelegramServer
) -> None:
    await send_all(telegram, {"picture": "card"})
    telegram_server.script("sendPhoto", tg.bad("wrong file identifier/HTTP URL specified"))
    await send_all(telegram, {"picture": "card"})
    assert [bool(call.files) for call in telegram_server.called("sendPhoto")] == [True, False, True]
    # refused although it was uploaded: told, and not tried for ever
    telegram_server.always("sendPhoto", tg.bad("wrong file identifier/HTTP URL specified"))
    with pytest.raises(SendFailed) as caught:
        await send_all(telegram, {"picture": "card"})
    assert caught.value.action == "content"
    assert len(telegram_server.called("sendPhoto")) == 5


async def test_an_upload_may_take_its_time(telegram: Telegram, telegram_server: TelegramServer) -> None:
    telegram_server.script("sendDocument", slow(0.05))
    document = {"name": "catatan.txt", "mime": "text/plain", "text": "Bahasa: Sasak 🙏"}
    await send_all(telegram, {"document": document})
    (call,) = telegram_server.called("sendDocument")
    assert call.files["document"] == ("catatan.txt", "Bahasa: Sasak 🙏".encode(), "text/plain")


DRAWN = {
    "pocket-card": Drawn("kartu.png", "image/png", b"card" * 500),
    "phone-book": Drawn("kontak.vcf", "text/vcard", b"BEGIN:VCARD"),
    "certificate": Drawn("sertifikat.png", "image/png", b"Siti" * 500),
}


def printed(kind: str, code: str = "") -> dict[str, Any]:
    return {"text": "Ini.", "print": {"kind": kind, "language": "id", "code": code, "plain": False}}


@pytest.fixture
async def printing(telegram_server: TelegramServer) -> AsyncIterator[Telegram]:
    """A bot that can draw everything but the certificate of one who had it erased."""

    async def files(spec: Print) -> Drawn:
        if spec.code == "BKL-GONE":
            raise LookupError
        return DRAWN[spec.kind]

    channel = Telegram(telegram_server.token, base=telegram_server.url, files=files)
    yield channel
    await channel.close()


async def test_prints_are_photos_or_files(printing: Telegram, telegram_server: TelegramServer) -> None:
    for _ in range(2):
        await send_all(printing, printed("pocket-card"))
        await send_all(printing, printed("phone-book"))
        await send_all(printing, printed("certificate", "BKL-1"))
    photos, documents = telegram_server.called("sendPhoto"), telegram_server.called("sendDocument")
    assert photos[0].files["photo"] == ("kartu.png", b"card" * 500, "image/png")
    assert documents[0].files["document"] == ("kontak.vcf", b"BEGIN:VCARD", "text/vcard")
    # uploaded once and then named, but what bears a name is remembered nowhere
    assert [sorted(call.files) for call in photos] == [["photo"], ["photo"], [], ["photo"]]
    assert [sorted(call.files) for call in documents] == [["document"], []]
    telegram_server.script("sendPhoto", tg.bad("wrong file identifier/HTTP URL specified"))
    await send_all(printing, printed("pocket-card"))
    assert telegram_server.called("sendPhoto")[-1].files["photo"][0] == "kartu.png"


async def test_a_print_that_is_gone_leaves_the_words(printing: Telegram, telegram_server: TelegramServer) -> None:
    with pytest.raises(SendFailed) as caught:
        await send_all(printing, printed("certificate", "BKL-GONE"))
    assert (caught.value.code, caught.value.action) == ("no-print", "content")
    assert telegram_server.texts(4100001) == ["Ini."]


def test_without_a_printer_there_are_no_prints(telegram: Telegram) -> None:
    assert [part.kind for part in telegram.render(printed("pocket-card"))] == ["text"]


async def test_taking_messages_back_is_best_effort(telegram: Telegram, telegram_server: TelegramServer) -> None:
    await send_all(telegram, {"delete": [str(number) for number in range(1, 151)]})
    assert [number for _, number in telegram_server.deleted] == list(range(1, 151))
    for refusal in (tg.bad("message to delete not found"), tg.bad("message can't be deleted"), tg.blocked()):
        telegram_server.script("deleteMessages", refusal)
        assert await send_all(telegram, {"delete": ["1"]}) == [Sent("")]
    telegram_server.script("deleteMessages", tg.flood(2))
    with pytest.raises(SendFailed):
        await send_all(telegram, {"delete": ["1"]})


async def test_polling_acknowledges_with_the_next_offset(telegram: Telegram, telegram_server: TelegramServer) -> None:
    first, second = telegram_server.say(4100001, "satu"), telegram_server.say(4100001, "dua")
    telegram_server.push(first, second)
    assert await telegram.poll(None, wait=0) == [first, second]
    # not committed: asked again from the same place, they come again
    assert await telegram.poll(first["update_id"], wait=0) == [first, second]
    assert await telegram.poll(second["update_id"], wait=0) == [second]
    assert await telegram.poll(second["update_id"] + 1, wait=0) == []
    assert list(telegram_server.queue) == []
    assert json.loads(telegram_server.calls[0].params["allowed_updates"]) == list(ALLOWED_UPDATES)


async def test_polling_waits_longer_than_a_send_may_take(telegram: Telegram, telegram_server: TelegramServer) -> None:
    waiting = asyncio.create_task(telegram.poll(None, wait=5))
    await asyncio.sleep(0.3)  # twice the read time-out of a send
    telegram_server.push(telegram_server.say(4100001, "halo"))
    assert len(await waiting) == 1


async def test_an_update_that_the_library_cannot_read_does_not_block_the_others(
    telegram: Telegram, telegram_server: TelegramServer
) -> None:
    odd = {"update_id": 1, "message": {"nothing": "known"}}
    telegram_server.push(odd, telegram_server.say(4100001, "halo"))
    assert len(await telegram.poll(None, wait=0)) == 2


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (tg.refused(409, "Conflict: terminated by other getUpdates request"), "conflict"),
        (tg.refused(401, "Unauthorized"), "bad-token"),
    ],
)
async def test_polling_stops_the_line(
    telegram: Telegram, telegram_server: TelegramServer, answer: Answer, code: str
) -> None:
    telegram_server.script("getUpdates", answer)
    with pytest.raises(SendFailed) as caught:
        await telegram.poll(None, wait=0)
    assert (caught.value.code, caught.value.action) == (code, "stop_the_line")


async def test_webhook_and_polling_exclude_each_other(telegram: Telegram, telegram_server: TelegramServer) -> None:
    await telegram.set_webhook("https://bekal.example/webhooks/telegram", "s3cret_-")
    (call,) = telegram_server.called("setWebhook")
    assert call.params["secret_token"] == "s3cret_-"
    assert json.loads(call.params["allowed_updates"]) == list(ALLOWED_UPDATES)
    assert call.params["drop_pending_updates"] == "false"
    assert (telegram_server.webhook, telegram_server.secret) == (call.params["url"], "s3cret_-")
    with pytest.raises(SendFailed, match="conflict"):
        await telegram.poll(None, wait=0)
    await telegram.delete_webhook()
    assert await telegram.poll(None, wait=0) == []
    with pytest.raises(SendFailed):
        await telegram.set_webhook("https://bekal.example", "not allowed!")


async def test_commands_are_told_in_indonesian(telegram: Telegram, telegram_server: TelegramServer) -> None:
    await telegram.set_my_commands()
    assert set(telegram_server.commands) == {"", "id"}
    assert [command["command"] for command in telegram_server.commands["id"]] == [name for name, _ in COMMANDS]


async def test_secrets_stay_out_of_logs(telegram: Telegram, telegram_server: TelegramServer) -> None:
    said = f"POST {telegram_server.url}/bot{telegram_server.token}/sendMessage"
    assert telegram_server.token.partition(":")[2] not in telegram.redact(said)
    assert "sendMessage" in telegram.redact(said)


async def test_many_at_once(telegram: Telegram, telegram_server: TelegramServer) -> None:
    telegram_server.always("sendMessage", OK)
    parts = [(Address(str(5_000_000 + number)), Part("text", text=f"Halo {number}")) for number in range(200)]
    sent = await asyncio.gather(*(telegram.send(to, part, now=NOW) for to, part in parts))
    assert len({one.provider_id for one in sent}) == 200
    assert all(telegram_server.texts(5_000_000 + number) == [f"Halo {number}"] for number in range(200))
