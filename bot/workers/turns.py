"""Turns: what came in is played, in order for each address, exactly once.

    claim addresses (attempts + 1, committed) ──▶ read ahead what the texts mean
      ──▶ one transaction: each message in a savepoint (scene.py) ──▶ commit

A turn that fails is rolled back to its savepoint and waits; the others of the batch go on. While it waits, that person's
words of danger still pass. After three tries it is parked: the person gets an apology with the help numbers, staff see
it. A message that killed the process three times is parked without being played.
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.conversation.turn import take_turn
from bot.conversation.types import Message
from bot.store import inbox, outbox
from bot.store.inbox import Claimed, InboxItem
from bot.store.session import Store, is_database_away, is_retryable
from bot.workers import metrics
from bot.workers.contexts import Contexts
from bot.workers.desk import VoiceNote
from bot.workers.faults import place_of
from bot.workers.holder import is_dead, own_name
from bot.workers.scene import Scene, Stage, Take

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=20)  # of a claim; a batch takes a fraction of it
BUDGET = 0.1  # seconds after which a transaction is ended, so that webhooks get at the database
REPLAYS = 5  # of one address after a deadlock

FetchVoice = Callable[[VoiceNote], None]


@dataclass(frozen=True)
class Played:
    """`addresses` 0: there was nothing to do. `failed` turns wait, `parked` ones were given up."""

    turns: int = 0
    addresses: int = 0
    failed: int = 0
    parked: int = 0

    def __add__(self, other: Played) -> Played:
        return Played(
            self.turns + other.turns,
            self.addresses + other.addresses,
            self.failed + other.failed,
            self.parked + other.parked,
        )


class _RollBack(Exception):
    """Undo all of it."""


class TurnRunner:
    """Plays turns. One a process, used from one thread at a time; see `run_once`.

    `take`: the conversation (tests put faults in). Called after the commit: `fetch_voice` for each voice note handed
    over, `on_pulled` with each address of the web chat for which there is news.
    """

    def __init__(
        self,
        store: Store,
        contexts: Contexts,
        *,
        clock: Callable[[], datetime] | None = None,
        holder: str | None = None,
        take: Take = take_turn,
        fetch_voice: FetchVoice | None = None,
        on_pulled: Callable[[str], None] | None = None,
        budget: float = BUDGET,
    ) -> None:
        remembering, memory = contexts.remembering()
        self.store = store
        self.stage = Stage(store, remembering, memory, take)
        self.clock = clock or store.clock
        self.holder = holder or own_name()
        self._fetch_voice = fetch_voice
        self._on_pulled = on_pulled
        self._budget = budget
        self._ready: dict[int, InboxItem] = {}
        self._owed: list[Claimed] = []  # claimed but not tried: their attempts are to be given back

    def prepare(self) -> None:
        """At start: warms up, and takes off the claims of processes that are gone. On SQLite that is whoever claimed
        anything; on PostgreSQL whoever is known to be dead (the others' claims run out)."""
        self._warm_up()
        with self.store.begin() as session:
            if self.store.dialect == "sqlite":
                inbox.clear_claims(session)
                return
            for name in {state.holder for state in outbox.sender_states(session) if is_dead(state.holder)}:
                inbox.clear_claims(session, name)

    def _warm_up(self) -> None:
        """A made-up turn, rolled back. The first turn of a process takes many times as long as later ones; a message that
        was under way when the last process was killed is played first of all, and would be under way for that long
        again, and be taken for one that kills."""
        try:
            with self.store.begin() as session:
                now = self.clock()
                received = inbox.receive(
                    session,
                    self.store,
                    channel="webchat",
                    sender="warm-up",
                    account="nobody",
                    provider_id=secrets.token_hex(8),
                    message=Message("text", text="menu"),
                    now=now,
                    keep_days=1,
                )
                if received.inbox_id is not None:
                    Scene(self.stage, session, now).play(Claimed(received.address_id, (received.inbox_id,)))
                raise _RollBack
        except _RollBack:
            return
        except Exception as exc:
            log.warning("turns.not_warm", fault=place_of(exc))

    def run_once(self, limit: int = 50) -> Played:
        """Plays what is due of up to `limit` addresses. Raises what the database raises when it is away; what was
        claimed then is given back by the next call."""
        self._give_back()
        claims = self._claim(limit)
        if not claims:
            return Played()
        try:
            self._read_ahead(claims)
            played, waiting = Played(), deque(claims)
            while waiting:
                played += self._play_some(waiting)
            return played
        finally:
            self._ready.clear()
            self.stage.memory.forget()

    # --- claiming

    def _claim(self, limit: int) -> list[Claimed]:
        with self.store.begin() as session:
            return inbox.claim(session, self.store, holder=self.holder, limit=limit, now=self.clock(), lease=LEASE)

    def _give_back(self) -> None:
        """Nobody is to be parked because the database went away between claim and play."""
        while self._owed:
            claim = self._owed[-1]
            with self.store.begin() as session:
                inbox.release(session, claim.address_id, self.clock(), (*claim.inbox_ids, *claim.behind))
            self._owed.pop()

    def _read_ahead(self, claims: Iterable[Claimed]) -> None:
        """Messages are opened, and what the texts mean is worked out, while nobody waits for a lock of ours. Best effort:
        whatever fails here fails again in the turn, where it is dealt with."""
        try:
            with self.store.read() as session:
                for claim in claims:
                    for inbox_id in (*claim.inbox_ids, *claim.behind):
                        item = inbox.open_message(session, self.store, inbox_id)
                        if item is not None and item.message is not None:
                            self._ready[inbox_id] = item
        except Exception as exc:
            log.warning("turns.not_read_ahead", fault=place_of(exc))
        for item in self._ready.values():
            if item.message is not None and item.message.kind == "text":
                self.stage.memory.read_ahead(item.message.text, sasak=self.stage.reads_sasak(item.address_id))

    # --- transactions

    def _play_some(self, waiting: deque[Claimed]) -> Played:
        """One transaction with as many addresses as fit into the budget; they leave `waiting` once it is committed."""
        batch: list[Claimed] = []
        try:
            played = self._together(waiting, batch)
        except Exception as exc:
            if is_database_away(exc) and not is_retryable(exc):
                self._owed += waiting
                raise
            metrics.replays.inc()
            log.warning("turns.replayed", addresses=len(batch), fault=place_of(exc))
            played = self._one_by_one(waiting, batch)
        for _ in batch:
            waiting.popleft()
        return played

    def _together(self, waiting: Iterable[Claimed], batch: list[Claimed]) -> Played:
        """`batch` tells afterwards which addresses were in it, also when it raises."""
        began = time.monotonic()
        with self.store.begin() as session:
            scene = Scene(self.stage, session, self.clock(), self._ready)
            played = Played()
            for claim in waiting:
                batch.append(claim)
                turns, failed, parked = scene.play(claim)
                played += Played(turns, 1, failed, parked)
                if time.monotonic() - began > self._budget:
                    break
            scene.before_commit()
        scene.after_commit(self.clock())
        self._tell(scene)
        return played

    def _one_by_one(self, waiting: deque[Claimed], batch: list[Claimed]) -> Played:
        """After a deadlock or the like: each address in a transaction of its own, several times if need be."""
        played = Played()
        for place, claim in enumerate(batch):
            for attempt in range(REPLAYS):
                try:
                    played += self._together([claim], [])
                    break
                except Exception as exc:
                    if is_retryable(exc):
                        time.sleep(0.01 * 2**attempt * (0.5 + secrets.randbelow(100) / 100))
                    elif is_database_away(exc):
                        self._owed += list(waiting)[place:]
                        raise
                    else:
                        # Not in a turn, which would have been caught: the claim runs out and it comes again, counted.
                        log.error("turns.address_failed", fault=place_of(exc))
                        break
            else:
                log.warning("turns.locked_out", tries=REPLAYS)
                self._owed.append(claim)
        return played

    def _tell(self, scene: Scene) -> None:
        """What others want to know of a committed transaction; a fault of theirs is not ours."""
        acts: list[Callable[[], object]] = []
        if self._fetch_voice is not None:
            acts += [partial(self._fetch_voice, voice) for voice in scene.voices]
        if self._on_pulled is not None:
            acts += [partial(self._on_pulled, address_id) for address_id in sorted(scene.pulled)]
        for act in acts:
            try:
                act()
            except Exception as exc:
                log.warning("turns.not_told", fault=place_of(exc))
