"""The money plan: what is said about its result. The figures are the person's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from bot.library.desk import Desk
from bot.library.model import Phrase, Statement
from bot.library.reading import Node

Note = Literal["short", "never", "long", "fine"]
NOTES: tuple[Note, ...] = get_args(Note)
RESULT = 230  # characters of the figures above a note, in either language


@dataclass(frozen=True)
class MoneyTexts:
    """`notes`: short (nothing is left), never (the debt is never paid), long (it takes years), fine."""

    title: Phrase
    intro: Statement
    notes: Mapping[Note, Statement]

    def statements(self) -> Iterator[tuple[Statement, int]]:
        yield self.intro, 0
        for statement in self.notes.values():
            yield statement, RESULT


def read_money(desk: Desk, node: Node) -> MoneyTexts:
    node.known("key", "title", "intro", "notes")
    notes = node.child("notes")
    notes.known(*NOTES)
    return MoneyTexts(
        title=desk.phrase(node, "title"),
        intro=desk.statement(node.child("intro"), "text"),
        notes={note: desk.statement(notes.child(note), "text") for note in NOTES},
    )
