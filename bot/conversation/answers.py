"""An answer that somebody reviewed: more of it, its source, did it help.

> 1
< Menurut UU 18/2017 ...   1 Ya, membantu 2 Belum 3 Selengkapnya 4 Sumber
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from bot.conversation.lessons import media_reply, sound_choice
from bot.conversation.places import restore
from bot.conversation.speech import arrive, caution, fits, lines, option, reply, same, short_day, shown, text, today
from bot.conversation.state import Saved, State
from bot.conversation.types import (
    MAX_CHARS,
    Choice,
    Context,
    RecordFeedback,
    Reply,
    Turn,
)
from bot.library.model import Phrase, Statement, Topic

FAMILY = -1  # the part that is for who stays at home


@dataclass(frozen=True)
class Answer(State):
    """The reviewed answer. `part`: 0 the first answer, then one of `more` at a time; FAMILY what is different for who stays at
    home, which a family reads at once, below the answer."""

    NAME: ClassVar[str] = "answer"
    topic: str
    part: int = 0
    place: Saved | None = None

    def valid(self, c: Context) -> bool:
        topic = c.library.topics.get(self.topic)
        if topic is None or self.part == FAMILY:
            return topic is not None and topic.family is not None
        return 0 <= self.part <= len(topic.more)

    def _topic(self, c: Context) -> Topic:
        return c.library.topics[self.topic]

    def _statement(self, c: Context) -> Statement:
        topic = self._topic(c)
        if self.part == FAMILY and topic.family is not None:
            return topic.family
        return topic.answer if self.part <= 0 else topic.more[self.part - 1]

    def _told_at_once(self, c: Context) -> Statement | None:
        """For a family: its own point of view as a second message."""
        return self._topic(c).family if self.part == 0 and c.contact.role == "family" else None

    def stands_on(self, c: Context) -> Statement | None:
        return self._statement(c)

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        words = shown(self._statement(c), c)
        if (family := self._told_at_once(c)) is not None:
            told = lines(say("*For the family:*"), shown(family, c))
            if fits(c, text(told, c)):
                return (Reply(text(words, c)), reply(c, told, self.choices(c)))
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        from bot.conversation.tools.menu import tool_for

        say = c.catalogue.say
        topic = self._topic(c)
        found = [
            option(
                c, "yes", say("Yes, this helped"), "ya", "membantu", "ya membantu", "nggih", "makasih", "terima kasih"
            ),
            option(c, "no", say("Not yet"), "belum", "tidak", "ndeq", "ndeqman", "tidak membantu"),
        ]
        if topic.family is not None and self.part == 0 and self._told_at_once(c) is None:
            found.append(option(c, "family", say("For the family"), "keluarga", "untuk keluarga"))
        if 0 <= self.part < len(topic.more):
            found.append(option(c, "more", say("More about this"), "selengkapnya", "lagi", "detail"))
        found += sound_choice(self._statement(c), c)
        if self._statement(c).facts:
            found.append(option(c, "source", say("Source"), "sumber", "dari mana"))
        if topic.lesson is not None and self.place is None:
            found.append(option(c, "lesson", say("The lesson on this"), "pelajaran", "belajar"))
        if self.place is not None:
            found.append(option(c, "go-on", say("Go on where I was"), "lanjut", "terus", "kembali ke pelajaran"))
        tool = tool_for(topic.tool, c)
        if tool is not None:
            found.append(option(c, "tool", say("Try: {tool}", tool=tool.title), "alat", "coba alat", "alat bantu"))
        for other in topic.related[: max(0, 7 - len(found))][:2]:
            if other in c.library.topics:
                found.append(option(c, other, c.library.topics[other].label))
        return tuple(found)

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.lessons import LessonCard, ModuleList
        from bot.conversation.tools.menu import open_tool

        match key:
            case "yes":
                return arrive(
                    self._after(c), c, RecordFeedback(self.topic, True), lead=c.catalogue.say("Good to hear.")
                )
            case "no":
                return arrive(NotHelped(self.topic, self.place), c, RecordFeedback(self.topic, False))
            case "more":
                return arrive(replace(self, part=self.part + 1), c)
            case "family":
                return arrive(replace(self, part=FAMILY), c)
            case "sound":
                return Turn(self, (media_reply(key, self._statement(c), self.choices(c), c),))
            case "source":
                return arrive(Source(self.topic, self.part, self.place), c)
            case "go-on":
                return arrive(restore(self.place, c), c)
            case "tool":
                return arrive(open_tool(self._topic(c).tool or "", self.topic, c), c)
            case "lesson":
                module, _, lesson = (self._topic(c).lesson or "").partition("/")
                found = c.library.module(module)
                there = found.lesson(lesson) if found else None
                return arrive(LessonCard(module, lesson, there.cards[0].key) if there else ModuleList(), c)
            case _:
                return arrive(Answer(key, place=self.place), c)

    def _after(self, c: Context) -> State:
        return restore(self.place, c)

    def back(self, c: Context) -> State:
        from bot.conversation.questions import AskQuestion

        if self.part:
            return replace(self, part=max(0, self.part - 1))
        return restore(self.place, c) if self.place else AskQuestion()


@dataclass(frozen=True)
class Source(State):
    """Where an answer comes from, with its dates."""

    NAME: ClassVar[str] = "source"
    topic: str
    part: int = 0
    place: Saved | None = None

    def valid(self, c: Context) -> bool:
        return Answer(self.topic, self.part, self.place).valid(c)

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        statement = Answer(self.topic, self.part)._statement(c)
        return (reply(c, source_of(statement, c), (option(c, "go-on", say("Back to the answer"), "lanjut"),)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        return (option(c, "go-on", c.catalogue.say("Back to the answer"), "lanjut"),)

    def choose(self, key: str, c: Context) -> Turn:
        return arrive(self.back(c), c)

    def back(self, c: Context) -> State:
        return Answer(self.topic, self.part, self.place)


def source_of(statement: Statement, c: Context) -> Phrase:
    """The cites of a statement's facts, each with the day it holds for or was last read; what is not confirmed says so."""
    say = c.catalogue.say
    rows: list[Phrase] = []
    for fact in statement.facts:
        if fact.grade_on(today(c)) == "C":
            row = same("• ") + say("{cite}: not confirmed, ask again", cite=fact.cite)
        elif fact.as_of is not None:
            row = same("• ") + say("{cite} (as of {day})", cite=fact.cite, day=short_day(fact.as_of))
        elif fact.verified_on is not None:
            row = same("• ") + say("{cite} (read on {day})", cite=fact.cite, day=short_day(fact.verified_on))
        else:
            row = same("• ") + say("{cite} (well known, not read again)", cite=fact.cite)
        if row.id not in [known.id for known in rows] and sum(len(r.id) + 1 for r in [*rows, row]) < MAX_CHARS - 100:
            rows.append(row)
    return lines(say("*Source:*"), lines(*rows, gap="\n"), caution(statement, c))


@dataclass(frozen=True)
class NotHelped(State):
    NAME: ClassVar[str] = "not-helped"
    topic: str
    place: Saved | None = None

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        return (reply(c, say("Sorry. Write it in other words, or choose:"), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        from bot.conversation.handover import go_on

        say = c.catalogue.say
        return (
            option(c, "person", say("Ask a person"), "petugas", "orang"),
            option(c, "browse", say("List of questions"), "daftar"),
            *go_on(self.place, c),
        )

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.handover import ask_person
        from bot.conversation.questions import Groups

        if key == "person":
            return arrive(ask_person(c, self.place), c)
        return arrive(Groups() if key == "browse" else restore(self.place, c), c)

    def valid(self, c: Context) -> bool:
        return self.topic in c.library.topics

    def back(self, c: Context) -> State:
        return Answer(self.topic, place=self.place)
