"""Events: list, detail, a seat or the waiting list, my registrations, cancel.

> acara
< 1 Orientasi kelapa sawit ... 2 Lomba menulis ...
> 1
< ... 1 Daftar
> daftar  (consent, name, village)
< Kursi Anda sudah dicatat. Kode 4821. ...
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import ClassVar

from bot.conversation.speech import arrive, day_in_words, lines, option, reply, same, time_in_words
from bot.conversation.state import State
from bot.conversation.types import (
    Choice,
    Context,
    Event,
    Message,
    Outcome,
    Registration,
    Reply,
    SeatRefused,
    SeatTaken,
    TakeSeat,
    Turn,
)
from bot.conversation.welcome import gate, yes_no
from bot.library.model import Phrase

PAGE = 8
# A name or a village: letters of any script, spaces and the marks of names; "Gg. Mawar 3" is a village too.
_NAME = re.compile(r"[^\W\d_][^\d_@#<>{}\[\]|\\/?!]{1,59}")
_VILLAGE = re.compile(r"[^\W_][^_@#<>{}\[\]|\\?!]{1,59}")


def find(event: str, c: Context) -> Event | None:
    return next((known for known in c.events if known.id == event), None)


def title(event: Event) -> Phrase:
    return Phrase(event.title["id"], event.title.get("sas"))


def when_and_where(event: Event | Registration) -> Phrase:
    return same(f"{day_in_words(event.starts)}, {time_in_words(event.starts)}\n{event.place}")


@dataclass(frozen=True)
class EventList(State):
    NAME: ClassVar[str] = "events"
    page: int = 0

    def valid(self, c: Context) -> bool:
        return self.page == 0 or bool(self._rows(c))

    def _rows(self, c: Context) -> tuple[Event, ...]:
        return c.events[self.page * PAGE : (self.page + 1) * PAGE]

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        if not c.events:
            return (reply(c, say("No event is planned at present. Look again later."), self.choices(c)),)
        rows = [
            same(f"{i} ") + title(event) + same(f" · {day_in_words(event.starts)}")
            for i, event in enumerate(self._rows(c), 1)
        ]
        return (reply(c, lines(say("Events, free of charge:"), lines(*rows, gap="\n")), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        named = [option(c, event.id, title(event)) for event in self._rows(c)]
        if (self.page + 1) * PAGE < len(c.events):
            named.append(option(c, "more", say("More events"), "lainnya", "lagi"))
        if c.contact.registrations:
            named.append(option(c, "mine", say("My registrations"), "pendaftaran saya", "tiket"))
        return tuple(named)

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.registrations import MyRegistrations

        match key:
            case "more":
                return arrive(replace(self, page=self.page + 1), c)
            case "mine":
                return arrive(MyRegistrations(), c)
            case _:
                return arrive(EventDetail(key), c)

    def back(self, c: Context) -> State:
        from bot.conversation.menu import Menu

        return replace(self, page=self.page - 1) if self.page else Menu()


@dataclass(frozen=True)
class _AtEvent(State):
    event: str

    def valid(self, c: Context) -> bool:
        return find(self.event, c) is not None

    def _event(self, c: Context) -> Event:
        event = find(self.event, c)
        if event is None:
            raise LookupError(f"no upcoming event {self.event!r}")
        return event


@dataclass(frozen=True)
class EventDetail(_AtEvent):
    NAME: ClassVar[str] = "event"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        event = self._event(c)
        about = Phrase(event.about.get("id", ""), event.about.get("sas"))
        last = None
        if event.deadline is not None:
            last = say("Register until {day}.", day=day_in_words(event.deadline))
        seats: Phrase | None = None
        if event.seats_left is not None:
            seats = (
                say("Seats left: {count}.", count=event.seats_left)
                if event.seats_left
                else say("All seats are taken. You can stand in the waiting list.")
            )
        head = same("*") + title(event) + "*"
        return (reply(c, lines(head, when_and_where(event), about, last, seats), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        mine = [r for r in c.contact.registrations if r.event == self.event and not r.other]
        first = (
            option(c, "mine", say("My registration"), "pendaftaran saya", "tiket")
            if mine
            else option(c, "register", say("Register me"), "daftar", "ikut", "saya", "ya")
        )
        other = option(c, "other", say("Register somebody else"), "orang lain", "daftar orang lain")
        return (first, other, option(c, "events", say("Other events"), "acara lain"))

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.registrations import RegistrationDetail

        say = c.catalogue.say
        if key == "events":
            return arrive(EventList(), c)
        if key == "mine":
            mine = next(r for r in c.contact.registrations if r.event == self.event and not r.other)
            return arrive(RegistrationDetail(mine.id), c)
        if c.seats == "off":
            return arrive(self, c, lead=say("Seats are not given in this chat. Please ask the organiser or Disnaker."))
        return arrive(gate(RegisterName(self.event, other=key == "other"), "register", c), c)

    def back(self, c: Context) -> State:
        return EventList()


@dataclass(frozen=True)
class RegisterName(_AtEvent):
    """`other`: for somebody who has no phone; she gets a code to write down."""

    NAME: ClassVar[str] = "register-name"
    EXAMPLES: ClassVar[tuple[str, ...]] = ("Siti Aminah",)
    TAKES_WORDS: ClassVar[bool] = True
    other: bool = False

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        return (reply(c, say("The name of the person who comes?") if self.other else say("Your name?")),)

    def hear(self, message: Message, c: Context) -> Turn | None:
        name = " ".join(message.text.split())
        if message.kind != "text" or not _NAME.fullmatch(name):
            return None
        return arrive(RegisterVillage(self.event, self.other, name), c)

    def back(self, c: Context) -> State:
        return EventDetail(self.event)


@dataclass(frozen=True)
class RegisterVillage(_AtEvent):
    NAME: ClassVar[str] = "register-village"
    EXAMPLES: ClassVar[tuple[str, ...]] = ("Anjani",)
    TAKES_WORDS: ClassVar[bool] = True
    other: bool
    name: str

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        return (
            reply(
                c, say("Which village does this person live in?") if self.other else say("Which village are you from?")
            ),
        )

    def hear(self, message: Message, c: Context) -> Turn | None:
        village = " ".join(message.text.split())
        if message.kind != "text" or not _VILLAGE.fullmatch(village):
            return None
        return arrive(RegisterConfirm(self.event, self.other, self.name, village), c)

    def back(self, c: Context) -> State:
        return RegisterName(self.event, self.other)


@dataclass(frozen=True)
class RegisterConfirm(_AtEvent):
    NAME: ClassVar[str] = "register-confirm"
    other: bool
    name: str
    village: str

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        event = self._event(c)
        words = lines(
            say("Register {name}, village {village}, for:", name=self.name, village=self.village),
            title(event) + "\n" + when_and_where(event),
            say("Is this right?"),
        )
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        change = option(c, "change", say("Change"), "ubah", "ganti", "salah", "salaq")
        return (*yes_no(c, say("Yes, right"), say("Cancel")), change)

    def choose(self, key: str, c: Context) -> Turn:
        if key == "change":
            return arrive(RegisterName(self.event, self.other), c)
        if key == "no":
            return arrive(EventDetail(self.event), c, lead=c.catalogue.say("Not registered."))
        return Turn(self, (), (TakeSeat(self.event, self.name, self.village, self.other),))

    def outcome(self, outcome: Outcome, c: Context) -> Turn | None:
        say = c.catalogue.say
        if isinstance(outcome, SeatRefused):
            why = {
                "closed": say("Registration for this event is closed."),
                "already": say("You are registered already."),
                "off": say("Seats are not given in this chat. Please ask the organiser or Disnaker."),
                "unknown": say("This event is no longer there."),
            }[outcome.reason]
            return arrive(EventList(), c, lead=why)
        if isinstance(outcome, SeatTaken):
            return arrive(
                Registered(
                    self.event, outcome.code, outcome.waiting, outcome.position, outcome.approval, self.other, self.name
                ),
                c,
            )
        return None

    def back(self, c: Context) -> State:
        return RegisterVillage(self.event, self.other, self.name)


@dataclass(frozen=True)
class Registered(_AtEvent):
    """The ticket: everything in words, the code as four digits; nothing needs a link."""

    NAME: ClassVar[str] = "registered"
    code: str
    waiting: bool
    position: int
    approval: bool
    other: bool
    name: str

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        event = self._event(c)
        if self.approval:
            head = say("Your wish is noted. The organiser must still confirm the seat.")
        elif self.waiting:
            head = say("All seats are taken. You are number {position} in the waiting list.", position=self.position)
        else:
            head = say("A seat is kept for {name}.", name=self.name)
        code = (
            say("Write this code on paper for {name}: *{code}*. With it she or he can cancel at the desk.",
                name=self.name, code=self.code)
            if self.other
            else say("Your code: *{code}*. Show it at the door.", code=self.code)
        )  # fmt: skip
        words = lines(
            head, title(event) + "\n" + when_and_where(event), code, say("Free. Nobody may ask you for money.")
        )
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return (
            option(c, "mine", say("My registrations"), "pendaftaran saya", "tiket", "batal"),
            option(c, "events", say("Other events"), "acara lain"),
        )

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.registrations import MyRegistrations

        return arrive(MyRegistrations() if key == "mine" else EventList(), c)

    def back(self, c: Context) -> State:
        return EventList()
