"""People: the address that is locked, what a turn may know of who writes, and one function for each effect."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from bot.conversation.types import Contact, Language, PinRight, ProfileSwitched, WrongPin
from bot.store.session import Store

PIN_TRIES = 5


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
    """Who writes, as a turn sees it. `state` is the saved JSON, None: none yet (or it cannot be read any more)."""

    address_id: str
    contact_id: str
    channel: str
    sender: str
    contact: Contact = field(repr=False)
    state: str | None = field(repr=False)
    step: int
    account: str = field(repr=False, default="")
    inbound_at: datetime | None = None


def open_address(session: Session, store: Store, address_id: str, *, lock: bool) -> AddressRow:
    """The address; with `lock` held until the end of the transaction. KeyError when there is none (any more)."""
    raise NotImplementedError


def snapshot(session: Session, store: Store, address_id: str, now: datetime) -> Person:
    """Everything known of the active contact of this address. KeyError when the address is gone."""
    raise NotImplementedError


def save_state(session: Session, store: Store, person: Person, state_json: str, step: int, now: datetime) -> None:
    """Keeps the conversation's state and that the contact was seen now. Nothing is kept of an erased contact."""
    raise NotImplementedError


def set_language(session: Session, contact_id: str, language: Language) -> None:
    raise NotImplementedError


def set_consent(session: Session, contact_id: str, given: bool, version: str, now: datetime) -> None:
    """The answer with the version shown. No, or withdrawal: progress, quizzes, role, kabupaten and queued
    announcements go."""
    raise NotImplementedError


def set_profile(session: Session, contact_id: str, role: str | None = None, kabupaten: str | None = None) -> bool:
    """Sets what is not None; False: no consent, nothing kept."""
    raise NotImplementedError


def mark_lesson(session: Session, contact_id: str, module: str, lesson: str, now: datetime) -> bool:
    """Done, from the first time on; False: no consent (nothing kept) or done before."""
    raise NotImplementedError


def record_quiz(session: Session, contact_id: str, module: str, right: int, total: int, now: datetime) -> bool:
    """Keeps the best result; False: no consent (nothing kept) or not better."""
    raise NotImplementedError


def set_announcements(session: Session, address_id: str, on: bool, everywhere: bool, now: datetime) -> None:
    """Stop or start announcements on this address; `everywhere`: on all addresses of its active contact. Stopping
    cancels the pushes that wait."""
    raise NotImplementedError


def set_safe_to_write(session: Session, contact_id: str, safe: bool) -> None:
    raise NotImplementedError


def add_profile(
    session: Session, store: Store, *, address_id: str, nickname: str, pin: str | None, now: datetime
) -> ProfileSwitched:
    """A further contact on this address, in the same language, active from now on."""
    raise NotImplementedError


def switch_profile(
    session: Session, store: Store, *, address_id: str, profile: str, pin: str | None, now: datetime
) -> ProfileSwitched | WrongPin:
    """Makes another contact of this address the active one. An unknown profile counts as a wrong PIN."""
    raise NotImplementedError


def check_pin(session: Session, store: Store, contact_id: str, pin: str, now: datetime) -> PinRight | WrongPin:
    """A contact without a PIN is always right. Five wrong ones lock it for a day (tries_left 0)."""
    raise NotImplementedError


def reset_pin(session: Session, contact_id: str) -> None:
    """Takes the PIN and its lock off (staff, after checking who asks)."""
    raise NotImplementedError
