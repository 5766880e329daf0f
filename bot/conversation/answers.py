"""An answer that somebody reviewed: more of it, its source, did it help.

> 1
< Menurut UU 18/2017 ...   1 Ya, membantu 2 Belum 3 Selengkapnya 4 Sumber
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from bot.conversation.followups import also_asked, follow_up
from bot.conversation.lessons import media_reply, sound_choice
from bot.conversation.places import restore
from bot.conversation.speech import arrive, caution, fits, lines, option, reply, same, short_day, shown, text, today
from bot.conversation.state import Saved, State
from bot.conversation.types import (
    MAX_CHARS,
    MAX_CHOICES,
    Choice,
    Context,
    Message,
    RecordFeedback,
    Reply,
    Turn,
)
from bot.library.model import Phrase, Statement, Topic

FAMILY = -1  # the part that is for who stays at home
RELATED = 2  # related topics below an answer
DROPPED = ("tool", "lesson", "source")  # left out first where a list would be too long


@dataclass(frozen=True)
class Answer(State):
    """The reviewed answer. `part`: 0 the first answer, then one of `more` at a time; FAMILY what is different for who stays at
    home, which a family reads at once, below the answer. `also`: what else the message asked for. `question`: what was
    written, for a person of the staff should this not help."""

    NAME: ClassVar[str] = "answer"
    topic: str
    part: int = 0
    place: Saved | None = None
    also: tuple[str, ...] = ()
    question: str = ""

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

    def _also(self, c: Context) -> tuple[str, ...]:
        return tuple(topic for topic in self.also if topic in c.library.topics and topic != self.topic)

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        words = shown(self._statement(c), c)
        asked = also_asked(self._also(c), c)
        if (family := self._told_at_once(c)) is not None:
            told = lines(say("*For the family:*"), shown(family, c))
            both = lines(told, asked)
            if fits(c, text(told, c)):
                return (Reply(text(words, c)), reply(c, both if fits(c, text(both, c)) else told, self.choices(c)))
        if asked is not None and not fits(c, text(lines(words, asked), c)):
            return (Reply(text(words, c)), reply(c, asked, self.choices(c)))
        return (reply(c, lines(words, asked), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        """Whether it helped, what else was asked, more, and two related topics. Where that would be more than a list takes,
        first the tool goes, then the lesson, the source (SUMBER shows it anywhere), a related topic."""
        from bot.conversation.tools.menu import tool_for

        say = c.catalogue.say
        topic, also = self._topic(c), self._also(c)
        helped = (
            option(
                c, "yes", say("Yes, this helped"), "ya", "membantu", "ya membantu", "nggih", "makasih", "terima kasih"
            ),
            option(c, "no", say("Not yet"), "belum", "tidak", "ndeq", "ndeqman", "tidak membantu"),
        )
        near = [other for other in topic.related if other in c.library.topics and other not in also][:RELATED]
        found = [*helped, *(option(c, other, c.library.topics[other].label) for other in also)]
        if topic.family is not None and self.part == 0 and self._told_at_once(c) is None:
            found.append(option(c, "family", say("For the family"), "keluarga", "untuk keluarga"))
        if 0 <= self.part < len(topic.more):
            found.append(option(c, "more", say("More about this"), "selengkapnya", "lagi", "detail"))
        found += sound_choice(self._statement(c), c)
        if self._statement(c).facts:
            found.append(option(c, "source", say("Source"), "sumber", "dari mana sumbernya"))
        if topic.lesson is not None and self.place is None:
            found.append(option(c, "lesson", say("The lesson on this"), "pelajaran", "belajar"))
        if self.place is not None:
            found.append(option(c, "go-on", say("Go on where I was"), "lanjut", "terus", "kembali ke pelajaran"))
        tool = tool_for(topic.tool, c)
        if tool is not None:
            found.append(option(c, "tool", say("Try: {tool}", tool=tool.title), "alat", "coba alat", "alat bantu"))
        found += (option(c, other, c.library.topics[other].label) for other in near)
        return shortened(found, (*DROPPED, *reversed(near)))

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.lessons import LessonCard, ModuleList
        from bot.conversation.tools.menu import open_tool

        match key:
            case "yes":
                return arrive(
                    self._after(c), c, RecordFeedback(self.topic, True), lead=c.catalogue.say("Good to hear.")
                )
            case "no":
                state = NotHelped(self.topic, self.place, self._also(c), self.question)
                return arrive(state, c, RecordFeedback(self.topic, False))
            case "more":
                return arrive(replace(self, part=self.part + 1), c)
            case "family":
                return arrive(replace(self, part=FAMILY), c)
            case "sound":
                return Turn(self, (media_reply(key, self._statement(c), self.choices(c), c),))
            case "source":
                return arrive(Source(self.topic, self.part, self.place, self.also, self.question), c)
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
                return arrive(self._other(key, c), c)

    def hear(self, message: Message, c: Context) -> Turn | None:
        return follow_up(self.topic, self.part, self.place, message, c)

    def _other(self, topic: str, c: Context) -> Answer:
        """Another topic's answer. What was written is kept with what it asked for, no further."""
        asked = self._also(c)
        rest = tuple(other for other in asked if other != topic)
        return Answer(topic, place=self.place, also=rest, question=self.question if topic in asked else "")

    def _after(self, c: Context) -> State:
        """What else was asked comes next."""
        also = self._also(c)
        return self._other(also[0], c) if also else restore(self.place, c)

    def back(self, c: Context) -> State:
        from bot.conversation.questions import AskQuestion

        if self.part:
            return replace(self, part=max(0, self.part - 1))
        return restore(self.place, c) if self.place else AskQuestion()


