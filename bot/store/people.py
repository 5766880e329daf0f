"""People: the address that is locked, what a turn may know of who writes, and one function for each effect.

Locks are taken in this order: own address, contact, event. A turn holds its address (`open_address` with `lock`); what
is changed here beside it is changed in single statements, so that two addresses of one contact do not lose updates.
Profiles and PINs are in `bot.store.profiles`, and named here as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, exists, func, literal, or_, select, update
from sqlalchemy.sql import Executable
from sqlmodel import Session

from bot.conversation.types import Contact, Language
from bot.store.consent import consented, if_consented, take_away
from bot.store.events import registrations_of
from bot.store.known import Known, known_of
from bot.store.profiles import add_profile, check_pin, name_contact, profiles_of, reset_pin, switch_profile
from bot.store.reminders import take_back
from bot.store.session import Store
from bot.store.sql import Insert, prepared, run, table, upsert
from bot.store.tables import (
    Address,
    AddressContact,
    ContactKey,
    Conversation,
    Outbox,
    Progress,
    QuizResult,
    Registration,
)
from bot.store.tables import Contact as ContactRow

__all__ = [
    "AddressRow",
    "Person",
    "add_profile",
    "check_pin",
    "mark_lesson",
    "name_contact",
    "open_address",
    "record_quiz",
    "reset_pin",
    "save_state",
    "set_announcements",
    "set_consent",
    "set_language",
    "set_profile",
    "set_safe_to_write",
    "snapshot",
    "switch_profile",
]

_ADDRESS = table(Address)
_CONTACT = table(ContactRow)
_KEY = table(ContactKey)
_CONVERSATION = table(Conversation)
_PROGRESS = table(Progress)
_QUIZ = table(QuizResult)
_LINK = table(AddressContact)
_OUTBOX = table(Outbox)
_SEAT = table(Registration)
_STATE = "conversation.state"
SEEN_TO_THE = timedelta(hours=1)  # `seen_at` counts days: it need not be written in every turn


@dataclass(frozen=True)
class AddressRow:
    """An address without the account behind it."""

    id: str
    channel: str
    sender: str
    contact_id: str  # the active contact
    stopped_at: datetime | None
    unreachable: str | None
    inbound_at: datetime | None
    next_send_at: datetime | None
    claim: str | None
    claim_until: datetime | None
    due_at: datetime | None


@dataclass(frozen=True)
class Person:
    """Who writes, as a turn sees it. `state` is the saved JSON, None: none yet."""

    address_id: str
    contact_id: str
    channel: str
    sender: str
    contact: Contact = field(repr=False)
    state: str | None = field(repr=False)
    step: int
    account: str = field(repr=False, default="")
    inbound_at: datetime | None = None
    seen_at: datetime | None = None  # the contact's last turn, to the hour

    @property
    def first(self) -> bool:
        """Nothing is known of this contact yet."""
        return self.state is None and self.contact.language is None


# --- reading ---------------------------------------------------------------------------------------------------------

_ADDRESS_ROW = select(*(_ADDRESS.c[name] for name in AddressRow.__dataclass_fields__)).where(
    _ADDRESS.c.id == bindparam("address")
)
_ADDRESS_ROW_LOCKED = _ADDRESS_ROW.with_for_update()
_link = _LINK.alias("link")
_others = exists().where(_link.c.address_id == _ADDRESS.c.id, _link.c.contact_id != _ADDRESS.c.contact_id)
_registered = exists().where(_SEAT.c.contact_id == _ADDRESS.c.contact_id)
_PERSON = (
    select(
        _ADDRESS.c.channel,
        _ADDRESS.c.sender,
        _ADDRESS.c.account,
        _ADDRESS.c.stopped_at,
        _ADDRESS.c.inbound_at,
        _CONTACT.c.id.label("contact_id"),
        _CONTACT.c.language,
        _CONTACT.c.consent,
        _CONTACT.c.role,
        _CONTACT.c.kabupaten,
        _CONTACT.c.pin_hash.is_not(None).label("has_pin"),
        _CONTACT.c.safe_to_write,
        _CONTACT.c.departure_on,
        _CONTACT.c.lesson_every,
        _CONTACT.c.seen_at,
        _others.label("shared"),
        _registered.label("registered"),
        _KEY.c.wrapped,
        _CONVERSATION.c.state,
        _CONVERSATION.c.step,
    )
    .select_from(_ADDRESS)
    .join(_CONTACT, _CONTACT.c.id == _ADDRESS.c.contact_id)
    .outerjoin(_KEY, _KEY.c.contact_id == _CONTACT.c.id)
    .outerjoin(
        _CONVERSATION,
        (_CONVERSATION.c.contact_id == _CONTACT.c.id) & (_CONVERSATION.c.address_id == _ADDRESS.c.id),
    )
    .where(_ADDRESS.c.id == bindparam("address"))
)


def open_address(session: Session, store: Store, address_id: str, *, lock: bool) -> AddressRow:
    """The address; with `lock` held until the end of the transaction. KeyError when there is none (any more)."""
    row = run(session, _ADDRESS_ROW_LOCKED if lock else _ADDRESS_ROW, {"address": address_id}).first()
    if row is None:
        raise KeyError(address_id)
    return AddressRow(**row._mapping)


def snapshot(session: Session, store: Store, address_id: str, now: datetime) -> Person:
    """Everything known of the active contact of this address. KeyError when the address is gone."""
    row = run(session, _PERSON, {"address": address_id}).first()
    if row is None:
        raise KeyError(address_id)
    if row.wrapped is not None:
        store.vault.learn(row.contact_id, row.wrapped)
    return Person(
        address_id=address_id,
        contact_id=row.contact_id,
        channel=row.channel,
        sender=row.sender,
        account=store.vault.open_own("address.account", address_id, row.account),
        contact=_contact(session, store, address_id, row, now),
        state=store.vault.open_for(session, row.contact_id, _STATE, row.state),
        step=row.step or 0,
        seen_at=row.seen_at,
        inbound_at=row.inbound_at,
    )


def _contact(session: Session, store: Store, address_id: str, row: Row[Any], now: datetime) -> Contact:
    # Without consent there is nothing to look for.
    known = known_of(session, store, row.contact_id) if row.consent is True else Known()
    return Contact(
        language=row.language,
        consent=row.consent,
        role=row.role,
        kabupaten=row.kabupaten,
        lessons=known.lessons,
        quizzes=known.quizzes,
        announcements=row.stopped_at is None,
        safe_to_write=row.safe_to_write,
        has_pin=row.has_pin,
        profiles=profiles_of(session, store, address_id, row.contact_id) if row.shared else (),
        registrations=registrations_of(session, store, row.contact_id, now, row.language) if row.registered else (),
        away_days=max((now - row.seen_at).days, 0),
        departure=row.departure_on,
        papers=known.papers,
        reminders=frozenset(known.reminders),
        lesson_every=row.lesson_every,
        checks=known.checks,
        certificate=known.certificate,
    )


# --- effects ---------------------------------------------------------------------------------------------------------


def save_state(session: Session, store: Store, person: Person, state_json: str, step: int, now: datetime) -> None:
    """Keeps the conversation's state, and that the contact was seen (to the hour). Raises Erased for an erased one."""
    values = {
        "contact_id": person.contact_id,
        "address_id": person.address_id,
        "state": store.vault.seal_for(session, person.contact_id, _STATE, state_json),
        "step": step,
        "updated_at": now,
    }
    run(session, _SAVE(session), values)
    if person.seen_at is None or now - person.seen_at >= SEEN_TO_THE:
        _set(session, person.contact_id, seen_at=now)


