"""Channels that fetch their messages (web chat): numbered per address, read from a number on, acknowledged.

Rows are put in with number 0 and numbered when they are first pulled, under the address row: so whoever puts a message
in for somebody else locks nobody's address, and a row that was committed late is never passed over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlmodel import Session

from bot.store.bodies import open_body
from bot.store.session import Store
from bot.store.sql import run, table
from bot.store.tables import Address, Outbox

_OUTBOX = table(Outbox)
_ADDRESS = table(Address)


@dataclass(frozen=True)
class Pulled:
    seq: int
    id: int
    lane: int
    kind: str
    body: dict[str, Any] = field(repr=False)
    created_at: datetime


def has_news(session: Session, address_id: str, after_seq: int, now: datetime) -> bool:
    """Would `pull` give something? For polling in `store.read()`."""
    fresh = (_OUTBOX.c.seq == 0) & (_OUTBOX.c.not_before <= now)
    which = (_OUTBOX.c.address_id == address_id, _OUTBOX.c.status == "queued", or_(_OUTBOX.c.seq > after_seq, fresh))
    return run(session, select(_OUTBOX.c.id).where(*which).limit(1)).first() is not None


def pull(
    session: Session, store: Store, address_id: str, after_seq: int, limit: int, now: datetime | None = None
) -> list[Pulled]:
    """What waits after `after_seq`, in order, numbering new rows under the address row: needs `store.begin()`.

    Rows stay queued until they are acknowledged, so that a page loaded anew gets them again. Once acknowledged, their
    text is gone. Pushes are left out where announcements are stopped.
    """
    now = now or store.clock()
    address = run(
        session,
        select(_ADDRESS.c.last_seq, _ADDRESS.c.stopped_at).where(_ADDRESS.c.id == address_id).with_for_update(),
    ).first()
    if address is None:
        return []
    _number(session, address_id, address.last_seq, address.stopped_at is not None, now)
    rows = run(
        session,
        select(_OUTBOX)
        .where(_OUTBOX.c.address_id == address_id, _OUTBOX.c.seq > after_seq, _OUTBOX.c.status == "queued")
        .order_by(_OUTBOX.c.seq)
        .limit(limit),
    ).all()
    found = []
    for row in rows:
        body = open_body(session, store, row)
        if body is not None:
            found.append(Pulled(row.seq, row.id, row.lane, row.kind, body, row.created_at))
    return found


def _number(session: Session, address_id: str, last: int, stopped: bool, now: datetime) -> None:
    fresh = select(_OUTBOX.c.id).where(
        _OUTBOX.c.address_id == address_id,
        _OUTBOX.c.seq == 0,
        _OUTBOX.c.status == "queued",
        _OUTBOX.c.not_before <= now,
    )
    if stopped:
        fresh = fresh.where(_OUTBOX.c.lane != 2)
    ids = run(session, fresh.order_by(_OUTBOX.c.lane, _OUTBOX.c.id)).scalars().all()
    for number, outbox_id in enumerate(ids, start=last + 1):
        run(session, update(_OUTBOX).where(_OUTBOX.c.id == outbox_id).values(seq=number))
    if ids:
        run(session, update(_ADDRESS).where(_ADDRESS.c.id == address_id).values(last_seq=last + len(ids)))


def acknowledge(session: Session, address_id: str, upto_seq: int, now: datetime) -> int:
    """The browser has them: delivered, bodies gone; how many."""
    shown = (
        _OUTBOX.c.address_id == address_id,
        _OUTBOX.c.seq > 0,
        _OUTBOX.c.seq <= upto_seq,
        _OUTBOX.c.status == "queued",
    )
    done = {"status": "delivered", "body": None, "sent_at": now, "ended_at": now}
    return run(session, update(_OUTBOX).where(*shown).values(done)).rowcount
