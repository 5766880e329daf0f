"""Sessions, contests and talks: made, listed, called off, and who is registered. Seats are in `bot.store.seats`, and
named here as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import bindparam, func, insert, select, update
from sqlmodel import Session

from bot.conversation.types import Event, Registration
from bot.store.seats import (
    LIVING,
    Promotion,
    SeatRow,
    approve_by_code,
    approve_seat,
    cancel_by_code,
    cancel_seat,
    fill_seats,
    living_registrations,
    lock_event,
    seats_of,
    take_seat,
)
from bot.store.session import Store, new_id
from bot.store.sql import run, table
from bot.store.tables import Event as EventRow
from bot.store.tables import Registration as RegistrationRow

__all__ = [
    "EventCard",
    "Promotion",
    "SeatRow",
    "approve_by_code",
    "approve_seat",
    "cancel_by_code",
    "cancel_event",
    "cancel_seat",
    "create_event",
    "fill_seats",
    "find_event",
    "registrations_of",
    "seats_of",
    "take_seat",
    "to_approve",
    "upcoming",
]

# How long after its start an event still stands among one's own.
SHOWN_AFTER_START = timedelta(days=1)

_EVENT = table(EventRow)
_SEAT = table(RegistrationRow)


@dataclass(frozen=True)
class EventCard:
    """An event as staff see it: also one that is over or called off."""

    id: str
    title: Mapping[str, str]
    starts: datetime
    capacity: int | None
    cancelled: bool


def create_event(
    session: Session,
    *,
    title: str | Mapping[str, str],
    starts: datetime,
    place: str,
    now: datetime,
    capacity: int | None = None,
    about: str | Mapping[str, str] = "",
    kind: Literal["session", "contest", "talk"] = "session",
    deadline: datetime | None = None,
) -> str:
    """The new event's id. ValueError: nothing to call it, capacity below 1, or a deadline after the start."""
    titles = {"id": title} if isinstance(title, str) else dict(title)
    if not titles.get("id", "").strip():
        raise ValueError("an event needs a title")
    if capacity is not None and capacity < 1:
        raise ValueError("the capacity must be at least 1, or none at all")
    if deadline is not None and deadline > starts:
        raise ValueError("the deadline must be before the event starts")
    event_id = new_id()
    run(
        session,
        insert(_EVENT).values(
            id=event_id,
            kind=kind,
            title=titles,
            about={"id": about} if isinstance(about, str) else dict(about),
            starts=starts,
            place=place,
            capacity=capacity,
            deadline=deadline,
            created_at=now,
        ),
    )
    return event_id


def upcoming(session: Session, now: datetime) -> tuple[Event, ...]:
    """Events that have not begun, soonest first. `seats_left` is 0 as long as somebody waits."""
    seats = _counted("seat")
    waiting = _counted("waiting")
    rows = run(
        session,
        select(_EVENT, seats.label("seats"), waiting.label("waiting"))
        .where(_EVENT.c.starts > now, _EVENT.c.cancelled_at.is_(None))
        .order_by(_EVENT.c.starts, _EVENT.c.id),
    )
    return tuple(
        Event(
            id=row.id,
            kind=row.kind,
            title=row.title,
            about=row.about,
            starts=row.starts,
            place=row.place,
            seats_left=_left(row.capacity, row.seats, row.waiting),
            deadline=row.deadline,
        )
        for row in rows
    )


def find_event(session: Session, event_id: str) -> EventCard | None:
    row = run(session, select(_EVENT).where(_EVENT.c.id == event_id)).first()
    if row is None:
        return None
    return EventCard(row.id, row.title, row.starts, row.capacity, row.cancelled_at is not None)


def to_approve(session: Session) -> dict[str, int]:
    """How many registrations wait for staff, by event; those without any are left out."""
    waiting = select(_SEAT.c.event_id, func.count().label("waiting")).where(_SEAT.c.status == "approval")
    return {row.event_id: row.waiting for row in run(session, waiting.group_by(_SEAT.c.event_id))}


def _counted(status: str) -> Any:
    return (
        select(func.count())
        .select_from(_SEAT)
        .where(_SEAT.c.event_id == _EVENT.c.id, _SEAT.c.status == status)
        .correlate(_EVENT)
        .scalar_subquery()
    )


def _left(capacity: int | None, seats: int, waiting: int) -> int | None:
    if capacity is None:
        return None
    return 0 if waiting else max(capacity - seats, 0)


def cancel_event(session: Session, event_id: str, now: datetime) -> list[Promotion]:
    """Calls it off; whoever had a seat or waited is to be told. The registrations stay as they were."""
    event = lock_event(session, event_id)
    if event is None or event.cancelled_at is not None:
        return []
    run(session, update(_EVENT).where(_EVENT.c.id == event_id).values(cancelled_at=now))
    return living_registrations(session, event_id)


# --- one's own -------------------------------------------------------------------------------------------------------

_OWN = (
    select(_SEAT, _EVENT.c.title, _EVENT.c.starts, _EVENT.c.place)
    .join(_EVENT, _EVENT.c.id == _SEAT.c.event_id)
    .where(
        _SEAT.c.contact_id == bindparam("contact"),
        LIVING,
        _EVENT.c.starts > bindparam("since"),
        _EVENT.c.cancelled_at.is_(None),
    )
    .order_by(_EVENT.c.starts, _SEAT.c.event_id, _SEAT.c.place_in_line)
)


def registrations_of(
    session: Session, store: Store, contact_id: str, now: datetime, language: str | None = None
) -> tuple[Registration, ...]:
    """Of events not yet over (a day after their start), soonest first; titles in `language` where there is one."""
    rows = run(session, _OWN, {"contact": contact_id, "since": now - SHOWN_AFTER_START}).all()
    return tuple(
        Registration(
            id=row.id,
            event=row.event_id,
            title=row.title.get(language or "id") or row.title["id"],
            starts=row.starts,
            place=row.place,
            name=store.vault.open_for(session, contact_id, "registration.name", row.name) or "",
            code=row.code,
            waiting=row.status == "waiting",
            approval=row.status == "approval",
            other=row.other,
        )
        for row in rows
    )
