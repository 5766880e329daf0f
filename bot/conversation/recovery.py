"""The recovery code: with it one goes on from a new number.

    > kode pulih
    < (what it is)   1 Buat kode
    > buat kode
    < Tulis kode ini di kertas: *7K3Q-…* (shown once)

    > pulih 7K3Q-…             (from the new number, also as the first message)
    < Halo. (the menu, with what was learned)

The code stands in one message only, never in a state: TUTUP and «lanjut» do not bring it back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import ClassVar

from bot.conversation.choosing import plain
from bot.conversation.places import restore
from bot.conversation.speech import arrive, lines, option, reply, short_day
from bot.conversation.state import Saved, State
from bot.conversation.types import (
    Choice,
    Context,
    MakeRecoveryCode,
    Message,
    Outcome,
    RecoveryCode,
    RecoveryRefused,
    Reply,
    Turn,
    UseRecoveryCode,
)

_WITH_WORD = re.compile(r"\W*(?:pulih|pulihkan)\b[\W_]*(.*)", re.IGNORECASE | re.DOTALL)
_CODE = re.compile(r"[0-9A-Z]{2,}(?:[ .–—-]{1,3}[0-9A-Z]{2,}){0,7}")
_FOURS = re.compile(r"[0-9A-Z]{4}(?:[ .–—-]{0,3}[0-9A-Z]{4}){2}")
_PIN = re.compile(r"\d{4}")


def code_of(words: str) -> str | None:
    """What may be a recovery code, with or without the word PULIH before it: about twelve letters and figures.

    Plain words are none: one that is written without any figure must stand in three groups of four. Each wrong code
    counts, and «tidak ada kode» is no try.
    """
    with_word = _WITH_WORD.fullmatch(words.strip()[:100])
    bare = (with_word[1] if with_word else words).strip(" .:\n").upper()
    letters = sum(char.isalnum() for char in bare)
    if not 8 <= letters <= 16 or not _CODE.fullmatch(bare):
        return None
    return bare if any(char.isdigit() for char in bare) or _FOURS.fullmatch(bare) else None


def with_code(state: State, message: Message) -> Turn | None:
    """The step of the order for «PULIH code» in one message."""
    from bot.conversation.menu import standing

    if not _WITH_WORD.fullmatch(message.text.strip()[:100]) or len(plain(message.text).split()) < 2:
        return None
    code = code_of(message.text)
    if code is None:
        return None
    return Turn(RecoveryEnter(standing(state), code), (), (UseRecoveryCode(code),))


# --- making one ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RecoveryMake(State):
    """What the code is for, before it is shown; and afterwards, that it was shown. `shown` True: the latter."""

    NAME: ClassVar[str] = "recovery-make"
    EXAMPLES: ClassVar[tuple[str, ...]] = ("pulih 7K3Q-9XTD-0001",)
    shown: bool = False

    def valid(self, c: Context) -> bool:
        return c.contact.consent is True

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        if self.shown:
            words = say("The code was shown once. Not written down? Make a new one; the old one then ends.")
            return (reply(c, words, self.choices(c)),)
        words = lines(
            say("*Recovery code*"),
            say("With it you go on from a new number: lessons, seats and all that is yours. Take paper and pen first."),
            say("It is shown only once. An older code then ends."),
        )
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        make = say("Make a new code") if self.shown else say("Make the code")
        return (
            option(c, "make", make, "buat", "buat kode", "ya", "oke"),
            option(c, "pack", say("Departure pack"), "bekal saya", "lanjut"),
        )

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.departure import DeparturePack

        return Turn(self, (), (MakeRecoveryCode(),)) if key == "make" else arrive(DeparturePack(), c)

    def outcome(self, outcome: Outcome, c: Context) -> Turn | None:
        if not isinstance(outcome, RecoveryCode):
            return None
        say = c.catalogue.say
        pin = say("Your PIN is asked too.") if c.contact.has_pin else None
        words = lines(
            say("Write this code on paper: *{code}*", code=outcome.code),
            say("On the new number write to Bekal: *PULIH*, then the code. It holds until {day}.",
                day=short_day(outcome.until)),
            pin,
            say("Keep the paper apart from the phone. Give it to nobody."),
        )  # fmt: skip
        after = RecoveryMake(shown=True)
        return Turn(after, (reply(c, words, after.choices(c)),))

    def back(self, c: Context) -> State:
        from bot.conversation.departure import DeparturePack

        return DeparturePack()


# --- using one -------------------------------------------------------------------------------------------------------


def refused(outcome: Outcome, c: Context, code: str, place: Saved | None, again: State) -> Turn | None:
    """Kindly: a code on paper is easily misread."""
    from bot.conversation.menu import Menu

    if not isinstance(outcome, RecoveryRefused):
        return None
    say = c.catalogue.say
    if outcome.reason == "pin":
        lead = say("That PIN is not right.") if isinstance(again, RecoveryPin) else None
        return arrive(RecoveryPin(code, place), c, lead=lead)
    if outcome.reason == "wait":
        lead = say("That was tried too often. Wait a while, then try again.")
        return arrive(Menu(), c, lead=lead)
    lead = say("This code is not known, or it has ended. Compare each letter and figure.")
    return arrive(RecoveryEnter(place), c, lead=lead)


@dataclass(frozen=True)
class RecoveryEnter(State):
    """PULIH on the new number. `code`: what was written, while it is looked up."""

    NAME: ClassVar[str] = "recovery"
    TAKES_WORDS: ClassVar[bool] = True
    EXAMPLES: ClassVar[tuple[str, ...]] = ("7K3Q-9XTD-0000", "7K3Q-9XTD-0001")
    place: Saved | None = None
    code: str = ""

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        words = lines(
            say("Write the code from your paper. Then you go on here with what is yours."),
            say("No code? Simply go on; lessons and help are open to everybody."),
        )
        return (reply(c, words),)

    def hear(self, message: Message, c: Context) -> Turn | None:
        code = code_of(message.text) if message.kind == "text" else None
        return Turn(replace(self, code=code), (), (UseRecoveryCode(code),)) if code is not None else None

    def outcome(self, outcome: Outcome, c: Context) -> Turn | None:
        return refused(outcome, c, self.code, self.place, self)

    def back(self, c: Context) -> State:
        return restore(self.place, c)


@dataclass(frozen=True)
class RecoveryPin(State):
    """The code belongs to somebody with a PIN."""

    NAME: ClassVar[str] = "recovery-pin"
    TAKES_WORDS: ClassVar[bool] = True
    EXAMPLES: ClassVar[tuple[str, ...]] = ("9999", "1234", "7K3Q-9XTD-0000")
    code: str
    place: Saved | None = None

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, c.catalogue.say("Now your four-digit PIN, please.")),)

    def hear(self, message: Message, c: Context) -> Turn | None:
        pin = message.text.strip()
        if message.kind == "text" and _PIN.fullmatch(pin):
            return Turn(self, (), (UseRecoveryCode(self.code, pin),))
        return RecoveryEnter(self.place).hear(message, c)  # the code once more, mended

    def outcome(self, outcome: Outcome, c: Context) -> Turn | None:
        return refused(outcome, c, self.code, self.place, self)

    def back(self, c: Context) -> State:
        return RecoveryEnter(self.place)
