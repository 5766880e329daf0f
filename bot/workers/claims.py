"""The part of a sender that touches the database: its lease, what came of its sends, and what it may claim next.

All of it runs in the store's thread, one call at a time (`transact`); sender.py is the loop around it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from bot.store import outbox
from bot.store.outbox import LeaseLost, OutItem
from bot.store.session import Store, is_database_away, is_retryable
from bot.workers import metrics
from bot.workers.buckets import Bucket
from bot.workers.delivery import Fate
from bot.workers.faults import place_of
from bot.workers.holder import is_dead
from bot.workers.settle import Settler, show_doubles

log = structlog.get_logger(__name__)

RESERVED = 0.2  # of the sends in flight are kept free of pushes
TROUBLE = 5  # sends in a row that the provider could not take: from then on one at a time, until one goes through
EXPIRE_EVERY = 10.0  # seconds: rows whose sending nobody finished are looked for


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
    short: bool  # only tokens are missing


class Claims:
    """Of one sender. `take_over(session, now)` is called in the transaction that takes the lease."""

    def __init__(
        self,
        store: Store,
        settler: Settler,
        settings: SenderSettings,
        holder: str,
        take_over: Callable[[Session, datetime], None],
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store = store
        self.settings = settings
        self.holder = holder
        self.name = settler.sender
        self.bucket = Bucket(settings.rate, clock=monotonic)
        self.pushes = Bucket(settings.rate * settings.pushes_share, clock=monotonic)
        self.hungry = False  # there may be more, and only tokens are missing
        self.active_at = -1e9  # when something was sent last
        self._settler = settler
        self._channel = settler.channel
        self._take_over = take_over
        self._clock = clock
        self._monotonic = monotonic
        self._ttl = timedelta(seconds=settings.lease_seconds)
        self._lease: _Lease | None = None
        self._expired_at = -1e9

    @property
    def leads(self) -> bool:
        return self._lease is not None

    def may_send(self) -> bool:
        """Is the lease ours and young enough to begin a send?"""
        return self._lease is not None and self._monotonic() - self._lease.since < self.settings.lease_seconds / 2

    def transact(self, landed: list[Fate], flying: list[int]) -> list[OutItem]:
        """Writes down what landed (and empties the list), keeps the lease, claims. `flying`: the lanes of the sends
        under way."""
        self.hungry = False
        if landed:
            self.write_down(landed)
            landed.clear()  # should what follows fail, they are not written again
        if not self._hold(bool(flying)):
            return []
        self._expire()
        return self._claim(self._room(flying))

    def give_back(self) -> None:
        """At the end: the next one need not wait."""
        lease, self._lease = self._lease, None
        metrics.leading.labels(self._channel).set(0)
        if lease is not None:
            with self.store.begin() as session:
                outbox.drop_lease(session, self.name, self.holder, lease.epoch)

    def lose(self) -> None:
        """It is another's, or ran out."""
        if self._lease is not None:
            log.warning("sender.lease_lost", channel=self._channel, epoch=self._lease.epoch)
        self._lease = None
        metrics.leading.labels(self._channel).set(0)

    def write_down(self, landed: list[Fate]) -> None:
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
                    log.error("send.not_written", channel=self._channel, row=fate.item.id, fault=place_of(exc))
        self.active_at = self._monotonic()

    def _hold(self, flying: bool) -> bool:
        """Takes the lease, or renews it in time."""
        asked = self._monotonic()
        lease = self._lease
        if lease is not None and asked - lease.since < self.settings.lease_seconds / 4:
            return True
        if lease is None:
            # What we still have under way from an earlier lease must have landed first, or it would count as unknown.
            return False if flying else self._take(asked)
        with self.store.begin() as session:
            renewed = outbox.renew_lease(session, self.name, self.holder, lease.epoch, self._clock(), self._ttl)
        if renewed:
            lease.since = asked
        else:
            self.lose()
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
            self._take_over(session, now)
            show_doubles(session)
        self.bucket.empty()
        self.pushes.empty()
        self._settler.unknown = True
        self._lease = _Lease(epoch, asked)
        metrics.leading.labels(self._channel).set(1)
        metrics.halted.labels(self._channel).set(1 if state is not None and state.halted else 0)
        log.info("sender.leads", channel=self._channel, epoch=epoch, unknown=len(lost))
        return True

    def _expire(self) -> None:
        """Rows claimed by us whose sending never began (the database failed between claim and answer)."""
        if self._monotonic() - self._expired_at < min(EXPIRE_EVERY, self.settings.lease_seconds / 2):
            return
        self._expired_at = self._monotonic()
        with self.store.begin() as session:
            if outbox.expired(session, self.name, self._clock()):
                self._settler.unknown = True
            state = outbox.sender_state(session, self.name)
        metrics.halted.labels(self._channel).set(1 if state is not None and state.halted else 0)

    def _room(self, flying: list[int]) -> _Room:
        """By the sends under way, by how the last ones went, and by the buckets."""
        concurrency = self.settings.concurrency
        danger = flying.count(outbox.DANGER)
        free = concurrency - len(flying)
        # One place is kept for danger: the others may all be waiting for an answer that does not come.
        spare = min(free, max(1, concurrency - 1) - (len(flying) - danger))
        if self._settler.trouble >= TROUBLE:
            spare = min(spare, 1 - len(flying))
        tokens = self.bucket.whole()
        most = max(1, int(concurrency * (1 - RESERVED)))
        paused = self._settler.pushes_paused_until
        if paused is not None and paused > self._clock():
            most = 0
        return _Room(
            any=max(0, free),
            paced=max(0, min(spare, tokens)),
            pushes=max(0, min(most - flying.count(outbox.PUSHES), self.pushes.whole())),
            short=spare > 0 and tokens == 0,
        )

    def _claim(self, room: _Room) -> list[OutItem]:
        if room.any <= 0 or not self.may_send() or self._lease is None:
            return []
        try:
            with self.store.begin() as session:
                if room.paced:
                    items = self._claim_lanes(session, self._lease, room.paced, outbox.DANGER, outbox.REPLIES)
                    left = min(room.paced - len(items), room.pushes)
                    items += self._claim_lanes(session, self._lease, left, outbox.PUSHES)
                else:
                    items = self._claim_lanes(session, self._lease, room.any, outbox.DANGER)
        except LeaseLost:
            self.lose()
            return []
        self.bucket.take(len(items))
        self.pushes.take(sum(item.lane == outbox.PUSHES for item in items))
        self.hungry = bool(items) or room.short
        if items:
            self.active_at = self._monotonic()
        return items

    def _claim_lanes(self, session: Session, lease: _Lease, n: int, *lanes: int) -> list[OutItem]:
        if n <= 0:
            return []
        return outbox.claim(
            session,
            self.store,
            sender=self.name,
            epoch=lease.epoch,
            n=n,
            now=self._clock(),
            lease=self._ttl,
            lanes=lanes,
            pace=timedelta(seconds=self.settings.per_address),
        )
