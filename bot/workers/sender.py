"""The sender loop: one active one for each bot or number, held by a lease with an epoch.

    take or renew the lease ──▶ write down what came of the last sends ──▶ claim what may go ──▶ send, concurrently

Danger first, then replies, then pushes with at most 80 % of the rate; about one message a second to an address. It stops
sending at half its lease, so that whoever takes over finds nothing of it still under way, and a new holder begins with an
empty bucket. What may have been sent when a process died is found out (`unknown.py`), and only then sent again.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol, TypeVar

import structlog

from bot.channels.base import Channel, SendFailed
from bot.store import outbox
from bot.store.outbox import OutItem
from bot.store.session import Store, is_database_away, is_retryable
from bot.workers import metrics
from bot.workers.claims import Claims, SenderSettings
from bot.workers.contexts import Contexts
from bot.workers.delivery import Delivery, Fate
from bot.workers.faults import place_of
from bot.workers.holder import own_name
from bot.workers.settle import Settler
from bot.workers.unknown import Unknowns

log = structlog.get_logger(__name__)
T = TypeVar("T")

__all__ = ["InThread", "Sender", "SenderSettings"]

_THREAD_GRACE = 10.0  # seconds that a transaction gets to end when we are stopped
_DATABASE_WAITS = (0.5, 1.0, 2.0, 5.0)


class InThread(Protocol):
    """Runs a function of the store in a thread: `await run(fn)`."""

    def __call__(self, fn: Callable[[], T], /) -> Awaitable[T]: ...


class Sender:
    """See the module. `run()` until cancelled; `wake` (set by whoever puts something into the outbox) cuts its rest."""

    def __init__(
        self,
        store: Store,
        channel: Channel,
        contexts: Contexts,
        settings: SenderSettings | None = None,
        *,
        clock: Callable[[], datetime] | None = None,
        run_in_thread: InThread = asyncio.to_thread,
        holder: str | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store = store
        self.channel = channel
        self.name = channel.sender
        self.settings = settings or SenderSettings()
        self.wake = asyncio.Event()
        self.holder = holder or own_name()
        self._clock = clock or store.clock
        self._monotonic = monotonic
        self._in_thread = run_in_thread
        self._flying: dict[int, tuple[OutItem, asyncio.Task[None]]] = {}
        self._landed: list[Fate] = []
        self._asking: asyncio.Task[None] | None = None
        self._settler = Settler(store, contexts, self.name, channel.name, channel.name == "telegram", monotonic)
        self._unknowns = Unknowns(store, channel, self._settler, self.settings, self._clock, monotonic)
        self._claims = Claims(
            store,
            self._settler,
            self.settings,
            self.holder,
            self._unknowns.take_over,
            clock=self._clock,
            monotonic=monotonic,
        )
        self._delivery = Delivery(
            channel=channel,
            clock=self._clock,
            may_send=self._claims.may_send,
            noted=self._note_part,
            bucket=self._claims.bucket,
            staff_account=self.settings.staff_account,
            # A send begun just before half the lease ends before all of it is over.
            timeout=self.settings.lease_seconds / 2,
            pace=self.settings.per_address,
        )

    @property
    def in_flight(self) -> int:
        return len(self._flying)

    def may_send(self) -> bool:
        """Is the lease ours and young enough to begin a send?"""
        return self._claims.may_send()

    # --- the loop

    async def run(self) -> None:
        """Until cancelled. Survives the database being away."""
        failures = 0
        try:
            while True:
                try:
                    await self._cycle()
                    failures = 0
                except Exception as exc:
                    wait = _DATABASE_WAITS[min(failures, len(_DATABASE_WAITS) - 1)]
                    failures += 1
                    metrics.loop_faults.labels("sender").inc()
                    away = is_database_away(exc) or is_retryable(exc)
                    log.warning("sender.fault", channel=self.channel.name, away=away, fault=place_of(exc))
                    await asyncio.sleep(wait)
                else:
                    await self._rest()
        finally:
            await self._end()

    async def _cycle(self) -> None:
        """One look at the database, one round of new sends."""
        landed, self._landed = self._landed, []
        flying = [item.lane for item, _ in self._flying.values()]
        looking = asyncio.ensure_future(self._in_thread(lambda: self._claims.transact(landed, flying)))
        try:
            items = await asyncio.shield(looking)
        except asyncio.CancelledError:
            # A thread cannot be stopped. What it still claims for us goes back unsent.
            await asyncio.wait({looking}, timeout=self.settings.grace + _THREAD_GRACE)
            if looking.done() and looking.exception() is None:
                stopped = SendFailed("stopped", "retry_at", retry_after=0.0)
                self._landed += [Fate(item, error=stopped) for item in looking.result()]
            self._landed = landed + self._landed
            raise
        except Exception:
            # Those not known to be written are written again: that changes nothing where they were.
            self._landed = landed + self._landed
            raise
        for item in items:
            task = asyncio.create_task(self._send(item))
            self._flying[item.id] = (item, task)
        metrics.in_flight.labels(self.channel.name).set(len(self._flying))
        if self.may_send() and self._unknowns.due() and (self._asking is None or self._asking.done()):
            self._asking = asyncio.create_task(self._find_out())  # beside the loop: asking a provider takes its time

    async def _find_out(self) -> None:
        try:
            await self._unknowns.find_out(self._in_thread, frozenset(self._flying))
        except Exception as exc:
            log.warning("sender.not_found_out", channel=self.channel.name, fault=place_of(exc))
        self.wake.set()

    async def _send(self, item: OutItem) -> None:
        fate: Fate | None = None
        try:
            fate = await self._delivery.deliver(item)
        finally:
            # Cancelled at the end of the process: the row stays `sending`, and whoever comes next finds it out.
            self._flying.pop(item.id, None)
            if fate is not None:
                self._landed.append(fate)
            self.wake.set()

    async def _note_part(self, item: OutItem, name: str) -> None:
        def note() -> None:
            with self.store.begin() as session:
                outbox.accepted_part(session, item.id, name, self._clock())

        await self._in_thread(note)

    async def _rest(self) -> None:
        """Until there is something to do."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._idle()):
                await self.wake.wait()
        self.wake.clear()

    def _idle(self) -> float:
        poll = self.settings.poll
        if self._claims.leads:
            poll = min(poll, self.settings.lease_seconds / 4)
        if self._claims.hungry and self.in_flight < self.settings.concurrency:
            return min(poll, self._claims.bucket.wait() + 0.001)
        if self._monotonic() - self._claims.active_at < 2 * self.settings.per_address + 0.5:
            return min(poll, max(0.02, self.settings.per_address / 4))  # the second message of an answer waits its turn
        return poll

    # --- the end

    async def _end(self) -> None:
        """What is under way may land for a moment; then it is written down and the lease given back."""
        tasks = [task for _, task in self._flying.values()]
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
        if tasks:
            await asyncio.wait(tasks, timeout=self.settings.grace)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        landed, self._landed = self._landed, []

        def put_in_order() -> None:
            if landed:
                self._claims.write_down(landed)
            self._claims.give_back()

        try:
            await self._in_thread(put_in_order)
        except Exception as exc:  # the lease runs out by itself
            log.warning("sender.end", channel=self.channel.name, fault=place_of(exc))
