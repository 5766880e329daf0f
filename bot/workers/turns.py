"""Turns: what came in is played, in order for each address, exactly once.

    claim addresses (attempts + 1, committed) ──▶ read ahead what the texts mean
      ──▶ one transaction: each message in a savepoint: state, effects, outbox rows, inbox row done ──▶ commit

A turn that fails is rolled back to its savepoint and waits; the others of the batch go on. While it waits, that person's
words of danger still pass. After three tries it is parked: the person gets an apology with the help numbers, staff see
it. A message that killed the process three times is parked without being played.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlmodel import Session

from bot.conversation import codec
from bot.conversation.danger import SHOWN
from bot.conversation.flows import REGISTRY
from bot.conversation.globals import menu_state
from bot.conversation.state import State, dump
from bot.conversation.turn import take_turn
from bot.conversation.types import Context, Event, Message, Outcome, Reply, Request, Staff, Turn
from bot.store import events, inbox, outbox, people, questions, staff
from bot.store.inbox import Claimed, InboxItem
from bot.store.people import Person
from bot.store.session import Store, is_database_away, is_retryable
from bot.workers import metrics
from bot.workers.alerts import tell_staff
from bot.workers.apology import apology
from bot.workers.contexts import PULLED, Contexts
from bot.workers.effects import Desk, VoiceNote, carry_out
from bot.workers.faults import place_of
from bot.workers.retry import after_turn
from bot.workers.wake import OUTBOX, notify

log = structlog.get_logger(__name__)

MOST_STEPS = 8  # requests and outcomes within one turn
LEASE = timedelta(seconds=60)  # of a claim; a batch takes a fraction of it
BUDGET = 0.1  # seconds after which a transaction is ended, so that webhooks get at the database
REPLAYS = 5  # of one address after a deadlock

Take = Callable[[State | None, Message, Context], Turn]
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


class TooManySteps(RuntimeError):
    """A turn that asks and asks: a fault in the conversation."""


class TurnRunner:
    """Plays turns. One a process, used from one thread at a time; see `run_once`.

    `take`: the conversation (tests put faults in). `fetch_voice`: called after the commit for voice notes handed over.
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
        budget: float = BUDGET,
    ) -> None:
        self.store = store
        self.contexts, self.memory = contexts.remembering()
        self._clock = clock or store.clock
        self.holder = holder or f"{socket.gethostname()[:16]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._take = take
        self._fetch_voice = fetch_voice
        self._budget = budget
        self._owed: list[Claimed] = []  # claimed but not tried: their attempts are to be given back
        self._sasak: dict[str, bool] = {}  # address -> reads Sasak, as seen last

    def prepare(self) -> None:
        """At start. On SQLite we are the only process: whatever is claimed was claimed by one that is gone."""
        if self.store.dialect == "sqlite":
            with self.store.begin() as session:
                inbox.clear_claims(session)

    def run_once(self, limit: int = 50) -> Played:
        """Plays what is due of up to `limit` addresses. Raises what the database raises when it is away; what was
        claimed then is given back by the next call."""
        self._give_back()
        claims = self._claim(limit)
        if not claims:
            return Played()
        try:
            self._read_ahead(claims)
            played = Played()
            waiting = deque(claims)
            while waiting:
                played += self._play_some(waiting)
            return played
        finally:
            self.memory.forget()

    # --- claiming

    def _claim(self, limit: int) -> list[Claimed]:
        with self.store.begin() as session:
            return inbox.claim(
                session, self.store, holder=self.holder, limit=limit, now=self._clock(), lease=LEASE
            )

    def _give_back(self) -> None:
        """Nobody is to be parked because the database went away between claim and play."""
        while self._owed:
            claim = self._owed[-1]
            with self.store.begin() as session:
                inbox.release(session, claim.address_id, self._clock(), (*claim.inbox_ids, *claim.behind))
            self._owed.pop()

    def _read_ahead(self, claims: Iterable[Claimed]) -> None:
        """What the texts mean is worked out now, while nobody waits for a lock of ours."""
        with self.store.read() as session:
            items = [
                (item, self._sasak.get(claim.address_id, False))
                for claim in claims
                for inbox_id in (*claim.inbox_ids, *claim.behind)
                if (item := inbox.open_message(session, self.store, inbox_id)) is not None
            ]
        for item, sasak in items:
            if item.message is not None and item.message.kind == "text":
                self.memory.read_ahead(item.message.text, sasak=sasak)

    # --- transactions

    def _play_some(self, waiting: deque[Claimed]) -> Played:
        """One transaction with as many addresses as fit into the budget; they leave `waiting` once it is committed."""
        batch: list[Claimed] = []
        try:
            played, voices = self._together(waiting, batch)
        except Exception as exc:
            if is_retryable(exc):
                metrics.replays.inc()
                log.info("turns.replayed", addresses=len(batch), fault=place_of(exc))
                played, voices = self._one_by_one(batch)
            else:
                self._owed += waiting
                raise
        for _ in batch:
            waiting.popleft()
        self._fetch(voices)
        return played

    def _together(self, waiting: deque[Claimed], batch: list[Claimed]) -> tuple[Played, list[VoiceNote]]:
        began = time.monotonic()
        with self.store.begin() as session:
            scene = _Scene(session, self, self._clock())
            played = Played()
            for claim in waiting:
                batch.append(claim)
                played += scene.play(claim)
                if time.monotonic() - began > self._budget:
                    break
            scene.wake()
        scene.settled()
        return played, scene.voices

    def _one_by_one(self, batch: list[Claimed]) -> tuple[Played, list[VoiceNote]]:
        """After a deadlock or the like: each address in a transaction of its own, several times if need be."""
        played, voices = Played(), []
        for claim in batch:
            for attempt in range(REPLAYS):
                alone: list[Claimed] = []
                try:
                    done, heard = self._together(deque([claim]), alone)
                except Exception as exc:
                    if not is_retryable(exc):
                        self._owed.append(claim)
                        raise
                    time.sleep(0.01 * 2**attempt * (0.5 + secrets.randbelow(100) / 100))
                else:
                    played += done
                    voices += heard
                    break
            else:
                log.warning("turns.locked_out", tries=REPLAYS)
                self._owed.append(claim)
        return played, voices

    def _fetch(self, voices: Iterable[VoiceNote]) -> None:
        if self._fetch_voice is None:
            return
        for voice in voices:
            try:
                self._fetch_voice(voice)
            except Exception as exc:  # the reference is kept: it can be fetched later
                log.warning("voice.not_fetched", fault=place_of(exc))


