"""A question for a person: what truly happens next, and nothing promised that nobody does.

> petugas
< Tulis pertanyaan Anda ...
> ...
< Aman kalau petugas menulis di HP ini? 1 Aman 2 Jangan, saya yang menulis
> 1
< Pertanyaan Anda P-0042 sudah disimpan. Petugas membaca: Senin-Jumat 08.00-16.00.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.conversation.followups import KEPT, MATCHED
from bot.conversation.places import restore
from bot.conversation.speech import arrive, critical, lines, option, reply, same, with_contact
from bot.conversation.state import Saved, State
from bot.conversation.types import (
    Choice,
    Context,
    HandedOver,
    HandOver,
    Message,
    Outcome,
    Reply,
    SetSafeToWrite,
    Turn,
)
from bot.conversation.welcome import gate
from bot.library.model import Phrase

LONGEST = KEPT  # characters of a question that are kept


def ask_person(c: Context, place: Saved | None) -> State:
    """Where «a person please» leads: with no staff set up, the offices."""
    return HandoverWrite(place) if c.staff.reads else Offices(place)


def hand_on(question: str, topic: str, place: Saved | None, c: Context) -> State:
    """A question already written goes to a person as it was written, with the topic it was taken for."""
    if not c.staff.reads:
        return Offices(place)
    return gate(HandoverSafe(question[:LONGEST], place=place, topic=topic), "handover", c)


def guess(question: str, c: Context) -> str:
    """The topic of a question for a person, "" when there is none: it helps staff to sort, nobody is answered by it."""
    return c.understanding.match(question[:MATCHED], sasak=c.language == "sas").topic or ""


def offices(c: Context) -> Phrase:
    """The offices' numbers that stand in for staff."""
    from bot.conversation.danger import number_row

    rows = [number_row(line, c) for line in c.library.helplines if line.kind in ("office", "hotline")]
    return lines(*rows[:4], gap="\n")


def go_on(place: Saved | None, c: Context) -> tuple[Choice, ...]:
    """The way back to the place; without one the menu stands among the ways out anyway."""
    if place is None:
        return ()
    return (option(c, "go-on", c.catalogue.say("Go on where I was"), "lanjut", "terus", "oke", "ok"),)


