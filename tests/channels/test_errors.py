"""Every row of the error table, one by one, through the real client libraries against the local servers."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from telegram import error
from telegram.warnings import PTBDeprecationWarning

from bot.channels import errors
from bot.channels.base import Address, Part, SendFailed, Sent
from bot.channels.errors import classify_telegram, mask, rows, twilio_failure
from bot.channels.telegram import Telegram
from bot.channels.transport import Timeouts
from bot.channels.whatsapp import WhatsApp
from tests.servers import (
    OK,
    Answer,
    TelegramServer,
    TwilioServer,
    closed_port_url,
    hang,
    reset_after,
    reset_before,
    resetting_server,
    slow,
    tg,
    tw,
)

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "errors.yaml").read_text(encoding="utf-8"))
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
QUICK = Timeouts(connect=1, write=1, read=0.15, pool=1)
TEXT = Part("text", text="Halo *Inaq*, nomor +60123456789")
PERSON = "4100001"
PHONE = "+6280000000001"


async def failure(channel: Telegram | WhatsApp, part: Part = TEXT, account: str = "") -> SendFailed:
    """What a send raises; it must hold nothing of the person, nor a secret, nor the library's exception."""
    account = account or (PERSON if channel.name == "telegram" else PHONE)
    with pytest.raises(SendFailed) as caught:
        await channel.send(Address(account, inbound_at=NOW), part, now=NOW)
    said = "".join(traceback.format_exception(caught.value))
    for private in ("Inaq", "60123456789", "6280000000001", "TEST-token", "local-auth-token"):
        assert private not in said
    assert caught.value.__context__ is None or isinstance(caught.value.__context__, SendFailed)
    return caught.value


def agrees(failed: SendFailed, row: dict[str, Any]) -> None:
    assert failed.action == row["action"]
    assert failed.ours is row.get("ours", False)
    assert failed.scope == row.get("scope", "message")
    assert failed.tries == row.get("tries")
    assert (failed.retry_after is not None) is (failed.action == "retry_at")


# --- Telegram


@pytest.mark.parametrize("row", CASES["telegram"], ids=lambda row: f"{row['status']}-{row['says'][:40]}")
async def test_telegram_row(telegram_server: TelegramServer, telegram: Telegram, row: dict[str, Any]) -> None:
    telegram_server.always("sendMessage", tg.refused(row["status"], row["says"]))
    failed = await failure(telegram)
    assert failed.code == row["code"]
    agrees(failed, row)
    # Plain text is the one thing that the channel tries by itself, and once.
    assert len(telegram_server.calls) == (2 if row.get("resent") else 1)
    assert telegram_server.sent == {}


def test_every_telegram_row_of_the_table_is_tried_here() -> None:
    """By HTTP; the rest, which have no status, are in the tests below."""
    below = {"flood", "migrated", "not-sent", "no-answer", "http-5xx"}
    assert {row.code for row in rows("telegram")} - below == {
        row["code"] for row in CASES["telegram"] if not row["code"].startswith(("http-5", "flood"))
    } | {"http-504"}


def test_no_row_hides_behind_a_wider_one() -> None:
    table = rows("telegram")
    for place, row in enumerate(table):
        for earlier in table[:place]:
            assert row.error and earlier.error
            wider = issubclass(row.error, earlier.error) and earlier.has in row.has
            assert not wider or set(earlier.status) - set(row.status), f"{row} is never reached, because of {earlier}"


async def test_telegram_flood_names_the_wait(telegram_server: TelegramServer, telegram: Telegram) -> None:
    telegram_server.script("sendMessage", tg.flood(17), OK)
    failed = await failure(telegram)
    agrees(failed, {"action": "retry_at", "scope": "address"})
    assert (failed.code, failed.retry_after) == ("flood", 17.0)
    assert await telegram.send(Address(PERSON), TEXT, now=NOW) == Sent("101")


async def test_telegram_group_that_moved(telegram_server: TelegramServer, telegram: Telegram) -> None:
    """Sent once more to the new id, and from then on straight to it."""
    moved = tg.bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1009)
    telegram_server.answer_chat(-55, moved)
    for _ in range(2):
        await telegram.send(Address("-55"), TEXT, now=NOW)
    assert [call.params["chat_id"] for call in telegram_server.calls] == ["-55", "-1009", "-1009"]
    assert len(telegram_server.sent["-1009"]) == 2
    agrees(classify_telegram(error.ChatMigrated(-1009)), {"action": "permanent_address", "ours": True})


