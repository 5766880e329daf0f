"""Addresses: found again by a keyed hash, made with a blank contact when somebody writes for the first time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.sql import Executable
from sqlmodel import Session

from bot.store.session import Store, new_id
from bot.store.sql import Insert, prepared, run, table
from bot.store.tables import Address, AddressContact, Contact

_ADDRESS = table(Address)
_CONTACT = table(Contact)
_LINK = table(AddressContact)

_THIS = (_ADDRESS.c.sender == bindparam("of_sender"), _ADDRESS.c.lookup == bindparam("of_lookup"))
_FIND = select(_ADDRESS.c.id, _ADDRESS.c.contact_id).where(*_THIS)
_HEARD = (
    update(_ADDRESS).where(*_THIS).values(unreachable=None).returning(_ADDRESS.c.id, _ADDRESS.c.contact_id)
)  # inbound_at and due_at are given


def _make(insert: Insert) -> Executable:
    new = insert(_ADDRESS).on_conflict_do_nothing(index_elements=[_ADDRESS.c.sender, _ADDRESS.c.lookup])
    return new.returning(_ADDRESS.c.id)


_MAKE = prepared(_make)


def known_as(session: Session, store: Store, sender: str, account: str) -> tuple[str, str] | None:
    """(address id, active contact id) of this account; None when it never wrote. Locks nothing."""
    which = {"of_sender": sender, "of_lookup": store.vault.lookup(sender, account)}
    found = run(session, _FIND, which).first()
    return (found.id, found.contact_id) if found else None


def find_address(session: Session, store: Store, sender: str, account: str) -> str | None:
    """The id of the address of this account, None when it never wrote."""
    found = known_as(session, store, sender, account)
    return found[0] if found else None


def heard(
    session: Session, store: Store, channel: str, sender: str, account: str, now: datetime
) -> tuple[str, str, bool]:
    """(address id, active contact id, new): the address, locked, reachable, with something to do; made with a blank
    contact if there is none."""
    lookup = store.vault.lookup(sender, account)
    times = {"inbound_at": now, "due_at": now}
    which = {"of_sender": sender, "of_lookup": lookup}
    if found := run(session, _HEARD, {**which, **times}).first():
        return found.id, found.contact_id, False
    address_id, contact_id = new_id(), new_id()
    values = {
        "id": address_id,
        "channel": channel,
        "sender": sender,
        "lookup": lookup,
        "account": store.vault.seal_own("address.account", address_id, account),
        "contact_id": contact_id,
        "last_seq": 0,
        "created_at": now,
        **times,
    }
    if run(session, _MAKE(session), values).first() is None:  # two first messages at once: the other one made it
        found = run(session, _HEARD, {**which, **times}).one()
        return found.id, found.contact_id, False
    make_contact(session, store, contact_id, address_id, now)
    return address_id, contact_id, True


def make_contact(
    session: Session, store: Store, contact_id: str, address_id: str, now: datetime, language: str | None = None
) -> None:
    """A blank contact with its key, served by this address (whose `contact_id` is the caller's to set)."""
    contact = {"id": contact_id, "language": language, "pin_tries": 0, "created_at": now, "seen_at": now}
    run(session, insert(_CONTACT), contact)
    store.vault.new_key(session, contact_id)
    run(session, insert(_LINK), {"address_id": address_id, "contact_id": contact_id, "created_at": now})
