"""Reads facts, telephone numbers, missions and media."""

from __future__ import annotations

from typing import Literal, cast

from bot.library.desk import Desk, Spoken
from bot.library.model import Fact, Grade, Helpline, Media, Mission, Phrase
from bot.library.reading import Node

FACT_KINDS = ("rule", "figure", "contact", "practice", "health", "background")
LINE_KINDS = ("emergency", "mission", "hotline", "office", "police", "women", "ngo")
USES = ("now", "exploitation", "worry", "family", "child")


def fact(desk: Desk, key: str, node: Node) -> Fact:
    node.known(
        "says", "terms", "source", "cite", "seen", "grade", "kind", "sensitive", "perishable",
        "as_of", "verified_on", "check_by", "verify_with",
    )  # fmt: skip
    return Fact(
        id=key,
        says=node.string("says"),
        source=node.string("source"),
        cite=node.string("cite"),
        grade=cast(Grade, node.option("grade", ("C", "A", "B"))),
        kind=node.option("kind", FACT_KINDS),
        sensitive=node.flag("sensitive"),
        perishable=node.flag("perishable"),
        as_of=node.day("as_of"),
        verified_on=node.day("verified_on"),
        check_by=node.day("check_by"),
        verify_with=node.string("verify_with", "") or None,
        seen=node.string("seen", "") or None,
    )


def helpline(desk: Desk, node: Node) -> Helpline:
    node.known(
        "key", "country", "kind", "via", "name", "who", "number", "works_from", "hours", "free", "facts",
        "as_of", "rung_on", "for", "order",
    )  # fmt: skip
    uses = node.strings("for")
    for use in uses:
        if use not in USES:
            node.fault(f"{use!r} is no help card", f"Use one of: {', '.join(USES)}", "for")
    return Helpline(
        key=str(node.child("key").value),
        country=cast(Literal["my", "id"], node.option("country", ("my", "id"))),
        kind=node.option("kind", LINE_KINDS),
        via=cast(Literal["call", "whatsapp", "email"], node.option("via", ("call", "whatsapp", "email"))),
        name=desk.phrase(node, "name"),
        who=desk.phrase(node, "who"),
        number=node.string("number"),
        works_from=cast(Literal["my", "id", "any"], node.option("works_from", ("my", "id", "any"))),
        hours=desk.maybe(node, "hours"),
        free=node.flag("free") if node.has("free") else None,
        facts=desk.facts_of(node),
        as_of=node.day("as_of"),
        rung_on=node.day("rung_on"),
        use_for=uses,
        order=node.number("order"),
    )


def mission(desk: Desk, node: Node) -> Mission:
    node.known("key", "name", "area", "country", "number", "via", "facts", "area_facts", "rung_on")
    return Mission(
        key=str(node.child("key").value),
        name=desk.phrase(node, "name"),
        area=desk.phrase(node, "area"),
        number=node.string("number") if node.has("number") else None,
        via=node.option("via", ("call", "whatsapp", "email")),
        facts=desk.facts_of(node),
        area_facts=desk.facts_of(node, "area_facts"),
        rung_on=node.day("rung_on"),
    )


def medium(desk: Desk, key: str, node: Node) -> Media:
    node.known("kind", "file", "mime", "alt", "synthetic", "reads", "of")
    if node.has("of"):
        desk.spoken[key] = Spoken(node.string("reads") if node.has("reads") else None, node.string("of"))
    file = node.string("file")
    path = desk.folder / "media" / file
    if file and not path.is_file():
        node.fault(f"there is no file {file!r}", "Put it into content/media/", "file")
    return Media(
        key=key,
        kind=cast(Literal["sound", "picture"], node.option("kind", ("sound", "picture"))),
        file=file,
        mime=node.string("mime"),
        size=path.stat().st_size if path.is_file() else 0,
        alt=desk.phrase(node, "alt"),
        synthetic=node.flag("synthetic"),
    )


def office(desk: Desk, node: Node) -> Phrase:
    """The name of an office to ask."""
    node.known("name", "facts")
    desk.facts_of(node)
    return desk.phrase(node, "name")
