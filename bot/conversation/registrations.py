"""My registrations: look, and cancel.

> tiket
< 1 Orientasi kelapa sawit · Siti Aminah · dapat kursi
> 1
< ... 1 Batalkan
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.conversation.events import PAGE, EventList, when_and_where
from bot.conversation.speech import arrive, lines, option, reply, same
from bot.conversation.state import State
from bot.conversation.types import (
    CancelSeat,
    Choice,
    Context,
    Outcome,
    Registration,
    Reply,
    SeatCancelled,
    Turn,
)
from bot.conversation.welcome import yes_no
from bot.library.model import Phrase


@dataclass(frozen=True)
class MyRegistrations(State):
    NAME: ClassVar[str] = "my-registrations"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        mine = c.contact.registrations[:PAGE]
        if not mine:
            return (reply(c, say("You have no registration."), self.choices(c)),)
        rows = [same(f"{i} {r.title} · {r.name} · ") + status(r, c) for i, r in enumerate(mine, 1)]
        return (reply(c, lines(say("Your registrations:"), lines(*rows, gap="\n")), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        named = tuple(option(c, r.id, same(f"{r.code} {r.title}"), r.code) for r in c.contact.registrations[:PAGE])
        return (*named, option(c, "events", c.catalogue.say("Events"), "acara"))

    def choose(self, key: str, c: Context) -> Turn:
        return arrive(EventList() if key == "events" else RegistrationDetail(key), c)

    def back(self, c: Context) -> State:
        return EventList()


def status(registration: Registration, c: Context) -> Phrase:
    say = c.catalogue.say
    if registration.approval:
        return say("waits for confirmation")
    return say("waiting list") if registration.waiting else say("seat kept")


@dataclass(frozen=True)
class _AtRegistration(State):
    registration: str

    def valid(self, c: Context) -> bool:
        return any(r.id == self.registration for r in c.contact.registrations)

    def _mine(self, c: Context) -> Registration:
        return next(r for r in c.contact.registrations if r.id == self.registration)


@dataclass(frozen=True)
class RegistrationDetail(_AtRegistration):
    NAME: ClassVar[str] = "registration"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        mine = self._mine(c)
        words = lines(
            same(f"*{mine.title}*\n") + when_and_where(mine),
            say(
                "For: {name}. Code: *{code}*. Status: {status}.", name=mine.name, code=mine.code, status=status(mine, c)
            ),
        )
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return (
            option(c, "cancel", say("Cancel it"), "batal", "batalkan"),
            option(c, "mine", say("My registrations"), "pendaftaran saya"),
        )

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.people import with_pin

        if key == "cancel":
            return arrive(with_pin(CancelAsk(self.registration), c), c)
        return arrive(MyRegistrations(), c)

    def back(self, c: Context) -> State:
        return MyRegistrations()


@dataclass(frozen=True)
class CancelAsk(_AtRegistration):
    NAME: ClassVar[str] = "cancel"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        mine = self._mine(c)
        return (reply(c, say("Really cancel {title} for {name}?", title=mine.title, name=mine.name), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return yes_no(c, say("Yes, cancel"), say("No, keep it"))

    def choose(self, key: str, c: Context) -> Turn:
        if key == "no":
            return arrive(RegistrationDetail(self.registration), c)
        return Turn(self, (), (CancelSeat(self.registration),))

    def outcome(self, outcome: Outcome, c: Context) -> Turn | None:
        if not isinstance(outcome, SeatCancelled):
            return None
        say = c.catalogue.say
        lead = say("Cancelled. The seat goes to the next person.") if outcome.done else say("It was cancelled already.")
        return arrive(EventList(), c, lead=lead)

    def back(self, c: Context) -> State:
        return RegistrationDetail(self.registration)
