"""Several people on one phone: who is writing now, each with what is hers, behind a PIN if she wants.

> ganti orang
< 1 Orang pertama 2 Inaq Sari 3 Orang baru
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from bot.conversation.places import restore
from bot.conversation.speech import arrive, option, reply, same
from bot.conversation.state import Saved, State, dump
from bot.conversation.types import (
    AddProfile,
    CheckPin,
    Choice,
    Context,
    Message,
    Outcome,
    PinRight,
    ProfileSwitched,
    Reply,
    SwitchProfile,
    Turn,
    WrongPin,
)
from bot.conversation.welcome import gate

_PIN = re.compile(r"\d{4}")
_NICKNAME = re.compile(r"[^\W\d_][^\d_@#<>{}\[\]|\\/?!]{0,29}")
MOST_PROFILES = 8


def with_pin(then: State, c: Context) -> State:
    """The state itself, or first the PIN where this person has one."""
    return PinAsk(dump(then)) if c.contact.has_pin else then


@dataclass(frozen=True)
class PinAsk(State):
    """The active person's PIN, before export, erasure or cancelling."""

    NAME: ClassVar[str] = "pin"
    EXAMPLES: ClassVar[tuple[str, ...]] = ("1234", "9999")
    TAKES_WORDS: ClassVar[bool] = True
    then: Saved

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, c.catalogue.say("Your four-digit PIN?")),)

    def hear(self, message: Message, c: Context) -> Turn | None:
        pin = message.text.strip()
        return Turn(self, (), (CheckPin(pin),)) if _PIN.fullmatch(pin) else None

    def outcome(self, outcome: Outcome, c: Context) -> Turn | None:
        if isinstance(outcome, PinRight):
            return arrive(restore(self.then, c), c)
        return wrong_pin(outcome, self, c)

    def back(self, c: Context) -> State:
        from bot.conversation.settings import Settings

        return Settings()


def wrong_pin(outcome: Outcome, here: State, c: Context) -> Turn | None:
    from bot.conversation.settings import Settings

    if not isinstance(outcome, WrongPin):
        return None
    say = c.catalogue.say
    if outcome.tries_left <= 0:
        return arrive(Settings(), c, lead=say("The PIN was wrong too often. Ask the staff at the Disnaker office."))
    return arrive(here, c, lead=say("That PIN is not right. Tries left: {tries}.", tries=outcome.tries_left))


@dataclass(frozen=True)
class People(State):
    """GANTI ORANG: who is writing now?"""

    NAME: ClassVar[str] = "people"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        return (reply(c, say("Who is using this phone now?"), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        known = tuple(
            option(c, profile.id, same(profile.nickname) if profile.nickname else say("The first person"))
            for profile in c.contact.profiles[:MOST_PROFILES]
        )
        new = (option(c, "new", say("A new person"), "orang baru", "baru", "tambah"),)
        return (*known, *(new if len(known) < MOST_PROFILES else ()))

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.settings import Settings

        if key == "new":
            return arrive(gate(PersonName(), "profile", c), c)
        profile = next(profile for profile in c.contact.profiles if profile.id == key)
        if profile.active:
            return arrive(Settings(), c, lead=c.catalogue.say("You are that person already."))
        if profile.has_pin:
            return arrive(PersonPin(key), c)
        return Turn(self, (), (SwitchProfile(key),))

    def back(self, c: Context) -> State:
        from bot.conversation.settings import Settings

        return Settings()


def switched(outcome: ProfileSwitched, c: Context) -> Turn:
    """The context is already the other person's. Somebody new chooses the language like everybody; others get their menu."""
    from bot.conversation.menu import Menu
    from bot.conversation.welcome import Welcome

    say = c.catalogue.say
    hello = say("Hello {name}.", name=outcome.nickname) if outcome.nickname else say("Hello.")
    return arrive(Welcome() if outcome.new else Menu(), c, lead=hello)


@dataclass(frozen=True)
class PersonName(State):
    NAME: ClassVar[str] = "person-name"
    EXAMPLES: ClassVar[tuple[str, ...]] = ("Inaq Sari",)
    TAKES_WORDS: ClassVar[bool] = True

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, c.catalogue.say("A nickname for the new person? It need not be the real name.")),)

    def hear(self, message: Message, c: Context) -> Turn | None:
        name = " ".join(message.text.split())
        if message.kind != "text" or not _NICKNAME.fullmatch(name):
            return None
        return arrive(PersonNewPin(name), c)

    def back(self, c: Context) -> State:
        return People()


@dataclass(frozen=True)
class PersonNewPin(State):
    NAME: ClassVar[str] = "person-new-pin"
    EXAMPLES: ClassVar[tuple[str, ...]] = ("1234",)
    TAKES_WORDS: ClassVar[bool] = True
    nickname: str

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        words = say("A PIN of four digits, so that others cannot open what is yours? Write it, or skip.")
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        return (option(c, "none", c.catalogue.say("No PIN"), "lewati", "tidak", "tanpa pin"),)

    def choose(self, key: str, c: Context) -> Turn:
        return Turn(self, (), (AddProfile(self.nickname),))

    def hear(self, message: Message, c: Context) -> Turn | None:
        pin = message.text.strip()
        return Turn(self, (), (AddProfile(self.nickname, pin),)) if _PIN.fullmatch(pin) else None

    def back(self, c: Context) -> State:
        return PersonName()


@dataclass(frozen=True)
class PersonPin(State):
    NAME: ClassVar[str] = "person-pin"
    EXAMPLES: ClassVar[tuple[str, ...]] = ("1234", "9999")
    TAKES_WORDS: ClassVar[bool] = True
    profile: str

    def valid(self, c: Context) -> bool:
        return any(profile.id == self.profile for profile in c.contact.profiles)

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, c.catalogue.say("The four-digit PIN of this person?")),)

    def hear(self, message: Message, c: Context) -> Turn | None:
        pin = message.text.strip()
        return Turn(self, (), (SwitchProfile(self.profile, pin),)) if _PIN.fullmatch(pin) else None

    def outcome(self, outcome: Outcome, c: Context) -> Turn | None:
        return wrong_pin(outcome, self, c)

    def back(self, c: Context) -> State:
        return People()
