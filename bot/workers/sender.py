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
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import structlog

from bot.channels.base import Channel
from bot.store import outbox
from bot.store.outbox import LeaseLost, OutItem
from bot.store.session import Store, is_database_away, is_retryable
from bot.workers import metrics
from bot.workers.buckets import Bucket
from bot.workers.contexts import Contexts
from bot.workers.delivery import Delivery, Fate
from bot.workers.faults import place_of
from bot.workers.holder import is_dead, own_name
from bot.workers.settle import Settler, show_doubles
from bot.workers.unknown import Unknowns

log = structlog.get_logger(__name__)
T = TypeVar("T")

RESERVED = 0.2  # of the sends in flight are kept free of pushes
TROUBLE = 5  # sends in a row that the provider could not take: from then on one at a time, until one goes through
EXPIRE_EVERY = 10.0  # seconds: rows whose sending nobody finished are looked for
_DATABASE_WAITS = (0.5, 1.0, 2.0, 5.0)


class InThread(Protocol):
    """Runs a function of the store in a thread: `await run(fn)`."""

    def __call__(self, fn: Callable[[], T], /) -> Awaitable[T]: ...


@dataclass(frozen=True)
class SenderSettings:
    """`rate`: messages a second. `concurrency`: sends in flight at most, and so the most that a kill can leave in doubt.
    `lease_seconds`: how long others wait when this process dies where they cannot see it (another machine)."""

    rate: float = 25.0
    concurrency: int = 10
    lease_seconds: float = 30.0
    pushes_share: float = 0.8
    per_address: float = 1.0
    staff_account: str | None = None  # STAFF_ALERT_TELEGRAM_CHAT
    poll: float = 1.0  # seconds between looks when nobody wakes it
    grace: float = 3.0  # seconds that sends in flight get at the end
    reconcile_after: float = 10.0  # seconds a status callback gets before Twilio is asked (danger: a third of it)


@dataclass
class _Lease:
    epoch: int
    since: float  # by the monotonic clock, before it was asked for


