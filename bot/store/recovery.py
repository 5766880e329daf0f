"""Recovery codes: going on from a new number as who one was.

    XXXX-XXXX-XXXX: 60 random bits in base 32, of which only a keyed hash is kept

One living code a contact; a new one ends the old. A code that was used stays good until it runs out: it is written on
the pocket card, a phone may be lost or taken twice, and who has no signal cannot make a new one first. Whoever fears
that the card was read makes a new code, and a PIN stands before the rest.

Locks: own address (the turn's), then the contact the code names, as in a turn of hers. Her other addresses and whoever
used this address before are only read. Five wrong codes in a row from one address wait for fifteen minutes.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlmodel import Session

from bot.conversation.types import ProfileSwitched, RecoveryCode, RecoveryRefused, WrongPin
from bot.store.codes import encode, grouped, plain
from bot.store.consent import if_consented
from bot.store.feedback import WITA
from bot.store.profiles import activate, check_pin, nickname_of
from bot.store.session import Store
from bot.store.sql import run, table, upsert
from bot.store.tables import Address, AddressContact, Recovery, RecoveryTry, Reminder

LETTERS = 12
VALID = timedelta(days=400)
TRIES = 5
WAIT = timedelta(minutes=15)

_ADDRESS = table(Address)
_LINK = table(AddressContact)
_RECOVERY = table(Recovery)
_TRY = table(RecoveryTry)
_REMINDER = table(Reminder)


def make_recovery_code(session: Session, store: Store, contact_id: str, now: datetime) -> RecoveryCode | None:
    """A new code, which ends the one before. None: without consent none is kept."""
    code = encode(secrets.randbits(5 * LETTERS), LETTERS)
    until = _today(now) + VALID
    lookup = store.vault.code_lookup("recovery", code)
    row = if_consented(contact_id, _RECOVERY, lookup=lookup, until=until, created_at=now)
    put = upsert(session, _RECOVERY).from_select(row.selected_columns.keys(), row)
    fresh = {name: put.excluded[name] for name in ("lookup", "until", "created_at")}
    put = put.on_conflict_do_update(index_elements=[_RECOVERY.c.contact_id], set_=fresh)
    if run(session, put.returning(_RECOVERY.c.contact_id)).first() is None:
        return None
    return RecoveryCode(grouped(code), until)


def use_recovery_code(
    session: Session, store: Store, *, address_id: str, typed: str, pin: str | None, now: datetime
) -> ProfileSwitched | RecoveryRefused:
    """The contact of this code is served and active at this address too; whoever was active stays one of its profiles.
    Announcements stay stopped where they were stopped on either side."""
    if _must_wait(session, address_id, now):
        return RecoveryRefused("wait")
    contact_id = _named(session, store, typed, now)
    if contact_id is None:
        return RecoveryRefused("wait" if _wrong(session, address_id, now) else "unknown")
    checked = check_pin(session, store, contact_id, pin, now)
    if isinstance(checked, WrongPin):
        return RecoveryRefused("pin" if checked.tries_left else "wait")
    _stop_if_stopped(session, address_id, contact_id)
    link = upsert(session, _LINK).values(address_id=address_id, contact_id=contact_id, created_at=now)
    run(session, link.on_conflict_do_nothing())
    activate(session, address_id, contact_id)
    # What she asked to be reminded of comes here: the old number may be lost, or in other hands.
    run(session, update(_REMINDER).where(_REMINDER.c.contact_id == contact_id).values(address_id=address_id))
    run(session, delete(_TRY).where(_TRY.c.address_id == address_id))
    return ProfileSwitched(nickname_of(session, store, contact_id), new=False)


def _named(session: Session, store: Store, typed: str, now: datetime) -> str | None:
    code = plain(typed, LETTERS)
    if code is None:
        return None
    which = (_RECOVERY.c.lookup == store.vault.code_lookup("recovery", code), _RECOVERY.c.until >= _today(now))
    found: str | None = run(session, select(_RECOVERY.c.contact_id).where(*which)).scalar()
    return found


def _stop_if_stopped(session: Session, address_id: str, contact_id: str) -> None:
    """The stricter stop wins: of this address, and of those where the contact was before."""
    hers = select(func.min(_ADDRESS.c.stopped_at)).join(_LINK, _LINK.c.address_id == _ADDRESS.c.id)
    stopped_at = run(session, hers.where(_LINK.c.contact_id == contact_id)).scalar()
    if stopped_at is not None:
        here = update(_ADDRESS).where(_ADDRESS.c.id == address_id, _ADDRESS.c.stopped_at.is_(None))
        run(session, here.values(stopped_at=stopped_at))


# --- wrong ones ------------------------------------------------------------------------------------------------------


def _must_wait(session: Session, address_id: str, now: datetime) -> bool:
    until = run(session, select(_TRY.c.wait_until).where(_TRY.c.address_id == address_id)).scalar()
    return until is not None and until > now


def _wrong(session: Session, address_id: str, now: datetime) -> bool:
    """Counts a wrong code; True when it was the fifth in a row and the next ones must wait. The address is locked."""
    before = run(session, select(_TRY).where(_TRY.c.address_id == address_id)).first()
    # After a wait, and after a day, the count begins anew.
    stale = before is None or before.wait_until is not None or before.tried_at < now - timedelta(days=1)
    wrong = 1 if before is None or stale else before.wrong + 1
    values = {"wrong": wrong, "wait_until": now + WAIT if wrong >= TRIES else None, "tried_at": now}
    put = upsert(session, _TRY).values(address_id=address_id, **values)
    run(session, put.on_conflict_do_update(index_elements=[_TRY.c.address_id], set_=values))
    return wrong >= TRIES


def _today(now: datetime) -> date:
    return now.astimezone(WITA).date()