def _save(insert: Insert) -> Executable:
    put = insert(_CONVERSATION)
    return put.on_conflict_do_update(
        index_elements=[_CONVERSATION.c.contact_id, _CONVERSATION.c.address_id],
        set_={name: put.excluded[name] for name in ("state", "step", "updated_at")},
    )


_SAVE = prepared(_save)


def set_language(session: Session, contact_id: str, language: Language) -> None:
    _set(session, contact_id, language=language)


def set_consent(session: Session, contact_id: str, given: bool, version: str, now: datetime) -> None:
    """The answer, with the version that was shown. No, or withdrawal: what rests on it goes (`bot.store.consent`), and
    announcements and reminders that wait."""
    _set(session, contact_id, consent=given, consent_version=version[:20], consent_at=now)
    if given:
        return
    take_back(session, contact_id, now)
    take_away(session, contact_id)
    run(
        session,
        update(_OUTBOX)
        .where(_OUTBOX.c.contact_id == contact_id, _OUTBOX.c.status == "queued", _OUTBOX.c.broadcast_id.is_not(None))
        .values(status="cancelled", why="consent", body=None, ended_at=now),
    )


def set_profile(session: Session, contact_id: str, role: str | None = None, kabupaten: str | None = None) -> bool:
    """Sets what is not None; False: no consent, nothing kept."""
    values = {name: value for name, value in (("role", role), ("kabupaten", kabupaten)) if value is not None}
    if not values:
        return False
    return run(session, update(_CONTACT).where(*consented(contact_id)).values(values)).rowcount == 1


