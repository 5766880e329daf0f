"""Questions with yes, no or «I do not know»: what the tools for offers and contracts are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

from bot.library.desk import Desk
from bot.library.model import Phrase, Statement
from bot.library.reading import Node

Flag = Literal["yes", "no"]
HEADING = 20  # characters of «*10 dari 12*» and the empty lines around it, in either language
LIGHT, HEAVY, STOP = 1, 2, 3  # what an answer weighs


@dataclass(frozen=True)
class Asked:
    """One question. The answer `flag` is a sign (a danger in an offer, a gap in a contract) that is called `label`.

    `statement` says why it matters and what to ask. `weight`: LIGHT, HEAVY or STOP.
    """

    key: str
    question: Phrase
    label: Phrase
    statement: Statement
    flag: Flag
    weight: int


def read_questions(desk: Desk, node: Node, flag: Flag | None = None) -> tuple[Asked, ...]:
    """The list `questions`. With `flag` every question has that one, and no weight."""
    found = []
    own = () if flag else ("flag", "weight")
    for entry in node.items("questions", by="key"):
        entry.known("key", "question", "label", "text", "facts", "critical", "ask", "safe", *own)
        weight = LIGHT if flag else entry.number("weight")
        if not LIGHT <= weight <= STOP:
            entry.fault(
                f"the weight {weight} is not known", f"Use {LIGHT}, {HEAVY} or {STOP} (stops at once)", "weight"
            )
        found.append(
            Asked(
                key=str(entry.child("key").value),
                question=desk.phrase(entry, "question"),
                label=desk.phrase(entry, "label"),
                statement=desk.statement(entry, "text"),
                flag=flag or cast(Flag, entry.option("flag", ("yes", "no"))),
                weight=weight,
            )
        )
    return tuple(found)


def longest(phrase: Phrase) -> int:
    """Characters in the longer of the two languages."""
    return max(len(phrase.id), len(phrase.sas or ""))


def question_statements(intro: Statement, questions: tuple[Asked, ...]) -> Iterator[tuple[Statement, int]]:
    """The introduction, which stands above the first question, and what is said of each question."""
    yield intro, HEADING + (longest(questions[0].question) if questions else 0)
    for asked in questions:
        yield asked.statement, longest(asked.label) + 4
