"""The departure pack: what is kept on the phone, or on paper, before there is no signal.

> bekal saya
< *Bekal perjalanan*  Berangkat: Selasa, 12 Januari 2027 ...   1 Kartu saku (60 kB) 2 ...
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from bot.conversation.choosing import plain
from bot.conversation.dates import read_day, wrong_with
from bot.conversation.people import with_pin
from bot.conversation.places import restore
from bot.conversation.speech import arrive, day_in_words, lines, option, reply, short_day, today, with_contact
from bot.conversation.state import Saved, State, dump
from bot.conversation.types import Choice, Context, Message, Print, PrintKind, Reply, SetDeparture, Turn
from bot.conversation.welcome import gate, skip, yes_no
from bot.library.model import Phrase


def arrival_message(c: Context) -> Phrase | None:
    """The first days as one message to keep (content/pocket.yaml), where there is one."""
    return c.library.pocket.arrival.message if c.library.pocket is not None else None


@dataclass(frozen=True)
class DeparturePack(State):
    NAME: ClassVar[str] = "pack"
    place: Saved | None = None

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        day = c.contact.departure
        when = say("Departure: {day}.", day=day_in_words(day)) if day else say("Departure: not known yet.")
        words = lines(
            say("*Departure pack*"), when, say("Take these with you: they work without signal. All is free. Choose:")
        )
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        message: tuple[Choice, ...] = ()
        if arrival_message(c) is not None:
            message = (option(c, "message", say("First days, as text"), "pesan", "teks", "hari pertama"),)
        return (
            option(c, "card", say("Pocket card (60 kB)"), "kartu", "kartu saku", "gambar"),
            option(c, "sheet", say("Card to print (PDF)"), "cetak", "print", "pdf"),
            option(c, "phones", say("Numbers for my contacts"), "kontak", "buku telepon", "simpan nomor"),
            option(c, "arrival", say("Airport picture (60 kB)"), "bandara", "gambar bandara", "tiba"),
            *message,
            option(c, "recovery", say("Recovery code"), "kode", "kode pulih"),
            option(c, "family", say("One for the family"), "keluarga", "untuk keluarga"),
            option(c, "date", say("Departure date"), "tanggal", "tanggal berangkat", "kapan"),
            *self._reminder(c),
        )

    def _reminder(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        if "departure" in c.contact.reminders:
            return (option(c, "quiet", say("Do not remind me"), "jangan ingatkan", "stop"),)
        if c.contact.departure is None:
            return ()
        return (option(c, "remind", say("Remind me"), "ingatkan", "ingatkan saya"),)

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.recovery import RecoveryMake
        from bot.conversation.reminders import forget, remind

        say = c.catalogue.say
        here = dump(self)
        match key:
            case "card":
                return self._print("pocket-card", say("Keep this picture. It works without signal."), c)
            case "sheet":
                return self._print("pocket-print", say("To print and fill in by hand. Keep one at home."), c)
            case "arrival":
                return self._print("arrival", say("The airport and the first day. Keep this picture."), c)
            case "message":
                return Turn(self, (reply(c, arrival_message(c) or say("*Departure pack*"), self.choices(c)),))
            case "phones":
                return arrive(PhoneBook(self.place), c)
            case "recovery":
                return arrive(gate(with_pin(RecoveryMake(), c), "recovery", c), c)
            case "family":
                return arrive(PackFamily(self.place), c)
            case "remind":
                return remind("departure", None, here, c)
            case "quiet":
                return forget("departure", here, c)
            case _:
                return arrive(DepartureDate(here), c)

    def _print(self, kind: PrintKind, words: Phrase, c: Context) -> Turn:
        return Turn(self, (reply(c, words, self.choices(c), print=Print(kind, c.language)),))

    def back(self, c: Context) -> State:
        from bot.conversation.menu import More

        return restore(self.place, c) if self.place is not None else More()


def first_pack(place: Saved | None, c: Context) -> State:
    """The pack, offered for the first time: the day of leaving is asked once before; it may be skipped."""
    pack = DeparturePack(place)
    return pack if c.contact.departure is not None else DepartureDate(dump(pack))


# --- the day of leaving ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DepartureDate(State):
    NAME: ClassVar[str] = "departure-date"
    TAKES_WORDS: ClassVar[bool] = True
    EXAMPLES: ClassVar[tuple[str, ...]] = ("belum tahu", "2 minggu lagi", "1 januari 2001", "1 januari 2199")
    then: Saved

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        words = lines(
            say(
                "When do you leave? Write the day, for example: {day}, or only the month.",
                day=short_day(today(c) + timedelta(days=60)),
            ),
            say("Not known yet? Then skip it."),
        )
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        return (skip(c), option(c, "unknown", c.catalogue.say("Not known yet"), "belum tahu", "belum tau", "ndeqman"))

    def choose(self, key: str, c: Context) -> Turn:
        if key == "unknown" and c.contact.departure is not None:
            after = with_contact(c, departure=None)
            lead = c.catalogue.say("All right, the day is not known any more.")
            return arrive(restore(self.then, after), after, SetDeparture(None), lead=lead)
        return arrive(restore(self.then, c), c)

    def hear(self, message: Message, c: Context) -> Turn | None:
        from bot.conversation.questions import reads_as_question

        say = c.catalogue.say
        found = read_day(message.text, today(c)) if message.kind == "text" else None
        if found is None and (message.kind != "text" or not plain(message.text) or reads_as_question(message)):
            return None
        if found is None:
            return arrive(self, c, lead=say("I did not find a day in this."))
        if found.day is None:
            return self.choose("unknown", c)
        wrong = wrong_with(found.day, today(c))
        if wrong == "past":
            return arrive(self, c, lead=say("{day} is past already.", day=day_in_words(found.day)))
        if wrong == "far":
            return arrive(self, c, lead=say("{day} is very far away.", day=day_in_words(found.day)))
        confirm = DepartureConfirm(found.day.isoformat(), found.exact, self.then)
        return arrive(gate(confirm, "departure", c), c)

    def back(self, c: Context) -> State:
        return restore(self.then, c)


@dataclass(frozen=True)
class DepartureConfirm(State):
    """The day in words, before anything hangs on it. `on`: YYYY-MM-DD. `exact` False: about then."""

    NAME: ClassVar[str] = "departure-confirm"
    on: str
    exact: bool
    then: Saved

    def valid(self, c: Context) -> bool:
        try:
            return c.contact.consent is True and wrong_with(date.fromisoformat(self.on), today(c)) is None
        except ValueError:
            return False

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        day = day_in_words(date.fromisoformat(self.on))
        words = (
            say("You leave on *{day}*. Is it right?", day=day)
            if self.exact
            else say("You leave about *{day}* or later; you can say the day itself when you know it. Right?", day=day)
        )
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return yes_no(c, say("Yes, right"), say("Change"))

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.reminders import RemindOn

        if key == "no":
            return arrive(DepartureDate(self.then), c)
        day = date.fromisoformat(self.on)
        after = with_contact(c, departure=day)
        then = restore(self.then, after)
        if "departure" not in c.contact.reminders:
            then = RemindOn("departure", "", self.then)
        lead = c.catalogue.say("The day is noted.")
        return arrive(then, after, SetDeparture(day), lead=lead)

    def back(self, c: Context) -> State:
        return DepartureDate(self.then)


# --- numbers for the phone book, and the family ----------------------------------------------------------------------


@dataclass(frozen=True)
class PhoneBook(State):
    """Others look through the contacts of a phone: the names may be neutral."""

    NAME: ClassVar[str] = "phone-book"
    place: Saved | None = None

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        words = lines(
            say("A file with the help numbers: open it and your phone keeps them as contacts."),
            say("Do others look into your phone? Then choose neutral names."),
        )
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return (
            option(c, "names", say("Names of the offices"), "nama kantor", "biasa"),
            option(c, "neutral", say("Neutral names"), "netral", "nama netral"),
        )

    def choose(self, key: str, c: Context) -> Turn:
        say = c.catalogue.say
        neutral = key == "neutral"
        words = say("The names are neutral. Remember what they are for.") if neutral else say("Open it to keep them.")
        pack = DeparturePack(self.place)
        book = Print("phone-book", c.language, plain=neutral)
        return Turn(pack, (reply(c, words, pack.choices(c), print=book),))

    def back(self, c: Context) -> State:
        return DeparturePack(self.place)


@dataclass(frozen=True)
class PackFamily(State):
    """Who stays at home has an own Bekal on an own phone: one code opens one person's things."""

    NAME: ClassVar[str] = "pack-family"
    place: Saved | None = None

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        words = lines(
            say("Your family can have the same. Send them the pocket card: hold the picture, then forward it."),
            say("Or they write to Bekal on their own phone: *BEKAL SAYA*. There they make a code of their own."),
            say("Do not give them your recovery code: it opens what is yours."),
        )
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return (
            option(c, "card", say("Pocket card (60 kB)"), "kartu", "kartu saku"),
            option(c, "go-on", say("Departure pack"), "lanjut", "bekal saya"),
        )

    def choose(self, key: str, c: Context) -> Turn:
        pack = DeparturePack(self.place)
        return pack.choose("card", c) if key == "card" else arrive(pack, c)

    def back(self, c: Context) -> State:
        return DeparturePack(self.place)