async def test_a_429_of_the_librarys_own_kind() -> None:
    """Had another request class been used."""
    with pytest.warns(PTBDeprecationWarning):
        flood = error.RetryAfter(4)
    assert classify_telegram(flood).retry_after == 4.0
    assert classify_telegram(error.NetworkError("Bad Gateway")).action == "unknown"
    assert classify_telegram(error.TelegramError("Invalid server response")).action == "unknown"
    assert classify_telegram(KeyError("x")).action == "unknown"


BROKEN = [
    pytest.param(reset_before(), id="reset-before-the-body-was-read"),
    pytest.param(reset_after(), id="reset-after"),
    pytest.param(reset_after(accepted=True), id="accepted-then-reset"),
    pytest.param(hang(), id="hang"),
    pytest.param(hang(accepted=True), id="accepted-then-hang"),
    pytest.param(slow(0.4), id="too-slow"),
]


@pytest.mark.parametrize("answer", BROKEN)
async def test_telegram_no_answer_is_unknown(
    telegram_server: TelegramServer, telegram: Telegram, answer: Answer
) -> None:
    telegram_server.script("sendMessage", answer)
    failed = await failure(telegram)
    assert failed.code == "no-answer"
    agrees(failed, {"action": "unknown"})
    assert len(telegram_server.calls) == 1  # nothing below sends again by itself
    assert (PERSON in telegram_server.sent) is answer.accept


async def test_telegram_slow_but_in_time(telegram_server: TelegramServer, telegram: Telegram) -> None:
    telegram_server.script("sendMessage", slow(0.05))
    assert await telegram.send(Address(PERSON), TEXT, now=NOW) == Sent("101")


async def test_telegram_nobody_there_is_not_sent() -> None:
    channel = Telegram("7:TEST-token", base=closed_port_url(), timeouts=QUICK)
    failed = await failure(channel)
    assert failed.code == "not-sent"
    agrees(failed, {"action": "retry"})
    await channel.close()


async def test_telegram_reset_at_once_is_never_taken_for_sent() -> None:
    """The reset races with our first write; both answers are honest, and no third."""
    async with resetting_server() as url:
        channel = Telegram("7:TEST-token", base=url, timeouts=QUICK)
        assert (await failure(channel)).action in ("retry", "unknown")
        await channel.close()


async def test_telegram_no_free_connection_is_not_sent(telegram_server: TelegramServer) -> None:
    """All connections hang: what waits behind them was not sent."""
    channel = Telegram(telegram_server.token, base=telegram_server.url, timeouts=Timeouts(0.1, 1, 0.8, 0.1))
    channel._request._wire._connections = 1
    telegram_server.always("sendMessage", hang())
    first, second = await asyncio.gather(failure(channel), failure(channel))
    assert {first.code, second.code} == {"no-answer", "not-sent"}
    assert len(telegram_server.calls) == 1
    await channel.close()


async def test_telegram_not_json(telegram_server: TelegramServer, telegram: Telegram) -> None:
    """A gateway's page instead of an answer."""
    telegram_server.always("sendMessage", Answer(502, {"nothing": "known"}))
    assert (await failure(telegram)).action == "retry"


async def test_telegram_answer_that_the_library_cannot_read(
    telegram_server: TelegramServer, telegram: Telegram
) -> None:
    """Telegram took the message; sending it again would make a double of it, for ever."""
    telegram_server.script("sendMessage", Answer(200, {"ok": True, "result": {"message_id": 9, "of": "tomorrow"}}))
    assert await telegram.send(Address(PERSON), TEXT, now=NOW) == Sent("9")
    telegram_server.script("sendMessage", Answer(200, {"ok": True, "result": {}}))
    assert await telegram.send(Address(PERSON), TEXT, now=NOW) == Sent("")


# --- Twilio

TWILIO = [(code, row) for row in CASES["twilio"] for code in row["codes"]]


@pytest.mark.parametrize(("code", "row"), TWILIO, ids=[f"{code}-{row.get('status', 400)}" for code, row in TWILIO])
async def test_twilio_row(twilio_server: TwilioServer, whatsapp: WhatsApp, code: int, row: dict[str, Any]) -> None:
    said = f"The 'To' number {PHONE} is refused"
    twilio_server.always("create", tw.error(code, row.get("status", 400), said))
    failed = await failure(whatsapp)
    assert failed.code == str(code)
    agrees(failed, row)
    assert len(twilio_server.calls) == 1
    assert twilio_server.messages == []


