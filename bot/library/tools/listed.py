"""Is this company or job order listed? Only what is said about a search; the lists themselves are imported by staff."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.library.desk import Desk
from bot.library.model import Phrase, Statement
from bot.library.reading import Node

ROW = 260  # characters of one line of a list with its dates, which stand above `found` or `order`


@dataclass(frozen=True)
class ListedTexts:
    """`found`: what it means that a company stands in a list; `order`: that a job order does; `expired`: that the day is
    over; `unknown`: what it means that nothing was found; `no_list`: that no list was imported."""

    title: Phrase
    intro: Statement
    found: Statement
    order: Statement
    expired: Statement
    unknown: Statement
    no_list: Statement

    def statements(self) -> Iterator[tuple[Statement, int]]:
        yield self.intro, 0
        yield self.found, ROW
        yield self.order, ROW
        yield self.expired, ROW
        yield self.unknown, ROW
        yield self.no_list, 0


def read_listed(desk: Desk, node: Node) -> ListedTexts:
    node.known("key", "title", "intro", "found", "order", "expired", "unknown", "no_list")
    return ListedTexts(
        title=desk.phrase(node, "title"),
        intro=desk.statement(node.child("intro"), "text"),
        found=desk.statement(node.child("found"), "text"),
        order=desk.statement(node.child("order"), "text"),
        expired=desk.statement(node.child("expired"), "text"),
        unknown=desk.statement(node.child("unknown"), "text"),
        no_list=desk.statement(node.child("no_list"), "text"),
    )
