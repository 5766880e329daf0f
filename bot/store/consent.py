"""Rows that rest on consent: put in only where it is given, asked in the same statement, so that nothing slips in beside
a withdrawal; and taken away with it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Table, delete, literal, select, update
from sqlmodel import Session

from bot.store.sql import run, table
from bot.store.tables import Certificate, CheckResult, Contact, Paper, Progress, QuizResult, Recovery, Reminder

_CONTACT = table(Contact)
# Everything that is kept only because somebody agreed to be remembered.
RESTING = tuple(
    table(model) for model in (Progress, QuizResult, Paper, Reminder, CheckResult, Certificate, Recovery)
)  # fmt: skip


def if_consented(contact_id: str, into: Table, **values: Any) -> Select[Any]:
    """A row for `into` as a SELECT to insert from, or none at all; its columns are contact_id and `values`."""
    columns = [literal(value, type_=into.c[name].type).label(name) for name, value in values.items()]
    mine = _CONTACT.c.id.label("contact_id")
    return select(mine, *columns).where(_CONTACT.c.id == contact_id, _CONTACT.c.consent.is_(True))


def consented(contact_id: str) -> tuple[Any, Any]:
    """The WHERE of a change to the contact's own row that needs consent."""
    return _CONTACT.c.id == contact_id, _CONTACT.c.consent.is_(True)


def take_away(session: Session, contact_id: str) -> None:
    """Consent was refused or withdrawn: what rests on it goes. Pushes that wait are the caller's to cancel first."""
    for each in RESTING:
        run(session, delete(each).where(each.c.contact_id == contact_id))
    gone = {"role": None, "kabupaten": None, "departure_on": None, "lesson_every": None}
    run(session, update(_CONTACT).where(_CONTACT.c.id == contact_id).values(gone))
