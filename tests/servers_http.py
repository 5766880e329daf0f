"""What the local Telegram and Twilio have in common: a real aiohttp server, a script of answers, a record of calls."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web


@dataclass(frozen=True)
class Answer:
    """What the server does with one call.

    `accept`: the message is taken (it exists from then on), whatever the client gets to see. `fate`: answer, hang
    (until the client goes away), reset-before (the connection is reset, the request's body unread), reset-after.
    """

    status: int = 200
    body: dict[str, Any] | None = None
    fate: str = "answer"
    accept: bool = False
    wait: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)


OK = Answer(accept=True)


def hang(*, accepted: bool = False) -> Answer:
    """No answer. `accepted`: but the message was taken."""
    return Answer(fate="hang", accept=accepted)


def slow(seconds: float) -> Answer:
    """A good answer, late."""
    return Answer(accept=True, wait=seconds)


def reset_before() -> Answer:
    return Answer(fate="reset-before")


def reset_after(*, accepted: bool = False) -> Answer:
    return Answer(fate="reset-after", accept=accepted)


@dataclass
class Call:
    """One request as it arrived. `accepted`: it was taken; `answer`: what was scripted."""

    method: str
    params: dict[str, Any]
    at: float
    answer: Answer
    accepted: bool = False
    files: dict[str, tuple[str, bytes, str]] = field(default_factory=dict)  # field -> name, content, MIME type


class LocalServer:
    """Start it with `await server.start()`, or with `async with`; stop it with `await server.close()`.

    `script(method, *answers)` is used up call by call, `always(method, answer)` holds until changed; "*" means every
    method. `complaints` lists what did not fit the API's description: a test should end with it empty.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.complaints: list[str] = []
        self.url = ""
        self._scripts: dict[str, deque[Answer]] = defaultdict(deque)
        self._always: dict[str, Answer] = {}
        self._runner: web.AppRunner | None = None

    def routes(self, app: web.Application) -> None:
        raise NotImplementedError

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/_calls", self._show)
        self.routes(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        address = self._runner.addresses[0]
        self.url = f"http://{host}:{address[1]}"
        return self

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def script(self, method: str, *answers: Answer) -> None:
        self._scripts[method].extend(answers)

    def always(self, method: str, answer: Answer | None) -> None:
        """None: back to normal."""
        if answer is None:
            self._always.pop(method, None)
        else:
            self._always[method] = answer

    def next_answer(self, method: str) -> Answer:
        for name in (method, "*"):
            if self._scripts[name]:
                return self._scripts[name].popleft()
        return self._always.get(method) or self._always.get("*") or OK

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    async def _show(self, _request: web.Request) -> web.Response:
        """For tests in another process: what was called, as JSON."""
        shown = [{"method": call.method, "params": call.params, "accepted": call.accepted} for call in self.calls]
        return web.json_response({"calls": shown, "complaints": self.complaints})


async def suffer(request: web.Request, answer: Answer) -> None:
    """The part of an answer that is no answer. Returns only for `answer`."""
    if answer.wait:
        await asyncio.sleep(answer.wait)
    if answer.fate == "hang":
        await asyncio.sleep(3600)
    if answer.fate.startswith("reset"):
        reset(request.transport)
        raise web.HTTPServiceUnavailable  # into a connection that is gone


def reset(transport: asyncio.BaseTransport | None) -> None:
    """A real TCP reset, not a polite end."""
    if transport is None:
        return
    if (sock := transport.get_extra_info("socket")) is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert isinstance(transport, asyncio.Transport)
    transport.abort()


@contextlib.asynccontextmanager
async def resetting_server() -> AsyncIterator[str]:
    """A URL where every connection is reset at once, without a byte being read."""

    class Resetter(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            reset(transport)

    server = await asyncio.get_running_loop().create_server(Resetter, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def closed_port_url() -> str:
    """A URL where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@contextlib.contextmanager
def in_thread(server: LocalServer) -> Iterator[LocalServer]:
    """For tests without a loop of their own: the server runs in a thread until the block ends. Its coroutines are to be
    called by `asyncio.run_coroutine_threadsafe(server.post(...), server.loop)`."""
    ready = threading.Event()
    loop = asyncio.new_event_loop()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(server.start())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(server.close())
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    if not ready.wait(10):
        raise RuntimeError("the local server did not start")
    server.loop = loop  # type: ignore[attr-defined]
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def now() -> float:
    return time.monotonic()
