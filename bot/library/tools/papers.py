"""My papers: the checklist before leaving, and when its owner is reminded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.library.desk import Desk
from bot.library.model import Phrase, Statement
from bot.library.reading import Node

HEADING = 60  # characters of the paper's name and how far it is, above its text


@dataclass(frozen=True)
class PaperItem:
    key: str
    label: Phrase
    statement: Statement


@dataclass(frozen=True)
class Papers:
    """`remind_days`: days before the departure, the farthest first."""

    title: Phrase
    intro: Statement
    remind_days: tuple[int, ...]
    items: tuple[PaperItem, ...]

    def item(self, key: str) -> PaperItem | None:
        return next((item for item in self.items if item.key == key), None)

    def statements(self) -> Iterator[tuple[Statement, int]]:
        yield self.intro, 0
        for item in self.items:
            yield item.statement, HEADING


def read_papers(desk: Desk, node: Node) -> Papers:
    node.known("key", "title", "intro", "items", "remind_days")
    days = node.child("remind_days").value
    if not isinstance(days, list) or not all(isinstance(day, int) and 0 < day <= 365 for day in days):
        node.fault("'remind_days' is no list of days", "Write remind_days: [60, 30, 14, 7]", "remind_days")
        days = []
    items = []
    for entry in node.items("items", by="key"):
        entry.known("key", "label", "text", "facts", "critical", "ask", "safe", "picture", "sound")
        items.append(
            PaperItem(str(entry.child("key").value), desk.phrase(entry, "label"), desk.statement(entry, "text"))
        )
    return Papers(
        title=desk.phrase(node, "title"),
        intro=desk.statement(node.child("intro"), "text"),
        remind_days=tuple(sorted(set(days), reverse=True)),
        items=tuple(items),
    )
