"""Announcements and reminders become outbox rows, a chunk at a time; what is due is forgotten, once an hour; lists that
came in since are read into memory.

Safe to kill anywhere: a chunk and the note how far it went are one transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.store import broadcasts, listings, privacy
from bot.store.session import Store
from bot.workers.contexts import Contexts
from bot.workers.pushes import broadcast_body
from bot.workers.reminders import Reminders
from bot.workers.wake import OUTBOX, notify

log = structlog.get_logger(__name__)

CHUNK = 100  # contacts; SQLite's writers wait for some 20 ms
PRUNE_EVERY = timedelta(hours=1)
PRUNED = 500  # rows of a kind at a time
_PRUNE_ROUNDS = 200


class Planner:
    """One a process; used from one thread at a time."""

    def __init__(
        self,
        store: Store,
        contexts: Contexts | None = None,
        *,
        clock: Callable[[], datetime] | None = None,
        chunk: int = CHUNK,
    ) -> None:
        """`contexts` None: announcements only, no reminders (a short command)."""
        self.store = store
        self._clock = clock or store.clock
        self._chunk = chunk
        self._pruned_at: datetime | None = None
        self._reminders = None if contexts is None else Reminders(store, contexts, clock=self._clock)

    def run_once(self) -> bool:
        """What is due to be reminded of, and one chunk of the oldest announcement; True while there is more."""
        more = self._reminders.run_once() if self._reminders is not None else False
        return self._expand() or more

    def _expand(self) -> bool:
        with self.store.read() as session:
            if self._reminders is not None:
                listings.warm(session)
            waiting = broadcasts.expanding(session)
        if not waiting:
            return False
        with self.store.begin() as session:
            done = broadcasts.expand(session, self.store, waiting[0], self._chunk, self._clock(), body=broadcast_body)
            notify(session, OUTBOX)
        return not done or len(waiting) > 1

    def prune_if_due(self) -> bool:
        """Forgets what is due, at the start and then every hour; small transactions. False: not yet."""
        now = self._clock()
        if self._pruned_at is not None and now - self._pruned_at < PRUNE_EVERY:
            return False
        total = 0
        for _ in range(_PRUNE_ROUNDS):
            with self.store.begin() as session:
                gone = privacy.prune(session, self.store, now, PRUNED)
            total += sum(gone.values())
            if all(rows < PRUNED for rows in gone.values()):
                break
        self._pruned_at = now
        if total:
            log.info("pruned", rows=total)
        return True


def expand_all(store: Store, now: datetime) -> None:
    """Expands every waiting announcement at once (the command `broadcast`)."""
    planner = Planner(store, clock=lambda: now)
    while planner.run_once():
        pass
