"""Lists that staff bring in: licensed placement companies (p3mi) and job orders. Names are compared in memory.

A new list of a kind takes the place of the old one in one transaction. A process keeps each list as it was read, by the
import's id, so that a search asks the database only which imports there are now.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from rapidfuzz import fuzz, process
from sqlalchemy import delete, insert, select
from sqlmodel import Session

from bot.conversation.types import Listed, ListedFound
from bot.store.session import new_id
from bot.store.sql import run, table
from bot.store.tables import Listing, ListingImport

ListKind = Literal["p3mi", "job-order"]
KINDS: tuple[ListKind, ...] = ("p3mi", "job-order")
MOST = 5  # rows that are shown
LIKE = 82.0  # per cent of likeness from which on a name is "similar"
_SHORTEST = 3  # letters of a name or number worth looking for
_LONGEST = 200  # letters of what somebody typed

_IMPORT = table(ListingImport)
_LISTING = table(Listing)

# What stands before and after a company's name and does not tell two companies apart.
_FORMS = frozenset({"pt", "cv", "ud", "tbk", "persero", "perseroan", "terbatas", "p3mi", "pptkis", "pjtki"})


@dataclass(frozen=True)
class Import:
    id: str
    kind: ListKind
    source: str
    as_of: date
    rows: int
    imported_at: datetime


@dataclass(frozen=True)
class _Snapshot:
    """One import in memory: its lines, the names and the numbers as they are compared."""

    rows: tuple[Listed, ...]
    plain: tuple[str, ...] = field(repr=False)
    numbers: tuple[str, ...] = field(repr=False)


_kept: dict[str, _Snapshot] = {}  # by import id: ids are random, so databases do not meet here
_lock = threading.Lock()


def plain_name(name: str) -> str:
    """ "PT. Sawit Jaya (Persero)" is "sawit jaya": small letters and digits, without legal forms, accents and dots."""
    flat = unicodedata.normalize("NFKD", name.casefold())
    # A dot within a short form does not part it: "P.T." is "pt".
    words = re.sub(r"[^a-z0-9]+", " ", re.sub(r"(?<=\b[a-z])\.(?=[a-z]\b)", "", _letters(flat))).split()
    return " ".join(word for word in words if word not in _FORMS) or " ".join(words)


def _letters(text: str) -> str:
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def plain_number(number: str) -> str:
    """Letters and digits only."""
    return re.sub(r"[^a-z0-9]", "", number.casefold())


# --- bringing in -----------------------------------------------------------------------------------------------------


def replace_list(
    session: Session, kind: ListKind, source: str, as_of: date, rows: Sequence[Listed], now: datetime
) -> Import:
    """The list of this kind from now on. ValueError: no row at all."""
    if not rows:
        raise ValueError("a list needs at least one row")
    old = select(_IMPORT.c.id).where(_IMPORT.c.kind == kind).with_for_update()
    ids = run(session, old).scalars().all()
    run(session, delete(_LISTING).where(_LISTING.c.import_id.in_(ids)))
    run(session, delete(_IMPORT).where(_IMPORT.c.kind == kind))
    made = Import(new_id(), kind, source[:120], as_of, len(rows), now)
    run(session, insert(_IMPORT).values({name: getattr(made, name) for name in Import.__dataclass_fields__}))
    values = [
        {
            "import_id": made.id,
            "name": row.name,
            "plain": plain_name(row.name)[:120],
            "number": row.number,
            "place": row.place,
            "until": row.until,
            "note": row.note,
        }
        for row in rows
    ]
    run(session, insert(_LISTING), values)
    return made


def imports(session: Session) -> list[Import]:
    """The lists there are, companies first."""
    rows = run(session, select(_IMPORT)).all()
    found = [Import(**row._mapping) for row in rows]
    return sorted(found, key=lambda one: KINDS.index(one.kind))


# --- looking up ------------------------------------------------------------------------------------------------------


def warm(session: Session) -> None:
    """Reads lists that came in since into memory, so that no turn need wait for it; old ones go."""
    there = imports(session)
    for one in there:
        _snapshot(session, one)
    with _lock:
        for gone in _kept.keys() - {one.id for one in there}:
            del _kept[gone]


def search(session: Session, words: str) -> ListedFound:
    """At most five lines: those that the words name exactly (name or number), else those with a similar name."""
    there = imports(session)
    lists = tuple((one.kind, one.source, one.as_of) for one in there)
    asked = words[:_LONGEST]
    name, number = plain_name(asked), plain_number(asked)
    snapshots = [_snapshot(session, one) for one in there]
    exact = [
        row
        for kept in snapshots
        for row, plain, numbered in zip(kept.rows, kept.plain, kept.numbers, strict=True)
        if (name and plain == name) or (len(number) >= _SHORTEST and numbered == number)
    ]
    if exact:
        return ListedFound(words, tuple(exact[:MOST]), True, lists)
    near = [found for kept in snapshots for found in _near(kept, name)] if len(name) >= _SHORTEST else []
    near.sort(key=lambda found: -found[0])
    return ListedFound(words, tuple(row for _, row in near[:MOST]), False, lists)


def _near(kept: _Snapshot, name: str) -> list[tuple[float, Listed]]:
    """Lines with a similar name: slips of the finger, another order of the words, or all the words and some more."""
    found: dict[int, float] = {}
    for scorer in (fuzz.ratio, fuzz.token_sort_ratio):
        for _, score, place in process.extract(name, kept.plain, scorer=scorer, limit=MOST, score_cutoff=LIKE):
            found[place] = max(score, found.get(place, 0.0))
    asked = set(name.split())
    for place, plain in enumerate(kept.plain):
        if place not in found and asked <= set(plain.split()):
            found[place] = LIKE + len(name) / (len(plain) + 1)  # the fewer words more, the better
    return [(score, kept.rows[place]) for place, score in found.items()]


def _snapshot(session: Session, one: Import) -> _Snapshot:
    with _lock:
        kept = _kept.get(one.id)
    if kept is not None:
        return kept
    rows = run(session, select(_LISTING).where(_LISTING.c.import_id == one.id).order_by(_LISTING.c.id)).all()
    kept = _Snapshot(
        tuple(Listed(one.kind, row.name, row.number, row.place, row.until, row.note) for row in rows),
        tuple(row.plain for row in rows),
        tuple(plain_number(row.number) for row in rows),
    )
    with _lock:
        _kept[one.id] = kept
    return kept