def mark_lesson(session: Session, contact_id: str, module: str, lesson: str, now: datetime) -> bool:
    """Done, from the first time on; False: no consent (nothing kept) or done before."""
    row = if_consented(contact_id, _PROGRESS, lesson=f"{module}/{lesson}", done_at=now)
    put = upsert(session, _PROGRESS).from_select(["contact_id", "lesson", "done_at"], row)
    return bool(run(session, put.on_conflict_do_nothing().returning(_PROGRESS.c.lesson)).all())


def record_quiz(session: Session, contact_id: str, module: str, right: int, total: int, now: datetime) -> bool:
    """Keeps the best result; False: no consent (nothing kept) or not better."""
    row = if_consented(contact_id, _QUIZ, module=module, right=right, total=total, done_at=now)
    put = upsert(session, _QUIZ).from_select(["contact_id", "module", "right", "total", "done_at"], row)
    new = put.excluded
    better = put.on_conflict_do_update(
        index_elements=[_QUIZ.c.contact_id, _QUIZ.c.module],
        set_={name: new[name] for name in ("right", "total", "done_at")},
        # Shares of the whole, compared without dividing: the number of questions changes when the content does.
        where=new.right * _QUIZ.c.total > _QUIZ.c.right * new.total,
    )
    return bool(run(session, better.returning(_QUIZ.c.module)).all())


def set_announcements(session: Session, address_id: str, on: bool, everywhere: bool, now: datetime) -> None:
    """Stop or start announcements on this address; `everywhere`: on all addresses of its active contact. Stopping
    cancels the pushes that wait."""
    which = _ADDRESS.c.id == address_id
    if everywhere:
        contact = select(_ADDRESS.c.contact_id).where(_ADDRESS.c.id == address_id).scalar_subquery()
        served = select(_LINK.c.address_id).where(_LINK.c.contact_id == contact)
        which = or_(which, _ADDRESS.c.id.in_(served))
    stopped = None if on else func.coalesce(_ADDRESS.c.stopped_at, literal(now, type_=_ADDRESS.c.stopped_at.type))
    changed = update(_ADDRESS).where(which).values(stopped_at=stopped).returning(_ADDRESS.c.id)
    ids = run(session, changed).scalars().all()
    if not on:
        run(
            session,
            update(_OUTBOX)
            .where(_OUTBOX.c.address_id.in_(ids), _OUTBOX.c.lane == 2, _OUTBOX.c.status == "queued")
            .values(status="cancelled", why="stopped", body=None, ended_at=now),
        )


def set_safe_to_write(session: Session, contact_id: str, safe: bool) -> None:
    _set(session, contact_id, safe_to_write=safe)


def _set(session: Session, contact_id: str, **values: Any) -> None:
    run(session, update(_CONTACT).where(_CONTACT.c.id == contact_id).values(values))


def count_contacts(session: Session) -> int:
    """How many contacts there are."""
    return int(run(session, select(func.count()).select_from(_CONTACT)).scalar_one())
