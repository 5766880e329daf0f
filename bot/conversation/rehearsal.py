"""The conversation played in memory: one person, a few events, no store and no channel.

For goldens, `python -m bot check`, the chart, previews and property tests. Between two turns the state is dumped to JSON
and loaded again, so that a state which does not survive a restart fails everywhere.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from rapidfuzz import fuzz

from bot.conversation.choosing import plain
from bot.conversation.flows import REGISTRY
from bot.conversation.speech import today
from bot.conversation.state import State, dump
from bot.conversation.turn import take_turn
from bot.conversation.types import (
    AddProfile,
    AlertImpossible,
    AlertQueued,
    CancelSeat,
    CertificateChecked,
    CertificateMade,
    CheckPin,
    Contact,
    Context,
    Document,
    Effect,
    Erased,
    EraseMe,
    ExportData,
    Exported,
    HandedOver,
    HandOver,
    Listed,
    ListedFound,
    MakeCertificate,
    MakeRecoveryCode,
    MarkLesson,
    Message,
    Outcome,
    Paper,
    PinRight,
    Profile,
    ProfileSwitched,
    RaiseAlert,
    RecordCheck,
    RecordQuiz,
    RecoveryCode,
    RecoveryRefused,
    Registration,
    Reply,
    Request,
    SearchListed,
    SeatCancelled,
    SeatRefused,
    SeatTaken,
    SetAnnouncements,
    SetConsent,
    SetDeparture,
    SetLanguage,
    SetPaper,
    SetProfile,
    SetReminder,
    SetSafeToWrite,
    SwitchProfile,
    TakeSeat,
    UseRecoveryCode,
    VerifyCertificate,
    WrongPin,
)

Lists = tuple[tuple[Listed, ...], tuple[tuple[str, str, date], ...]]
NO_LISTS: Lists = ((), ())
MOST_STEPS = 8  # requests and outcomes within one turn
RECOVERY_TRIES = 5
RECOVERY_DAYS = 400


@dataclass
class Person:
    """One profile as the rehearsal keeps it."""

    contact: Contact = field(default_factory=Contact)
    saved: str | None = None  # JSON of the state
    bookmark: dict[str, Any] | None = None
    pin: str | None = None
    tries: int = 5
    certificate: tuple[str | None, date] | None = None  # name, day it was issued
    recovery: str | None = None  # the living code


class Rehearsal:
    """A person with a phone. `context` gives content, catalogue, clock and settings; its contact is where one begins.
    `lists`: the lines of imported lists, and (kind, source, date) of each list."""

    def __init__(self, context: Context, state: State | None = None, lists: Lists = NO_LISTS) -> None:
        self.base = context
        self.people: dict[str, Person] = {"p1": Person(context.contact, self._text(state), context.bookmark)}
        self.active = "p1"
        self.step = context.step
        self.seats: list[Registration] = list(context.contact.registrations)
        self.questions: list[str] = []
        self.effects: list[Effect] = []  # all that were carried out
        self.listed, self.lists = lists
        self.codes = 0  # made so far, of certificates and for recovery
        self.wrong_codes = 0

    @staticmethod
    def _text(state: State | None) -> str | None:
        return None if state is None else json.dumps(dump(state))

    @property
    def person(self) -> Person:
        return self.people[self.active]

    @property
    def state(self) -> State | None:
        return REGISTRY.load(json.loads(self.person.saved)) if self.person.saved else None

    @property
    def context(self) -> Context:
        profiles = tuple(
            Profile(key, f"{key}" if key != "p1" else "", other.pin is not None, key == self.active)
            for key, other in self.people.items()
        )
        mine = tuple(self.seats) if self.active == "p1" else ()
        contact = replace(
            self.person.contact, profiles=profiles, has_pin=self.person.pin is not None, registrations=mine
        )
        events = tuple(
            event
            if event.seats_left is None
            else replace(event, seats_left=max(0, event.seats_left - sum(not r.waiting for r in self._at(event.id))))
            for event in self.base.events
        )
        return replace(self.base, contact=contact, step=self.step, bookmark=self.person.bookmark, events=events)

    def _at(self, event: str) -> list[Registration]:
        return [seat for seat in self.seats if seat.event == event]

    def hear(self, message: Message) -> tuple[Reply, ...]:
        """Play one inbound message to its end and return what the person sees."""
        replies: tuple[Reply, ...] = ()
        state = self.state
        for _ in range(MOST_STEPS):
            turn = take_turn(state, message, self.context)
            self.person.saved, self.person.bookmark = self._text(turn.state), turn.bookmark
            replies += turn.replies
            outcome = self._carry_out(turn.effects)
            if outcome is None:
                break
            message, state = Message("outcome", outcome=outcome), self.state
            if state is None:
                state = turn.state
        else:
            raise RuntimeError(f"a turn of more than {MOST_STEPS} steps at {turn.state.NAME!r}")
        self.step += 1
        return replies

    def say(self, words: str) -> tuple[Reply, ...]:
        return self.hear(Message("text", words))

    def tap(self, key: str, stamp: int | None = None) -> tuple[Reply, ...]:
        """Tap a button of the newest message (or, with a stamp, of an older one)."""
        return self.hear(Message("choice", choice=key, stamp=self.step if stamp is None else stamp))

    # --- effects ---

    def _carry_out(self, effects: tuple[Effect, ...]) -> Outcome | None:
        outcome: Outcome | None = None
        for effect in effects:
            self.effects.append(effect)
            if isinstance(effect, Request):
                outcome = self._request(effect)
            else:
                self.person.contact = _applied(effect, self.person.contact)
        return outcome

    def _request(self, request: Request) -> Outcome:
        match request:
            case HandOver():
                if not self.base.staff.reads:
                    return HandedOver("", False)
                self.questions.append(request.question)
                number = f"P-{len(self.questions):04}"
                self._know(answers=(*self.person.contact.answers, (number, None)))
                return HandedOver(number, True)
            case RaiseAlert():
                return AlertQueued("K-1001") if self.base.staff.alerts else AlertImpossible()
            case TakeSeat():
                return self._take(request)
            case CancelSeat():
                before = len(self.seats)
                self.seats = [seat for seat in self.seats if seat.id != request.registration]
                return SeatCancelled(len(self.seats) < before)
            case ExportData():
                return Exported(Document("catatan.txt", "Bahasa: id\n"))
            case EraseMe():
                self.people[self.active] = Person()
                self.seats = []
                return Erased()
            case AddProfile():
                key = f"p{len(self.people) + 1}"
                self.people[key] = Person(Contact(language=self.person.contact.language), pin=request.pin)
                self.active = key
                return ProfileSwitched(request.nickname, True)
            case SwitchProfile():
                return self._switch(request)
            case SearchListed():
                return self._search(request.words)
            case CheckPin():
                return PinRight() if self._pin_right(self.person, request.pin) else WrongPin(self.person.tries)
            case MakeCertificate():
                return self._certificate(request)
            case VerifyCertificate():
                return self._verify(request.code)
            case MakeRecoveryCode():
                self.codes += 1
                self.person.recovery = f"7K3Q-9XTD-{self.codes:04}"
                return RecoveryCode(self.person.recovery, self._today + timedelta(days=RECOVERY_DAYS))
            case UseRecoveryCode():
                return self._recover(request)
            case _:
                raise TypeError(f"no rehearsal of {type(request).__name__}")

    def _search(self, words: str) -> ListedFound:
        """To the letter (but for case and marks), else what looks alike. The real lists are searched in the store."""
        wanted = plain(words)
        exact = tuple(row for row in self.listed if wanted in (plain(row.name), plain(row.number)))
        alike = tuple(row for row in self.listed if fuzz.token_set_ratio(wanted, plain(row.name)) >= 70)
        return ListedFound(words, exact or alike, bool(exact), self.lists)

    def _know(self, **known: object) -> None:
        self.person.contact = replace(self.person.contact, **known)  # type: ignore[arg-type]

    def _take(self, wish: TakeSeat) -> Outcome:
        event = next((event for event in self.context.events if event.id == wish.event), None)
        if event is None:
            return SeatRefused("unknown")
        if not wish.other and any(not seat.other for seat in self._at(wish.event)):
            return SeatRefused("already")
        waiting = event.seats_left == 0
        number = len(self.seats) + 1
        seat = Registration(
            f"r{number}", event.id, event.title["id"], event.starts, event.place, wish.name, f"{1000 + number}",
            waiting, self.base.seats == "approve", wish.other,
        )  # fmt: skip
        self.seats.append(seat)
        position = sum(r.waiting for r in self._at(event.id)) if waiting else 0
        return SeatTaken(seat.id, seat.code, waiting, position, seat.approval)

    def _switch(self, wish: SwitchProfile) -> Outcome:
        other = self.people[wish.profile]
        if other.pin is not None and not self._pin_right(other, wish.pin or ""):
            return WrongPin(other.tries)
        self.active = wish.profile
        return ProfileSwitched("", False)

    @property
    def _today(self) -> date:
        return today(self.base)

    def _certificate(self, wish: MakeCertificate) -> Outcome:
        """One a person; a name given later replaces the one before."""
        name, issued = self.person.certificate or (None, self._today)
        self.person.certificate = (wish.name or name, issued)
        if self.person.contact.certificate is None:
            self.codes += 1
            self._know(certificate=f"BKL-7K3Q-9XTD-2M4R-{self.codes:04}")
        return CertificateMade(self.person.contact.certificate or "")

    def _verify(self, code: str) -> Outcome:
        for person in self.people.values():
            made = person.contact.certificate
            if made is not None and person.certificate is not None and _bare(made) == _bare(code):
                return CertificateChecked(True, *person.certificate)
        return CertificateChecked(False)

    def _recover(self, wish: UseRecoveryCode) -> Outcome:
        """The new number is this same phone: make a code, let somebody new use it."""
        if self.wrong_codes >= RECOVERY_TRIES:
            return RecoveryRefused("wait")
        found = [key for key, one in self.people.items() if one.recovery and _bare(one.recovery) == _bare(wish.code)]
        if not found:
            self.wrong_codes += 1
            return RecoveryRefused("unknown" if self.wrong_codes < RECOVERY_TRIES else "wait")
        other = self.people[found[0]]
        if other.pin is not None and (wish.pin is None or not self._pin_right(other, wish.pin)):
            return RecoveryRefused("pin" if other.tries else "wait")
        self.wrong_codes = 0
        self.active = found[0]
        return ProfileSwitched("", False)

    @staticmethod
    def _pin_right(person: Person, pin: str) -> bool:
        right = person.pin == pin and person.tries > 0
        person.tries = 5 if right else max(0, person.tries - 1)
        return right


def _applied(effect: Effect, contact: Contact) -> Contact:
    """The contact after an effect that only concerns what is known of the person."""
    match effect:
        case SetLanguage():
            return replace(contact, language=effect.language)
        case SetConsent(given=True):
            return replace(contact, consent=True)
        case SetConsent():
            return Contact(
                language=contact.language,
                consent=False,
                announcements=contact.announcements,
                safe_to_write=contact.safe_to_write,
                answers=contact.answers,
            )
        case SetProfile():
            return replace(contact, role=effect.role or contact.role, kabupaten=effect.kabupaten or contact.kabupaten)
        case MarkLesson():
            return replace(contact, lessons=contact.lessons | {f"{effect.module}/{effect.lesson}"})
        case RecordQuiz():
            best = max((effect.right, effect.total), contact.quizzes.get(effect.module, (0, effect.total)))
            return replace(contact, quizzes={**contact.quizzes, effect.module: best})
        case RecordCheck():
            return replace(contact, checks={effect.moment: (effect.right, effect.total), **contact.checks})
        case SetDeparture():
            return replace(contact, departure=effect.on)
        case SetPaper():
            return replace(contact, papers={**contact.papers, effect.paper: Paper(effect.state, effect.due)})
        case SetReminder():
            return _reminded(effect, contact)
        case SetAnnouncements():
            return replace(contact, announcements=effect.on)
        case SetSafeToWrite():
            return replace(contact, safe_to_write=effect.safe)
        case _:
            return contact


def _reminded(wish: SetReminder, contact: Contact) -> Contact:
    every = contact.lesson_every
    if wish.kind == "lesson":
        every = (wish.every or "day") if wish.on else None
    kinds = contact.reminders | {wish.kind} if wish.on else contact.reminders - {wish.kind}
    return replace(contact, reminders=kinds, lesson_every=every)


def _bare(code: str) -> str:
    """A code as it is compared: capital letters and digits, O and I as the digits they look like."""
    return "".join(letter for letter in code.upper() if letter.isalnum()).replace("O", "0").replace("I", "1")
