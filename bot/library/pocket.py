"""Reads content/pocket.yaml: what the pocket card and the picture of the first days say.

    pocket:  {title, rights: [...], papers_taken: [...], say: [...], blanks: [{key, label}]}
    arrival: {title, steps: [...], message: {id, sas}}

An entry of `rights`, `papers_taken`, `say` and `steps` is a statement: key, text, facts, critical, ask, safe.
"""

from __future__ import annotations

from bot.library.desk import Desk
from bot.library.model import Arrival, Blank, Card, Pocket
from bot.library.reading import Node

FILE = "pocket.yaml"


def pocket(desk: Desk) -> Pocket | None:
    """None where the file is not there: `check` says so, and the card cannot be drawn."""
    if not (desk.folder / FILE).is_file():
        return None
    top = desk.open(FILE, "pocket")
    if top.value is None:
        return None
    top.known("pocket", "arrival")
    card, arrival = top.child("pocket"), top.child("arrival")
    card.known("title", "rights", "papers_taken", "say", "blanks")
    arrival.known("title", "steps", "message")
    return Pocket(
        title=desk.phrase(card, "title"),
        rights=_statements(desk, card, "rights"),
        papers_taken=_statements(desk, card, "papers_taken"),
        say=_statements(desk, card, "say"),
        blanks=tuple(_blank(desk, node) for node in card.items("blanks", by="key")),
        arrival=Arrival(
            title=desk.phrase(arrival, "title"),
            steps=_statements(desk, arrival, "steps"),
            message=desk.phrase(arrival, "message"),
        ),
    )


def _statements(desk: Desk, node: Node, name: str) -> tuple[Card, ...]:
    found = []
    for entry in node.items(name, by="key"):
        entry.known("key", "text", "facts", "critical", "ask", "safe")
        found.append(Card(str(entry.child("key").value), desk.statement(entry, "text")))
    return tuple(found)


def _blank(desk: Desk, node: Node) -> Blank:
    node.known("key", "label")
    return Blank(str(node.child("key").value), desk.phrase(node, "label"))
