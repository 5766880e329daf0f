"""Everything that leaves: put in with the turn, claimed by one sender loop per bot or number, a named fate for each.

    queued ─claim▶ sending ─▶ sent ─▶ delivered ─▶ read          failed (why)
      ▲               │ └───▶ unknown (kill, time-out) ─resend▶ queued      cancelled (why)
      └─ retry_at ────┘

Order is kept per address within a lane; lanes do not wait for each other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlmodel import Session

from bot.store.session import Store

DANGER, REPLIES, PUSHES = 0, 1, 2
STAFF = "staff"  # address_id of rows to staff (contact_id None)
LANES = (DANGER, REPLIES, PUSHES)
Status = Literal["queued", "sending", "sent", "delivered", "read", "unknown", "failed", "cancelled"]


@dataclass(frozen=True)
class OutItem:
    """One row to send. `account` None: to staff. `part`: how many provider messages of it were accepted already."""

    id: int
    sender: str
    channel: str | None
    address_id: str
    contact_id: str | None
    lane: int
    kind: str  # message, delete, alert
    body: dict[str, Any] = field(repr=False)
    account: str | None = field(repr=False)
    attempts: int  # this one included
    resends: int
    part: int
    provider_ids: tuple[str, ...]
    epoch: int | None
    lease_until: datetime | None
    inbound_at: datetime | None  # of the address: WhatsApp's 24-hour window
    broadcast_id: str | None
    created_at: datetime


@dataclass(frozen=True)
class Pulled:
    seq: int
    id: int
    lane: int
    kind: str
    body: dict[str, Any] = field(repr=False)
    created_at: datetime


@dataclass(frozen=True)
class Fate:
    """What a status callback did. `changed` False: nothing new, too late, or no such row (status None)."""

    id: int
    status: Status | None
    changed: bool
    address_id: str | None = None
    contact_id: str | None = None
    lane: int | None = None
    kind: str | None = None
    why: str | None = None


def put(
    session: Session,
    store: Store,
    *,
    sender: str,
    address_id: str,
    contact_id: str | None,
    lane: int,
    key: str,
    body: Mapping[str, Any],
    kind: str = "message",
    not_before: datetime,
    broadcast_id: str | None = None,
    pulled: bool = False,
) -> int | None:
    """The new row's id; None when `key` was used before, ever, or the contact was erased. Locks nobody's address."""
    raise NotImplementedError


def claim(
    session: Session,
    store: Store,
    *,
    sender: str,
    epoch: int,
    n: int,
    now: datetime,
    lease: timedelta,
    lanes: Collection[int] = LANES,
    pace: timedelta = timedelta(seconds=1),
) -> list[OutItem]:
    """Up to `n` rows to send now, danger first, then by age: status sending, attempts + 1. Commit before sending.

    Raises LeaseLost when `epoch` is not the current one or its lease is over; [] while the sender is paused or halted.
    Per address and lane only the head, and only when none is in flight there. Not to addresses that are paused or
    unreachable; pushes not to who stopped them or said it is not safe to write; replies and pushes not within `pace`
    of the last message to that address.
    """
    raise NotImplementedError


def accepted_part(session: Session, outbox_id: int, provider_id: str) -> None:
    """The provider took one (more) message of this row and calls it `provider_id`. Idempotent."""
    raise NotImplementedError


def sent(session: Session, outbox_id: int, *, epoch: int | None, now: datetime, final: bool = True) -> bool:
    """All of it was accepted. `final`: no delivery report follows (Telegram), the body goes. Never takes a better
    status back. False: the row is gone or was claimed anew by another epoch since."""
    raise NotImplementedError


def failed(session: Session, outbox_id: int, why: str, *, epoch: int | None, now: datetime) -> bool:
    """Refused for good; the body goes. False as in `sent`."""
    raise NotImplementedError


def retry_at(session: Session, outbox_id: int, until: datetime, why: str, *, epoch: int | None) -> bool:
    """Certainly not sent: back to the queue until then. False as in `sent`."""
    raise NotImplementedError


def unknown(session: Session, outbox_id: int, why: str, *, epoch: int | None, now: datetime) -> bool:
    """It may have been sent. Later rows of its lane wait a minute for it to be found out, danger waits for nothing."""
    raise NotImplementedError


def resend(session: Session, outbox_id: int, now: datetime, *, may_double: bool = True) -> bool:
    """From unknown (or failed, while it still has its body) back to the queue; counted when it may arrive twice."""
    raise NotImplementedError


def cancel(session: Session, outbox_id: int, why: str, now: datetime) -> bool:
    """Only what is queued or unknown; False otherwise."""
    raise NotImplementedError


def cancel_by_key(session: Session, store: Store, key: str, why: str, now: datetime) -> bool:
    """As `cancel`, by the idempotency key (a reminder for a seat given back)."""
    raise NotImplementedError


def expired(session: Session, sender: str, now: datetime) -> list[int]:
    """Rows being sent whose lease ended or whose epoch is old become unknown; their ids."""
    raise NotImplementedError


def unknown_rows(session: Session, store: Store, sender: str, limit: int = 100) -> list[OutItem]:
    """Oldest first."""
    raise NotImplementedError


def status_callback(
    session: Session, store: Store, outbox_id: int, provider_id: str, status: str, code: str | None, now: datetime
) -> Fate:
    """A provider's report (Twilio's words), in any order, also before the create call returned. Ranks queued < sent <
    delivered < read; failed only where not delivered. A row that fails keeps its body: `resend` or `blank` it."""
    raise NotImplementedError


def blank(session: Session, outbox_id: int) -> None:
    """The body goes, the fate stays."""
    raise NotImplementedError


def shown(session: Session, address_id: str, since: datetime) -> list[str]:
    """Provider ids of messages to and from this address since then: what TUTUP may delete."""
    raise NotImplementedError


def has_news(session: Session, address_id: str, after_seq: int, now: datetime) -> bool:
    """Would `pull` give something? For polling in `store.read()`."""
    raise NotImplementedError


def pull(
    session: Session, store: Store, address_id: str, after_seq: int, limit: int, now: datetime | None = None
) -> list[Pulled]:
    """Rows of a pulled channel after `after_seq`, numbering new ones under the address row: needs `store.begin()`."""
    raise NotImplementedError


def acknowledge(session: Session, address_id: str, upto_seq: int, now: datetime) -> int:
    """The browser has them: delivered, bodies gone; how many."""
    raise NotImplementedError


def depth(session: Session) -> dict[tuple[str, int], int]:
    """(status, lane) -> rows, for what is queued, sending or unknown."""
    raise NotImplementedError


def count(session: Session, name: str, n: int = 1) -> None:
    """Adds to a total that survives restarts (Counter)."""
    raise NotImplementedError


def counters(session: Session) -> dict[str, int]:
    raise NotImplementedError
