"""The menu and the pages that are the same for everybody: help, who runs Bekal, numbers, the neutral screen.

> menu
< 1 Belajar 2 Tanya 3 Acara 4 Nomor bantuan 5 Saya dalam bahaya 6 Pengaturan
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.conversation.places import restore
from bot.conversation.speech import arrive, critical, lines, listen, option, played, reply, shown
from bot.conversation.state import Saved, State
from bot.conversation.types import Choice, Context, Message, Reply, Turn
from bot.library.model import Phrase


@dataclass(frozen=True)
class Menu(State):
    """`place`: where somebody was before TUTUP; only LANJUT leads back there. `new`: the first time, with a tip."""

    NAME: ClassVar[str] = "menu"
    SOUND: ClassVar[str] = "menu"
    EXAMPLES: ClassVar[tuple[str, ...]] = (
        "tutup",
        "tolong",
        "suami saya disekap majikan",
        "takut disekap",
        "berhenti",
        "mulai",
        "jawaban",
        "ganti orang",
        "BKL-0000-0000-0000-0000",
        "pelajaran harian",
        "sumber",
        "cek",
    )
    place: Saved | None = None
    new: bool = False

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        back = say("Welcome back.") if c.contact.away_days >= 1 else None
        first = shown(c.library.notices["first-tip"], c) if self.new else back
        return (reply(c, lines(first, say("What do you need? Choose, or just write your question.")), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        lesson = say("Go on learning") if c.bookmark else say("Learn")
        from bot.conversation.tools.menu import ToolsMenu

        tools = option(c, "tools", say("Tools"), "alat", "alat bantu", "alat bantuan")
        return (
            option(c, "lessons", lesson, "belajar", "berajah", "lanjut belajar", "modul", "materi"),
            option(c, "questions", say("Ask"), "tanya", "pertanyaan", "bertanya", "metaken"),
            *((tools,) if ToolsMenu().valid(c) else ()),
            option(c, "events", say("Events"), "acara", "kegiatan", "jadwal", "daftar acara"),
            option(c, "numbers", say("Help numbers"), "nomor", "nomor bantuan", "nomer", "telepon"),
            option(c, "danger", say("I am in danger"), "saya dalam bahaya", "darurat"),
            option(c, "settings", say("Settings"), "pengaturan", "atur", "setelan"),
            option(c, "more", say("Progress and pack"), "lainnya", "lain-lain"),
            *listen(self, c),
        )

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.danger import HelpCard
        from bot.conversation.events import EventList
        from bot.conversation.lessons import enter_lessons
        from bot.conversation.questions import AskQuestion
        from bot.conversation.settings import Settings
        from bot.conversation.tools.menu import ToolsMenu

        match key:
            case "lessons":
                return arrive(enter_lessons(c), c)
            case "questions":
                return arrive(AskQuestion(), c)
            case "tools":
                return arrive(ToolsMenu(), c)
            case "events":
                return arrive(EventList(), c)
            case "numbers":
                return arrive(Numbers(), c)
            case "danger":
                return arrive(HelpCard(), c)
            case "more":
                return arrive(More(), c)
            case "sound":
                return played(self, c)
            case _:
                return arrive(Settings(), c)

    def hear(self, message: Message, c: Context) -> Turn | None:
        from bot.conversation.choosing import plain

        if self.place is not None and plain(message.text) in ("lanjut", "terus"):
            return arrive(restore(self.place, c), c)
        return None

    def back(self, c: Context) -> State:
        return Menu()


@dataclass(frozen=True)
class More(State):
    """What is one's own: how far one is, the lesson by chat, the departure pack, a code from an older number."""

    NAME: ClassVar[str] = "more"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, c.catalogue.say("What is yours in Bekal. Choose:"), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        from bot.conversation.reminders import lesson_choice

        say = c.catalogue.say
        return (
            option(c, "my-progress", say("My progress"), "kemajuan", "progres", "sertifikat"),
            option(c, "pack", say("Departure pack"), "bekal saya", "bekal perjalanan", "bekal"),
            lesson_choice(c),
            option(c, "recover", say("I have a new number"), "pulih", "nomor baru", "ganti nomor"),
        )

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.departure import DeparturePack
        from bot.conversation.progress import MyProgress
        from bot.conversation.recovery import RecoveryEnter
        from bot.conversation.reminders import to_lessons_by_chat
        from bot.conversation.state import dump

        match key:
            case "my-progress":
                return arrive(MyProgress(), c)
            case "pack":
                return arrive(DeparturePack(), c)
            case "every":
                return to_lessons_by_chat(dump(self), c)
            case _:
                return arrive(RecoveryEnter(dump(self)), c)

    def back(self, c: Context) -> State:
        return Menu()


def standing(state: State) -> Saved | None:
    """The place that a page like help should lead back to."""
    from bot.conversation.places import saved

    return None if isinstance(state, (Menu, Closed)) else saved(state)


