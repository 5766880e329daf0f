"""The way to departure: its day, and how far each paper is. Only with consent."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import update
from sqlmodel import Session

from bot.store.consent import consented, if_consented
from bot.store.sql import run, table, upsert
from bot.store.tables import Contact, Paper

_CONTACT = table(Contact)
_PAPER = table(Paper)


def set_departure(session: Session, contact_id: str, on: date | None) -> bool:
    """True when it changed: what hangs on it is to be planned anew. False: no consent, or the same day as before."""
    changed = _CONTACT.c.departure_on.is_distinct_from(on)
    which = update(_CONTACT).where(*consented(contact_id), changed)
    return run(session, which.values(departure_on=on)).rowcount == 1


def set_paper(session: Session, contact_id: str, paper: str, state: str, due: date | None, now: datetime) -> bool:
    """False: no consent, nothing kept."""
    row = if_consented(contact_id, _PAPER, paper=paper[:40], state=state, due_on=due, updated_at=now)
    put = upsert(session, _PAPER).from_select(row.selected_columns.keys(), row)
    new = put.excluded
    put = put.on_conflict_do_update(
        index_elements=[_PAPER.c.contact_id, _PAPER.c.paper],
        set_={name: new[name] for name in ("state", "due_on", "updated_at")},
    )
    return run(session, put.returning(_PAPER.c.paper)).first() is not None
