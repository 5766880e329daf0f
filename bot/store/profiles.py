"""Several people on one phone: profiles of an address, one active at a time, each with a PIN if it likes."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlmodel import Session

from bot.conversation.types import PinRight, Profile, ProfileSwitched, WrongPin
from bot.store.addresses import make_contact
from bot.store.session import Store, new_id
from bot.store.sql import run, table
from bot.store.tables import Address, AddressContact, Contact, ContactKey

PIN_TRIES = 5
# Five a day: half of the 10,000 PINs take three years. Longer, or for ever, would let anyone with the phone in hand
# take somebody's profile away from her.
PIN_LOCK = timedelta(days=1)

_ADDRESS = table(Address)
_LINK = table(AddressContact)
_CONTACT = table(Contact)
_KEY = table(ContactKey)
_NICKNAME = "contact.nickname"

_PROFILES = (
    select(
        _CONTACT.c.id,
        _CONTACT.c.nickname,
        _CONTACT.c.pin_hash.is_not(None).label("has_pin"),
        _KEY.c.wrapped,
    )
    .select_from(_LINK)
    .join(_CONTACT, _CONTACT.c.id == _LINK.c.contact_id)
    .join(_KEY, _KEY.c.contact_id == _CONTACT.c.id)
    .where(_LINK.c.address_id == bindparam("address"))
    .order_by(_LINK.c.created_at, _CONTACT.c.id)
)


def profiles_of(session: Session, store: Store, address_id: str, active: str) -> tuple[Profile, ...]:
    """Everybody on this address, the first one first; () where there is only one. The first has nickname "" as long as
    nobody gave one."""
    rows = run(session, _PROFILES, {"address": address_id}).all()
    if len(rows) < 2:
        return ()
    found = []
    for row in rows:
        store.vault.learn(row.id, row.wrapped)
        nickname = store.vault.open_for(session, row.id, _NICKNAME, row.nickname) or ""
        found.append(Profile(id=row.id, nickname=nickname, has_pin=row.has_pin, active=row.id == active))
    return tuple(found)


def add_profile(
    session: Session, store: Store, *, address_id: str, nickname: str, pin: str | None, now: datetime
) -> ProfileSwitched:
    """A further contact on this address, in the same language, active from now on."""
    language = run(
        session,
        select(_CONTACT.c.language)
        .join(_ADDRESS, _ADDRESS.c.contact_id == _CONTACT.c.id)
        .where(_ADDRESS.c.id == address_id),
    ).scalar()
    contact_id = new_id()
    make_contact(session, store, contact_id, address_id, now, language)
    name_contact(session, store, contact_id, nickname, pin)
    activate(session, address_id, contact_id)
    return ProfileSwitched(nickname, new=True)


def name_contact(session: Session, store: Store, contact_id: str, nickname: str, pin: str | None) -> None:
    """Gives a contact its nickname and PIN (None: none)."""
    run(
        session,
        update(_CONTACT)
        .where(_CONTACT.c.id == contact_id)
        .values(
            nickname=store.vault.seal_for(session, contact_id, _NICKNAME, nickname),
            pin_hash=None if pin is None else store.vault.pin_hash(contact_id, pin),
            pin_tries=0,
            pin_locked_until=None,
        ),
    )


def switch_profile(
    session: Session, store: Store, *, address_id: str, profile: str, pin: str | None, now: datetime
) -> ProfileSwitched | WrongPin:
    """Makes another contact of this address the active one. A missing PIN is wrong too, but counts as no try; so is a
    profile that is not on this address."""
    row = run(
        session,
        select(_CONTACT.c.id, _CONTACT.c.nickname)
        .join(_LINK, _LINK.c.contact_id == _CONTACT.c.id)
        .where(_LINK.c.address_id == address_id, _CONTACT.c.id == profile),
    ).first()
    if row is None:
        return WrongPin(tries_left=0)
    checked = check_pin(session, store, profile, pin, now)
    if isinstance(checked, WrongPin):
        return checked
    activate(session, address_id, profile)
    return ProfileSwitched(store.vault.open_for(session, profile, _NICKNAME, row.nickname) or "", new=False)


def check_pin(session: Session, store: Store, contact_id: str, pin: str | None, now: datetime) -> PinRight | WrongPin:
    """A contact without a PIN is always right. Five wrong ones lock it for a day (tries_left 0); None is no try."""
    which = _CONTACT.c.id == contact_id
    row = run(
        session,
        select(_CONTACT.c.pin_hash, _CONTACT.c.pin_tries, _CONTACT.c.pin_locked_until).where(which).with_for_update(),
    ).first()
    if row is None:
        return WrongPin(tries_left=0)
    if row.pin_hash is None:
        return PinRight()
    if row.pin_locked_until is not None and row.pin_locked_until > now:
        return WrongPin(tries_left=0)
    if pin is None:
        return WrongPin(tries_left=PIN_TRIES if row.pin_locked_until is not None else PIN_TRIES - row.pin_tries)
    if store.vault.pin_matches(contact_id, pin.strip(), row.pin_hash):
        run(session, update(_CONTACT).where(which).values(pin_tries=0, pin_locked_until=None))
        return PinRight()
    # A lock that has ended starts the count anew.
    tries = 1 if row.pin_locked_until is not None else row.pin_tries + 1
    left = PIN_TRIES - tries
    run(
        session,
        update(_CONTACT).where(which).values(pin_tries=tries, pin_locked_until=None if left > 0 else now + PIN_LOCK),
    )
    return WrongPin(tries_left=max(left, 0))


def reset_pin(session: Session, contact_id: str) -> None:
    """Takes the PIN and its lock off (staff, after checking who asks)."""
    run(
        session,
        update(_CONTACT).where(_CONTACT.c.id == contact_id).values(pin_hash=None, pin_tries=0, pin_locked_until=None),
    )


def nickname_of(session: Session, store: Store, contact_id: str) -> str:
    """ "" where none was given."""
    sealed = run(session, select(_CONTACT.c.nickname).where(_CONTACT.c.id == contact_id)).scalar()
    return store.vault.open_for(session, contact_id, _NICKNAME, sealed) or ""


def activate(session: Session, address_id: str, contact_id: str) -> None:
    """This contact, one of the address's own, writes there from now on."""
    run(session, update(_ADDRESS).where(_ADDRESS.c.id == address_id).values(contact_id=contact_id))