@dataclass(frozen=True)
class Offices(State):
    """No staff is set up: the offices and their numbers instead."""

    NAME: ClassVar[str] = "offices"
    place: Saved | None = None

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        head = say("Nobody reads questions here yet. Ask these offices; asking is free:")
        return (reply(c, critical(lines(head, offices(c))), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return (option(c, "numbers", say("All help numbers"), "nomor"), *go_on(self.place, c))

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.menu import Numbers

        return arrive(Numbers(place=self.place) if key == "numbers" else restore(self.place, c), c)

    def back(self, c: Context) -> State:
        return restore(self.place, c)


@dataclass(frozen=True)
class HandoverOffer(State):
    """No sure answer: rephrase, a person, or the list. Told honestly."""

    NAME: ClassVar[str] = "offer-person"
    question: str
    topic: str = ""
    place: Saved | None = None

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        words = lines(
            say("I have no sure answer to this, and I do not guess."),
            say("You can write it in other words, or choose:"),
        )
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return (
            option(c, "person", say("Ask a person"), "petugas", "orang", "ya"),
            option(c, "browse", say("List of questions"), "daftar"),
            *go_on(self.place, c),
        )

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.questions import Groups

        if key == "person":
            return arrive(hand_on(self.question, self.topic, self.place, c), c)
        return arrive(Groups() if key == "browse" else restore(self.place, c), c)

    def back(self, c: Context) -> State:
        return restore(self.place, c)


@dataclass(frozen=True)
class HandoverWrite(State):
    """«Tulis pertanyaan Anda»: whatever is written next is the question."""

    NAME: ClassVar[str] = "write-question"
    EXAMPLES: ClassVar[tuple[str, ...]] = ("Apakah surat saya sudah lengkap?",)
    TAKES_WORDS: ClassVar[bool] = True
    place: Saved | None = None

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        words = lines(
            say("Write your question to the staff in one message."),
            say("Please do not write NIK or passport numbers, and send no photos of papers."),
        )
        return (reply(c, words),)

    def hear(self, message: Message, c: Context) -> Turn | None:
        if message.kind != "text" or len(message.text.strip()) < 3:
            return None
        question = message.text.strip()[:LONGEST]
        return arrive(hand_on(question, guess(question, c), self.place, c), c)

    def back(self, c: Context) -> State:
        return restore(self.place, c)


@dataclass(frozen=True)
class HandoverSafe(State):
    """Others may read this phone: may staff write here? No answer means no."""

    NAME: ClassVar[str] = "safe-to-write"
    question: str
    media: str | None = None
    place: Saved | None = None
    topic: str = ""  # what it was taken for, for staff

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, c.catalogue.say("Is it safe if staff write to you on this phone?"), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        return safe_choices(c)

    def choose(self, key: str, c: Context) -> Turn:
        safe = key == "safe"
        return Turn(self, (), (SetSafeToWrite(safe), HandOver(self.question, safe, self.media, self.topic)))

    def outcome(self, outcome: Outcome, c: Context) -> Turn | None:
        if not isinstance(outcome, HandedOver):
            return None
        if not outcome.staffed:
            return arrive(Offices(self.place), c)
        safe = bool(c.contact.safe_to_write)
        return arrive(HandedOverDone(outcome.number, safe, self.place), with_contact(c, safe_to_write=safe))

    def back(self, c: Context) -> State:
        return restore(self.place, c)


def safe_choices(c: Context) -> tuple[Choice, ...]:
    say = c.catalogue.say
    return (
        option(c, "safe", say("Safe"), "aman", "ya", "boleh", "nggih"),
        option(c, "not-safe", say("No, I will write"), "jangan", "jangan saya yang menulis", "tidak", "ndaq", "ndeq"),
    )


@dataclass(frozen=True)
class HandedOverDone(State):
    NAME: ClassVar[str] = "question-kept"
    number: str
    safe: bool
    place: Saved | None = None

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        how = (
            say("The answer comes here, in this chat.")
            if self.safe
            else say("Staff will not write first. Write *JAWABAN* here to see whether there is an answer.")
        )
        hours = say("Staff read: {hours}.", hours=c.staff.hours) if c.staff.hours else None
        words = lines(
            say("Your question *{number}* is kept for the staff.", number=self.number),
            hours,
            how,
            say("Bekal is no emergency service. In danger type *TOLONG*."),
        )
        return (reply(c, critical(words), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        return go_on(self.place, c)

    def choose(self, key: str, c: Context) -> Turn:
        return arrive(restore(self.place, c), c)

    def back(self, c: Context) -> State:
        return restore(self.place, c)


@dataclass(frozen=True)
class VoiceNote(State):
    """A voice note came: send it to staff, choose from pictures, or danger."""

    NAME: ClassVar[str] = "voice"
    media: str | None = None
    place: Saved | None = None

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        sound = "voice-note" if "voice-note" in c.library.media else None
        words = say("I cannot listen to voice notes. Choose:")
        return (reply(c, words, self.choices(c), sound=sound),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        staff = (option(c, "person", say("Send it to staff"), "petugas", "kirim"),) if c.staff.reads else ()
        return (
            *staff,
            option(c, "menu-list", say("Choose from the menu"), "pilih", "gambar"),
            option(c, "danger", say("I am in danger"), "darurat"),
        )

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.danger import HelpCard
        from bot.conversation.menu import Menu

        if key == "danger":
            return arrive(HelpCard(place=self.place), c)
        if key == "person":
            kept = c.catalogue.say("(voice note)").id
            return arrive(gate(HandoverSafe(kept, self.media, self.place), "handover", c), c)
        return arrive(Menu(), c)

    def back(self, c: Context) -> State:
        return restore(self.place, c)


__all__ = [
    "HandedOverDone",
    "HandoverOffer",
    "HandoverSafe",
    "HandoverWrite",
    "Offices",
    "VoiceNote",
    "ask_person",
    "offices",
    "safe_choices",
    "same",
]
