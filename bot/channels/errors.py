"""From a provider's fault to a `SendFailed`, by the table in errors.yaml.

    classify_telegram(exception of python-telegram-bot) -> SendFailed
    classify_twilio(exception of twilio or of our transport) -> SendFailed
    twilio_failure(code of a status callback) -> SendFailed

python-telegram-bot's BadRequest *is a* NetworkError, so rows are tried in the order of the file, most specific first.
Texts of providers name people ("The 'To' number +62... is not valid"): numbers are masked before they are kept.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import telegram.error
import yaml
from telegram.warnings import PTBDeprecationWarning
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.base.version import Version
from twilio.http.response import Response

from bot.channels import request
from bot.channels.base import Action, Scope, SendFailed
from bot.channels.transport import NotSent

TABLE = Path(__file__).with_name("errors.yaml")
_NUMBER = re.compile(r"\+?\d[\d\s().-]{3,}\d")


@dataclass(frozen=True)
class Row:
    """One line of the table; it matches by whichever of `codes`, `first`..`last`, `status`, `error`, `has` are set."""

    action: Action
    says: str
    codes: tuple[int, ...] = ()
    first: int = 0
    last: int = -1
    status: tuple[int, ...] = ()
    error: type[Exception] | None = None
    has: str = ""
    code: str = ""
    scope: Scope = "message"
    wait: float | None = None
    tries: int | None = None
    ours: bool = False

    def failed(self, code: str, detail: str = "", *, wait: float | None = None) -> SendFailed:
        return SendFailed(
            code,
            self.action,
            retry_after=self.wait if wait is None else wait,
            scope=self.scope,
            tries=self.tries,
            ours=self.ours,
            detail=mask(detail) or self.says,
        )


def mask(text: str) -> str:
    """`text` without anything that may be a phone number or an id, and not long."""
    return _NUMBER.sub("…", " ".join(text.split()))[:120]


@cache
def rows(provider: str) -> tuple[Row, ...]:
    """The table of "twilio" or "telegram", in order."""
    table: dict[str, list[dict[str, Any]]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return tuple(_row(**line) for line in table[provider])


def _row(**line: Any) -> Row:
    line["first"], line["last"] = line.pop("from", 0), line.pop("to", -1)
    for name in ("codes", "status"):
        line[name] = tuple(line.get(name, ()))
    if "error" in line:
        line["error"] = getattr(request, line["error"], None) or getattr(telegram.error, line["error"])
    return Row(**line)


def classify_telegram(exc: Exception) -> SendFailed:
    """What to do after python-telegram-bot raised `exc`."""
    text = str(exc)
    status = getattr(exc, "status", None)
    for row in rows("telegram"):
        if row.error is None or not isinstance(exc, row.error) or row.has not in text.casefold():
            continue
        if row.status and status not in row.status:
            continue
        code = row.code.replace("5xx", str(status))
        failed = row.failed(code, text, wait=_wait(exc))
        if isinstance(exc, telegram.error.ChatMigrated):
            failed.moved_to = str(exc.new_chat_id)
        return failed
    return SendFailed("no-answer", "unknown", detail=type(exc).__name__)


def _wait(exc: Exception) -> float | None:
    """The wait that a 429 names."""
    if not isinstance(exc, telegram.error.RetryAfter):
        return None
    with warnings.catch_warnings():  # the property warns that it will become a timedelta
        warnings.simplefilter("ignore", PTBDeprecationWarning)
        wait = exc.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def classify_twilio(exc: Exception, retry_after: float | None = None) -> SendFailed:
    """What to do after twilio's client or our transport raised `exc`. `retry_after`: the header of the answer, which
    twilio's exceptions drop."""
    if isinstance(exc, NotSent):
        return SendFailed("not-sent", "retry", detail=str(exc))
    if type(exc) is TwilioException and exc.args and isinstance(exc.args[-1], Response):  # a listing that was refused
        exc = Version.exception("GET", "", exc.args[-1], "Unable to fetch page")
    if not isinstance(exc, TwilioRestException | TwilioServiceException):
        return SendFailed("no-answer", "unknown", detail=mask(str(exc)) or type(exc).__name__)
    text = exc.msg if isinstance(exc, TwilioRestException) else exc.title
    code = _number(exc.code)
    # Without a code of its own the library puts the HTTP status in the code's place.
    row = _by_code(code) if code != exc.status else None
    row = row or next((row for row in rows("twilio") if exc.status in row.status), None)
    name = str(code) if code and code != exc.status else f"http-{exc.status}"
    if row is None:
        return SendFailed(name, "unknown" if exc.status >= 500 else "permanent_message", ours=True, detail=mask(text))
    return row.failed(name, text, wait=retry_after)


def twilio_failure(code: int | None) -> SendFailed:
    """What to do when a status callback says `failed` or `undelivered` with this code."""
    row = _by_code(code) if code else None
    if row is None:
        return SendFailed(str(code or "undelivered"), "permanent_message", detail="not delivered")
    return row.failed(str(code))


def _by_code(code: int | None) -> Row | None:
    if code is None:
        return None
    return next((row for row in rows("twilio") if code in row.codes or row.first <= code <= row.last), None)


def _number(code: object) -> int | None:
    return int(code) if isinstance(code, int | str) and str(code).isdigit() else None
