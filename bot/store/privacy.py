"""A person's rights over what is kept: a copy, erasure; and what is forgotten by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot.store.events import Promotion
from bot.store.session import Store


@dataclass(frozen=True)
class Erasure:
    """`promotions`: who moved up into seats that became free; tell them through the outbox."""

    promotions: tuple[Promotion, ...] = ()


def export_contact(session: Session, store: Store, contact_id: str, now: datetime) -> str:
    """What is kept of the contact, in plain Indonesian. Leaves out danger and what was handed over (staff give those
    after checking who asks). KeyError when there is no such contact."""
    raise NotImplementedError


def erase_contact(
    session: Session, store: Store, contact_id: str, now: datetime, keep_address: str | None = None
) -> Erasure:
    """Everything of the contact goes, the key first. `keep_address`: the address whose turn this is stays, with a
    fresh blank contact, so that the answer can be sent; so do addresses that serve others. The rest are removed."""
    raise NotImplementedError


def prune(session: Session, store: Store, now: datetime, limit: int = 500) -> dict[str, int]:
    """Forgets what is due, at most `limit` rows of each kind (rows by kind; call again while any is at the limit)."""
    raise NotImplementedError
