"""One transaction of turns: each message in a savepoint, with what a turn may look at and what becomes of it.

snapshot ──▶ Context ──▶ take_turn ──▶ effects ──▶ (an outcome? again, with what is known now) ──▶ state, outbox, done
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
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
from bot.conversation.types import Context, Event, Message, Outcome, Reply, Request, Staff, Turn
from bot.store import events, inbox, outbox, people, questions, staff
from bot.store.inbox import Claimed, InboxItem
from bot.store.people import Person
from bot.store.session import Store, is_database_away, is_retryable
from bot.workers import metrics
from bot.workers.alerts import tell_staff
from bot.workers.apology import apology
from bot.workers.contexts import PULLED, Contexts
from bot.workers.desk import Desk, VoiceNote
from bot.workers.effects import carry_out
from bot.workers.faults import place_of
from bot.workers.memo import Remembering
from bot.workers.retry import after_turn
from bot.workers.wake import OUTBOX, notify

log = structlog.get_logger(__name__)

MOST_STEPS = 8  # requests and outcomes within one turn
_MOST_LANGUAGES = 10_000

Take = Callable[[State | None, Message, Context], Turn]


class TooManySteps(RuntimeError):
    """A turn that asks and asks: a fault in the conversation."""


@dataclass
class Stage:
    """What stays from one transaction to the next."""

    store: Store
    contexts: Contexts
    memory: Remembering
    take: Take
    _sasak: dict[str, bool] = field(default_factory=dict)  # address -> reads Sasak, as seen last

    def reads_sasak(self, address_id: str) -> bool:
        return self._sasak.get(address_id, False)

    def learn(self, person: Person) -> None:
        if len(self._sasak) > _MOST_LANGUAGES:
            self._sasak.clear()
        self._sasak[person.address_id] = person.contact.language == "sas"

    def is_danger(self, message: Message | None) -> bool:
        """Words at which the help card would be the first reply, in whichever language."""
        if message is None or message.kind != "text":
            return False
        try:
            return any(self.memory.assess(message.text, sasak=sasak).level in SHOWN for sasak in (False, True))
        except Exception as exc:
            log.error("danger.not_assessed", fault=place_of(exc))
            return False


@dataclass
class Scene:
    """Turns that share one commit. After it `voices` are to be fetched, and who waits at the `pulled` addresses is to be
    told that there is news."""

    stage: Stage
    session: Session
    now: datetime
    ready: Mapping[int, InboxItem] = field(default_factory=dict)  # messages opened before the transaction
    voices: list[VoiceNote] = field(default_factory=list)
    pulled: set[str] = field(default_factory=set)
    _done: list[tuple[str, datetime]] = field(default_factory=list)  # channel, received_at
    _events: tuple[Event, ...] | None = None
    _staff: Staff | None = None
    _failed: int = 0
    _parked: int = 0
    _put: bool = False

    @property
    def store(self) -> Store:
        return self.stage.store

    # --- an address

    def play(self, claim: Claimed) -> tuple[int, int, int]:
        """All that was claimed of one address, as far as it goes; the claim is taken off. Turns, failed, parked."""
        try:
            people.open_address(self.session, self.store, claim.address_id, lock=True)
        except KeyError:
            return 0, 0, 0  # erased since
        turns, failed, parked = len(self._done), self._failed, self._parked
        unplayed = deque(claim.inbox_ids)
        while unplayed:
            item = self._open(claim.address_id, unplayed.popleft())
            if item is not None and not self._attempt(item):
                break
        for inbox_id in claim.behind:
            # Behind a message that backs off only words of danger pass; the order of the rest is kept.
            item = self._open(claim.address_id, inbox_id)
            if item is not None and self.stage.is_danger(item.message):
                self._attempt(item)
        inbox.release(self.session, claim.address_id, self.now, tuple(unplayed))
        return len(self._done) - turns, self._failed - failed, self._parked - parked

    def _open(self, address_id: str, inbox_id: int) -> InboxItem | None:
        """None: played already (by somebody whose claim ran out), or it cannot be read and was given up."""
        if inbox_id in self.ready:
            return self.ready[inbox_id]  # should it have been played since, `finish` says so
        try:
            return inbox.open_message(self.session, self.store, inbox_id)
        except Exception as exc:
            if is_retryable(exc) or is_database_away(exc):
                raise
            self._park(InboxItem(inbox_id, address_id, "", None, 0, self.now), place_of(exc))
            return None

    # --- a message

    def _attempt(self, item: InboxItem) -> bool:
        """Plays one message in a savepoint. False: it failed, and the later ones of its address wait."""
        if item.attempts > inbox.TRIES:
            self._park(item, "killed the process")
            return True
        voices, put = len(self.voices), self._put
        savepoint = self.session.connection().begin_nested()
        try:
            channel = self._turn(item)
            savepoint.commit()
        except inbox.AlreadyPlayed:
            savepoint.rollback()
            del self.voices[voices:]
            self._put, self._events = put, None
            return True
        except Exception as exc:
            if is_retryable(exc) or is_database_away(exc):
                raise  # not this message's fault: the whole transaction goes
            savepoint.rollback()
            del self.voices[voices:]
            self._put, self._events = put, None
            self._fault(item, place_of(exc))
            return False
        self._done.append((channel, item.received_at))
        return True

    def _turn(self, item: InboxItem) -> str:
        """State, effects, outbox rows, inbox row done; the channel."""
        person = people.snapshot(self.session, self.store, item.address_id, self.now)
        if item.message is None:
            inbox.finish(self.session, item.id, self.now)  # its contact was erased, and its words with it
            return person.channel
        self.stage.learn(person)
        state, bookmark = load(person.state)
        message = item.message
        replies: tuple[Reply, ...] = ()
        for _ in range(MOST_STEPS):
            turn = self.stage.take(state, message, self._context(person, bookmark))
            replies += turn.replies
            state, bookmark = turn.state, turn.bookmark
            outcome = self._carry_out(turn, person, item)
            if outcome is None:
                break
            message = Message("outcome", outcome=outcome)
            person, bookmark = self._again(person, bookmark, item)
        else:
            raise TooManySteps(f"more than {MOST_STEPS} steps")
        people.save_state(self.session, self.store, person, save(state, bookmark), person.step + 1, self.now)
        self._send(item, person, state, replies)
        inbox.finish(self.session, item.id, self.now)
        return person.channel

    def _again(
        self, before: Person, bookmark: dict[str, Any] | None, item: InboxItem
    ) -> tuple[Person, dict[str, Any] | None]:
        """What is known after a request. Another contact (a profile, or a blank one after an erasure) brings her own
        bookmark, and her steps go on above the old ones, so that no button of the other fits."""
        person = people.snapshot(self.session, self.store, item.address_id, self.now)
        if person.contact_id == before.contact_id:
            return person, bookmark
        return replace(person, step=max(person.step, before.step + 1)), load(person.state)[1]

    def _carry_out(self, turn: Turn, person: Person, item: InboxItem) -> Outcome | None:
        desk = Desk(
            session=self.session,
            store=self.store,
            contexts=self.stage.contexts,
            person=person,
            staff=self._staffed(),
            seats=self.stage.contexts.seats(person.channel),
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

    def _send(self, item: InboxItem, person: Person, state: State, replies: tuple[Reply, ...]) -> None:
        for number, reply in enumerate(replies):
            outbox.put(
                self.session,
                self.store,
                sender=person.sender,
                address_id=person.address_id,
                contact_id=person.contact_id,
                lane=outbox.DANGER if reply.lane == "danger" else outbox.REPLIES,
                key=f"turn:{item.id}:{number}",
                body=codec.reply_to_dict(reply, state=state.NAME, step=person.step + 1),
                not_before=self.now,
                pulled=person.channel in PULLED,
                now=self.now,
            )
        self._put = True
        if person.channel in PULLED:
            self.pulled.add(person.address_id)
        if state.NAME == "staff-answers":
            self._answer_shown(person)

    def _answer_shown(self, person: Person) -> None:
        """JAWABAN shows the newest answer; once it is in the outbox, question and answer go."""
        unread = questions.unread_answers(self.session, self.store, person.contact_id)
        if unread:
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
        if self.stage.is_danger(item.message):
            self._apologise(item)  # who cries for help does not wait until we give up

    def _park(self, item: InboxItem, fault: str) -> None:
        metrics.parked.inc()
        self._parked += 1
        log.error("turn.parked", inbox=item.id, attempts=item.attempts, fault=fault)
        inbox.park(self.session, item.id, fault, self.now)
        self._apologise(item)
        if (chat := self.stage.contexts.settings.staff_chat) is not None:
            text = f"Bekal: pesan nomor {item.id} tidak bisa diproses. Penulisnya sudah diberi nomor bantuan."
            tell_staff(self.session, self.store, chat, f"parked:{item.id}", text, outbox.REPLIES, self.now)

    def _apologise(self, item: InboxItem) -> None:
        """Sorry, and the help numbers; once a message, however often it fails."""
        savepoint = self.session.connection().begin_nested()
        try:
            address = people.open_address(self.session, self.store, item.address_id, lock=False)
            c = self.stage.contexts.blank(address.channel, None, self.now)
            outbox.put(
                self.session,
                self.store,
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
            if address.channel in PULLED:
                self.pulled.add(address.id)
        except Exception as exc:
            if is_retryable(exc) or is_database_away(exc):
                raise
            savepoint.rollback()
            log.error("turn.no_apology", inbox=item.id, fault=place_of(exc))

    # --- what a turn may know

    def _context(self, person: Person, bookmark: dict[str, Any] | None) -> Context:
        if self._events is None:
            self._events = events.upcoming(self.session, self.now)
        if person.contact.consent is True:  # without it nothing was handed over
            waiting = questions.open_numbers(self.session, person.contact_id)
            unread = questions.unread_answers(self.session, self.store, person.contact_id)
            if waiting or unread:
                # The newest answer last: it is what JAWABAN shows.
                answers = (*((number, None) for number in waiting), *((one.number, one.text) for one in unread))
                person = replace(person, contact=replace(person.contact, answers=answers))
        return self.stage.contexts.of(person, self.now, events=self._events, staff=self._staffed(), bookmark=bookmark)

    def _staffed(self) -> Staff:
        if self._staff is None:
            reads, hours = staff.anybody_reads(self.session)
            self._staff = Staff(reads=reads, alerts=self.stage.contexts.settings.staff_chat is not None, hours=hours)
        return self._staff

    # --- around the commit

    def before_commit(self) -> None:
        if self._put:
            notify(self.session, OUTBOX)

    def after_commit(self, now: datetime) -> None:
        for channel, received_at in self._done:
            metrics.turns.labels(channel).inc()
            metrics.until_done.observe(max(0.0, (now - received_at).total_seconds()))


def load(saved: str | None) -> tuple[State | None, dict[str, Any] | None]:
    """State and bookmark. Nothing saved: None, a first message; saved but not to be read any more: the menu."""
    if saved is None:
        return None, None
    try:
        envelope = json.loads(saved)
        state, bookmark = envelope.get("state"), envelope.get("bookmark")
    except (ValueError, AttributeError):
        state, bookmark = None, None
    return REGISTRY.load(state) or menu_state(), bookmark if isinstance(bookmark, dict) else None


def save(state: State, bookmark: dict[str, Any] | None) -> str:
    return codec.to_json({"state": dump(state), "bookmark": bookmark})
