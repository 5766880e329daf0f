"""What came in: kept before the provider hears 200, played once, in order per address.

    receive ──▶ pending ──claim (attempts + 1, committed)──▶ open_message ─▶ turn ─▶ finish ──▶ release
                   ▲                                             │ fault
                   └──────── postpone (backs off) ◀──────────────┴──▶ park (after TRIES)

What is claimed is the address, never the message. A message tried before is claimed all alone, so that one which kills
the process takes no other along: run one claim loop per process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.conversation.types import Message
from bot.store.session import Store

TRIES = 3  # a message whose `attempts` is above this is parked without being played


class AlreadyPlayed(RuntimeError):
    """The inbox row is not pending any more: somebody else played it; roll this turn back."""


@dataclass(frozen=True)
class Received:
    """`inbox_id` None: the provider sent it before, nothing was stored. `new`: the first sign of this address."""

    address_id: str
    contact_id: str
    inbox_id: int | None
    new: bool = False


@dataclass(frozen=True)
class Claimed:
    """An address to play. `inbox_ids`: play these in order. `behind`: the head backs off; of these, which were not
    looked at before, only words of danger are answered now (see `waiting_behind`)."""

    address_id: str
    inbox_ids: tuple[int, ...]
    behind: tuple[int, ...] = ()


@dataclass(frozen=True)
class InboxItem:
    id: int
    address_id: str
    contact_id: str  # active when it came in
    message: Message | None = field(repr=False)  # None: its contact was erased since
    attempts: int  # this try included
    received_at: datetime
    provider_message: str | None = None


@dataclass(frozen=True)
class Parked:
    """A message given up, as staff see it: no words of it."""

    id: int
    address_id: str
    channel: str
    attempts: int
    error: str | None
    received_at: datetime


@dataclass(frozen=True)
class Depth:
    pending: int
    parked: int
    oldest: datetime | None  # received_at of the oldest pending message


def receive(
    session: Session,
    store: Store,
    *,
    channel: str,
    sender: str,
    account: str,
    provider_id: str,
    message: Message,
    provider_message: str | None = None,
    now: datetime,
    keep_days: int,
) -> Received:
    """Keeps one inbound message; makes address, contact and key at need. A `provider_id` seen from this sender within
    `keep_days` stores nothing. Sets inbound_at and due_at, clears `unreachable`."""
    raise NotImplementedError


def claim(
    session: Session, store: Store, *, holder: str, limit: int, now: datetime, lease: timedelta, per_address: int = 10
) -> list[Claimed]:
    """Claims up to `limit` addresses that are due, sorted by address id, and raises `attempts` of what will be played.

    Commit before playing. An address whose head was tried before comes alone, with that one message.
    """
    raise NotImplementedError


def clear_claims(session: Session, holder: str | None = None) -> int:
    """Takes all claims off (at the start of the only process, on SQLite), or one holder's; returns how many."""
    raise NotImplementedError


def open_message(session: Session, store: Store, inbox_id: int) -> InboxItem | None:
    """The pending message, opened; None when it is not pending any more. Call it with the address locked."""
    raise NotImplementedError


def waiting_behind(
    session: Session, store: Store, address_id: str, ids: Sequence[int] | None = None
) -> list[InboxItem]:
    """The pending messages behind the first one, in order; with `ids` only those of them."""
    raise NotImplementedError


def finish(session: Session, inbox_id: int, now: datetime) -> None:
    """Played: status done, body gone. Raises AlreadyPlayed when it was not pending."""
    raise NotImplementedError


def postpone(session: Session, inbox_id: int, until: datetime, error: str) -> None:
    """Failed: tried again from `until`. `error`: kind and place of the fault, never a person's words."""
    raise NotImplementedError


def park(session: Session, inbox_id: int, error: str, now: datetime) -> None:
    """Given up; staff see it. The sealed body stays for 30 days so that staff may have it played again."""
    raise NotImplementedError


def unpark(session: Session, inbox_id: int, now: datetime) -> bool:
    """Back to pending with no attempts counted; False when it is not parked."""
    raise NotImplementedError


def release(session: Session, address_id: str, now: datetime, unplayed: Sequence[int] = ()) -> datetime | None:
    """Takes the claim off and sets due_at to when the next pending message may be played (returned; None: nothing).
    `unplayed`: claimed ids that were not tried after all; their attempt is taken back."""
    raise NotImplementedError


def parked(session: Session, limit: int = 50) -> list[Parked]:
    """Newest first."""
    raise NotImplementedError


def depth(session: Session) -> Depth:
    raise NotImplementedError