def test_every_code_of_the_table_is_tried_here() -> None:
    tried = {code for code, _ in TWILIO}
    # ours, beyond the study: credentials, account and From
    assert {code for row in rows("twilio") for code in row.codes} - tried == {20005, 21212, 21603, 21606}
    codes = [code for row in rows("twilio") for code in row.codes]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("status", "action"), [(500, "unknown"), (502, "unknown"), (504, "unknown"), (503, "retry"), (599, "unknown")]
)
async def test_twilio_server_fault(twilio_server: TwilioServer, whatsapp: WhatsApp, status: int, action: str) -> None:
    twilio_server.always("create", tw.broken(status))
    failed = await failure(whatsapp)
    assert (failed.code, failed.action) == (f"http-{status}", action)


async def test_twilio_throttle_keeps_the_wait(twilio_server: TwilioServer, whatsapp: WhatsApp) -> None:
    """Twilio's exception has no headers; our http client remembers them. And forgets: the next 429 names none."""
    twilio_server.script("create", tw.throttled("7"), tw.throttled(), OK)
    assert (await failure(whatsapp)).retry_after == 7.0
    assert (await failure(whatsapp)).retry_after == 2.0
    assert (await whatsapp.send(Address(PHONE, NOW), TEXT, now=NOW)).provider_id.startswith("SM")


@pytest.mark.parametrize("answer", BROKEN)
async def test_twilio_no_answer_is_unknown(twilio_server: TwilioServer, whatsapp: WhatsApp, answer: Answer) -> None:
    twilio_server.script("create", answer)
    failed = await failure(whatsapp)
    assert failed.code == "no-answer"
    agrees(failed, {"action": "unknown"})
    assert len(twilio_server.calls) == 1
    # ... and what was taken is found again, so that it need not be sent twice
    found = await whatsapp.find_sent(Address(PHONE), TEXT, twilio_server.clock())
    assert (found is not None) is answer.accept


async def test_twilio_answer_that_is_no_json(twilio_server: TwilioServer, whatsapp: WhatsApp) -> None:
    twilio_server.script("create", Answer(200, None, accept=False))
    assert (await failure(whatsapp)).action == "unknown"


async def test_twilio_nobody_there_is_not_sent(make_whatsapp: Callable[..., WhatsApp]) -> None:
    failed = await failure(make_whatsapp(api_base=closed_port_url()))
    assert failed.code == "not-sent"
    agrees(failed, {"action": "retry"})


async def test_twilio_wrong_token(twilio_server: TwilioServer) -> None:
    channel = WhatsApp(twilio_server.sid, "another", twilio_server.number, api_base=twilio_server.url, timeouts=QUICK)
    failed = await failure(channel)
    assert (failed.code, failed.action, failed.scope) == ("20003", "stop_the_line", "sender")
    await channel.close()


async def test_twilio_problem_details(twilio_server: TwilioServer, whatsapp: WhatsApp) -> None:
    """The newer form of errors (RFC 9457) is another exception of twilio's."""
    body = {"type": "https://www.twilio.com/docs/errors/63016", "title": "Outside", "status": 400, "code": 63016}
    twilio_server.always("create", Answer(400, body))
    assert (await failure(whatsapp)).action == "window_closed"


@pytest.mark.parametrize(
    ("code", "action"),
    [(63016, "window_closed"), (63024, "permanent_address"), (4711, "permanent_message"), (None, "permanent_message")],
)
def test_failure_told_by_callback(code: int | None, action: str) -> None:
    assert twilio_failure(code).action == action


# --- the table itself


def test_the_table_says_what_each_row_means() -> None:
    for row in [*rows("twilio"), *rows("telegram")]:
        assert row.says
        assert (row.wait is not None) <= (row.action == "retry_at")
        assert row.tries is None or row.tries > 1


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("The 'To' number +62 812-3456-789 is not valid", "The 'To' number … is not valid"),
        ("Chat 4100001 not found", "Chat … not found"),
        ("HTTP 500", "HTTP 500"),
        ("x" * 300, "x" * 120),
    ],
)
def test_numbers_are_masked(said: str, kept: str) -> None:
    assert mask(said) == kept


def test_the_table_lies_beside_its_reader() -> None:
    assert errors.TABLE.is_file()
