"""The content in memory: frozen and typed. Read once by `load`, never changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from bot.library.tools import Tools

Grade = Literal["A", "B", "C"]


@dataclass(frozen=True)
class Phrase:
    """One text in Indonesian and, where there is one, in Sasak.

    `signed`: the Sasak has its signatures. `critical`: danger, health, law or money; Indonesian is always shown first.
    """

    id: str
    sas: str | None = None
    signed: bool = False
    critical: bool = False

    def __add__(self, other: Phrase | str) -> Phrase:
        """Both languages, one after the other; a missing Sasak is filled with Indonesian if the other side has one."""
        if isinstance(other, str):
            return Phrase(self.id + other, None if self.sas is None else self.sas + other, self.signed, self.critical)
        sas = None if self.sas is None and other.sas is None else (self.sas or self.id) + (other.sas or other.id)
        signed = (self.signed or self.sas is None) and (other.signed or other.sas is None)
        return Phrase(self.id + other.id, sas, signed and sas is not None, self.critical or other.critical)


@dataclass(frozen=True)
class Fact:
    """A numbered statement of the fact sheet. See docs/content.md for the meaning of each field."""

    id: str
    says: str
    source: str
    cite: str
    grade: Grade
    kind: str
    sensitive: bool = False
    perishable: bool = False
    as_of: date | None = None
    verified_on: date | None = None
    check_by: date | None = None
    verify_with: str | None = None
    seen: str | None = None

    def grade_on(self, today: date) -> Grade:
        """The grade that counts on that day: expired is C, and so is a B about money, penalties or deadlines."""
        if self.check_by is not None and today > self.check_by:
            return "C"
        return "C" if self.grade == "B" and self.sensitive else self.grade


@dataclass(frozen=True)
class Statement:
    """A text that could be wrong about the world, with the facts it stands on."""

    place: str  # "modules/03-costs.yaml: lessons/who-pays/cards/the-law", for messages to authors
    text: Phrase
    facts: tuple[Fact, ...] = ()
    ask: str | None = None  # a key of Library.offices
    safe: Phrase | None = None
    picture: str | None = None
    sound: str | None = None

    def grade_on(self, today: date) -> Grade:
        """The worst grade of its facts; A where it states none."""
        return max((fact.grade_on(today) for fact in self.facts), default="A")


@dataclass(frozen=True)
class Card:
    """`holds`: what a reviewer finds on it, `example` (everyday life) or `next` (what to do now)."""

    key: str
    statement: Statement
    holds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lesson:
    key: str
    title: Phrase
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class QuizChoice:
    key: str
    text: Phrase
    right: bool
    explain: Phrase


@dataclass(frozen=True)
class QuizQuestion:
    key: str
    statement: Statement  # the question
    choices: tuple[QuizChoice, ...]


@dataclass(frozen=True)
class Story:
    """«What would you do?»: a situation in Lombok or on the plantation. More than one choice may be right."""

    key: str
    title: Phrase
    statement: Statement
    choices: tuple[QuizChoice, ...]


@dataclass(frozen=True)
class Module:
    key: str
    order: int
    title: Phrase
    summary: Phrase
    lessons: tuple[Lesson, ...]
    quiz: tuple[QuizQuestion, ...]
    stories: tuple[Story, ...] = ()
    family: tuple[Card, ...] = ()  # the short version for who stays at home

    def lesson(self, key: str) -> Lesson | None:
        return next((lesson for lesson in self.lessons if lesson.key == key), None)


@dataclass(frozen=True)
class Topic:
    """A question with a reviewed answer."""

    id: str
    group: str
    label: Phrase
    question: Phrase
    answer: Statement
    more: tuple[Statement, ...] = ()
    lesson: str | None = None  # "module/lesson"
    family: Statement | None = None  # what is different for who stays at home
    tool: str | None = None  # a key of content/tools/, "fees"
    related: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    key: str
    title: Phrase
    topics: tuple[Topic, ...]  # those with an answer


@dataclass(frozen=True)
class Helpline:
    key: str
    country: Literal["my", "id"]
    kind: str
    via: Literal["call", "whatsapp", "email"]
    name: Phrase
    who: Phrase
    number: str
    works_from: Literal["my", "id", "any"]
    hours: Phrase | None
    free: bool | None
    facts: tuple[Fact, ...]
    as_of: date | None
    rung_on: date | None
    use_for: tuple[str, ...]  # now, exploitation, worry, family, child
    order: int


@dataclass(frozen=True)
class Mission:
    """An Indonesian mission in Malaysia; `number` None where none was found."""

    key: str
    name: Phrase
    area: Phrase
    number: str | None
    via: str
    facts: tuple[Fact, ...]
    area_facts: tuple[Fact, ...]
    rung_on: date | None


@dataclass(frozen=True)
class Media:
    """A small sound or picture. `file` is a name below content/media/; `size` in bytes."""

    key: str
    kind: Literal["sound", "picture"]
    file: str
    mime: str
    size: int
    alt: Phrase  # what is heard or seen, in words
    synthetic: bool = False  # a machine's voice, standing in until a person has recorded it


@dataclass(frozen=True)
class Blank:
    """A line to be filled in by hand."""

    key: str
    label: Phrase


@dataclass(frozen=True)
class Arrival:
    """The airport and the first days. `message`: the same as one message to keep in the chat; it is not drawn."""

    title: Phrase
    steps: tuple[Card, ...]
    message: Phrase


@dataclass(frozen=True)
class Pocket:
    """What stands on the pocket card beside the numbers."""

    title: Phrase
    rights: tuple[Card, ...]
    papers_taken: tuple[Card, ...]
    say: tuple[Card, ...]
    blanks: tuple[Blank, ...]
    arrival: Arrival


@dataclass(frozen=True)
class FollowUps:
    """Where a kind of question leads after a topic: a topic's id, "family" or "more 2"."""

    groups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    topics: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def leads(self, topic: Topic, kind: str) -> str | None:
        """None where nothing is written for it; a group's entry never leads a topic to itself."""
        found = self.topics.get(topic.id, {}).get(kind) or self.groups.get(topic.group, {}).get(kind)
        return None if found == topic.id else found

    @staticmethod
    def part_of(leads: str) -> int | None:
        """The number of the further text that an entry names, from 1; None for other entries."""
        found = re.fullmatch(r"more ([1-9])", leads)
        return int(found[1]) if found else None


@dataclass(frozen=True)
class Library:
    facts: Mapping[str, Fact]
    modules: tuple[Module, ...]
    groups: tuple[Group, ...]
    topics: Mapping[str, Topic]
    questions: Mapping[str, tuple[str, Phrase]]  # every FAQ id -> (group, canonical question), answered or not
    offices: Mapping[str, Phrase]
    helplines: tuple[Helpline, ...]
    missions: tuple[Mission, ...]
    media: Mapping[str, Media] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)  # kabupaten key -> name
    notices: Mapping[str, Statement] = field(default_factory=dict)  # statements the flows make, content/notices.yaml
    tools: Tools = field(default_factory=Tools)
    check: tuple[QuizQuestion, ...] = ()  # the six questions before and after learning, content/check.yaml
    pocket: Pocket | None = None  # content/pocket.yaml
    follow_ups: FollowUps = field(default_factory=FollowUps)  # content/language/followups.yaml

    def module(self, key: str) -> Module | None:
        return next((module for module in self.modules if module.key == key), None)
