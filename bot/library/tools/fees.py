"""Is this fee allowed? What may be asked of a worker, who pays it by law, and what to do when it is asked anyway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast, get_args

from bot.library.desk import Desk
from bot.library.model import Phrase, Statement
from bot.library.reading import Node
from bot.library.tools.asking import longest

FeeKind = Literal["paid", "own", "nobody", "unsure"]
KINDS: tuple[FeeKind, ...] = get_args(FeeKind)


@dataclass(frozen=True)
class Fee:
    """One thing that money is asked for. `kind`: paid (by the employer or the state), own (the worker may pay it),
    nobody (may be asked by nobody), unsure. `words`: how people call it, besides its label."""

    key: str
    label: Phrase
    kind: FeeKind
    statement: Statement
    words: tuple[str, ...]

    def kind_on(self, day: date) -> FeeKind:
        """Unsure, whatever the law was, when its facts may not be stated on that day."""
        return "unsure" if self.statement.grade_on(day) == "C" else self.kind


@dataclass(frozen=True)
class Fees:
    """`heads`: the verdict in a line. `asked`: what to do when it is asked anyway. `unknown`: no fee that we know.
    `small`: words that tell no fee apart."""

    title: Phrase
    intro: Statement
    heads: Mapping[FeeKind, Phrase]
    asked: Mapping[FeeKind, Statement]
    unknown: Statement
    items: tuple[Fee, ...]
    small: frozenset[str] = frozenset()

    def item(self, key: str) -> Fee | None:
        return next((fee for fee in self.items if fee.key == key), None)

    def statements(self) -> Iterator[tuple[Statement, int]]:
        yield self.intro, 0
        yield self.unknown, 0
        for statement in self.asked.values():
            yield statement, 0
        for fee in self.items:
            yield fee.statement, longest(fee.label) + longest(self.heads[fee.kind]) + 6


def read_fees(desk: Desk, node: Node) -> Fees:
    node.known("key", "title", "intro", "heads", "asked", "unknown", "small", "items")
    heads, asked = node.child("heads"), node.child("asked")
    heads.known(*KINDS)
    asked.known(*KINDS)
    return Fees(
        title=desk.phrase(node, "title"),
        intro=desk.statement(node.child("intro"), "text"),
        heads={kind: desk.phrase(heads, kind, True) for kind in KINDS},
        asked={kind: desk.statement(asked.child(kind), "text") for kind in KINDS},
        unknown=desk.statement(node.child("unknown"), "text"),
        items=tuple(fee(desk, entry) for entry in node.items("items", by="key")),
        small=frozenset(node.strings("small")),
    )


def fee(desk: Desk, node: Node) -> Fee:
    node.known("key", "label", "kind", "text", "facts", "critical", "ask", "safe", "words")
    return Fee(
        key=str(node.child("key").value),
        label=desk.phrase(node, "label"),
        kind=cast(FeeKind, node.option("kind", ("unsure", *KINDS[:3]))),
        statement=desk.statement(node, "text"),
        words=node.strings("words"),
    )
