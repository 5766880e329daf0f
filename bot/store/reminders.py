"""Reminders that people asked for: kept, planned anew, taken back. What falls due when is worked out by the worker
(`bot.workers.reminders`); a row says from when on (`after_at`) and when to look next (`next_at`).

Whatever a reminder hangs on changes in the turn's transaction, and the row is then due at once to be planned anew.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlmodel import Session

from bot.conversation.types import RemindKind
from bot.store.consent import consented, if_consented
from bot.store.sql import run, table, upsert
from bot.store.tables import Address, Certificate, CheckResult, Contact, Conversation, Outbox, Progress, Reminder

_REMINDER = table(Reminder)
_CONTACT = table(Contact)
_ADDRESS = table(Address)
_CONVERSATION = table(Conversation)
_CERTIFICATE = table(Certificate)
_CHECK = table(CheckResult)
_OUTBOX = table(Outbox)
_PROGRESS = table(Progress)


@dataclass(frozen=True)
class Due:
    """A reminder to look at, with what decides whether it is told. `here`: she is who uses this address now."""

    contact_id: str
    kind: RemindKind
    address_id: str
    since: datetime
    after_at: datetime
    channel: str
    sender: str
    language: str | None
    departure: date | None
    lesson_every: str | None
    issued_on: date | None  # of her certificate
    month_done: bool  # she has answered the six questions a month later
    here: bool
    allowed: bool  # consent, safe to write, not stopped, reachable
    step: int


# --- asked for -------------------------------------------------------------------------------------------------------


def set_reminder(
    session: Session,
    contact_id: str,
    address_id: str,
    kind: RemindKind,
    on: bool,
    now: datetime,
    every: str | None = None,
) -> bool:
    """Asked for (from now on; again: anew), or no more: what waits is taken back. False: no consent, nothing kept."""
    take_back(session, contact_id, now, (kind,))
    if not on:
        run(session, delete(_REMINDER).where(*_mine(contact_id, (kind,))))
        if kind == "lesson":
            run(session, update(_CONTACT).where(_CONTACT.c.id == contact_id).values(lesson_every=None))
        return True
    values = {"address_id": address_id, "since": now, "after_at": now, "next_at": now}
    row = if_consented(contact_id, _REMINDER, kind=kind, **values)
    put = upsert(session, _REMINDER).from_select(row.selected_columns.keys(), row)
    put = put.on_conflict_do_update(index_elements=[_REMINDER.c.contact_id, _REMINDER.c.kind], set_=values)
    kept = run(session, put.returning(_REMINDER.c.kind)).first() is not None
    if kind == "lesson" and kept:
        run(session, update(_CONTACT).where(*consented(contact_id)).values(lesson_every=every or "day"))
    return kept


def plan_anew(session: Session, contact_id: str, kinds: Collection[RemindKind], now: datetime) -> None:
    """What these hang on has changed: what waits is taken back, and only what falls due from now on is told."""
    take_back(session, contact_id, now, kinds)
    anew = {"after_at": now, "next_at": now}
    run(session, update(_REMINDER).where(*_mine(contact_id, kinds)).values(anew))


def take_back(session: Session, contact_id: str, now: datetime, kinds: Collection[RemindKind] | None = None) -> None:
    """Pushes of these reminders (None: of all) that still wait are not sent any more. Waits for a worker that is putting
    one out."""
    which = _mine(contact_id, kinds) if kinds is not None else (_REMINDER.c.contact_id == contact_id,)
    held = select(_REMINDER.c.outbox_id).where(*which).order_by(_REMINDER.c.kind).with_for_update()
    ids = [outbox_id for outbox_id in run(session, held).scalars() if outbox_id is not None]
    if not ids:
        return
    gone = {"status": "cancelled", "why": "not wanted", "body": None, "ended_at": now, "lease_until": None}
    waiting = (_OUTBOX.c.id.in_(ids), _OUTBOX.c.status.in_(("queued", "unknown")))
    run(session, update(_OUTBOX).where(*waiting).values(gone))
    run(session, update(_REMINDER).where(*which).values(outbox_id=None))


def _mine(contact_id: str, kinds: Collection[RemindKind]) -> tuple[ColumnElement[bool], ...]:
    return _REMINDER.c.contact_id == contact_id, _REMINDER.c.kind.in_(kinds)


def reminders_of(session: Session, contact_id: str) -> list[tuple[RemindKind, datetime]]:
    """What the contact is reminded of, and since when."""
    which = select(_REMINDER.c.kind, _REMINDER.c.since).where(_REMINDER.c.contact_id == contact_id)
    return [(kind, since) for kind, since in run(session, which.order_by(_REMINDER.c.since, _REMINDER.c.kind))]


# --- for the worker --------------------------------------------------------------------------------------------------

_DUE = (
    select(
        _REMINDER.c.contact_id,
        _REMINDER.c.kind,
        _REMINDER.c.address_id,
        _REMINDER.c.since,
        _REMINDER.c.after_at,
        _CONTACT.c.language,
        _CONTACT.c.consent,
        _CONTACT.c.safe_to_write,
        _CONTACT.c.departure_on,
        _CONTACT.c.lesson_every,
        _ADDRESS.c.channel,
        _ADDRESS.c.sender,
        _ADDRESS.c.contact_id.label("active"),
        _ADDRESS.c.stopped_at,
        _ADDRESS.c.unreachable,
        _CERTIFICATE.c.issued_on,
        _CONVERSATION.c.step,
        exists().where(_CHECK.c.contact_id == _REMINDER.c.contact_id, _CHECK.c.moment == "month").label("month_done"),
    )
    .select_from(_REMINDER)
    .join(_CONTACT, _CONTACT.c.id == _REMINDER.c.contact_id)
    .outerjoin(_ADDRESS, _ADDRESS.c.id == _REMINDER.c.address_id)
    .outerjoin(_CERTIFICATE, _CERTIFICATE.c.contact_id == _REMINDER.c.contact_id)
    .outerjoin(
        _CONVERSATION,
        (_CONVERSATION.c.contact_id == _REMINDER.c.contact_id) & (_CONVERSATION.c.address_id == _REMINDER.c.address_id),
    )
)


def any_due(session: Session, now: datetime) -> bool:
    """Is there anything to look at? For `store.read()`."""
    return run(session, select(_REMINDER.c.kind).where(_REMINDER.c.next_at <= now).limit(1)).first() is not None


def claim_due(session: Session, limit: int, now: datetime) -> list[Due]:
    """The reminders to look at, held until the end of the transaction; another process's are passed over. People's own
    rows are only read."""
    which = _DUE.where(_REMINDER.c.next_at <= now).order_by(_REMINDER.c.next_at, _REMINDER.c.contact_id).limit(limit)
    rows = run(session, which.with_for_update(of=_REMINDER, skip_locked=True)).all()
    return [
        Due(
            contact_id=row.contact_id,
            kind=row.kind,
            address_id=row.address_id,
            since=row.since,
            after_at=row.after_at,
            channel=row.channel or "",
            sender=row.sender or "",
            language=row.language,
            departure=row.departure_on,
            lesson_every=row.lesson_every,
            issued_on=row.issued_on,
            month_done=bool(row.month_done),
            here=row.active == row.contact_id,
            allowed=row.consent is True
            and row.safe_to_write is True
            and row.active is not None
            and row.stopped_at is None
            and row.unreachable is None,
            step=row.step or 0,
        )
        for row in rows
    ]


def settle(
    session: Session, one: Due, *, after_at: datetime, next_at: datetime | None, outbox_id: int | None = None
) -> None:
    """Looked at: what fell due up to `after_at` is done with; `outbox_id`: the push that was put out, None: none was."""
    values: dict[str, object] = {"after_at": after_at, "next_at": next_at}
    if outbox_id is not None:
        values["outbox_id"] = outbox_id
    run(session, update(_REMINDER).where(*_mine(one.contact_id, (one.kind,))).values(values))


def lessons_done(session: Session, contact_id: str) -> frozenset[str]:
    done = select(_PROGRESS.c.lesson).where(_PROGRESS.c.contact_id == contact_id)
    return frozenset(run(session, done).scalars())


_LATE = (
    _OUTBOX.c.id.in_(select(_REMINDER.c.outbox_id).where(_REMINDER.c.outbox_id.is_not(None))),
    _OUTBOX.c.status == "queued",
    or_(_OUTBOX.c.seq.is_(None), _OUTBOX.c.seq == 0),  # not yet on somebody's page
)


def any_late(session: Session, until: datetime) -> bool:
    """Does a reminder still wait that would be sent before then? For `store.read()`."""
    return run(session, select(_OUTBOX.c.id).where(*_LATE, _OUTBOX.c.not_before < until).limit(1)).first() is not None


def put_off(session: Session, until: datetime) -> int:
    """Reminders that were not sent in time (a queue, a time-out) wait until then; how many."""
    late = update(_OUTBOX).where(*_LATE, _OUTBOX.c.not_before < until)
    return run(session, late.values(not_before=until)).rowcount
