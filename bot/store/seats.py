"""Seats: taken under the event's lock and counted from rows; a waiting list in order; four-digit codes.

Locks: own address (the turn's), contact, event. Whoever moves up from the waiting list is only read, never locked: the
caller puts a message into the outbox for that person.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import Row, and_, func, insert, select, update
from sqlmodel import Session

from bot.conversation.types import SeatCancelled, SeatRefused, SeatTaken
from bot.store.session import Store, new_id
from bot.store.sql import run, table
from bot.store.tables import Address, Contact, Event, Registration

CODES = 10_000

_EVENT = table(Event)
_SEAT = table(Registration)
_CONTACT = table(Contact)
_ADDRESS = table(Address)
LIVING = _SEAT.c.status.in_(("seat", "waiting", "approval"))


@dataclass(frozen=True)
class Promotion:
    """A registration somebody should hear about: moved up from the waiting list, or called off with its event.

    `other`: registered for somebody without a phone; contact and address are of who registered her."""

    registration_id: str
    contact_id: str
    address_id: str
    sender: str
    channel: str
    language: str | None
    safe_to_write: bool | None
    event_id: str
    title: Mapping[str, str]
    starts: datetime
    place: str
    code: str
    other: bool


@dataclass(frozen=True)
class SeatRow:
    """A registration as staff see it. `name` None: not kept any more, or of somebody without a phone whose helper was
    erased. `position`: in the waiting list, from 1; 0 for others."""

    code: str
    name: str | None = field(repr=False)
    village: str | None = field(repr=False)
    channel: str
    status: Literal["seat", "waiting", "approval"]
    position: int
    other: bool


def take_seat(
    session: Session,
    store: Store,
    *,
    contact_id: str,
    address_id: str,
    event_id: str,
    name: str,
    village: str,
    other: bool,
    seats: Literal["off", "approve", "on"],
    now: datetime,
) -> SeatTaken | SeatRefused:
    """A seat, or the next place in the waiting list. One a contact and event, unless `other`.

    The conversation sees to it that consent was given: a name is kept here. With `seats` "approve" nothing is taken
    until staff approve (`approve_seat`), so that nobody can fill an event from the public web chat.
    """
    if seats == "off":
        return SeatRefused("off")
    _lock_contact(session, contact_id)
    event = lock_event(session, event_id)
    if event is None:
        return SeatRefused("unknown")
    if event.cancelled_at is not None or event.starts <= now or (event.deadline is not None and event.deadline < now):
        return SeatRefused("closed")
    living = run(
        session,
        select(_SEAT.c.contact_id, _SEAT.c.other, _SEAT.c.code, _SEAT.c.status).where(
            _SEAT.c.event_id == event_id, LIVING
        ),
    ).all()
    if not other and any(row.contact_id == contact_id and not row.other for row in living):
        return SeatRefused("already")

    status, position = "approval", 0
    if seats == "on":
        waiting = sum(row.status == "waiting" for row in living)
        taken = sum(row.status == "seat" for row in living)
        full = event.capacity is not None and (taken >= event.capacity or waiting > 0)
        status, position = ("waiting", waiting + 1) if full else ("seat", 0)
    registration_id, code = new_id(), _free_code({row.code for row in living})
    run(
        session,
        insert(_SEAT).values(
            id=registration_id,
            event_id=event_id,
            contact_id=contact_id,
            address_id=address_id,
            name=store.vault.seal_for(session, contact_id, "registration.name", name),
            village=store.vault.seal_for(session, contact_id, "registration.village", village),
            code=code,
            other=other,
            status=status,
            place_in_line=_next_place(session, event_id),
            created_at=now,
        ),
    )
    return SeatTaken(
        registration=registration_id,
        code=code,
        waiting=status == "waiting",
        position=position,
        approval=status == "approval",
    )


def approve_seat(session: Session, store: Store, registration_id: str, now: datetime) -> SeatTaken | None:
    """Staff approve a registration from the public web chat: a seat if there is one, else the end of the waiting list.
    None: there is none that waits for approval."""
    found = _registration(session, _SEAT.c.id == registration_id)
    if found is None:
        return None
    event = lock_event(session, found.event_id)
    found = _registration(session, and_(_SEAT.c.id == registration_id, _SEAT.c.status == "approval"))
    if event is None or found is None:
        return None
    waiting = _count(session, event.id, "waiting")
    full = event.capacity is not None and (_count(session, event.id, "seat") >= event.capacity or waiting > 0)
    run(
        session,
        update(_SEAT)
        .where(_SEAT.c.id == registration_id)
        .values(status="waiting" if full else "seat", place_in_line=_next_place(session, event.id)),
    )
    return SeatTaken(registration_id, found.code, waiting=full, position=waiting + 1 if full else 0)


def approve_by_code(
    session: Session, store: Store, *, event_id: str, code: str, now: datetime
) -> tuple[SeatTaken, Promotion] | None:
    """The same by the code, with whom to tell. None: nobody with that code waits for approval."""
    which = and_(_SEAT.c.event_id == event_id, _SEAT.c.code == code, _SEAT.c.status == "approval")
    found = _registration(session, which)
    taken = approve_seat(session, store, found.id, now) if found else None
    if taken is None:
        return None
    return taken, _promotion(run(session, _TO_TELL.where(_SEAT.c.id == taken.registration)).one())


def cancel_seat(
    session: Session, store: Store, *, contact_id: str, registration_id: str, now: datetime
) -> tuple[SeatCancelled, Promotion | None]:
    """Gives back the contact's own registration and moves the first in line up. Not done: it is not theirs, or it was
    given back before."""
    _lock_contact(session, contact_id)
    return _cancel(session, and_(_SEAT.c.id == registration_id, _SEAT.c.contact_id == contact_id), now)


def cancel_by_code(
    session: Session, store: Store, *, event_id: str, code: str, now: datetime
) -> tuple[SeatCancelled, Promotion | None]:
    """The same at the desk, by the code somebody wrote down."""
    return _cancel(session, and_(_SEAT.c.event_id == event_id, _SEAT.c.code == code, LIVING), now)


def _cancel(session: Session, which: Any, now: datetime) -> tuple[SeatCancelled, Promotion | None]:
    found = _registration(session, which)
    event = lock_event(session, found.event_id) if found else None
    # Looked at again under the lock: two taps on "cancel" must not move two people up.
    found = _registration(session, and_(which, LIVING))
    if event is None or found is None:
        return SeatCancelled(False), None
    run(session, update(_SEAT).where(_SEAT.c.id == found.id).values(status="cancelled", ended_at=now))
    moved = _fill(session, event, now, at_most=1) if found.status == "seat" else []
    return SeatCancelled(True), moved[0] if moved else None


def fill_seats(session: Session, event_id: str, now: datetime) -> list[Promotion]:
    """Moves up as many as there is room for (after the capacity was raised, or an erasure)."""
    event = lock_event(session, event_id)
    return [] if event is None else _fill(session, event, now)


def _fill(session: Session, event: Row[Any], now: datetime, at_most: int = CODES) -> list[Promotion]:
    """Moves people up, first come first; the event is locked. Nobody moves up once it has begun or was called off."""
    if event.starts <= now or event.cancelled_at is not None:
        return []
    room = at_most
    if event.capacity is not None:
        room = min(at_most, event.capacity - _count(session, event.id, "seat"))
    if room <= 0:
        return []
    first = (
        _TO_TELL.where(_SEAT.c.event_id == event.id, _SEAT.c.status == "waiting")
        .order_by(_SEAT.c.place_in_line)
        .limit(room)
    )
    rows = run(session, first).all()
    run(session, update(_SEAT).where(_SEAT.c.id.in_([row.id for row in rows])).values(status="seat"))
    return [_promotion(row) for row in rows]


# --- who is to be told -----------------------------------------------------------------------------------------------

# The address is joined loosely: for somebody registered by a contact who was erased there is none.
_TO_TELL = (
    select(
        _SEAT.c.id,
        _SEAT.c.contact_id,
        _SEAT.c.address_id,
        _SEAT.c.code,
        _SEAT.c.other,
        _ADDRESS.c.sender,
        _ADDRESS.c.channel,
        _CONTACT.c.language,
        _CONTACT.c.safe_to_write,
        _EVENT.c.id.label("event_id"),
        _EVENT.c.title,
        _EVENT.c.starts,
        _EVENT.c.place,
    )
    .select_from(_SEAT)
    .join(_EVENT, _EVENT.c.id == _SEAT.c.event_id)
    .outerjoin(_ADDRESS, _ADDRESS.c.id == _SEAT.c.address_id)
    .outerjoin(_CONTACT, _CONTACT.c.id == _SEAT.c.contact_id)
)


def _promotion(row: Row[Any]) -> Promotion:
    return Promotion(
        registration_id=row.id,
        contact_id=row.contact_id,
        address_id=row.address_id,
        sender=row.sender or "",
        channel=row.channel or "",
        language=row.language,
        safe_to_write=row.safe_to_write,
        event_id=row.event_id,
        title=row.title,
        starts=row.starts,
        place=row.place,
        code=row.code,
        other=row.other,
    )


def living_registrations(session: Session, event_id: str) -> list[Promotion]:
    """Everybody with a seat or waiting for one, in the order they came."""
    rows = run(session, _TO_TELL.where(_SEAT.c.event_id == event_id, LIVING).order_by(_SEAT.c.place_in_line)).all()
    return [_promotion(row) for row in rows]


def seats_of(session: Session, store: Store, event_id: str) -> list[SeatRow]:
    """Everybody registered, with names, in the order they came; for staff at the desk."""
    rows = run(
        session,
        select(_SEAT, _ADDRESS.c.channel)
        .outerjoin(_ADDRESS, _ADDRESS.c.id == _SEAT.c.address_id)
        .where(_SEAT.c.event_id == event_id, LIVING)
        .order_by(_SEAT.c.place_in_line),
    ).all()
    found: list[SeatRow] = []
    waiting = 0
    for row in rows:
        waiting += row.status == "waiting"
        found.append(
            SeatRow(
                code=row.code,
                name=store.vault.open_for(session, row.contact_id, "registration.name", row.name),
                village=store.vault.open_for(session, row.contact_id, "registration.village", row.village),
                channel=row.channel or "",
                status=row.status,
                position=waiting if row.status == "waiting" else 0,
                other=row.other,
            )
        )
    return found


# --- under the lock --------------------------------------------------------------------------------------------------


def _lock_contact(session: Session, contact_id: str) -> None:
    run(session, select(_CONTACT.c.id).where(_CONTACT.c.id == contact_id).with_for_update())


def lock_event(session: Session, event_id: str) -> Row[Any] | None:
    return run(session, select(_EVENT).where(_EVENT.c.id == event_id).with_for_update()).first()


def _registration(session: Session, which: Any) -> Row[Any] | None:
    return run(session, select(_SEAT).where(which)).first()


def _count(session: Session, event_id: str, status: str) -> int:
    counted = select(func.count()).select_from(_SEAT).where(_SEAT.c.event_id == event_id, _SEAT.c.status == status)
    return cast(int, run(session, counted).scalar_one())


def _next_place(session: Session, event_id: str) -> int:
    last = run(session, select(func.max(_SEAT.c.place_in_line)).where(_SEAT.c.event_id == event_id)).scalar()
    return (last or 0) + 1


def _free_code(used: set[str]) -> str:
    """Four digits nobody in this event has. RuntimeError when all 10,000 are given."""
    free = CODES - len(used)
    if free <= 0:
        raise RuntimeError("all seat codes of this event are given")
    while True:
        code = f"{secrets.randbelow(CODES):04d}"
        if code not in used:
            return code
