"""Erasure of a contact: the key first, so that backups forget as well, then every row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, event, or_, select, update
from sqlmodel import Session

from bot.store.addresses import make_contact
from bot.store.consent import RESTING
from bot.store.events import SHOWN_AFTER_START, Promotion, fill_seats
from bot.store.session import Store, new_id
from bot.store.sql import run, table
from bot.store.tables import (
    INBOX_STATUSES,
    Address,
    AddressContact,
    Alert,
    Contact,
    ContactKey,
    Conversation,
    Event,
    Inbox,
    Outbox,
    Question,
    RecoveryTry,
    Registration,
)

_ADDRESS = table(Address)
_LINK = table(AddressContact)
_INBOX = table(Inbox)
_OUTBOX = table(Outbox)
_SEAT = table(Registration)
_EVENT = table(Event)
_CONTACT = table(Contact)
_TRY = table(RecoveryTry)
# Rows that simply go. The rest need thought and are dealt with one by one below.
_GO = [*RESTING, *(table(model) for model in (Conversation, Question, Alert, AddressContact, Contact))]


@dataclass(frozen=True)
class Erasure:
    """`promotions`: who moved up into seats that became free; tell them through the outbox."""

    promotions: tuple[Promotion, ...] = ()


def erase_contact(
    session: Session, store: Store, contact_id: str, now: datetime, keep_address: str | None = None
) -> Erasure:
    """Everything of the contact goes, the key first. Erasing who is not there does nothing.

    `keep_address`: the address whose turn this is stays, with a fresh blank contact, so that the answer can be sent;
    what the person wrote meanwhile is kept for that one. So do addresses that serve others: no other person's profile
    is opened by this. Addresses of this contact alone are removed.

    A seat for somebody without a phone, registered by this contact, stays as a bare code: she wrote it down.
    """
    addresses = _lock(session, contact_id)
    waiting = _still_to_play(session, store, contact_id, keep_address)
    run(session, delete(table(ContactKey)).where(table(ContactKey).c.contact_id == contact_id))
    _forget(session, store, contact_id)
    promotions = _give_back_seats(session, contact_id, now)
    for address in addresses:
        _leave(session, store, address, contact_id, now, waiting, stay=address.id == keep_address)
        run(session, delete(_TRY).where(_TRY.c.address_id == address.id))
    run(session, delete(_INBOX).where(_INBOX.c.contact_id == contact_id))
    run(session, delete(_OUTBOX).where(_OUTBOX.c.contact_id == contact_id))
    for each in _GO:
        own = each.c.id if each.name == "contact" else each.c.contact_id
        run(session, delete(each).where(own == contact_id))
    return Erasure(tuple(promotions))


def _lock(session: Session, contact_id: str) -> Sequence[Row[Any]]:
    """The addresses that serve the contact, then the contact itself: in the order in which all take them."""
    linked = select(_LINK.c.address_id).where(_LINK.c.contact_id == contact_id)
    addresses = run(
        session,
        select(_ADDRESS.c.id, _ADDRESS.c.contact_id)
        .where(or_(_ADDRESS.c.contact_id == contact_id, _ADDRESS.c.id.in_(linked)))
        .order_by(_ADDRESS.c.id)
        .with_for_update(),
    ).all()
    run(session, select(_CONTACT.c.id).where(_CONTACT.c.id == contact_id).with_for_update())
    return addresses


def _forget(session: Session, store: Store, contact_id: str) -> None:
    """The unwrapped key leaves the memory now, and once more after the commit: a reader may have fetched it anew."""
    store.vault.forget(contact_id)

    @event.listens_for(session, "after_commit", once=True)
    def again(_session: Any) -> None:
        store.vault.forget(contact_id)


def _give_back_seats(session: Session, contact_id: str, now: datetime) -> list[Promotion]:
    """The contact's registrations go, and the first in line move up. The events are locked first, by their ids."""
    mine = select(_SEAT.c.event_id).where(_SEAT.c.contact_id == contact_id, _SEAT.c.status != "cancelled")
    run(session, select(_EVENT.c.id).where(_EVENT.c.id.in_(mine)).order_by(_EVENT.c.id).with_for_update())
    coming = _EVENT.c.starts > now - SHOWN_AFTER_START
    for_others = (_SEAT.c.contact_id == contact_id, _SEAT.c.other.is_(True), _SEAT.c.status != "cancelled")
    still_needed = select(_EVENT.c.id).where(coming)
    run(
        session,
        update(_SEAT)
        .where(*for_others, _SEAT.c.event_id.in_(still_needed))
        .values(contact_id="", address_id="", name=None, village=None),
    )
    gone = delete(_SEAT).where(_SEAT.c.contact_id == contact_id).returning(_SEAT.c.event_id, _SEAT.c.status)
    freed = {row.event_id for row in run(session, gone) if row.status == "seat"}
    return [promotion for event_id in sorted(freed) for promotion in fill_seats(session, event_id, now)]


def _still_to_play(session: Session, store: Store, contact_id: str, keep_address: str | None) -> list[tuple[int, str]]:
    """Pending messages of the address that stays, opened while the key is there: nothing that arrived is lost."""
    if keep_address is None:
        return []
    rows = run(
        session,
        select(_INBOX.c.id, _INBOX.c.body).where(
            _INBOX.c.contact_id == contact_id, _INBOX.c.address_id == keep_address, _INBOX.c.status == "pending"
        ),
    ).all()
    opened = [(row.id, store.vault.open_for(session, contact_id, "inbox.body", row.body)) for row in rows]
    return [(inbox_id, text) for inbox_id, text in opened if text is not None]


def _leave(
    session: Session,
    store: Store,
    address: Row[Any],
    contact_id: str,
    now: datetime,
    waiting: Sequence[tuple[int, str]],
    *,
    stay: bool,
) -> None:
    """Takes the contact off one of its addresses. Where it was the active one, somebody blank takes its place: never
    another profile of that phone, which may have a PIN."""
    others = select(_LINK.c.contact_id).where(_LINK.c.address_id == address.id, _LINK.c.contact_id != contact_id)
    if not stay and run(session, others.limit(1)).first() is None:
        _remove_address(session, address.id)
        return
    if address.contact_id != contact_id:
        return
    fresh = new_id()
    make_contact(session, store, fresh, address.id, now)
    run(session, update(_ADDRESS).where(_ADDRESS.c.id == address.id).values(contact_id=fresh))
    for inbox_id, text in waiting if stay else ():
        values = {"contact_id": fresh, "body": store.vault.seal_for(session, fresh, "inbox.body", text)}
        run(session, update(_INBOX).where(_INBOX.c.id == inbox_id).values(values))


def _remove_address(session: Session, address_id: str) -> None:
    run(session, delete(_INBOX).where(_INBOX.c.status.in_(INBOX_STATUSES), _INBOX.c.address_id == address_id))
    run(session, delete(_OUTBOX).where(_OUTBOX.c.address_id == address_id))
    run(session, delete(_LINK).where(_LINK.c.address_id == address_id))
    run(session, delete(_ADDRESS).where(_ADDRESS.c.id == address_id))
