"""What came in: kept before the provider hears 200, played once, in order per address.

    receive ──▶ pending ──claim (attempts + 1, committed)──▶ open_message ─▶ turn ─▶ finish ──▶ release
                   ▲                                             │ fault
                   └──────── postpone (backs off) ◀──────────────┴──▶ park (after TRIES)

What is claimed is the address, never the message. A message tried before is claimed all alone, so that one which kills
the process takes no other along: run one claim loop per process. A turn holds the address row (`people.open_address`
with `lock`), so that even two workers who both believe in their claim play a message once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, or_, select, update
from sqlalchemy.sql import Executable
from sqlmodel import Session

from bot.conversation.codec import message_from_dict, message_to_dict, to_json
from bot.conversation.types import Message
from bot.store.addresses import find_address, heard, known_as
from bot.store.session import Store
from bot.store.sql import Insert, prepared, run, table
from bot.store.tables import Address, Inbox, Outbox, Seen

__all__ = [
    "TRIES",
    "AlreadyPlayed",
    "Claimed",
    "Depth",
    "InboxItem",
    "Parked",
    "Received",
    "claim",
    "clear_claims",
    "depth",
    "find_address",
    "finish",
    "open_message",
    "park",
    "parked",
    "postpone",
    "receive",
    "release",
    "unpark",
    "waiting_behind",
]

TRIES = 3  # a message whose `attempts` is above this is parked without being played

_BODY = "inbox.body"
_INBOX = table(Inbox)
_ADDRESS = table(Address)
_OUTBOX = table(Outbox)
# The person wrote, so WhatsApp's window is open again: what waited for that goes now.
_REOPEN = (
    update(_OUTBOX)
    .where(
        _OUTBOX.c.address_id == bindparam("of_address"),
        _OUTBOX.c.status == "queued",
        _OUTBOX.c.why.in_(("window-closed", "63016")),
    )
    .values(not_before=bindparam("at"))
)
_SEEN = table(Seen)


class AlreadyPlayed(RuntimeError):
    """The inbox row is not pending any more: somebody else played it; roll this turn back."""


@dataclass(frozen=True)
class Received:
    """`inbox_id` None: the provider sent it before, nothing was stored (the ids are "" where the person was erased
    since). `new`: the first sign of this address."""

    address_id: str
    contact_id: str
    inbox_id: int | None
    new: bool = False


@dataclass(frozen=True)
class Claimed:
    """An address to play. `inbox_ids`: play these in order. `behind`: the head backs off, and of these, which nobody
    looked at yet, only words of danger are answered now (see `waiting_behind`)."""

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


# --- taking in -------------------------------------------------------------------------------------------------------


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
    if not _first_time(session, sender, provider_id, now, keep_days):
        known = known_as(session, store, sender, account)
        return Received(*known, None) if known else Received("", "", None)
    address_id, contact_id, new = heard(session, store, channel, sender, account, now)
    if channel == "whatsapp" and not new:
        run(session, _REOPEN, {"of_address": address_id, "at": now})
    values = {
        "address_id": address_id,
        "contact_id": contact_id,
        "provider_message": _fit(provider_message) if provider_message else None,
        "body": store.vault.seal_for(session, contact_id, _BODY, to_json(message_to_dict(message))),
        "status": "pending",
        "attempts": 0,
        "received_at": now,
    }
    inbox_id = run(session, _KEEP, values).scalar_one()
    return Received(address_id, contact_id, inbox_id, new)


_KEEP = insert(_INBOX).returning(_INBOX.c.id)


def _note(insert: Insert) -> Executable:
    note = insert(_SEEN)
    return note.on_conflict_do_update(
        index_elements=[_SEEN.c.sender, _SEEN.c.provider_id],
        set_={"until": note.excluded.until},
        where=_SEEN.c.until < bindparam("now"),
    ).returning(_SEEN.c.until)


_NOTE = prepared(_note)


def _first_time(session: Session, sender: str, provider_id: str, now: datetime, keep_days: int) -> bool:
    """Notes the id. One whose time is over counts as new: Telegram may start its numbers again anywhere."""
    values = {"sender": sender, "provider_id": _fit(provider_id), "until": now + timedelta(keep_days), "now": now}
    return run(session, _NOTE(session), values).first() is not None


def _fit(provider_id: str) -> str:
    """As it is, or its hash where it would not fit the column (a browser chooses its ids itself)."""
    if len(provider_id) <= 80 and provider_id.isprintable():
        return provider_id
    return hashlib.sha256(provider_id.encode("utf-8", "surrogatepass")).hexdigest()


# --- claiming --------------------------------------------------------------------------------------------------------

_DUE = (
    select(_ADDRESS.c.id)
    .where(
        _ADDRESS.c.due_at <= bindparam("now"),
        or_(_ADDRESS.c.claim.is_(None), _ADDRESS.c.claim_until < bindparam("now")),
    )
    .order_by(_ADDRESS.c.due_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_WAITING = (
    select(_INBOX.c.address_id, _INBOX.c.id, _INBOX.c.attempts, _INBOX.c.not_before)
    .where(_INBOX.c.address_id.in_(bindparam("addresses", expanding=True)), _INBOX.c.status == "pending")
    .order_by(_INBOX.c.id)
)


def claim(
    session: Session, store: Store, *, holder: str, limit: int, now: datetime, lease: timedelta, per_address: int = 10
) -> list[Claimed]:
    """Claims up to `limit` addresses that are due, sorted by address id, and raises `attempts` of what will be played.

    Commit before playing. An address whose head was tried before comes alone, with that one message.
    """
    due = list(run(session, _DUE, {"now": now, "limit": limit}).scalars())
    if not due:
        return []
    waiting: dict[str, list[tuple[int, int, datetime | None]]] = {address_id: [] for address_id in due}
    for row in run(session, _WAITING, {"addresses": due}):
        waiting[row.address_id].append((row.id, row.attempts, row.not_before))

    claims: list[Claimed] = []
    idle: list[str] = []
    for address_id in due:
        pending = waiting[address_id]
        if not pending:
            idle.append(address_id)
        elif pending[0][2] is not None and pending[0][2] > now:
            unseen = tuple(number for number, attempts, _ in pending[1:] if not attempts)[:per_address]
            if unseen:
                claims.append(Claimed(address_id, (), unseen))
            else:
                _set_due(session, address_id, pending[0][2])
        elif pending[0][1] == 0:
            untried = next((place for place, row in enumerate(pending) if row[1] or row[2]), len(pending))
            claims.append(Claimed(address_id, tuple(row[0] for row in pending[: min(untried, per_address)])))
        elif not claims:
            claims.append(Claimed(address_id, (pending[0][0],)))
            break
        # A tried one that is not the first in line stays for the next claim, where it will be.
    if idle:
        run(session, update(_ADDRESS).where(_ADDRESS.c.id.in_(idle)).values(due_at=None, claim=None, claim_until=None))
    if not claims:
        return []
    claims.sort(key=lambda one: one.address_id)  # so that two transactions lock addresses in the same order
    run(
        session,
        update(_ADDRESS)
        .where(_ADDRESS.c.id.in_([one.address_id for one in claims]))
        .values(claim=holder, claim_until=now + lease),
    )
    tried = [number for one in claims for number in one.inbox_ids + one.behind]
    run(session, update(_INBOX).where(_INBOX.c.id.in_(tried)).values(attempts=_INBOX.c.attempts + 1))
    return claims


def clear_claims(session: Session, holder: str | None = None) -> int:
    """Takes all claims off (at the start of the only process, on SQLite), or one holder's; returns how many."""
    statement = update(_ADDRESS).where(_ADDRESS.c.claim.is_not(None)).values(claim=None, claim_until=None)
    if holder is not None:
        statement = statement.where(_ADDRESS.c.claim == holder)
    return run(session, statement).rowcount