@dataclass
class _Done:
    """What to count once the transaction is committed."""

    channel: str
    seconds: float


@dataclass
class _Scene:
    """One transaction of turns."""

    session: Session
    runner: TurnRunner
    now: datetime
    voices: list[VoiceNote] = field(default_factory=list)
    done: list[_Done] = field(default_factory=list)
    _events: tuple[Event, ...] | None = None
    _staff: Staff | None = None
    _failed: int = 0
    _parked: int = 0
    _put: bool = False

    # --- an address

    def play(self, claim: Claimed) -> Played:
        """All that was claimed of one address, as far as it goes; the claim is taken off."""
        store = self.runner.store
        try:
            address = people.open_address(self.session, store, claim.address_id, lock=True)
        except KeyError:
            return Played(addresses=1)  # erased since
        turns, unplayed = 0, deque(claim.inbox_ids)
        while unplayed:
            item = inbox.open_message(self.session, store, unplayed.popleft())
            if item is None:
                continue  # played already, by somebody whose claim had run out
            if not self._attempt(item):
                break
            turns += 1
        for item in inbox.waiting_behind(self.session, store, address.id, claim.behind) if claim.behind else ():
            turns += self._danger_only(item)
        inbox.release(self.session, address.id, self.now, tuple(unplayed))
        failed, self._failed, parked, self._parked = self._failed, 0, self._parked, 0
        return Played(turns, 1, failed, parked)

    def _danger_only(self, item: InboxItem) -> bool:
        """Behind a message that backs off only words of danger pass; the order of the rest is kept."""
        return self._is_danger(item) and self._attempt(item)

    def _is_danger(self, item: InboxItem) -> bool:
        if item.message is None or item.message.kind != "text":
            return False
        sasak = self.runner._sasak.get(item.address_id, False)
        try:
            return self.runner.memory.assess(item.message.text, sasak=sasak).level in SHOWN
        except Exception as exc:
            log.error("danger.not_assessed", fault=place_of(exc))
            return False

    # --- a message

    def _attempt(self, item: InboxItem) -> bool:
        """Plays one message in a savepoint. False: it failed, and the later ones of its address wait."""
        if item.attempts > inbox.TRIES:
            self._park(item, "killed the process")
            return True
        voices, put, channel = len(self.voices), self._put, ""
        savepoint = self.session.connection().begin_nested()
        try:
            channel = self._turn(item)
            savepoint.commit()
        except Exception as exc:
            if is_retryable(exc) or is_database_away(exc):
                raise  # not this message's fault: the whole transaction goes
            savepoint.rollback()
            del self.voices[voices:]
            self._put = put
            self._events = None
            self._fault(item, place_of(exc))
            return False
        self.done.append(_Done(channel, (self.now - item.received_at).total_seconds()))
        return True

    def _turn(self, item: InboxItem) -> str:
        """State, effects, outbox rows, inbox row done; the channel."""
        session, store = self.session, self.runner.store
        person = people.snapshot(session, store, item.address_id, self.now)
        if item.message is None:
            inbox.finish(session, item.id, self.now)  # its contact was erased, and its words with it
            return person.channel
        self._remember_language(person)
        state, bookmark = _load(person.state)
        message, step = item.message, person.step
        replies: tuple[Reply, ...] = ()
        for _ in range(MOST_STEPS):
            c = self._context(person, bookmark)
            turn = self.runner._take(state, message, c)
            replies += turn.replies
            state, bookmark = turn.state, turn.bookmark
            outcome = self._carry_out(turn, person, item)
            if outcome is None:
                break
            message = Message("outcome", outcome=outcome)
            before, person = person, people.snapshot(session, store, item.address_id, self.now)
            if person.contact_id != before.contact_id:
                # Another profile, or a blank one after an erasure: her place, and stamps that no old button fits.
                step = max(step, person.step)
                person = replace(person, step=step)
                _, bookmark = _load(person.state)
        else:
            raise TooManySteps(f"more than {MOST_STEPS} steps")
        step += 1
        people.save_state(session, store, person, _save(state, bookmark), step, self.now)
        self._send(item, person, state, step, replies)
        inbox.finish(session, item.id, self.now)
        return person.channel

    def _carry_out(self, turn: Turn, person: Person, item: InboxItem) -> Outcome | None:
        desk = Desk(
            session=self.session,
            store=self.runner.store,
            contexts=self.runner.contexts,
            person=person,
            staff=self._read_staff(),
            seats=self.runner.contexts.settings.seats if person.channel == "webchat" else "on",
            inbox_id=item.id,
            now=self.now,
        )
        outcome: Outcome | None = None
        for effect in turn.effects:
            came = carry_out(effect, desk)
            if isinstance(effect, Request):
                if outcome is not None:
                    raise TypeError("two requests in one turn")
                outcome = came
        self.voices += desk.voices
        if desk.seats_changed:
            self._events = None
        return outcome

    def _send(self, item: InboxItem, person: Person, state: State, step: int, replies: tuple[Reply, ...]) -> None:
        for number, reply in enumerate(replies):
            outbox.put(
                self.session,
                self.runner.store,
                sender=person.sender,
                address_id=person.address_id,
                contact_id=person.contact_id,
                lane=outbox.DANGER if reply.lane == "danger" else outbox.REPLIES,
                key=f"turn:{item.id}:{number}",
                body=codec.reply_to_dict(reply, state=state.NAME, step=step),
                not_before=self.now,
                pulled=person.channel in PULLED,
                now=self.now,
            )
        self._put = True
        if state.NAME == "staff-answers":
            self._answers_shown(person)

    def _answers_shown(self, person: Person) -> None:
        """JAWABAN shows the newest answer; once it is in the outbox, question and answer go."""
        unread = questions.unread_answers(self.session, self.runner.store, person.contact_id)
        if unread and any(number == unread[-1].number for number, _ in person.contact.answers):
            questions.answer_shown(self.session, unread[-1].question_id)

    # --- what went wrong

    def _fault(self, item: InboxItem, fault: str) -> None:
        metrics.turn_failures.inc()
        self._failed += 1
        wait = after_turn(item.attempts)
        log.error("turn.failed", inbox=item.id, attempts=item.attempts, wait=wait, fault=fault)
        if wait == "park":
            self._park(item, fault)
            return
        inbox.postpone(self.session, item.id, self.now + timedelta(seconds=wait), fault)
        if self._is_danger(item):
            self._apologise(item)  # who cries for help does not wait until we give up

    def _park(self, item: InboxItem, fault: str) -> None:
        metrics.parked.inc()
        self._parked += 1
        log.error("turn.parked", inbox=item.id, attempts=item.attempts, fault=fault)
        inbox.park(self.session, item.id, fault, self.now)
        self._apologise(item)
        if (chat := self.runner.contexts.settings.staff_chat) is not None:
            text = f"Bekal: pesan nomor {item.id} tidak bisa diproses. Penulisnya sudah diberi nomor bantuan."
            tell_staff(self.session, self.runner.store, chat, f"parked:{item.id}", text, outbox.REPLIES, self.now)

    def _apologise(self, item: InboxItem) -> None:
        """Sorry, and the help numbers; once a message, however often it fails."""
        savepoint = self.session.connection().begin_nested()
        try:
            address = people.open_address(self.session, self.runner.store, item.address_id, lock=False)
            c = self.runner.contexts.blank(address.channel, None, self.now)
            outbox.put(
                self.session,
                self.runner.store,
                sender=address.sender,
                address_id=address.id,
                contact_id=address.contact_id,
                lane=outbox.DANGER,
                key=f"turn:{item.id}:apology",
                body=codec.reply_to_dict(apology(c), state="apology", step=0),
                not_before=self.now,
                pulled=address.channel in PULLED,
                now=self.now,
            )
            savepoint.commit()
            self._put = True
        except Exception as exc:
            if is_retryable(exc) or is_database_away(exc):
                raise
            savepoint.rollback()
            log.error("turn.no_apology", inbox=item.id, fault=place_of(exc))

    # --- what a turn may know

    def _context(self, person: Person, bookmark: dict[str, Any] | None) -> Context:
        if self._events is None:
            self._events = events.upcoming(self.session, self.now)
        if person.contact.consent is True:
            unread = questions.unread_answers(self.session, self.runner.store, person.contact_id)
            answers = tuple((answer.number, answer.text) for answer in unread)
            person = replace(person, contact=replace(person.contact, answers=answers or person.contact.answers))
        staffed = self._read_staff()
        return self.runner.contexts.of(person, self.now, events=self._events, staff=staffed, bookmark=bookmark)

    def _read_staff(self) -> Staff:
        if self._staff is None:
            reads, hours = staff.anybody_reads(self.session)
            alerts = self.runner.contexts.settings.staff_chat is not None
            self._staff = Staff(reads=reads, alerts=alerts, hours=hours)
        return self._staff

    def _remember_language(self, person: Person) -> None:
        known = self.runner._sasak
        if len(known) > 10_000:
            known.clear()
        known[person.address_id] = person.contact.language == "sas"

    # --- around the commit

    def wake(self) -> None:
        if self._put:
            notify(self.session, OUTBOX)

    def settled(self) -> None:
        for one in self.done:
            metrics.turns.labels(one.channel).inc()
            metrics.until_done.observe(max(0.0, one.seconds))


def _load(saved: str | None) -> tuple[State | None, dict[str, Any] | None]:
    """State and bookmark. Nothing saved: None, a first message; saved but not to be read any more: the menu."""
    if saved is None:
        return None, None
    try:
        envelope = json.loads(saved)
        state, bookmark = envelope.get("state"), envelope.get("bookmark")
    except (ValueError, AttributeError):
        state, bookmark = None, None
    return REGISTRY.load(state) or menu_state(), bookmark if isinstance(bookmark, dict) else None


def _save(state: State, bookmark: dict[str, Any] | None) -> str:
    return codec.to_json({"state": dump(state), "bookmark": bookmark})
