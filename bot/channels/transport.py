"""HTTP on aiohttp for both providers, with the one distinction that matters when a request fails:

    TransportError
    ├── NotSent       nothing was written: sending again cannot make a double
    └── Unanswered    bytes were written and no whole answer came: it may have been done

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
    ) -> Answer:
        """The answer, whatever its status. Raises NotSent or Unanswered."""
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
                return Answer(response.status, response.headers, await response.read())
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