# --- playing ---------------------------------------------------------------------------------------------------------


_PENDING = select(_INBOX).where(_INBOX.c.status == "pending").order_by(_INBOX.c.id)
_ONE = _PENDING.where(_INBOX.c.id == bindparam("inbox"))
_ALL = _PENDING.where(_INBOX.c.address_id == bindparam("address"))


def open_message(session: Session, store: Store, inbox_id: int) -> InboxItem | None:
    """The pending message, opened; None when it is not pending any more. Call it with the address locked."""
    row = run(session, _ONE, {"inbox": inbox_id}).first()
    return None if row is None else _opened(session, store, row)


def waiting_behind(
    session: Session, store: Store, address_id: str, ids: Sequence[int] | None = None
) -> list[InboxItem]:
    """The pending messages behind the first one, in order; with `ids` only those of them."""
    behind = run(session, _ALL, {"address": address_id}).all()[1:]
    return [_opened(session, store, row) for row in behind if ids is None or row.id in ids]


def _opened(session: Session, store: Store, row: Row[Any]) -> InboxItem:
    text = store.vault.open_for(session, row.contact_id, _BODY, row.body)
    return InboxItem(
        id=row.id,
        address_id=row.address_id,
        contact_id=row.contact_id,
        message=None if text is None else message_from_dict(json.loads(text)),
        attempts=row.attempts,
        received_at=row.received_at,
        provider_message=row.provider_message,
    )


