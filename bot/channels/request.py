"""python-telegram-bot's request on aiohttp: several times faster than its own on httpx, and it never logs the token.

Its errors, all of them python-telegram-bot's own or made from them:

    TelegramError
    ├── RetryAfter
    │   └── Flood               429 with a wait; the base class warns about its own attribute, this one does not
    └── NetworkError
        ├── NeverSent           not a byte was written
        ├── ServerAnswered      a status python-telegram-bot knows no class for: 413, 429 without a wait, 5xx; `.status`
        ├── TimedOut            written, no answer in time
        └── (itself)            written, the connection broke
"""

from __future__ import annotations

import json
from contextvars import ContextVar
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.channels.transport import Answer, NotSent, Timeouts, Unanswered, Wire

# The last good answer in this task. When python-telegram-bot cannot read what Telegram says about a message that it has
# taken, the message must not be sent again: the sender finds its id here.
last_answer: ContextVar[bytes | None] = ContextVar("last_answer", default=None)

DOWNLOAD = 120.0  # seconds for the bytes of a file, beside the time-outs of any request

_KNOWN = {400, 401, 403, 404, 409}  # statuses that BaseRequest turns into classes of their own


class NeverSent(NetworkError):
    """Not a byte was written."""


class ServerAnswered(NetworkError):
    """A status without a class of its own."""

    def __init__(self, status: int, description: str = "") -> None:
        super().__init__(description or f"HTTP {status}")
        self.status = status


class Flood(RetryAfter):
    """429: wait so long."""

    @property
    def retry_after(self) -> timedelta:
        return self._retry_after


class AioRequest(BaseRequest):
    """Honours python-telegram-bot's four time-outs. Opens its connections at the first request."""

    def __init__(self, timeouts: Timeouts | None = None, connections: int = 50, media_write: float = 30.0) -> None:
        self._wire = Wire(timeouts, connections)
        self._media_write = media_write

    @property
    def read_timeout(self) -> float:
        return self._wire.timeouts.read

    async def initialize(self) -> None:
        """Nothing to do: the pool opens by itself."""

    async def shutdown(self) -> None:
        await self._wire.close()

    async def download(self, url: str, most: int) -> Answer:
        """A file of at most so many bytes, whatever the status. Raises NotSent, Unanswered or TooLarge (transport.py)."""
        headers = {"User-Agent": BaseRequest.USER_AGENT, "Accept-Encoding": "identity"}
        slower = replace(self._wire.timeouts, write=DOWNLOAD)
        return await self._wire.request("GET", url, headers=headers, timeouts=slower, most=most)

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and body. Raises the errors drawn above."""
        given = {"read": read_timeout, "write": write_timeout, "connect": connect_timeout, "pool": pool_timeout}
        chosen = {name: float(value) for name, value in given.items() if isinstance(value, int | float)}
        files = request_data.multipart_data if request_data else None
        if files and "write" not in chosen:
            chosen["write"] = self._media_write
        parameters = request_data.json_parameters if request_data else {}
        body, headers = _encode(parameters, files)
        last_answer.set(None)
        fault: TelegramError
        try:
            answer = await self._wire.request(
                method, url, body=body, headers=headers, timeouts=replace(self._wire.timeouts, **chosen)
            )
        except NotSent as exc:
            fault = NeverSent(str(exc))
        except Unanswered as exc:
            fault = TimedOut() if exc.slow else NetworkError(str(exc))
        else:
            if answer.status < 300:
                last_answer.set(answer.body)
                return answer.status, answer.body
            if answer.status in _KNOWN:
                return answer.status, answer.body
            fault = _fault(answer.status, answer.body)
        raise fault


def _encode(parameters: dict[str, str], files: Any) -> tuple[bytes | aiohttp.FormData, dict[str, str]]:
    headers = {"User-Agent": BaseRequest.USER_AGENT}
    if not files:
        return urlencode(parameters).encode(), headers | {"Content-Type": "application/x-www-form-urlencoded"}
    form = aiohttp.FormData()
    for name, value in parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in files.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form, headers


def _fault(status: int, body: bytes) -> TelegramError:
    try:
        said = json.loads(body)
        description = str(said.get("description") or "")
        wait = (said.get("parameters") or {}).get("retry_after")
    except (ValueError, AttributeError):
        description, wait = "", None
    if status == 429 and isinstance(wait, int | float) and wait > 0:
        return Flood(timedelta(seconds=wait))
    return ServerAnswered(status, description)
