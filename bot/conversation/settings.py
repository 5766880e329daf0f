"""Language, announcements, my data, erase me, and several people on one phone.

> data saya
< 1 Lihat data saya 2 Hapus saya 3 Cabut persetujuan
> 2
< Semua akan dihapus ... 1 Ya, hapus semua 2 Tidak
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.conversation.people import People, PinAsk, with_pin
from bot.conversation.places import restore, saved
from bot.conversation.speech import arrive, critical, lines, option, reply, same, with_contact
from bot.conversation.state import Saved, State, dump
from bot.conversation.types import (
    Choice,
    Context,
    EraseMe,
    ExportData,
    Exported,
    Outcome,
    Reply,
    SetAnnouncements,
    SetConsent,
    Turn,
)
from bot.conversation.welcome import CONSENT_VERSION, LanguageAsk, RoleAsk, gate, yes_no


@dataclass(frozen=True)
class Settings(State):
    NAME: ClassVar[str] = "settings"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, c.catalogue.say("Settings. Choose:"), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        from bot.conversation.reminders import lesson_choice

        say = c.catalogue.say
        news = say("Stop news") if c.contact.announcements else say("Receive news")
        return (
            option(c, "language", say("Change language"), "bahasa", "basa"),
            option(c, "news", news, "pengumuman", "berita", "kabar"),
            lesson_choice(c),
            option(c, "data", say("My data"), "data saya", "data"),
            option(c, "people", say("Another person"), "ganti orang", "orang lain"),
            option(c, "role", say("Who I am"), "siapa saya", "profil"),
            option(c, "about", say("Who runs this?"), "asli", "siapa"),
        )

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.menu import About
        from bot.conversation.reminders import to_lessons_by_chat

        here = dump(self)
        match key:
            case "language":
                return arrive(LanguageAsk(here), c)
            case "news":
                return set_news(not c.contact.announcements, self, c)
            case "every":
                return to_lessons_by_chat(here, c)
            case "data":
                return arrive(MyData(), c)
            case "people":
                return arrive(People(), c)
            case "role":
                return arrive(gate(RoleAsk(here), "role", c), c)
            case _:
                return arrive(About(here), c)

    def back(self, c: Context) -> State:
        from bot.conversation.menu import Menu

        return Menu()


def set_news(on: bool, place: State, c: Context, *, reminders: bool = False) -> Turn:
    """STOP and START: news stop at once; to receive them consent is needed first. `reminders`: those are stopped too."""
    say = c.catalogue.say
    if on and c.contact.consent is not True:
        return arrive(gate(NewsOn(saved(place)), "announcements", c), c)
    after = with_contact(c, announcements=on)
    lead = (
        say("News of events come to you again. *BERHENTI* stops them.")
        if on
        else say("News are stopped. You can still ask and learn. *MULAI* brings them back.")
    )
    if reminders:
        lead = say("News, reminders and lessons by chat are stopped. You can still ask and learn.")
    return arrive(place, after, SetAnnouncements(on), lead=lead)


@dataclass(frozen=True)
class NewsOn(State):
    """Consent was given on the way to news; confirm and turn them on."""

    NAME: ClassVar[str] = "news-on"
    place: Saved

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, c.catalogue.say("Shall Bekal send you news of events?"), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return yes_no(c, say("Yes, send them"), say("No"))

    def choose(self, key: str, c: Context) -> Turn:
        return set_news(key == "yes", restore(self.place, c), c)

    def back(self, c: Context) -> State:
        return restore(self.place, c)


# --- my data ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MyData(State):
    NAME: ClassVar[str] = "data"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        state = (
            say("You have agreed that Bekal remembers you.")
            if c.contact.consent
            else say("Bekal keeps only your language and where you are in the chat, for 30 days.")
        )
        return (reply(c, lines(say("*Your data*"), state), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        withdraw = (option(c, "withdraw", say("Take back consent"), "cabut"),) if c.contact.consent else ()
        return (
            option(c, "export", say("See my data"), "lihat", "unduh"),
            option(c, "erase", say("Erase me"), "hapus", "hapus saya"),
            option(c, "details", say("What is kept, and why"), "rincian"),
            *withdraw,
        )

    def choose(self, key: str, c: Context) -> Turn:
        say = c.catalogue.say
        match key:
            case "export":
                if c.contact.has_pin:
                    return arrive(PinAsk(dump(ExportNow())), c)
                return Turn(self, (), (ExportData(),))
            case "erase":
                return arrive(with_pin(EraseAsk(), c), c)
            case "withdraw":
                after = forgotten(c)
                lead = say(
                    "Your consent is taken back. What rested on it is erased; your seats stay until you cancel them."
                )
                return arrive(self, after, SetConsent(False, CONSENT_VERSION), lead=lead)
            case _:
                return arrive(DataDetails(), c)

    def outcome(self, outcome: Outcome, c: Context) -> Turn | None:
        return exported(outcome, c)

    def back(self, c: Context) -> State:
        return Settings()


def forgotten(c: Context) -> Context:
    """The context after consent was taken back: what rested on it is gone."""
    return with_contact(
        c, consent=False, role=None, kabupaten=None, lessons=frozenset(), quizzes={}, departure=None, papers={},
        reminders=frozenset(), lesson_every=None, checks={}, certificate=None,
    )  # fmt: skip


def exported(outcome: Outcome, c: Context) -> Turn | None:
    if not isinstance(outcome, Exported):
        return None
    words = c.catalogue.say("Here is what Bekal keeps about you. Delete the file when others may read this phone.")
    state = MyData()
    return Turn(state, (reply(c, words, state.choices(c), document=outcome.document),))


@dataclass(frozen=True)
class ExportNow(State):
    """The PIN was right: the file at once."""

    NAME: ClassVar[str] = "export"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, c.catalogue.say("Shall I show your data now?"), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return yes_no(c, say("Yes, show"), say("No"))

    def choose(self, key: str, c: Context) -> Turn:
        return Turn(self, (), (ExportData(),)) if key == "yes" else arrive(MyData(), c)

    def outcome(self, outcome: Outcome, c: Context) -> Turn | None:
        return exported(outcome, c)

    def back(self, c: Context) -> State:
        return MyData()


@dataclass(frozen=True)
class DataDetails(State):
    NAME: ClassVar[str] = "data-details"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        from bot.conversation.welcome import consent_details

        return (reply(c, critical(consent_details(c)), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        return (option(c, "data", c.catalogue.say("My data"), "data saya", "lanjut"),)

    def choose(self, key: str, c: Context) -> Turn:
        return arrive(MyData(), c)

    def back(self, c: Context) -> State:
        return MyData()


@dataclass(frozen=True)
class EraseAsk(State):
    """Nothing irreversible by one press: what goes is said first."""

    NAME: ClassVar[str] = "erase"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        words = say(
            "Everything about you will be erased: language, lessons, seats, questions. This cannot be undone. Erase?"
        )
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return (
            option(c, "keep", say("No, keep it"), "tidak", "jangan", "batal", "ndeq"),
            option(
                c, "erase", say("Yes, erase everything"), "ya", "hapus", "hapus semua", "ya hapus", "ya hapus semua"
            ),
        )

    def choose(self, key: str, c: Context) -> Turn:
        if key == "keep":
            return arrive(MyData(), c, lead=c.catalogue.say("Nothing was erased."))
        return Turn(self, (), (EraseMe(),))

    def back(self, c: Context) -> State:
        return MyData()


# --- answers of the staff --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StaffAnswers(State):
    """JAWABAN: for who said staff must not write first."""

    NAME: ClassVar[str] = "staff-answers"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        if not c.contact.answers:
            return (reply(c, say("You have no question with the staff."), self.choices(c)),)
        rows = [
            same(f"*{number}*\n{answer[:400]}") if answer else same(f"*{number}* ") + say("no answer yet")
            for number, answer in c.contact.answers[-1:]
        ]
        return (reply(c, lines(*rows), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return (option(c, "ask", say("Ask something"), "tanya"), option(c, "person", say("Ask a person"), "petugas"))

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.handover import ask_person
        from bot.conversation.questions import AskQuestion

        return arrive(AskQuestion() if key == "ask" else ask_person(c, None), c)

    def back(self, c: Context) -> State:
        from bot.conversation.menu import Menu

        return Menu()
