"""Sessions, contests and talks: seats under a lock, counted from rows; a waiting list in order; four-digit codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session

from bot.conversation.types import Event, Registration, SeatCancelled, SeatRefused, SeatTaken
from bot.store.session import Store


@dataclass(frozen=True)
class Promotion:
    """Somebody moved up from the waiting list. Only insert into the outbox for that person: their rows are not locked.
    `other`: registered for somebody without a phone; the address is of who registered her."""

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
    raise NotImplementedError


def upcoming(session: Session, now: datetime) -> tuple[Event, ...]:
    """Events that have not begun, soonest first."""
    raise NotImplementedError


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
    """A seat, or the next place in the waiting list. One a contact and event, unless `other`."""
    raise NotImplementedError


def cancel_seat(
    session: Session, store: Store, *, contact_id: str, registration_id: str, now: datetime
) -> tuple[SeatCancelled, Promotion | None]:
    """Gives back the contact's own registration and moves the first in line up."""
    raise NotImplementedError


def cancel_by_code(
    session: Session, store: Store, *, event_id: str, code: str, now: datetime
) -> tuple[SeatCancelled, Promotion | None]:
    """The same at the desk, by the code somebody wrote down."""
    raise NotImplementedError


def approve_seat(session: Session, store: Store, registration_id: str, now: datetime) -> SeatTaken | None:
    """Staff approve a registration from the public web chat; a seat if there is one, else the waiting list."""
    raise NotImplementedError


def cancel_event(session: Session, event_id: str, now: datetime) -> list[Promotion]:
    """Calls it off; who is to be told, seats and waiting list."""
    raise NotImplementedError


def fill_seats(session: Session, event_id: str, now: datetime) -> list[Promotion]:
    """Moves up as many as there is room for (after the capacity was raised, or an erasure)."""
    raise NotImplementedError


def registrations_of(session: Session, store: Store, contact_id: str, now: datetime) -> tuple[Registration, ...]:
    """Of events not yet over (a day after their start), soonest first."""
    raise NotImplementedError
