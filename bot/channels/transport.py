"""HTTP on aiohttp for both providers, with the one distinction that matters when a request fails:

    TransportError
    ├── NotSent       nothing was written: sending again cannot make a double
    ├── Unanswered    bytes were written and no whole answer came: it may have been done
    └── TooLarge      the answer is larger than was asked for; the rest of it was not read

Faults carry the name of aiohttp's exception and nothing else: its texts hold the URL, and Telegram's holds the token.
They are raised outside the `except` block, so that no traceback drags the original along.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import aiohttp
from yarl import URL


class TransportError(Exception):
    """A request that got no answer."""


class NotSent(TransportError):
    """Not a byte of it was written."""


class Unanswered(TransportError):
    """Written, at least in part. `slow`: a time-out, not a broken connection."""

    def __init__(self, name: str, *, slow: bool = False) -> None:
        super().__init__(name)
        self.slow = slow


class TooLarge(TransportError):
    """The answer is larger than `most`."""


@dataclass(frozen=True)
class Timeouts:
    """Seconds. `read` is the longest silence while waiting for the answer, `pool` the wait for a free connection."""

    connect: float = 5.0
    write: float = 10.0
    read: float = 10.0
    pool: float = 5.0

    @property
    def client(self) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(
            total=self.pool + self.connect + self.write + self.read,
            connect=self.pool + self.connect,
            sock_connect=self.connect,
            sock_read=self.read,
        )


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire:
    """One pool of connections, opened at the first request (aiohttp wants a running loop) and closed by `close`."""

    def __init__(self, timeouts: Timeouts | None = None, connections: int = 50) -> None:
        self.timeouts = timeouts or Timeouts()
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            trace = aiohttp.TraceConfig()
            trace.on_request_headers_sent.append(_writing)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                trace_configs=[trace],
            )
        return self._session

    async def request(
        self,
        method: str,
        url: str,
        *,
        body: bytes | aiohttp.FormData | None = None,
        headers: Mapping[str, str] | None = None,
        timeouts: Timeouts | None = None,
        most: int | None = None,
    ) -> Answer:
        """The answer, whatever its status. Raises NotSent or Unanswered; TooLarge where a good answer has more than
        `most` bytes."""
        progress = SimpleNamespace(writing=False)
        fault: TransportError
        try:
            async with self._open().request(
                method,
                URL(url, encoded=True),
                data=body,
                headers=headers,
                timeout=(timeouts or self.timeouts).client,
                allow_redirects=False,
                trace_request_ctx=progress,
            ) as response:
                content = await (response.read() if most is None or response.status >= 300 else _read(response, most))
                return Answer(response.status, response.headers, content)
        except (aiohttp.ClientError, TimeoutError, OSError) as exc:
            name = type(exc).__name__
            if not progress.writing or (isinstance(body, bytes) and _found_closed(exc)):
                fault = NotSent(name)
            else:
                fault = Unanswered(name, slow=isinstance(exc, TimeoutError))
        raise fault

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    """The whole of it, as long as it is no larger; leaving early closes the connection."""
    read = bytearray()
    if (response.content_length or 0) <= most:
        async for chunk in response.content.iter_chunked(64 * 1024):
            read += chunk
            if len(read) > most:
                break
        else:
            return bytes(read)
    raise TooLarge(f"more than {most} bytes")


async def _writing(_session: aiohttp.ClientSession, progress: Any, _params: object) -> None:
    """aiohttp is about to write the first bytes: from here on nobody can say that nothing arrived."""
    progress.trace_request_ctx.writing = True


def _found_closed(exc: BaseException | None) -> bool:
    """The pooled connection was already closed at the first write. A body of plain bytes goes out in one write with
    its headers, so nothing of it left."""
    while exc is not None:
        if isinstance(exc, aiohttp.ClientConnectionResetError) and "closing transport" in str(exc):
            return True
        exc = exc.__cause__ or exc.__context__
    return False
