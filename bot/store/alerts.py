"""Danger told to staff: a case code, level and country; no name, number or text."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlmodel import Session

from bot.store.session import new_id
from bot.store.sql import run, table
from bot.store.tables import Alert

_CODE_LETTERS = "23456789ACDEFGHJKLMNPQRTUVWXYZ"  # none that is heard as another over the telephone
_ALERT = table(Alert)


@dataclass(frozen=True)
class AlertRow:
    id: str
    case_code: str
    contact_id: str
    address_id: str
    level: str
    country: str | None
    status: str  # queued, sent, failed
    safe_to_write: bool
    outbox_id: int | None
    created_at: datetime


def new_alert(
    session: Session,
    *,
    contact_id: str,
    address_id: str,
    level: str,
    country: str | None,
    safe_to_write: bool,
    now: datetime,
) -> AlertRow:
    """An alert with a random case code ("K-7F3QX"); no name, number or text in it."""
    alert = AlertRow(
        id=new_id(),
        case_code="K-" + "".join(secrets.choice(_CODE_LETTERS) for _ in range(5)),
        contact_id=contact_id,
        address_id=address_id,
        level=level,
        country=country,
        status="queued",
        safe_to_write=safe_to_write,
        outbox_id=None,
        created_at=now,
    )
    run(session, insert(_ALERT).values({name: getattr(alert, name) for name in AlertRow.__dataclass_fields__}))
    return alert


def attach_outbox(session: Session, alert_id: str, outbox_id: int) -> None:
    """The outbox row that tells staff."""
    run(session, update(_ALERT).where(_ALERT.c.id == alert_id).values(outbox_id=outbox_id))


def alert_for_outbox(session: Session, outbox_id: int) -> AlertRow | None:
    row = run(session, select(_ALERT).where(_ALERT.c.outbox_id == outbox_id)).first()
    return None if row is None else AlertRow(**row._mapping)


def mark(session: Session, alert_id: str, status: str) -> bool:
    """queued -> sent or failed (a late "sent" overrules "failed"); True when it changed, so that the person is told
    once."""
    before = ("queued", "failed") if status == "sent" else ("queued",)
    change = update(_ALERT).where(_ALERT.c.id == alert_id, _ALERT.c.status.in_(before)).values(status=status)
    return run(session, change).rowcount == 1
