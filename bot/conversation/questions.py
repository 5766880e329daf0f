"""Questions: browse by group, or write freely; the answer, its source, did it help.

    > brp byr klo k malay
    < Menurut undang-undang ... tidak boleh dibebani biaya ...   1 Ya, membantu 2 Belum 3 Sumber ...

A question can be written anywhere: the answer keeps the place, and «lanjut» leads back there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from bot.conversation.answers import Answer
from bot.conversation.choosing import plain
from bot.conversation.followups import KEPT, MATCHED, topics_of
from bot.conversation.places import restore
from bot.conversation.speech import arrive, lines, option, reply, same
from bot.conversation.state import Saved, State
from bot.conversation.types import (
    Choice,
    Context,
    Message,
    RecordMiss,
    Reply,
    Turn,
)
from bot.library.model import Group, Phrase, Topic

FEW = 4  # questions in full a page: they fit one message in each language
PAGE = 8  # entries a page; «more» and the ways out stand beside them
_FILLERS = frozenset(
    [
        "tolong",
        "jelaskan",
        "mau",
        "tanya",
        "soal",
        "tentang",
        "gimana",
        "bagaimana",
        "apa",
        "saja",
        "aja",
        "dong",
        "info",
        "informasi",
        "ya",
        "kak",
        "pak",
        "bu",
        "min",
        "tau",
        "tahu",
        "ingin",
        "saya",
        "sy",
        "di",
        "ke",
        "yang",
        "dan",
        "untuk",
        "itu",
        "ini",
        "berembe",
        "ape",
        "silaq",
    ]
)


def reads_as_question(message: Message) -> bool:
    """Long enough to be more than a slip of the finger."""
    return len(message.text.split()) >= 3 or "?" in message.text


def answer_to(message: Message, place: Saved | None, c: Context) -> State | None:
    """The state that answers a free question, or None when no topic is near."""
    if message.kind != "text" or not message.text.strip():
        return None
    first, *others = topics_of(message.text, c) or ("",)
    if others:
        return Answer(first, place=place, also=tuple(others), question=message.text[:KEPT])
    found = c.understanding.match(message.text[:MATCHED], sasak=c.language == "sas")
    if found.topic is None:
        return by_name(message, place, c)
    if found.confident:
        return answer_state(found.topic, place, message.text, c)
    near = tuple(topic for topic in found.candidates if topic in c.library.questions)[:3]
    return Maybe(message.text[:KEPT], near, place) if near else None


def by_name(message: Message, place: Saved | None, c: Context) -> State | None:
    """One bare word («biaya», «mau tanya kontrak») names a group, or topics whose title has it."""
    words = [word for word in plain(message.text).split() if word not in _FILLERS]
    if not 1 <= len(words) <= 3:
        return None
    wanted = set(words)
    for group in groups(c):
        if wanted <= set(plain(group.title.id).split()):
            return Topics(group.key)
    named = [
        topic.id
        for topic in c.library.topics.values()
        if wanted <= set(plain(f"{topic.label.id} {topic.question.id}").split())
    ]
    return Maybe(message.text[:KEPT], tuple(named[:3]), place) if named else None


def answer_state(topic: str, place: Saved | None, question: str, c: Context) -> State:
    """The answer; for a topic without a reviewed answer, honestly the way to a person."""
    from bot.conversation.handover import HandoverOffer

    if topic in c.library.topics:
        return Answer(topic, place=place, question=question[:KEPT])
    return HandoverOffer(question[:KEPT] or c.library.questions[topic][1].id, topic=topic, place=place)


def groups(c: Context) -> tuple[Group, ...]:
    return tuple(group for group in c.library.groups if group.topics)


@dataclass(frozen=True)
class AskQuestion(State):
    """«Tulis pertanyaan Anda»"""

    NAME: ClassVar[str] = "ask"
    EXAMPLES: ClassVar[tuple[str, ...]] = ("paspor", "gimana soal gaji")

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        words = lines(say("Write your question in your own words, or choose from the list."), example(c))
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return (
            option(c, "browse", say("List of questions"), "daftar", "daftar pertanyaan", "lihat"),
            option(c, "person", say("Ask a person"), "petugas"),
        )

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.handover import ask_person

        return arrive(Groups() if key == "browse" else ask_person(c, None), c)

    def back(self, c: Context) -> State:
        from bot.conversation.menu import Menu

        return Menu()


def example(c: Context) -> Phrase:
    return c.catalogue.say("For example: who pays for the passport?")


@dataclass(frozen=True)
class Groups(State):
    NAME: ClassVar[str] = "groups"
    page: int = 0

    def _rows(self, c: Context) -> tuple[Group, ...]:
        return groups(c)[self.page * PAGE : (self.page + 1) * PAGE]

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, c.catalogue.say("What is it about?"), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        named = [option(c, group.key, group.title) for group in self._rows(c)]
        if (self.page + 1) * PAGE < len(groups(c)):
            named.append(option(c, "more", c.catalogue.say("Other subjects"), "lainnya", "lanjut", "lagi"))
        return tuple(named)

    def choose(self, key: str, c: Context) -> Turn:
        return arrive(replace(self, page=self.page + 1) if key == "more" else Topics(key), c)

    def back(self, c: Context) -> State:
        return replace(self, page=self.page - 1) if self.page else AskQuestion()

    def valid(self, c: Context) -> bool:
        return bool(self._rows(c))


@dataclass(frozen=True)
class Topics(State):
    """The questions of a group."""

    NAME: ClassVar[str] = "topics"
    group: str
    page: int = 0

    def _group(self, c: Context) -> Group | None:
        return next((group for group in groups(c) if group.key == self.group), None)

    def valid(self, c: Context) -> bool:
        return bool(self._topics(c))

    def _topics(self, c: Context) -> tuple[Topic, ...]:
        group = self._group(c)
        return group.topics[self.page * FEW : (self.page + 1) * FEW] if group else ()

    def ask(self, c: Context) -> tuple[Reply, ...]:
        rows = [same(f"{number} ") + topic.question for number, topic in enumerate(self._topics(c), 1)]
        rows = [
            row if len(row.id) < 90 else same(f"{i} ") + self._topics(c)[i - 1].label for i, row in enumerate(rows, 1)
        ]
        return (reply(c, lines(c.catalogue.say("Choose a question:"), lines(*rows, gap="\n")), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        named = [option(c, topic.id, topic.label) for topic in self._topics(c)]
        if replace(self, page=self.page + 1)._topics(c):
            named.append(option(c, "more", c.catalogue.say("Other questions"), "lainnya", "lanjut", "lagi"))
        return tuple(named)

    def choose(self, key: str, c: Context) -> Turn:
        return arrive(replace(self, page=self.page + 1) if key == "more" else Answer(key), c)

    def back(self, c: Context) -> State:
        return replace(self, page=self.page - 1) if self.page else Groups()


@dataclass(frozen=True)
class Maybe(State):
    """«Maybe you mean»: up to three topics, and «none of these»."""

    NAME: ClassVar[str] = "maybe"
    question: str
    topics: tuple[str, ...]
    place: Saved | None = None

    def valid(self, c: Context) -> bool:
        return bool(self._topics(c))

    def _topics(self, c: Context) -> tuple[str, ...]:
        return tuple(topic for topic in self.topics if topic in c.library.questions)

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        rows = [same(f"{number} ") + self._name(topic, c) for number, topic in enumerate(self._topics(c), 1)]
        return (reply(c, lines(say("Maybe you mean:"), lines(*rows, gap="\n")), self.choices(c)),)

    def _name(self, topic: str, c: Context) -> Phrase:
        return c.library.topics[topic].question if topic in c.library.topics else c.library.questions[topic][1]

    def choices(self, c: Context) -> tuple[Choice, ...]:
        named = [
            option(c, topic, c.library.topics[topic].label if topic in c.library.topics else self._name(topic, c))
            for topic in self._topics(c)
        ]
        none = option(c, "none", c.catalogue.say("None of these"), "bukan", "bukan itu", "tidak ada", "ndeq araq")
        return (*named, none)

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.handover import HandoverOffer

        if key == "none":
            return arrive(HandoverOffer(self.question, place=self.place), c, miss(self.question, c))
        return arrive(answer_state(key, self.place, self.question, c), c)

    def back(self, c: Context) -> State:
        return restore(self.place, c) if self.place else AskQuestion()


def miss(question: str, c: Context) -> RecordMiss:
    """The words of a question that was not found, at most 8: only words of our own phrasings, so no name is kept."""
    return RecordMiss(" ".join(c.understanding.ordinary_words(question)[:8])[:120])
