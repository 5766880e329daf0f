"""Is there danger in this offer? Questions about red flags and a verdict of three levels. No offer is ever called safe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from bot.library.desk import Desk
from bot.library.model import Phrase, Statement
from bot.library.reading import Node
from bot.library.tools.asking import Asked, question_statements, read_questions

Level = Literal["stop", "ask", "none"]
LEVELS: tuple[Level, ...] = get_args(Level)


@dataclass(frozen=True)
class Offer:
    """`heads`: the verdict in a line. `then`: the next step at each level."""

    title: Phrase
    intro: Statement
    heads: Mapping[Level, Phrase]
    then: Mapping[Level, Statement]
    questions: tuple[Asked, ...]

    def statements(self) -> Iterator[tuple[Statement, int]]:
        yield from question_statements(self.intro, self.questions)
        for statement in self.then.values():
            yield statement, 0


def read_offer(desk: Desk, node: Node) -> Offer:
    node.known("key", "title", "intro", "heads", "then", "questions")
    heads, then = node.child("heads"), node.child("then")
    heads.known(*LEVELS)
    then.known(*LEVELS)
    return Offer(
        title=desk.phrase(node, "title"),
        intro=desk.statement(node.child("intro"), "text"),
        heads={level: desk.phrase(heads, level, True) for level in LEVELS},
        then={level: desk.statement(then.child(level), "text") for level in LEVELS},
        questions=read_questions(desk, node),
    )