def shortened(found: list[Choice], dropped: tuple[str, ...]) -> tuple[Choice, ...]:
    """At most so many as a list takes: the first of `dropped` go first."""
    gone: set[str] = set()
    for key in dropped:
        if len(found) - len(gone) <= MAX_CHOICES:
            break
        gone |= {key} & {choice.key for choice in found}
    return tuple(choice for choice in found if choice.key not in gone)


@dataclass(frozen=True)
class Source(State):
    """Where an answer comes from, with its dates."""

    NAME: ClassVar[str] = "source"
    topic: str
    part: int = 0
    place: Saved | None = None
    also: tuple[str, ...] = ()
    question: str = ""

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

    def hear(self, message: Message, c: Context) -> Turn | None:
        return follow_up(self.topic, self.part, self.place, message, c)

    def back(self, c: Context) -> State:
        return Answer(self.topic, self.part, self.place, self.also, self.question)


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
    """It did not help: other words, a person (who gets what was written), what else was asked, the list."""

    NAME: ClassVar[str] = "not-helped"
    topic: str
    place: Saved | None = None
    also: tuple[str, ...] = ()
    question: str = ""

    def _answer(self) -> Answer:
        return Answer(self.topic, place=self.place, also=self.also, question=self.question)

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        return (reply(c, say("Sorry. Write it in other words, or choose:"), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        from bot.conversation.handover import go_on

        say = c.catalogue.say
        return (
            option(c, "person", say("Ask a person"), "petugas", "orang"),
            *(option(c, topic, c.library.topics[topic].label) for topic in self._answer()._also(c)),
            option(c, "browse", say("List of questions"), "daftar"),
            *go_on(self.place, c),
        )

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.handover import ask_person, hand_on
        from bot.conversation.questions import Groups

        match key:
            case "person":
                kept = hand_on(self.question, self.topic, self.place, c) if self.question else ask_person(c, self.place)
                return arrive(kept, c)
            case "browse":
                return arrive(Groups(), c)
            case "go-on":
                return arrive(restore(self.place, c), c)
            case _:
                return arrive(self._answer()._other(key, c), c)

    def hear(self, message: Message, c: Context) -> Turn | None:
        return follow_up(self.topic, 0, self.place, message, c)

    def valid(self, c: Context) -> bool:
        return self.topic in c.library.topics

    def back(self, c: Context) -> State:
        return self._answer()