@dataclass(frozen=True)
class Help(State):
    """What can be typed anywhere, and the way to a person or to safety."""

    NAME: ClassVar[str] = "help"
    place: Saved | None = None

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        words = lines(
            say("Choose by number or name, or just write your question. These words work everywhere:"),
            say(
                "*MENU* · *0* back · *BAHASA* language · *TOLONG* in danger · *PETUGAS* a person · *NOMOR* numbers · "
                "*DATA SAYA* your data · *KEMAJUAN* how far · *BEKAL SAYA* for leaving · *SUMBER* source · *BERHENTI* "
                "stop news · *ASLI* who runs this · *TUTUP* close quickly"
            ),
        )
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return (
            option(c, "go-on", say("Go on where I was"), "lanjut", "terus"),
            option(c, "danger", say("I am in danger"), "darurat"),
            option(c, "person", say("Ask a person"), "petugas"),
            option(c, "language", say("Change language"), "bahasa"),
        )

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.danger import HelpCard
        from bot.conversation.handover import ask_person
        from bot.conversation.state import dump
        from bot.conversation.welcome import LanguageAsk

        match key:
            case "danger":
                return arrive(HelpCard(place=self.place), c)
            case "person":
                return arrive(ask_person(c, self.place), c)
            case "language":
                return arrive(LanguageAsk(self.place or dump(Menu())), c)
            case _:
                return arrive(restore(self.place, c), c)

    def back(self, c: Context) -> State:
        return restore(self.place, c)


@dataclass(frozen=True)
class About(State):
    """ASLI?: who runs it, its official contact, and how to check that."""

    NAME: ClassVar[str] = "about"
    place: Saved | None = None

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        if c.operator.name is None:
            who = say(
                "This Bekal is a demonstration. No office answers for it. Do not rely on it alone: ask Disnaker or BP3MI."
            )
        else:
            who = say(
                "This Bekal is run by {operator}. Official contact: {contact}.",
                operator=c.operator.name,
                contact=c.operator.contact or "-",
            )
        words = lines(
            who,
            say("Check it: show this number or name at the Disnaker office and ask whether it is genuine."),
            say(
                "Bekal is free. It offers no work and never asks for money, NIK, passport, photos of papers or an OTP "
                "code. Put together from the topics of the official orientation. Not an official module of IOM."
            ),
        )
        return (reply(c, critical(words), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        return (option(c, "go-on", c.catalogue.say("Go on where I was"), "lanjut", "terus"),)

    def choose(self, key: str, c: Context) -> Turn:
        return arrive(restore(self.place, c), c)

    def back(self, c: Context) -> State:
        return restore(self.place, c)


@dataclass(frozen=True)
class Numbers(State):
    """NOMOR: every help number, a country at a time, with what is known of each."""

    NAME: ClassVar[str] = "numbers"
    country: str = ""
    page: int = 0
    place: Saved | None = None

    def ask(self, c: Context) -> tuple[Reply, ...]:
        from bot.conversation.danger import number_pages

        say = c.catalogue.say
        if not self.country:
            return (reply(c, say("Help numbers. Where are you?"), self.choices(c)),)
        pages = number_pages(self.country, c)
        return (reply(c, critical(pages[min(self.page, len(pages) - 1)].words), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        from bot.conversation.danger import number_pages

        say = c.catalogue.say
        here = []
        pages = number_pages(self.country, c) if self.country else []
        if pages:
            named = {line.key: line.name for line in c.library.helplines}
            here += [option(c, key, named[key]) for key in pages[min(self.page, len(pages) - 1)].keys]
        if self.page + 1 < len(pages):
            here.append(option(c, "more", say("More numbers"), "lagi", "lanjut", "lainnya"))
        if self.country != "my":
            here.append(option(c, "my", say("In Malaysia"), "malaysia"))
        if self.country != "id":
            here.append(option(c, "id", say("In Indonesia"), "indonesia", "lombok", "sumbawa"))
        return (*here, option(c, "danger", say("I am in danger"), "darurat"))

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.danger import HelpCard
        from bot.conversation.numbers import NumberDetail

        match key:
            case "danger":
                return arrive(HelpCard(place=self.place), c)
            case "more":
                return arrive(Numbers(self.country, self.page + 1, self.place), c)
            case _ if any(line.key == key for line in c.library.helplines):
                return arrive(NumberDetail(key, self.page, self.place), c)
            case _:
                return arrive(Numbers(key, 0, self.place), c)

    def back(self, c: Context) -> State:
        if self.page:
            return Numbers(self.country, self.page - 1, self.place)
        return Numbers(place=self.place) if self.country else restore(self.place, c)


@dataclass(frozen=True)
class Closed(State):
    """TUTUP: a neutral screen. The next message opens the plain menu; the old place comes back only on LANJUT."""

    NAME: ClassVar[str] = "closed"
    WAYS_OUT: ClassVar[tuple[str, ...]] = ()  # neutral on purpose; any message opens the menu
    place: Saved | None = None

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        how: Phrase | None = None
        if c.channel == "whatsapp":
            how = say("To delete this chat: open the chat, tap the three dots, More, Clear chat.")
        elif c.channel == "telegram":
            how = say("To delete this chat: hold it in the list, then Delete.")
        elif c.channel == "webchat":
            how = say("To clear this page: close it and delete it from the browser's history.")
        return (Reply(_neutral(lines(say("All right. Good day."), how), c)),)

    def choose(self, key: str, c: Context) -> Turn:
        return arrive(Menu(place=self.place), c)

    def hear(self, message: Message, c: Context) -> Turn | None:
        from bot.conversation.choosing import plain

        if plain(message.text) in ("lanjut", "terus"):
            return arrive(restore(self.place, c), c)
        return arrive(Menu(place=self.place), c)

    def back(self, c: Context) -> State:
        return Menu(place=self.place)


def _neutral(phrase: Phrase, c: Context) -> str:
    from bot.conversation.speech import text

    return text(phrase, c)


__all__ = ["About", "Closed", "Help", "Menu", "More", "Numbers", "standing"]
