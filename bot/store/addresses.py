"""Addresses: found again by a keyed hash, made with a blank contact when somebody writes for the first time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, insert, select
from sqlmodel import Session

from bot.store.session import Store, new_id
from bot.store.sql import run, table, upsert
from bot.store.tables import Address, AddressContact, Contact

_ADDRESS = table(Address)


def _find(store: Store, sender: str, account: str) -> Select[tuple[str, str]]:
    lookup = store.vault.lookup(sender, account)
    return select(_ADDRESS.c.id, _ADDRESS.c.contact_id).where(_ADDRESS.c.sender == sender, _ADDRESS.c.lookup == lookup)


def known_as(session: Session, store: Store, sender: str, account: str) -> tuple[str, str] | None:
    """(address id, active contact id) of this account; None when it never wrote. Locks nothing."""
    found = run(session, _find(store, sender, account)).first()
    return (found.id, found.contact_id) if found else None


def find_address(session: Session, store: Store, sender: str, account: str) -> str | None:
    """The id of the address of this account, None when it never wrote."""
    found = known_as(session, store, sender, account)
    return found[0] if found else None


def meet(
    session: Session, store: Store, channel: str, sender: str, account: str, now: datetime
) -> tuple[str, str, bool]:
    """(address id, active contact id, new): the address, locked; made with a blank contact if there is none."""
    find = _find(store, sender, account).with_for_update()
    if found := run(session, find).first():
        return found.id, found.contact_id, False
    address_id, contact_id = new_id(), new_id()
    made = run(
        session,
        upsert(session, _ADDRESS)
        .values(
            id=address_id,
            channel=channel,
            sender=sender,
            lookup=store.vault.lookup(sender, account),
            account=store.vault.seal_own("address.account", address_id, account),
            contact_id=contact_id,
            last_seq=0,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=[_ADDRESS.c.sender, _ADDRESS.c.lookup])
        .returning(_ADDRESS.c.id),
    ).all()
    if not made:  # two first messages at once: the other one made it
        found = run(session, find).one()
        return found.id, found.contact_id, False
    make_contact(session, store, contact_id, address_id, now)
    return address_id, contact_id, True


def make_contact(
    session: Session, store: Store, contact_id: str, address_id: str, now: datetime, language: str | None = None
) -> None:
    """A blank contact with its key, served by this address (whose `contact_id` is the caller's to set)."""
    run(
        session,
        insert(table(Contact)).values(id=contact_id, language=language, pin_tries=0, created_at=now, seen_at=now),
    )
    store.vault.new_key(session, contact_id)
    run(
        session,
        insert(table(AddressContact)).values(address_id=address_id, contact_id=contact_id, created_at=now),
    )
