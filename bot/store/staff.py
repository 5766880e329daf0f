"""Who reads what is handed over, and what staff did."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select
from sqlmodel import Session

from bot.store.session import new_id
from bot.store.sql import run, table
from bot.store.tables import Audit, StaffMember

_STAFF = table(StaffMember)


def add_staff(session: Session, name: str, organisation: str, hours: str, now: datetime) -> str:
    """The new member's id. `hours` as shown to people, "" for none. ValueError: no name or organisation."""
    if not name.strip() or not organisation.strip():
        raise ValueError("a staff member needs a name and an organisation")
    member_id = new_id()
    values = {
        "id": member_id,
        "name": name.strip()[:80],
        "organisation": organisation.strip()[:80],
        "hours": hours.strip()[:80],
        "active": True,
        "created_at": now,
    }
    run(session, insert(_STAFF).values(values))
    return member_id


def anybody_reads(session: Session) -> tuple[bool, str | None]:
    """Does anybody answer questions, and the hours shown to people (of whoever was added first and has some)."""
    active = select(_STAFF.c.hours).where(_STAFF.c.active.is_(True)).order_by(_STAFF.c.created_at, _STAFF.c.id)
    hours = run(session, active).scalars().all()
    return bool(hours), next((text for text in hours if text), None)


def audit(session: Session, action: str, who: str, what: str, now: datetime) -> None:
    """Notes what was done: a dotted name ("broadcast.created"), by whom, to what. Never personal data."""
    run(session, insert(table(Audit)).values(action=action[:60], who=who[:80], what=what[:200], at=now))
