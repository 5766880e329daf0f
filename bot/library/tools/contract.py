"""Check my contract: what must stand in it, asked a question at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.library.desk import Desk
from bot.library.model import Phrase, Statement
from bot.library.reading import Node
from bot.library.tools.asking import Asked, question_statements, read_questions


@dataclass(frozen=True)
class Contract:
    """`missing`, `complete`: what is advised at the end, with gaps and without."""

    title: Phrase
    intro: Statement
    missing: Statement
    complete: Statement
    questions: tuple[Asked, ...]

    def statements(self) -> Iterator[tuple[Statement, int]]:
        yield from question_statements(self.intro, self.questions)
        yield self.missing, 0
        yield self.complete, 0


def read_contract(desk: Desk, node: Node) -> Contract:
    node.known("key", "title", "intro", "missing", "complete", "questions")
    return Contract(
        title=desk.phrase(node, "title"),
        intro=desk.statement(node.child("intro"), "text"),
        missing=desk.statement(node.child("missing"), "text"),
        complete=desk.statement(node.child("complete"), "text"),
        questions=read_questions(desk, node, "no"),
    )
