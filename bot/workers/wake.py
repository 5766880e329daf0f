"""Waking the loops: there is work in the inbox, or in the outbox.

`notify(session, INBOX)` is called inside the transaction that puts the work in; the loops are woken by its commit and
not before. In this process by an event; on PostgreSQL also in every other process, by NOTIFY. Nothing depends on it:
a loop that is not woken looks by itself a moment later.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from typing import Literal

import psycopg
import structlog
from sqlalchemy import event, text
from sqlmodel import Session

from bot.store.session import Store
from bot.workers.faults import place_of

log = structlog.get_logger(__name__)

Box = Literal["inbox", "outbox"]
INBOX: Box = "inbox"
OUTBOX: Box = "outbox"
_CHANNEL = {INBOX: "bekal_inbox", OUTBOX: "bekal_outbox"}
_RECONNECT = 5.0  # seconds

# Who waits in this process, by database and box. A database is told by its URL, as stores may be opened twice.
_waiting: dict[tuple[str, Box], set[Wake]] = {}
_lock = threading.Lock()


class Wake:
    """An event that any thread may set: `async with` it, then `await wake.wait(seconds)`."""

    def __init__(self, store: Store, box: Box, woken: asyncio.Event | None = None) -> None:
        self._key = (_name(store.engine), box)
        self._event = woken or asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __aenter__(self) -> Wake:
        self._loop = asyncio.get_running_loop()
        with _lock:
            _waiting.setdefault(self._key, set()).add(self)
        return self

    async def __aexit__(self, *_: object) -> None:
        with _lock:
            _waiting[self._key].discard(self)
        self._loop = None

    def set(self) -> None:
        """From any thread."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(self._event.set)

    async def wait(self, seconds: float) -> bool:
        """True: woken; False: the time is over. Forgets what woke it."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        finally:
            self._event.clear()
        return True


def notify(session: Session, box: Box) -> None:
    """Wakes whoever waits for this box once the session's transaction is committed. Cheap; call it once a transaction."""
    engine = session.get_bind()
    if engine.dialect.name == "postgresql":
        session.connection().execute(_NOTIFY, {"channel": _CHANNEL[box]})
    key = (_name(engine), box)

    @event.listens_for(session, "after_commit", once=True)
    def committed(_session: Session) -> None:
        _wake(key)


_NOTIFY = text("SELECT pg_notify(:channel, '')")


def wake_up(store: Store, box: Box) -> None:
    """Wakes whoever waits in this process; from any thread."""
    _wake((_name(store.engine), box))


def _wake(key: tuple[str, Box]) -> None:
    with _lock:
        waiting = list(_waiting.get(key, ()))
    for one in waiting:
        one.set()


def _name(engine: object) -> str:
    return str(getattr(engine, "url", ""))  # SQLAlchemy hides the password in it


@contextlib.asynccontextmanager
async def listening(store: Store) -> AsyncIterator[None]:
    """While it is open, NOTIFY from other processes wakes the loops of this one. SQLite has one process: nothing to do."""
    if store.dialect == "sqlite":
        yield
        return
    task = asyncio.create_task(_listen(store))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _listen(store: Store) -> None:
    """For ever; a connection that breaks is made anew."""
    conninfo = store.url.set(drivername="postgresql").render_as_string(hide_password=False)
    boxes = {channel: box for box, channel in _CHANNEL.items()}
    while True:
        try:
            connection = await psycopg.AsyncConnection.connect(conninfo, autocommit=True, connect_timeout=5)
            async with connection:
                for channel in boxes:
                    await connection.execute(f"LISTEN {channel}".encode())
                for box in _CHANNEL:  # what came while nobody listened
                    wake_up(store, box)
                async for told in connection.notifies():
                    if told.channel in boxes:
                        wake_up(store, boxes[told.channel])
        except psycopg.Error as exc:
            log.warning("listen.broken", fault=place_of(exc))
        await asyncio.sleep(_RECONNECT)
