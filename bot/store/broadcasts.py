"""Announcements: for whom (segments), and their expansion into the outbox, a chunk at a time, safe to kill anywhere.

Expansion walks over contacts, not addresses: of several addresses the one used last is chosen at the moment the
contact's turn comes, so that who writes on another phone meanwhile is neither passed over nor written to twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, insert, select, update
from sqlmodel import Session

from bot.store.bodies import seal_body
from bot.store.outbox import PUSHES, new_row, remember_keys
from bot.store.session import Store, new_id
from bot.store.sql import run, table
from bot.store.tables import Address, Broadcast, Contact, ContactKey, Outbox, Registration

LANGUAGES = ("id", "sas")
CHANNELS = ("telegram", "whatsapp", "webchat", "terminal")
ROLES = ("prospective", "family", "abroad", "returned")
_PULLED = ("webchat", "terminal")

_BROADCAST = table(Broadcast)
_CONTACT = table(Contact)
_ADDRESS = table(Address)
_KEY = table(ContactKey)
_OUTBOX = table(Outbox)
_SEAT = table(Registration)


@dataclass(frozen=True)
class Segment:
    """Kinds are joined by "and", several of one kind by "or"; all empty: everybody."""

    languages: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    kabupaten: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Progress:
    """`fates`: outbox status -> rows (those ended long ago are pruned). `recipients`: rows made so far."""

    status: str  # expanding, sending, done, stopped
    recipients: int
    fates: Mapping[str, int]


# --- for whom --------------------------------------------------------------------------------------------------------


def parse_segment(text: str, places: Collection[str] | None = None) -> Segment:
    """ "all", or "lang:sas", "channel:telegram", "kabupaten:lombok-timur", "role:family", "event:ID" joined by commas.

    `places`: the kabupaten keys there are. ValueError names the part that is wrong and what would be right.
    """
    parts = [part.strip() for part in text.split(",")]
    if parts == ["all"]:
        return Segment()
    known: dict[str, tuple[str, Collection[str] | None]] = {
        "lang": ("languages", LANGUAGES),
        "channel": ("channels", CHANNELS),
        "kabupaten": ("kabupaten", places),
        "role": ("roles", ROLES),
        "event": ("events", None),
    }
    found: dict[str, set[str]] = {}
    for part in parts:
        kind, colon, value = (piece.strip() for piece in part.partition(":"))
        if part == "all":
            raise ValueError("segment: 'all' stands alone, without other parts")
        if not part or not colon or kind not in known:
            kinds = ", ".join(f"{name}:…" for name in known)
            raise ValueError(f"segment: {part!r} is not one of all, {kinds}")
        name, allowed = known[kind]
        if allowed is not None and value not in allowed:
            raise ValueError(f"segment: {part!r}: {value!r} is not one of {', '.join(sorted(allowed))}")
        if not re.fullmatch(r"[A-Za-z0-9-]{1,40}", value):
            raise ValueError(f"segment: {part!r}: after the colon goes a key of letters, digits and hyphens")
        found.setdefault(name, set()).add(value)
    return Segment(**{name: frozenset(values) for name, values in found.items()})


def _wanted(segment: Segment) -> list[ColumnElement[bool]]:
    """Contacts it is for. Somebody who never chose a language is spoken to in Indonesian."""
    who: list[ColumnElement[bool]] = [_CONTACT.c.consent.is_(True), _CONTACT.c.safe_to_write.is_not(False)]
    if segment.languages:
        who.append(func.coalesce(_CONTACT.c.language, "id").in_(segment.languages))
    if segment.kabupaten:
        who.append(_CONTACT.c.kabupaten.in_(segment.kabupaten))
    if segment.roles:
        who.append(_CONTACT.c.role.in_(segment.roles))
    if segment.events:
        seat = exists().where(
            _SEAT.c.contact_id == _CONTACT.c.id,
            _SEAT.c.event_id.in_(segment.events),
            _SEAT.c.status != "cancelled",
        )
        who.append(seat)
    return who


def _reachable(segment: Segment) -> ColumnElement[bool]:
    """Addresses it may go to. Only where the contact is the active one: what another person on the same phone would
    read is not sent there."""
    where = [
        _ADDRESS.c.contact_id == _CONTACT.c.id,
        _ADDRESS.c.stopped_at.is_(None),
        _ADDRESS.c.unreachable.is_(None),
    ]
    if segment.channels:
        where.append(_ADDRESS.c.channel.in_(segment.channels))
    return and_(*where)


def recipients(session: Session, segment: Segment) -> int:
    """How many contacts it would reach now (shown before it is sent)."""
    counted = select(func.count()).select_from(_CONTACT).where(*_wanted(segment), exists().where(_reachable(segment)))
    total: int = run(session, counted).scalar_one()
    return total


# --- making and expanding --------------------------------------------------------------------------------------------


def plain_body(text: str) -> dict[str, Any]:
    """The outbox body of an announcement where no other is given."""
    return {"text": text}


def create(
    session: Session,
    *,
    segment: str,
    text: str | Mapping[str, str],
    now: datetime,
    places: Collection[str] | None = None,
) -> str:
    """Keeps an announcement to be expanded; its id. ValueError: segment wrong, or no Indonesian text."""
    parse_segment(segment, places)
    if len(segment) > 200:
        raise ValueError("segment: longer than 200 characters")
    texts = {"id": text} if isinstance(text, str) else dict(text)
    if not texts.get("id", "").strip():
        raise ValueError("an announcement needs a text in Indonesian")
    broadcast_id = new_id()
    values = {
        "id": broadcast_id,
        "segment": segment,
        "text": texts,
        "status": "expanding",
        "cursor": "",
        "recipients": 0,
        "created_at": now,
    }
    run(session, insert(_BROADCAST).values(values))
    return broadcast_id


def expand(
    session: Session,
    store: Store,
    broadcast_id: str,
    limit: int,
    now: datetime,
    *,
    body: Callable[[str], Mapping[str, Any]] = plain_body,
) -> bool:
    """Puts the next `limit` contacts' messages into the outbox; True when that was all. `body` makes the outbox body of
    a text. A hundred at a time keep SQLite's writers waiting for some 20 ms.

    Only who consented and did not stop, on the reachable address used last, and not where writing is not safe; one a
    contact. A chunk and the note how far it went are one transaction, and keys are remembered beyond that.
    """
    row = run(session, select(_BROADCAST).where(_BROADCAST.c.id == broadcast_id).with_for_update()).first()
    if row is None or row.status != "expanding":
        return True
    segment = parse_segment(row.segment)
    chosen = _next(session, segment, row.cursor, limit)
    rows = []
    for one in chosen:
        store.vault.learn(one.contact_id, one.wrapped)
        text = row.text.get(one.language or "id") or row.text["id"]
        values = new_row(
            sender=one.sender,
            address_id=one.address_id,
            contact_id=one.contact_id,
            lane=PUSHES,
            kind="message",
            key=store.vault.idempotency(f"broadcast:{broadcast_id}:{one.contact_id}"),
            body=seal_body(session, store, one.contact_id, one.address_id, body(text)),
            not_before=now,
            broadcast_id=broadcast_id,
            pulled=one.channel in _PULLED,
            now=now,
        )
        rows.append(values)
    fresh = remember_keys(session, [values["key"] for values in rows], now) if rows else set()
    rows = [values for values in rows if values["key"] in fresh]
    if rows:
        run(session, insert(_OUTBOX), rows)
    done = len(chosen) < limit
    run(
        session,
        update(_BROADCAST)
        .where(_BROADCAST.c.id == broadcast_id)
        .values(
            cursor=chosen[-1].contact_id if chosen else row.cursor,
            recipients=_BROADCAST.c.recipients + len(rows),
            status="sending" if done else "expanding",
        ),
    )
    return done


def _next(session: Session, segment: Segment, cursor: str, limit: int) -> list[Any]:
    """The next contacts, each with the one address to use."""
    contacts = (
        select(_CONTACT.c.id, _CONTACT.c.language, _KEY.c.wrapped)
        .join(_KEY, _KEY.c.contact_id == _CONTACT.c.id)
        .where(_CONTACT.c.id > cursor, *_wanted(segment), exists().where(_reachable(segment)))
        .order_by(_CONTACT.c.id)
        .limit(limit)
        .subquery()
    )
    used = func.coalesce(_ADDRESS.c.inbound_at, _ADDRESS.c.created_at)
    place = func.row_number().over(partition_by=_ADDRESS.c.contact_id, order_by=(used.desc(), _ADDRESS.c.id))
    ranked = (
        select(
            contacts.c.id.label("contact_id"),
            contacts.c.language,
            contacts.c.wrapped,
            _ADDRESS.c.id.label("address_id"),
            _ADDRESS.c.sender,
            _ADDRESS.c.channel,
            place.label("place"),
        )
        .select_from(contacts)
        .join(_CONTACT, _CONTACT.c.id == contacts.c.id)
        .join(_ADDRESS, _reachable(segment))
        .subquery()
    )
    return list(run(session, select(ranked).where(ranked.c.place == 1).order_by(ranked.c.contact_id)))


# --- afterwards ------------------------------------------------------------------------------------------------------


def expanding(session: Session) -> list[str]:
    """Ids of announcements not yet expanded, oldest first."""
    which = _BROADCAST.c.status == "expanding"
    return list(run(session, select(_BROADCAST.c.id).where(which).order_by(_BROADCAST.c.created_at)).scalars())


def stop(session: Session, broadcast_id: str, now: datetime) -> int:
    """Stops it: no further expansion, what waits is cancelled (how many)."""
    run(session, select(_BROADCAST.c.id).where(_BROADCAST.c.id == broadcast_id).with_for_update())
    run(session, update(_BROADCAST).where(_BROADCAST.c.id == broadcast_id).values(status="stopped"))
    waiting = (_OUTBOX.c.broadcast_id == broadcast_id, _OUTBOX.c.status == "queued")
    gone = {"status": "cancelled", "why": "stopped by staff", "body": None, "ended_at": now}
    return run(session, update(_OUTBOX).where(*waiting).values(gone)).rowcount


def progress(session: Session, broadcast_id: str) -> Progress:
    """KeyError when there is none. "done" when every row has its fate."""
    row = run(session, select(_BROADCAST).where(_BROADCAST.c.id == broadcast_id)).first()
    if row is None:
        raise KeyError(broadcast_id)
    counted = (
        select(_OUTBOX.c.status, func.count()).where(_OUTBOX.c.broadcast_id == broadcast_id).group_by(_OUTBOX.c.status)
    )
    fates: dict[str, int] = {status: rows for status, rows in run(session, counted)}
    status = row.status
    if status == "sending" and not any(fates.get(open_one) for open_one in ("queued", "sending", "unknown")):
        status = "done"
    return Progress(status, row.recipients, fates)


def text_of(session: Session, broadcast_id: str) -> Mapping[str, str] | None:
    """Its text by language: pushes begin neutrally and show it only after a tap."""
    found: Mapping[str, str] | None = run(
        session, select(_BROADCAST.c.text).where(_BROADCAST.c.id == broadcast_id)
    ).scalar()
    return found
