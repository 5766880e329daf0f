"""Who may send: one lease per bot or number with an epoch, its pauses and stops, and those of an address.

`bot.store.outbox` names all of these too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session


class LeaseLost(RuntimeError):
    """Another process sends for this bot or number now, or the lease ran out: stop, and take a new one."""


@dataclass(frozen=True)
class SenderState:
    sender: str
    holder: str | None
    epoch: int
    until: datetime | None
    paused_until: datetime | None
    halted: str | None
    swept_at: datetime | None


def take_lease(session: Session, sender: str, holder: str, now: datetime, ttl: timedelta) -> int | None:
    """The new epoch; None while another holder's lease runs."""
    raise NotImplementedError


def renew_lease(session: Session, sender: str, holder: str, epoch: int, now: datetime, ttl: timedelta) -> bool:
    """False: it ran out or is another's; take a new one."""
    raise NotImplementedError


def drop_lease(session: Session, sender: str, holder: str, epoch: int) -> None:
    raise NotImplementedError


def sender_state(session: Session, sender: str) -> SenderState | None:
    raise NotImplementedError


def pause_sender(session: Session, sender: str, until: datetime) -> None:
    """Never shortens a pause."""
    raise NotImplementedError


def halt_sender(session: Session, sender: str, why: str) -> None:
    """Stops the line until a person resumes it (wrong token, account suspended)."""
    raise NotImplementedError


def resume_sender(session: Session, sender: str) -> None:
    """Takes pause and halt off."""
    raise NotImplementedError


def set_swept(session: Session, sender: str, at: datetime) -> None:
    """Inbound messages were listed at the provider up to here."""
    raise NotImplementedError


def pause_address(session: Session, address_id: str, until: datetime) -> None:
    """Never shortens a pause."""
    raise NotImplementedError


def mark_unreachable(session: Session, address_id: str, why: str, now: datetime) -> int:
    """Blocked, no such chat, opted out: nothing is sent there until the person writes again; what waits is cancelled
    (how many)."""
    raise NotImplementedError
