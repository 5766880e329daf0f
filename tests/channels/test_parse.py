"""Provider payloads in, messages out: tests/channels/cases/*_parse.yaml."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import telegram
import yaml

from bot.channels import telegram_parse, whatsapp_parse
from bot.channels.base import BlockChange, Inbound, NotParseable
from bot.channels.telegram_parse import tap_of

CASES = Path(__file__).parent / "cases"
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
TELEGRAM = yaml.safe_load((CASES / "telegram_parse.yaml").read_text(encoding="utf-8"))["cases"]
WHATSAPP = yaml.safe_load((CASES / "whatsapp_parse.yaml").read_text(encoding="utf-8"))


def by_name(cases: list[dict[str, Any]]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=[case["name"].replace(" ", "-") for case in cases])


def flat(read: Inbound | BlockChange | None) -> dict[str, Any] | None:
    """The fields that say something."""
    if read is None:
        return None
    fields = asdict(read)
    assert fields.pop("received_at") == NOW
    fields |= fields.pop("message", {})
    return {name: value for name, value in fields.items() if value not in (None, "")}


@by_name(TELEGRAM)
def test_telegram(case: dict[str, Any]) -> None:
    if case.get("refused"):
        with pytest.raises(NotParseable):
            telegram_parse.parse(case["payload"], NOW)
        return
    assert flat(telegram_parse.parse(case["payload"], NOW)) == case.get("expect")


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
@by_name([case for case in TELEGRAM if not case.get("refused") and not case.get("lenient")])
def test_telegram_reads_as_python_telegram_bot_does(case: dict[str, Any]) -> None:
    """The cases are real updates, and what we take from them by hand is what the library finds in them."""
    update = telegram.Update.de_json(case["payload"], None)
    expect = case.get("expect")
    if expect is None:
        return
    assert str(update.update_id) == expect["provider_id"]
    if update.callback_query:
        assert str(update.callback_query.from_user.id) == expect["account"]
        assert (update.callback_query.data or "").endswith(expect["choice"])
        return
    assert update.effective_chat is not None
    assert str(update.effective_chat.id) == expect["account"]
    if update.message:
        assert str(update.message.message_id) == expect["provider_message"]
        assert (update.message.caption or "") == expect.get("text", "") or update.message.text


def test_every_kind_of_message_has_a_telegram_case() -> None:
    kinds = {case["expect"]["kind"] for case in TELEGRAM if "kind" in case.get("expect", {})}
    assert kinds == {"text", "choice", "voice", "photo", "video", "sticker", "location", "contact", "document", "other"}


def test_only_a_tap_waits_for_an_answer() -> None:
    waiting = [tap_of(case["payload"]) for case in TELEGRAM if isinstance(case["payload"], dict)]
    assert [tap for tap in waiting if tap] == ["776", "777", "778", "779", "780"]


@by_name(WHATSAPP["cases"])
def test_whatsapp(case: dict[str, Any]) -> None:
    posted = urlencode(WHATSAPP["usual"] | case["fields"]).encode()
    fields = whatsapp_parse.form_fields(posted)
    assert len(fields) == len(WHATSAPP["usual"] | case["fields"])  # blank ones too
    if case.get("refused"):
        with pytest.raises(NotParseable):
            whatsapp_parse.parse(fields, NOW)
        return
    read = flat(whatsapp_parse.parse(fields, NOW))
    expect = case.get("expect")
    assert read == (expect and expect | {"provider_id": WHATSAPP["usual"]["MessageSid"]})
    assert "Inaq" not in str(read)  # the profile name is never read


def test_every_kind_of_message_has_a_whatsapp_case() -> None:
    kinds = {case["expect"]["kind"] for case in WHATSAPP["cases"] if "expect" in case}
    assert kinds == {"text", "choice", "voice", "photo", "video", "sticker", "location", "contact", "document", "other"}


@by_name(WHATSAPP["statuses"])
def test_whatsapp_status(case: dict[str, Any]) -> None:
    if case.get("refused"):
        with pytest.raises(NotParseable):
            whatsapp_parse.parse_status(case["path"], case["fields"])
        return
    read = whatsapp_parse.parse_status(case["path"], case["fields"])
    assert (asdict(read) if read else None) == case.get("expect")


@pytest.mark.parametrize("body", [b"\xff\xfe", b"{}", b"a", b"&".join([b"a=1"] * 300)])
def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(NotParseable):
        whatsapp_parse.form_fields(body)
