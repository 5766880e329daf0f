"""Who may send: one lease per bot or number with an epoch, its pauses and stops, and those of an address.

`bot.store.outbox` names all of these too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlmodel import Session

from bot.store.session import Store
from bot.store.sql import run, table, upsert
from bot.store.tables import Address, Outbox, SenderLease

_LEASE = table(SenderLease)
_ADDRESS = table(Address)
_OUTBOX = table(Outbox)


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


# --- the lease -------------------------------------------------------------------------------------------------------


def take_lease(session: Session, sender: str, holder: str, now: datetime, ttl: timedelta) -> int | None:
    """The new epoch; None while another holder's lease runs."""
    values = {"holder": holder, "until": now + ttl}
    put = upsert(session, _LEASE).values(sender=sender, epoch=1, **values)
    free = or_(_LEASE.c.until.is_(None), _LEASE.c.until <= now, _LEASE.c.holder == holder)
    taken = put.on_conflict_do_update(
        index_elements=[_LEASE.c.sender], set_={**values, "epoch": _LEASE.c.epoch + 1}, where=free
    )
    return run(session, taken.returning(_LEASE.c.epoch)).scalar()


def renew_lease(session: Session, sender: str, holder: str, epoch: int, now: datetime, ttl: timedelta) -> bool:
    """False: it ran out or is another's; take a new one."""
    mine = (_LEASE.c.sender == sender, _LEASE.c.holder == holder, _LEASE.c.epoch == epoch, _LEASE.c.until > now)
    return run(session, update(_LEASE).where(*mine).values(until=now + ttl)).rowcount == 1


def drop_lease(session: Session, sender: str, holder: str, epoch: int) -> None:
    """Gives it back at a clean end, so that the next one need not wait."""
    mine = (_LEASE.c.sender == sender, _LEASE.c.holder == holder, _LEASE.c.epoch == epoch)
    run(session, update(_LEASE).where(*mine).values(holder=None, until=None))


def hold_epoch(session: Session, sender: str, epoch: int, now: datetime) -> SenderState:
    """The sender's state, kept from changing hands until the end of the transaction. Raises LeaseLost."""
    row = run(session, select(_LEASE).where(_LEASE.c.sender == sender).with_for_update(read=True)).first()
    if row is None or row.epoch != epoch or row.until is None or row.until <= now:
        raise LeaseLost(f"the lease of {sender} with epoch {epoch} is not valid any more")
    return _state(row)


def sender_state(session: Session, sender: str) -> SenderState | None:
    row = run(session, select(_LEASE).where(_LEASE.c.sender == sender)).first()
    return None if row is None else _state(row)


def sender_states(session: Session) -> list[SenderState]:
    """All there are, by name (for staff and metrics)."""
    return [_state(row) for row in run(session, select(_LEASE).order_by(_LEASE.c.sender))]


def _state(row: Any) -> SenderState:
    return SenderState(**{name: getattr(row, name) for name in SenderState.__dataclass_fields__})


# --- pauses and stops of a sender ------------------------------------------------------------------------------------


def pause_sender(session: Session, sender: str, until: datetime) -> None:
    """Never shortens a pause."""
    longer = or_(_LEASE.c.paused_until.is_(None), _LEASE.c.paused_until < until)
    _note(session, sender, longer, paused_until=until)


def halt_sender(session: Session, sender: str, why: str) -> None:
    """Stops the line until a person resumes it (wrong token, account suspended)."""
    _note(session, sender, halted=why[:80])


def resume_sender(session: Session, sender: str) -> None:
    """Takes pause and halt off."""
    _note(session, sender, halted=None, paused_until=None)


def set_swept(session: Session, sender: str, at: datetime) -> None:
    """Inbound messages were listed at the provider up to here; never goes back."""
    later = or_(_LEASE.c.swept_at.is_(None), _LEASE.c.swept_at < at)
    _note(session, sender, later, swept_at=at)


def _note(session: Session, sender: str, only_if: Any = None, **values: Any) -> None:
    put = upsert(session, _LEASE).values(sender=sender, epoch=0, **values)
    run(session, put.on_conflict_do_update(index_elements=[_LEASE.c.sender], set_=values, where=only_if))


# --- addresses -------------------------------------------------------------------------------------------------------


def pause_address(session: Session, address_id: str, until: datetime) -> None:
    """Never shortens a pause."""
    longer = or_(_ADDRESS.c.next_send_at.is_(None), _ADDRESS.c.next_send_at < until)
    run(session, update(_ADDRESS).where(_ADDRESS.c.id == address_id, longer).values(next_send_at=until))


def mark_unreachable(session: Session, address_id: str, why: str, now: datetime) -> int:
    """Blocked, no such chat, opted out: nothing is sent there until the person writes again; what waits is cancelled
    (how many)."""
    why = why[:40]
    run(session, update(_ADDRESS).where(_ADDRESS.c.id == address_id).values(unreachable=why))
    waiting = (_OUTBOX.c.address_id == address_id, _OUTBOX.c.status == "queued")
    gone = {"status": "cancelled", "why": why, "body": None, "ended_at": now}
    return run(session, update(_OUTBOX).where(*waiting).values(gone)).rowcount


def mark_reachable(session: Session, address_id: str) -> None:
    """The person let the bot write again (an inbound message does this by itself)."""
    run(session, update(_ADDRESS).where(_ADDRESS.c.id == address_id).values(unreachable=None))


def readdress(session: Session, store: Store, address_id: str, account: str) -> bool:
    """The provider moved this account to a new name (a Telegram group that became a supergroup). False: that name is
    another address here already."""
    sender = run(session, select(_ADDRESS.c.sender).where(_ADDRESS.c.id == address_id).with_for_update()).scalar()
    if sender is None:
        return False
    lookup = store.vault.lookup(sender, account)
    taken = select(_ADDRESS.c.id).where(_ADDRESS.c.sender == sender, _ADDRESS.c.lookup == lookup)
    if run(session, taken).first():
        return False
    values = {"lookup": lookup, "account": store.vault.seal_own("address.account", address_id, account)}
    run(session, update(_ADDRESS).where(_ADDRESS.c.id == address_id).values(values))
    return True