@dataclass(frozen=True)
class _Room:
    """How much may be claimed now."""

    any: int  # danger: as many as may be under way
    paced: int  # danger and replies, by the bucket
    pushes: int  # of these


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
        self._ttl = timedelta(seconds=self.settings.lease_seconds)
        self._lease: _Lease | None = None
        self._bucket = Bucket(self.settings.rate, clock=monotonic)
        self._pushes = Bucket(self.settings.rate * self.settings.pushes_share, clock=monotonic)
        self._flying: dict[int, tuple[OutItem, asyncio.Task[None]]] = {}
        self._landed: list[Fate] = []
        self._asking: asyncio.Task[None] | None = None
        self._settler = Settler(store, contexts, self.name, channel.name, channel.name == "telegram", monotonic)
        self._unknowns = Unknowns(store, channel, self._settler, self.settings, self._clock, monotonic)
        self._hungry = False  # the last claim took all it could: there may be more
        self._active_at = -1e9
        self._expired_at = -1e9
        self._delivery = Delivery(
            channel=channel,
            clock=self._clock,
            may_send=self.may_send,
            noted=self._note_part,
            bucket=self._bucket,
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
        return self._lease is not None and self._monotonic() - self._lease.since < self.settings.lease_seconds / 2

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
        try:
            items = await self._in_thread(lambda: self._transact(landed, flying))
        except BaseException:
            # Whether it was committed is not known; writing the same fates again changes nothing.
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
        if self._lease is not None:
            poll = min(poll, self.settings.lease_seconds / 4)
        if self._hungry and self.in_flight < self.settings.concurrency:
            return min(poll, max(self._bucket.wait(), 0.0) + 0.001)
        if self._monotonic() - self._active_at < 2 * self.settings.per_address + 0.5:
            return min(poll, max(0.02, self.settings.per_address / 4))  # the second message of an answer waits its turn
        return poll

    # --- in the thread of the store

    def _transact(self, landed: list[Fate], flying: list[int]) -> list[OutItem]:
        """`flying`: the lanes of the sends under way."""
        if landed:
            self._write_down(landed)
        if not self._hold():
            return []
        self._expire()
        return self._claim(self._room(flying))

    def _write_down(self, landed: list[Fate]) -> None:
        """Fates that came in together share a transaction; one that cannot be written takes no other along."""
        with self.store.begin() as session:
            now = self._clock()
            for fate in landed:
                savepoint = session.connection().begin_nested()
                try:
                    self._settler.settle(session, fate, now)
                    savepoint.commit()
                except Exception as exc:
                    if is_retryable(exc) or is_database_away(exc):
                        raise
                    savepoint.rollback()  # its lease runs out and it is found out like after a kill
                    log.error("send.not_written", channel=self.channel.name, row=fate.item.id, fault=place_of(exc))
        self._active_at = self._monotonic()

    def _hold(self) -> bool:
        """Takes the lease, or renews it in time."""
        asked = self._monotonic()
        lease = self._lease
        if lease is not None and asked - lease.since < self.settings.lease_seconds / 4:
            return True
        if lease is None:
            # What we still have under way from an earlier lease must have landed first, or it would count as unknown.
            if self._flying or self._landed:
                return False
            return self._take(asked)
        with self.store.begin() as session:
            renewed = outbox.renew_lease(session, self.name, self.holder, lease.epoch, self._clock(), self._ttl)
        if renewed:
            lease.since = asked
        else:
            self._lost()
        return renewed

    def _take(self, asked: float) -> bool:
        with self.store.begin() as session:
            now = self._clock()
            state = outbox.sender_state(session, self.name)
            # A process of this machine that was killed need not be waited for.
            holder = state.holder if state is not None and is_dead(state.holder) else None
            if holder is not None and state is not None:
                outbox.drop_lease(session, self.name, holder, state.epoch)
            epoch = outbox.take_lease(session, self.name, self.holder, now, self._ttl)
            if epoch is None:
                return False
            lost = outbox.expired(session, self.name, now)
            self._unknowns.take_over(session, now)
            show_doubles(session)
        self._bucket.empty()
        self._pushes.empty()
        self._settler.unknown = True
        self._lease = _Lease(epoch, asked)
        metrics.leading.labels(self.channel.name).set(1)
        metrics.halted.labels(self.channel.name).set(1 if state is not None and state.halted else 0)
        log.info("sender.leads", channel=self.channel.name, epoch=epoch, unknown=len(lost))
        return True

    def _lost(self) -> None:
        if self._lease is not None:
            log.warning("sender.lease_lost", channel=self.channel.name, epoch=self._lease.epoch)
        self._lease = None
        metrics.leading.labels(self.channel.name).set(0)

    def _expire(self) -> None:
        """Rows claimed by us whose sending never began (the database failed between claim and answer)."""
        if self._monotonic() - self._expired_at < min(EXPIRE_EVERY, self.settings.lease_seconds / 2):
            return
        self._expired_at = self._monotonic()
        with self.store.begin() as session:
            if outbox.expired(session, self.name, self._clock()):
                self._settler.unknown = True
            state = outbox.sender_state(session, self.name)
        metrics.halted.labels(self.channel.name).set(1 if state is not None and state.halted else 0)

    def _room(self, flying: list[int]) -> _Room:
        """By the sends under way, by how the last ones went, and by the buckets."""
        concurrency = self.settings.concurrency
        danger = flying.count(outbox.DANGER)
        free = concurrency - len(flying)
        # One place is kept for danger: the others may all be waiting for an answer that does not come.
        spare = min(free, max(1, concurrency - 1) - (len(flying) - danger))
        if self._settler.trouble >= TROUBLE:
            spare = min(spare, 1 - len(flying))
        most = max(1, int(concurrency * (1 - RESERVED)))
        paused = self._settler.pushes_paused_until
        if paused is not None and paused > self._clock():
            most = 0
        return _Room(
            any=max(0, free),
            paced=max(0, min(spare, self._bucket.whole())),
            pushes=max(0, min(most - flying.count(outbox.PUSHES), self._pushes.whole())),
        )

    def _claim(self, room: _Room) -> list[OutItem]:
        if room.any <= 0 or not self.may_send() or self._lease is None:
            self._hungry = True
            return []
        items: list[OutItem] = []
        with self.store.begin() as session:

            def claim(n: int, *lanes: int) -> None:
                if n > 0:
                    items.extend(
                        outbox.claim(
                            session,
                            self.store,
                            sender=self.name,
                            epoch=epoch,
                            n=n,
                            now=self._clock(),
                            lease=self._ttl,
                            lanes=lanes,
                            pace=timedelta(seconds=self.settings.per_address),
                        )
                    )

            epoch = self._lease.epoch
            try:
                if room.paced:
                    claim(room.paced, outbox.DANGER, outbox.REPLIES)
                    claim(min(room.paced - len(items), room.pushes), outbox.PUSHES)
                else:
                    claim(room.any, outbox.DANGER)
            except LeaseLost:
                self._lost()
                return []
        self._bucket.take(len(items))
        self._pushes.take(sum(item.lane == outbox.PUSHES for item in items))
        self._hungry = bool(items) or not room.paced
        if items:
            self._active_at = self._monotonic()
        return items

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
        lease, self._lease = self._lease, None
        metrics.leading.labels(self.channel.name).set(0)

        def put_in_order() -> None:
            if landed:
                self._write_down(landed)
            if lease is not None:
                with self.store.begin() as session:
                    outbox.drop_lease(session, self.name, self.holder, lease.epoch)

        try:
            await self._in_thread(put_in_order)
        except Exception as exc:  # the lease runs out by itself
            log.warning("sender.end", channel=self.channel.name, fault=place_of(exc))
