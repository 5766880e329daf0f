"""Reads content/ into a `Library`. Every fault is found at once; see docs/content.md for the forms.

`load` refuses content with errors. `read` gives what could be read, together with the errors, for `check` and `stamp`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.library.desk import Desk, Spoken, Text
from bot.library.followups import follow_ups
from bot.library.model import Card, Group, Lesson, Library, Module, QuizChoice, QuizQuestion, Statement, Story, Topic
from bot.library.numbers import fact, helpline, medium, mission, office
from bot.library.pocket import pocket
from bot.library.reading import ContentError, Node, Problem
from bot.library.review import Review, load_reviews
from bot.library.sounds import found_sounds
from bot.library.tools.load import read_tools

__all__ = ["Content", "ContentError", "load", "read"]


@dataclass(frozen=True)
class Content:
    """What could be read, for those who look after it. `texts` has every text, stale Sasak too."""

    library: Library
    problems: tuple[Problem, ...]
    texts: tuple[Text, ...]
    reviews: Mapping[str, Review]
    spoken: Mapping[str, Spoken]  # of the sounds that a machine made


def load(content_dir: Path) -> Library:
    """All content. Raises `ContentError` with every fault that makes it unusable."""
    content = read(content_dir)
    if content.problems:
        raise ContentError(list(content.problems))
    return content.library


def read(content_dir: Path) -> Content:
    """All content that can be read, and the errors met on the way (none: the library is whole)."""
    problems: list[Problem] = []
    desk = Desk(content_dir, problems, load_reviews(content_dir, problems))
    return Content(_library(desk), tuple(problems), tuple(desk.texts), desk.reviews, desk.spoken)


def _library(desk: Desk) -> Library:
    """In this order: statements need facts, offices and media."""
    numbers = desk.open("helplines.yaml", "helplines")
    desk.facts.update((key, fact(desk, key, node)) for key, node in desk.open("facts.yaml", "facts").entries("facts"))
    desk.offices.update((key, office(desk, node)) for key, node in numbers.entries("offices"))
    desk.media.update(
        (key, medium(desk, key, node)) for key, node in desk.open("media/media.yaml", "media").entries("media")
    )
    desk.media.update(found_sounds(desk.folder / "media"))
    questions = {
        str(node.child("id").value): (node.string("group"), desk.phrase(node, "question"))
        for node in desk.open("language/faq_topics.yaml").items(by="id")
    }
    found = groups(desk, tuple(dict.fromkeys(group for group, _ in questions.values())))
    answered = {topic.id: topic for group in found for topic in group.topics}
    helplines = [helpline(desk, node) for node in numbers.items("helplines", by="key")]
    return Library(
        facts=desk.facts,
        modules=modules(desk),
        groups=found,
        topics=answered,
        questions=questions,
        offices=desk.offices,
        helplines=tuple(sorted(helplines, key=lambda line: line.order)),
        missions=tuple(mission(desk, node) for node in numbers.items("missions", by="key")),
        media=desk.media,
        places={key: str(node.value) for key, node in desk.open("places.yaml", "places").entries("places")},
        notices={key: notice(desk, node) for key, node in desk.open("notices.yaml", "notices").entries("notices")},
        tools=read_tools(desk),
        check=check_questions(desk),
        pocket=pocket(desk),
        follow_ups=follow_ups(desk, answered, frozenset(group for group, _ in questions.values())),
    )


def notice(desk: Desk, node: Node) -> Statement:
    node.known("text", "facts", "critical", "ask", "safe", "picture", "sound")
    return desk.statement(node, "text")


def modules(desk: Desk) -> tuple[Module, ...]:
    names = sorted(f"modules/{path.name}" for path in (desk.folder / "modules").glob("*.yaml"))
    found = [module(desk, desk.open(name)) for name in names]
    return tuple(sorted(found, key=lambda module: module.order))


def module(desk: Desk, node: Node) -> Module:
    node.known("key", "order", "title", "summary", "source", "lessons", "quiz", "stories", "family")
    return Module(
        key=node.string("key"),
        order=node.number("order"),
        title=desk.phrase(node, "title"),
        summary=desk.phrase(node, "summary"),
        lessons=tuple(lesson(desk, entry) for entry in node.items("lessons", by="key")),
        quiz=tuple(question(desk, entry) for entry in node.items("quiz", by="key")),
        stories=tuple(story(desk, entry) for entry in node.items("stories", by="key")),
        family=cards(desk, node, "family"),
    )


def lesson(desk: Desk, node: Node) -> Lesson:
    node.known("key", "title", "cards")
    return Lesson(str(node.child("key").value), desk.phrase(node, "title"), cards(desk, node, "cards"))


def cards(desk: Desk, node: Node, name: str) -> tuple[Card, ...]:
    found = []
    for card in node.items(name, by="key"):
        card.known("key", "text", "facts", "critical", "ask", "safe", "picture", "sound", "holds")
        holds = card.strings("holds")
        for word in holds:
            if word not in ("example", "next"):
                card.fault(f"a card cannot hold {word!r}", "Write example, next, or both", "holds")
        found.append(Card(str(card.child("key").value), desk.statement(card, "text"), holds))
    return tuple(found)


def story(desk: Desk, node: Node) -> Story:
    node.known("key", "title", "text", "facts", "critical", "ask", "safe", "picture", "sound", "choices")
    return Story(
        str(node.child("key").value), desk.phrase(node, "title"), desk.statement(node, "text"), choices(desk, node)
    )


def question(desk: Desk, node: Node) -> QuizQuestion:
    node.known("key", "question", "facts", "critical", "ask", "safe", "choices")
    return QuizQuestion(str(node.child("key").value), desk.statement(node, "question"), choices(desk, node))


def check_questions(desk: Desk) -> tuple[QuizQuestion, ...]:
    """The six questions of content/check.yaml; none where the file is not there (`check` says so)."""
    if not (desk.folder / "check.yaml").is_file():
        return ()
    return tuple(question(desk, entry) for entry in desk.open("check.yaml", "check").items("check", by="key"))


def choices(desk: Desk, node: Node) -> tuple[QuizChoice, ...]:
    found = []
    for choice in node.items("choices", by="key"):
        choice.known("key", "text", "right", "explain")
        key, right = str(choice.child("key").value), choice.flag("right")
        found.append(QuizChoice(key, desk.phrase(choice, "text"), right, desk.phrase(choice, "explain")))
    return tuple(found)


def groups(desk: Desk, order: tuple[str, ...]) -> tuple[Group, ...]:
    """The groups with a file, in the order of faq_topics.yaml; those it does not name come last."""
    names = sorted(f"faq/{path.name}" for path in (desk.folder / "faq").glob("*.yaml"))
    found = [group(desk, desk.open(name)) for name in names]
    return tuple(sorted(found, key=lambda group: order.index(group.key) if group.key in order else len(order)))


def group(desk: Desk, node: Node) -> Group:
    node.known("group", "title", "topics")
    key = node.string("group")
    return Group(key, desk.phrase(node, "title"), tuple(topic(desk, x, key) for x in node.items("topics", by="id")))


def topic(desk: Desk, node: Node, group: str) -> Topic:
    node.known(
        "id", "label", "question", "answer", "facts", "critical", "ask", "safe", "picture", "sound",
        "more", "lesson", "related", "family", "tool",
    )  # fmt: skip
    answer = desk.statement(node, "answer")
    return Topic(
        id=str(node.child("id").value),
        group=group,
        label=desk.phrase(node, "label"),
        question=desk.phrase(node, "question"),
        answer=answer,
        more=tuple(part(desk, entry, answer.text.critical) for entry in node.items("more")),
        lesson=node.string("lesson") if node.has("lesson") else None,
        family=part(desk, node.child("family"), answer.text.critical) if node.has("family") else None,
        tool=node.string("tool") if node.has("tool") else None,
        related=node.strings("related"),
    )


def part(desk: Desk, node: Node, critical: bool) -> Statement:
    """A further text of a topic: one of `more`, or the family's."""
    node.known("text", "facts", "critical", "ask", "safe", "picture", "sound")
    return desk.statement(node, "text", critical)
