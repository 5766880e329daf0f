"""What the web needs from the rest of the house, handed in by `bot/app.py`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from aiohttp import web
from prometheus_client import CollectorRegistry
from sqlmodel import Session

from bot.channels.telegram import Telegram
from bot.channels.whatsapp import WhatsApp
from bot.conversation.prints import Drawn
from bot.conversation.types import CertificateChecked, Drafts, Print
from bot.library.model import Library
from bot.store.outbox import Fate
from bot.store.session import Store, is_retryable
from bot.web.notifier import Notifier
from bot.web.rescue import Rescue
from bot.web.tickets import Tickets

T = TypeVar("T")

TRIES = 3  # of a transaction that met a deadlock or a busy database
WEBCHAT = "webchat"  # channel and sender of the web chat


class Runner(Protocol):
    """Runs a function of the store in its thread: `await run(fn)`."""

    async def __call__(self, fn: Callable[[], T], /) -> T: ...


@dataclass(frozen=True)
class Limits:
    """How much of everything. Tests make these small."""

    body: int = 256 * 1024  # bytes of a request
    messages: int = 20  # of one visitor in `window` seconds
    window: float = 60.0
    streams: int = 6  # open at once for one visitor; the oldest ends
    all_streams: int = 2000  # in this process; beyond, pages ask instead of listening
    batch: int = 50  # messages read at once
    spool_files: int = 2000
    spool_bytes: int = 16 * 1024 * 1024


@dataclass(frozen=True)
class WebDeps:
    """Everything `build_app` needs.

    notifier        its `notify(address_id)` is called, from any thread, by whoever puts a message out for web chat; or
                    `look()`, where it is not known for whom
    on_received     called with the address after a message was kept: wakes the turns
    on_fate         called inside the transaction of a status callback that changed a row (tell a person, send anew)
    rescue          answers words of danger while the database is away
    turns_alive     is the turn loop of this process at work; always true where another process plays the turns
    registry        the workers' metrics, shown beside the web's own
    tickets         the links to drawn files, and `draw` the files; `draw` raises LookupError for what is not there (any more)
    check_certificate  is a code genuine? None: no certificates are given out here
    drafts          how unsigned Sasak is shown in the web chat
    poll_seconds    how often the outbox is looked at although nobody called `notify`
    """

    store: Store
    run_in_store_thread: Runner
    notifier: Notifier
    library: Library
    media_dir: Path
    spool_dir: Path
    telegram: Telegram | None = None
    telegram_secret: str | None = None
    whatsapp: WhatsApp | None = None
    public_base_url: str = ""
    other_ways: tuple[tuple[str, str], ...] = ()  # (label, link) for who has no JavaScript: t.me/…, wa.me/…
    clock: Callable[[], datetime] | None = None  # default: the store's
    on_received: Callable[[str], None] = lambda address_id: None
    on_fate: Callable[[Session, Fate], None] = lambda session, fate: None
    rescue: Rescue | None = None
    turns_alive: Callable[[], bool] = lambda: True
    registry: CollectorRegistry | None = None
    tickets: Tickets | None = None
    draw: Callable[[Print, Drafts], Awaitable[Drawn]] | None = None
    check_certificate: Callable[[Session, str], CertificateChecked] | None = None
    drafts: Drafts = "show"
    poll_seconds: float = 1.0
    heartbeat_seconds: float = 15.0
    drain_seconds: float = 5.0
    limits: Limits = field(default_factory=Limits)

    def now(self) -> datetime:
        return (self.clock or self.store.clock)()

    def file_link(self) -> Callable[[Print], str] | None:
        """Where the page fetches a print; None: nothing is drawn here."""
        tickets = self.tickets
        return None if tickets is None or self.draw is None else lambda spec: tickets.link(spec, self.drafts)

    async def write(self, fn: Callable[[Session], T]) -> T:
        """`fn` in one write transaction, committed when this returns; tried again after a deadlock."""

        def once() -> T:
            for left in range(TRIES - 1, -1, -1):
                try:
                    with self.store.begin() as session:
                        return fn(session)
                except Exception as error:
                    if not left or not is_retryable(error):
                        raise
            raise AssertionError("not reached")

        return await self.run_in_store_thread(once)

    async def read(self, fn: Callable[[Session], T]) -> T:
        """`fn` in one reading transaction."""

        def once() -> T:
            with self.store.read() as session:
                return fn(session)

        return await self.run_in_store_thread(once)


DEPS: web.AppKey[WebDeps] = web.AppKey("deps", WebDeps)
