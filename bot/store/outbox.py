"""Everything that leaves: put in with the turn, claimed by one sender loop per bot or number, a named fate for each.

    queued ─claim▶ sending ─▶ sent ─▶ delivered ─▶ read          failed (why)
      ▲               │ └───▶ unknown (kill, time-out) ─resend▶ queued      cancelled (why)
      └─ retry_at ────┘

Order is kept per address within a lane; lanes do not wait for each other. This module puts in and claims; what becomes
of a row is in `bot.store.fates`, pulled channels in `bot.store.pulling`, leases in `bot.store.senders`; all are named
here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, exists, func, insert, or_, select, update
from sqlalchemy.sql import Executable
from sqlmodel import Session

from bot.store.bodies import open_body, seal_body
from bot.store.fates import (
    Fate,
    Status,
    accepted_part,
    blank,
    cancel,
    cancel_by_key,
    cancel_waiting,
    expired,
    failed,
    parts,
    resend,
    retry_at,
    sent,
    shown,
    status_callback,
    unknown,
)
from bot.store.pulling import Pulled, acknowledge, has_news, pull
from bot.store.senders import (
    LeaseLost,
    SenderState,
    drop_lease,
    halt_sender,
    hold_epoch,
    mark_reachable,
    mark_unreachable,
    pause_address,
    pause_sender,
    readdress,
    renew_lease,
    resume_sender,
    sender_state,
    sender_states,
    set_swept,
    take_lease,
)
from bot.store.session import Store
from bot.store.sql import Insert, prepared, run, table
from bot.store.tables import Address, Contact, ContactKey, Idempotency, Outbox
from bot.store.totals import count, counters
from bot.store.vault import Erased

__all__ = [
    "DANGER",
    "LANES",
    "PUSHES",
    "REPLIES",
    "STAFF",
    "Fate",
    "LeaseLost",
    "OutItem",
    "Pulled",
    "SenderState",
    "Status",
    "accepted_part",
    "acknowledge",
    "blank",
    "cancel",
    "cancel_by_key",
    "cancel_waiting",
    "claim",
    "count",
    "counters",
    "depth",
    "drop_lease",
    "expired",
    "failed",
    "halt_sender",
    "has_news",
    "mark_reachable",
    "mark_unreachable",
    "parts",
    "pause_address",
    "pause_sender",
    "pull",
    "put",
    "readdress",
    "renew_lease",
    "resend",
    "resume_sender",
    "retry_at",
    "sender_state",
    "sender_states",
    "sent",
    "set_swept",
    "shown",
    "status_callback",
    "take_lease",
    "unknown",
    "unknown_rows",
]  # fmt: skip

DANGER, REPLIES, PUSHES = 0, 1, 2
LANES = (DANGER, REPLIES, PUSHES)
STAFF = "staff"  # address_id of rows to staff (contact_id None)

_OUTBOX = table(Outbox)
_ADDRESS = table(Address)
_CONTACT = table(Contact)
_KEY = table(ContactKey)
_KEYS = table(Idempotency)


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


# --- putting in ------------------------------------------------------------------------------------------------------


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
    now: datetime | None = None,
) -> int | None:
    """The new row's id; None when `key` was used before, ever, or the contact was erased. Locks nobody's address:
    rows of a `pulled` channel are numbered when they are first pulled."""
    hashed = store.vault.idempotency(key)
    now = now or store.clock()
    try:
        sealed = seal_body(session, store, contact_id, address_id, body)
    except Erased:
        return None
    if not remember_keys(session, [hashed], now):
        return None
    values = new_row(
        sender=sender,
        address_id=address_id,
        contact_id=contact_id,
        lane=lane,
        kind=kind,
        key=hashed,
        body=sealed,
        not_before=not_before,
        broadcast_id=broadcast_id,
        pulled=pulled,
        now=now,
    )
    outbox_id: int = run(session, _PUT, values).scalar_one()
    return outbox_id


_PUT = insert(_OUTBOX).returning(_OUTBOX.c.id)


def new_row(*, pulled: bool, now: datetime, **values: Any) -> dict[str, Any]:
    """All columns of a row to be queued."""
    return {
        **values,
        "seq": 0 if pulled else None,
        "status": "queued",
        "attempts": 0,
        "resends": 0,
        "part": 0,
        "created_at": now,
    }


def remember_keys(session: Session, hashed: list[str], now: datetime) -> set[str]:
    """Notes keyed hashes as used; those that were not before."""
    return set(run(session, _NOTE(session), [{"key": key, "created_at": now} for key in hashed]).scalars())


def _note(insert: Insert) -> Executable:
    return insert(_KEYS).on_conflict_do_nothing(index_elements=[_KEYS.c.key]).returning(_KEYS.c.key)


_NOTE = prepared(_note)


# --- claiming --------------------------------------------------------------------------------------------------------

_EARLIER = _OUTBOX.alias("earlier")
_RECENT = _OUTBOX.alias("recent")

# Why a row must wait for another of its address and lane: that one is being sent; it may have been sent and is being
# found out; or it comes first and is due or backs off. A later row planned for another day holds nobody up.
_MUST_WAIT = exists().where(
    _EARLIER.c.address_id == _OUTBOX.c.address_id,
    _EARLIER.c.lane == _OUTBOX.c.lane,
    or_(
        _EARLIER.c.status == "sending",
        and_(_EARLIER.c.status == "unknown", _EARLIER.c.lease_until > bindparam("now")),
        and_(
            _EARLIER.c.status == "queued",
            _EARLIER.c.id < _OUTBOX.c.id,
            or_(_EARLIER.c.attempts > 0, _EARLIER.c.not_before <= bindparam("now")),
        ),
    ),
)
_JUST_SENT = exists().where(_RECENT.c.address_id == _OUTBOX.c.address_id, _RECENT.c.sent_at > bindparam("paced"))
_COLUMNS = (
    *(column for column in _OUTBOX.c if column.name not in ("key", "why", "seq")),
    _ADDRESS.c.channel,
    _ADDRESS.c.account,
    _ADDRESS.c.inbound_at,
    _KEY.c.wrapped,
)
_ITEMS = (
    select(*_COLUMNS)
    .select_from(_OUTBOX)
    .outerjoin(_ADDRESS, _ADDRESS.c.id == _OUTBOX.c.address_id)
    .outerjoin(_KEY, _KEY.c.contact_id == _OUTBOX.c.contact_id)
    .outerjoin(_CONTACT, _CONTACT.c.id == _OUTBOX.c.contact_id)
)


def _ready(lane: int) -> Any:
    """One statement a lane: with the lane fixed the index gives the rows in order, and nothing need be sorted."""
    statement = _ITEMS.where(
        _OUTBOX.c.status == "queued",
        _OUTBOX.c.sender == bindparam("sender"),
        _OUTBOX.c.lane == lane,
        _OUTBOX.c.not_before <= bindparam("now"),
        or_(_ADDRESS.c.next_send_at.is_(None), _ADDRESS.c.next_send_at <= bindparam("now")),
        _ADDRESS.c.unreachable.is_(None),
        ~_MUST_WAIT,
    )
    if lane == PUSHES:
        statement = statement.where(_ADDRESS.c.stopped_at.is_(None), _CONTACT.c.safe_to_write.is_not(False))
    if lane != DANGER:
        statement = statement.where(~_JUST_SENT)
    statement = statement.order_by(_OUTBOX.c.id).limit(bindparam("n"))
    return statement.with_for_update(of=_OUTBOX, skip_locked=True)


_READY = {lane: _ready(lane) for lane in LANES}


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
    state = hold_epoch(session, sender, epoch, now)
    if state.halted or (state.paused_until is not None and state.paused_until > now):
        return []
    rows: list[Row[Any]] = []
    for lane in sorted(lanes):
        if len(rows) < n:
            values = {"sender": sender, "now": now, "paced": now - pace, "n": n - len(rows)}
            rows += run(session, _READY[lane], values).all()
    if not rows:
        return []
    until = now + lease
    run(
        session,
        update(_OUTBOX)
        .where(_OUTBOX.c.id.in_([row.id for row in rows]))
        .values(status="sending", attempts=_OUTBOX.c.attempts + 1, epoch=epoch, lease_until=until),
    )
    items = []
    for row in rows:
        item = _item(session, store, row, attempts=row.attempts + 1, epoch=epoch, lease_until=until)
        if item is None:
            failed(session, row.id, "erased", epoch=epoch, now=now)
        else:
            items.append(item)
    return items


def unknown_rows(session: Session, store: Store, sender: str, limit: int = 100) -> list[OutItem]:
    """Oldest first."""
    which = (_OUTBOX.c.status == "unknown", _OUTBOX.c.sender == sender)
    rows = run(session, _ITEMS.where(*which).order_by(_OUTBOX.c.lane, _OUTBOX.c.id).limit(limit)).all()
    found = (_item(session, store, row, row.attempts, row.epoch, row.lease_until) for row in rows)
    return [item for item in found if item is not None]


def _item(
    session: Session, store: Store, row: Any, attempts: int, epoch: int | None, lease_until: datetime | None
) -> OutItem | None:
    """None: there is nothing left to send, or nobody to send it to."""
    if row.wrapped is not None:
        store.vault.learn(row.contact_id, row.wrapped)
    body = open_body(session, store, row)
    if body is None or (row.account is None and row.contact_id is not None):
        return None
    return OutItem(
        id=row.id,
        sender=row.sender,
        channel=row.channel,
        address_id=row.address_id,
        contact_id=row.contact_id,
        lane=row.lane,
        kind=row.kind,
        body=body,
        account=None if row.account is None else store.vault.open_own("address.account", row.address_id, row.account),
        attempts=attempts,
        resends=row.resends,
        part=row.part,
        provider_ids=tuple(parts(row.provider_ids)),
        epoch=epoch,
        lease_until=lease_until,
        inbound_at=row.inbound_at,
        broadcast_id=row.broadcast_id,
        created_at=row.created_at,
    )


def depth(session: Session) -> dict[tuple[str, int], int]:
    """(status, lane) -> rows, for what is queued, sending or unknown."""
    open_rows = (
        select(_OUTBOX.c.status, _OUTBOX.c.lane, func.count())
        .where(_OUTBOX.c.status.in_(("queued", "sending", "unknown")))
        .group_by(_OUTBOX.c.status, _OUTBOX.c.lane)
    )
    return {(status, lane): rows for status, lane, rows in run(session, open_rows)}