def finish(session: Session, inbox_id: int, now: datetime) -> None:
    """Played: status done, body gone. Raises AlreadyPlayed when it was not pending."""
    done = {"status": "done", "body": None, "error": None, "not_before": None, "done_at": now}
    if not _from_pending(session, inbox_id, done):
        raise AlreadyPlayed(f"inbox row {inbox_id} is not pending")


def postpone(session: Session, inbox_id: int, until: datetime, error: str) -> None:
    """Failed: tried again from `until`. `error`: kind and place of the fault, never a person's words."""
    _from_pending(session, inbox_id, {"not_before": until, "error": error[:200]})


def park(session: Session, inbox_id: int, error: str, now: datetime) -> None:
    """Given up; staff see it. The sealed body stays for 30 days so that staff may have it played again."""
    _from_pending(session, inbox_id, {"status": "parked", "error": error[:200], "done_at": now})


_FROM_PENDING = update(_INBOX).where(_INBOX.c.id == bindparam("inbox"), _INBOX.c.status == "pending")


def _from_pending(session: Session, inbox_id: int, values: Mapping[str, object]) -> bool:
    return run(session, _FROM_PENDING, {**values, "inbox": inbox_id}).rowcount == 1


def unpark(session: Session, inbox_id: int, now: datetime) -> bool:
    """Back to pending with no attempts counted; False when it is not parked."""
    statement = update(_INBOX).where(_INBOX.c.id == inbox_id, _INBOX.c.status == "parked")
    address_id = run(
        session,
        statement.values(status="pending", attempts=0, not_before=None, done_at=None).returning(_INBOX.c.address_id),
    ).scalar()
    if address_id is None:
        return False
    _set_due(session, address_id, now)
    return True


def release(session: Session, address_id: str, now: datetime, unplayed: Sequence[int] = ()) -> datetime | None:
    """Takes the claim off and sets due_at to when the next pending message may be played (returned; None: nothing).
    `unplayed`: claimed ids that were not tried after all; their attempt is taken back."""
    # This one locks the address, so that what `receive` commits while we wait is seen by the next statement.
    _set_due(session, address_id, None)
    if unplayed:
        run(
            session,
            update(_INBOX)
            .where(_INBOX.c.id.in_(unplayed), _INBOX.c.status == "pending", _INBOX.c.attempts > 0)
            .values(attempts=_INBOX.c.attempts - 1),
        )
    pending = run(session, _WAITING, {"addresses": [address_id]}).all()
    if not pending:
        return None
    head = pending[0]
    # Behind a head that backs off somebody may be crying for help: whoever was not looked at is due now.
    unseen = any(not row.attempts for row in pending[1:])
    due: datetime = now if head.not_before is None or head.not_before <= now or unseen else head.not_before
    _set_due(session, address_id, due)
    return due


_DUE_AT = update(_ADDRESS).where(_ADDRESS.c.id == bindparam("address")).values(claim=None, claim_until=None)


def _set_due(session: Session, address_id: str, due: datetime | None) -> None:
    run(session, _DUE_AT, {"address": address_id, "due_at": due})


# --- looking ---------------------------------------------------------------------------------------------------------


def parked(session: Session, limit: int = 50) -> list[Parked]:
    """Newest first."""
    rows = run(
        session,
        select(_INBOX, _ADDRESS.c.channel)
        .join(_ADDRESS, _ADDRESS.c.id == _INBOX.c.address_id)
        .where(_INBOX.c.status == "parked")
        .order_by(_INBOX.c.id.desc())
        .limit(limit),
    )
    return [Parked(row.id, row.address_id, row.channel, row.attempts, row.error, row.received_at) for row in rows]


def depth(session: Session) -> Depth:
    """For metrics."""
    rows = run(
        session,
        select(_INBOX.c.status, func.count().label("rows"), func.min(_INBOX.c.received_at).label("oldest"))
        .where(_INBOX.c.status.in_(("pending", "parked")))
        .group_by(_INBOX.c.status),
    )
    found = {row.status: row for row in rows}
    pending, given_up = found.get("pending"), found.get("parked")
    return Depth(
        pending=pending._mapping["rows"] if pending else 0,
        parked=given_up._mapping["rows"] if given_up else 0,
        oldest=pending.oldest if pending else None,
    )
