"""What is forgotten by itself. One table says how long each thing is kept; `prune` runs now and then beside the bot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, exists, or_, select, update
from sqlmodel import Session

from bot.store.erasure import erase_contact
from bot.store.feedback import WITA
from bot.store.session import Store
from bot.store.sql import run, table
from bot.store.tables import (
    Alert,
    Contact,
    Event,
    Idempotency,
    Inbox,
    Outbox,
    Question,
    Recovery,
    RecoveryTry,
    Registration,
    Seen,
)

SILENT_WITHOUT_CONSENT = timedelta(days=30)
DANGER = timedelta(days=30)  # alerts, answered questions, messages given up
VOICE = timedelta(days=7)
INBOX_ROWS = timedelta(days=3)  # their provider's ids are needed for TUTUP (48 hours)
OUTBOX_BODIES = timedelta(days=3)  # of what was sent and never reported delivered
OUTBOX_ROWS = timedelta(days=30)
UNSENT = timedelta(days=30)
NAMES_AFTER_EVENT = timedelta(days=90)
KEYS = timedelta(days=180)
RECOVERY_TRIES = timedelta(days=1)

_CONTACT = table(Contact)
_INBOX = table(Inbox)
_OUTBOX = table(Outbox)
_SEAT = table(Registration)
_EVENT = table(Event)
_QUESTION = table(Question)
_ALERT = table(Alert)
_SEEN = table(Seen)
_KEYS = table(Idempotency)
_RECOVERY = table(Recovery)
_TRY = table(RecoveryTry)


def prune(session: Session, store: Store, now: datetime, limit: int = 500) -> dict[str, int]:
    """Forgets what is due, at most `limit` rows of each kind, so that nobody waits long for the database. Rows by kind;
    call again (in a new transaction) while any is at its limit (contacts: a tenth of `limit`)."""
    blanked = {"body": None}
    jobs: dict[str, Callable[[], int]] = {
        "contacts": lambda: _contacts(session, store, now, max(limit // 10, 1)),
        "seen": lambda: _delete(session, _SEEN, _SEEN.c.until < now, limit),
        "keys": lambda: _delete(session, _KEYS, _KEYS.c.created_at < now - KEYS, limit),
        "inbox": lambda: _delete(session, _INBOX, _old_inbox(now), limit),
        "unsent": lambda: _change(session, _OUTBOX, _unsent(now), _given_up(now), limit),
        "outbox bodies": lambda: _change(session, _OUTBOX, _old_bodies(now), blanked, limit),
        "outbox": lambda: _delete(session, _OUTBOX, _OUTBOX.c.ended_at < now - OUTBOX_ROWS, limit),
        "sent": lambda: _change(session, _OUTBOX, _never_reported(now), {"ended_at": now}, limit),
        "alerts": lambda: _delete(session, _ALERT, _ALERT.c.created_at < now - DANGER, limit),
        "questions": lambda: _delete(session, _QUESTION, _QUESTION.c.answered_at < now - DANGER, limit),
        "voices": lambda: _change(session, _QUESTION, _old_voices(now), {"voice": None, "media": None}, limit),
        "names": lambda: _change(session, _SEAT, _old_names(now), {"name": None, "village": None}, limit),
        "recovery codes": lambda: _delete(session, _RECOVERY, _RECOVERY.c.until < now.astimezone(WITA).date(), limit),
        "recovery tries": lambda: _delete(session, _TRY, _TRY.c.tried_at < now - RECOVERY_TRIES, limit),
        "orphans": lambda: (
            _delete(session, _OUTBOX, _orphan(_OUTBOX), limit) + _delete(session, _INBOX, _orphan(_INBOX), limit)
        ),
    }
    return {name: job() for name, job in jobs.items()}


def _contacts(session: Session, store: Store, now: datetime, limit: int) -> int:
    """Who never consented, or took it back, and has been silent; not while a seat, an open question or a message of
    theirs waits (after a long outage)."""
    seat = exists().where(
        _SEAT.c.contact_id == _CONTACT.c.id,
        _SEAT.c.status != "cancelled",
        _SEAT.c.event_id == _EVENT.c.id,
        _EVENT.c.starts > now,
    )
    question = exists().where(_QUESTION.c.contact_id == _CONTACT.c.id, _QUESTION.c.status == "open")
    unheard = exists().where(_INBOX.c.contact_id == _CONTACT.c.id, _INBOX.c.status == "pending")
    silent = (
        select(_CONTACT.c.id)
        .where(_CONTACT.c.seen_at < now - SILENT_WITHOUT_CONSENT, _CONTACT.c.consent.is_not(True))
        .where(~seat, ~question, ~unheard)
        .order_by(_CONTACT.c.seen_at)
        .limit(limit)
    )
    found = run(session, silent).scalars().all()
    for contact_id in found:
        erase_contact(session, store, contact_id, now)
    return len(found)


def _old_inbox(now: datetime) -> ColumnElement[bool]:
    done = (_INBOX.c.status == "done") & (_INBOX.c.done_at < now - INBOX_ROWS)
    return or_(done, (_INBOX.c.status == "parked") & (_INBOX.c.done_at < now - DANGER))


def _unsent(now: datetime) -> ColumnElement[bool]:
    return _OUTBOX.c.status.in_(("queued", "unknown")) & (_OUTBOX.c.not_before < now - UNSENT)


def _given_up(now: datetime) -> dict[str, Any]:
    return {"status": "cancelled", "why": "too old", "body": None, "ended_at": now, "lease_until": None}


def _never_reported(now: datetime) -> ColumnElement[bool]:
    late = _OUTBOX.c.sent_at < now - OUTBOX_BODIES
    return (_OUTBOX.c.status == "sent") & _OUTBOX.c.ended_at.is_(None) & late


def _old_bodies(now: datetime) -> ColumnElement[bool]:
    """Bodies of rows that ended (a refused one may be sent anew for a while) or were never reported delivered."""
    ended = _OUTBOX.c.ended_at < now - OUTBOX_BODIES
    return _OUTBOX.c.body.is_not(None) & or_(ended, _never_reported(now))


def _old_voices(now: datetime) -> ColumnElement[bool]:
    there = or_(_QUESTION.c.voice.is_not(None), _QUESTION.c.media.is_not(None))
    return (_QUESTION.c.created_at < now - VOICE) & there


def _old_names(now: datetime) -> ColumnElement[bool]:
    over = select(_EVENT.c.id).where(_EVENT.c.starts < now - NAMES_AFTER_EVENT)
    return _SEAT.c.name.is_not(None) & _SEAT.c.event_id.in_(over)


def _orphan(rows: Table) -> ColumnElement[bool]:
    """Put in for a contact at the very moment of its erasure."""
    return rows.c.contact_id.is_not(None) & ~exists().where(_CONTACT.c.id == rows.c.contact_id)


def _some(rows: Table, which: ColumnElement[bool], limit: int) -> ColumnElement[bool]:
    """At most `limit` of these rows, by their last key column."""
    key = list(rows.primary_key.columns)[-1]
    return key.in_(select(key).where(which).limit(limit)) & which


def _delete(session: Session, rows: Table, which: ColumnElement[bool], limit: int) -> int:
    return run(session, delete(rows).where(_some(rows, which, limit))).rowcount


def _change(session: Session, rows: Table, which: ColumnElement[bool], values: dict[str, Any], limit: int) -> int:
    return run(session, update(rows).where(_some(rows, which, limit)).values(values)).rowcount
