"""What becomes of an outbox row after its claim, told by the sender loop and by the provider's reports.

A row may be several messages at the provider (long texts are split); each accepted one is a part, noted at once with
the provider's id, so that after a kill the row goes on where it stopped. While the row is queued, being sent or
unknown, reports are noted with their part only; its status is worked out when `sent` says that all were accepted.

Every report of the sender names the epoch of its claim: one who lost the lease changes nothing any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import Row, case, literal, or_, select, update
from sqlmodel import Session

from bot.store.session import Store
from bot.store.sql import run, table
from bot.store.tables import INBOX_STATUSES, Inbox, Outbox, SenderLease
from bot.store.totals import count

Status = Literal["queued", "sending", "sent", "delivered", "read", "unknown", "failed", "cancelled"]

# How long later rows of the lane wait while it is found out whether this one arrived. Danger waits for nothing.
FIND_OUT = timedelta(seconds=60)
MAYBE_TWICE = "sends.maybe_twice"

_OUTBOX = table(Outbox)
_LEASE = table(SenderLease)
_UNFINISHED = ("queued", "sending", "unknown")

# Twilio's words -> the mark of a part: "" accepted, s sent, d delivered, r read, f failed. x: failed and replaced.
_WORDS = {
    **dict.fromkeys(("accepted", "queued", "scheduled", "sending"), ""),
    **dict.fromkeys(("sent", "partially_delivered"), "s"),
    "delivered": "d",
    "read": "r",
    **dict.fromkeys(("undelivered", "failed", "canceled"), "f"),
}
_RANK = ("", "s", "f", "d", "r", "x")
_ROW_STATUS: dict[str, Status] = {"": "sent", "s": "sent", "d": "delivered", "r": "read"}


@dataclass(frozen=True)
class Fate:
    """What a report did. `changed` False: nothing new, too late, or no such row (status None)."""

    id: int
    status: Status | None
    changed: bool
    address_id: str | None = None
    contact_id: str | None = None
    lane: int | None = None
    kind: str | None = None
    why: str | None = None


# --- parts -----------------------------------------------------------------------------------------------------------


def _marks(provider_ids: str | None) -> dict[str, str]:
    """Provider id -> mark, in the order of sending: "SM1=d,SM2" is {"SM1": "d", "SM2": ""}."""
    pairs = (part.partition("=") for part in (provider_ids or "").split(",") if part)
    return {name: mark for name, _, mark in pairs}


def _write(marks: dict[str, str]) -> str:
    return ",".join(f"{name}={mark}" if mark else name for name, mark in marks.items())


def parts(provider_ids: str | None) -> list[str]:
    """The provider's ids of the parts that count as accepted."""
    return [name for name, mark in _marks(provider_ids).items() if mark != "x"]


def accepted_part(session: Session, outbox_id: int, provider_id: str, now: datetime | None = None) -> None:
    """The provider took one (more) message of this row and calls it `provider_id` ("": it gave no name). The same id
    again changes nothing. `now` paces the address."""
    row = _locked(session, outbox_id)
    if row is None:
        return
    marks = _marks(row.provider_ids)
    marks.setdefault(_plain(provider_id) or f"~{len(marks)}", "")
    _note_parts(session, row, marks, **({} if now is None else {"sent_at": now}))


def _plain(provider_id: str) -> str:
    return provider_id.replace(",", "").replace("=", "")[:80]


def _note_parts(session: Session, row: Row[Any], marks: dict[str, str], **more: Any) -> None:
    written = _write(marks)
    _change(session, row.id, provider_ids=written, part=len(parts(written)), **more)


# --- told by the sender ----------------------------------------------------------------------------------------------


def sent(session: Session, outbox_id: int, *, epoch: int | None, now: datetime, final: bool = True) -> Status | None:
    """All parts were accepted. `final`: no delivery report follows (Telegram), the body goes.

    The row's status now: usually sent, but a report that came before may say delivered, or failed. None: the row is
    gone or was claimed anew since.
    """
    row = _owned(session, outbox_id, epoch)
    if row is None:
        return None
    if row.status not in _UNFINISHED:
        return cast(Status, row.status)
    status, _ = _from_parts(_marks(row.provider_ids))
    over = final or status in ("delivered", "read")
    values: dict[str, Any] = {"status": status, "lease_until": None, "sent_at": now}
    if status == "failed":
        values["ended_at"] = now
    elif over:
        values |= {"ended_at": now, "body": None, "why": None}
    _change(session, outbox_id, **values)
    return status


def failed(session: Session, outbox_id: int, why: str, *, epoch: int | None, now: datetime) -> bool:
    """Refused for good; the body goes. False: the row is gone, ended, or was claimed anew since."""
    row = _owned(session, outbox_id, epoch)
    if row is None or row.status not in _UNFINISHED:
        return False
    _change(session, outbox_id, status="failed", why=why[:80], body=None, ended_at=now, lease_until=None)
    return True


def retry_at(session: Session, outbox_id: int, until: datetime, why: str, *, epoch: int | None) -> bool:
    """Certainly not sent (or not whole): back to the queue until then. False as in `failed`."""
    row = _owned(session, outbox_id, epoch)
    if row is None or row.status != "sending":
        return False
    _change(session, outbox_id, status="queued", why=why[:80], not_before=until, lease_until=None)
    return True


def unknown(session: Session, outbox_id: int, why: str, *, epoch: int | None, now: datetime) -> bool:
    """It may have been sent. Later rows of its lane wait a minute for it to be found out, danger waits for nothing.
    False as in `failed`."""
    row = _owned(session, outbox_id, epoch)
    if row is None or row.status != "sending":
        return False
    hold = now if row.lane == 0 else now + FIND_OUT
    _change(session, outbox_id, status="unknown", why=why[:80], lease_until=hold)
    return True


def expired(session: Session, sender: str, now: datetime) -> list[int]:
    """Rows being sent whose lease ended or whose epoch is old become unknown; their ids, in order."""
    current = select(_LEASE.c.epoch).where(_LEASE.c.sender == sender).scalar_subquery()
    moment = _OUTBOX.c.lease_until.type
    hold = case((_OUTBOX.c.lane == 0, literal(now, type_=moment)), else_=literal(now + FIND_OUT, type_=moment))
    lost = (
        update(_OUTBOX)
        .where(_OUTBOX.c.status == "sending", _OUTBOX.c.sender == sender)
        .where(or_(_OUTBOX.c.lease_until <= now, _OUTBOX.c.epoch < current))
        .values(status="unknown", why="lease", lease_until=hold)
        .returning(_OUTBOX.c.id)
    )
    return sorted(run(session, lost).scalars())


def resend(session: Session, outbox_id: int, now: datetime, *, may_double: bool = True) -> bool:
    """From unknown (or failed, while it still has its body) back to the queue; what was accepted is not sent again.
    `may_double`: it may arrive twice, and is counted."""
    row = _locked(session, outbox_id)
    if row is None or row.status not in ("unknown", "failed") or row.body is None:
        return False
    if row.status == "unknown" and may_double:
        count(session, MAYBE_TWICE)
    marks = {name: "x" if mark == "f" else mark for name, mark in _marks(row.provider_ids).items()}
    values = {"status": "queued", "resends": row.resends + 1, "not_before": now, "lease_until": None, "ended_at": None}
    _note_parts(session, row, marks, **values)
    return True


def cancel(session: Session, outbox_id: int, why: str, now: datetime) -> bool:
    """Only what is queued or unknown; False otherwise."""
    return _cancel(session, _OUTBOX.c.id == outbox_id, why, now)


def cancel_by_key(session: Session, store: Store, key: str, why: str, now: datetime) -> bool:
    """As `cancel`, by the idempotency key (a reminder for a seat given back)."""
    return _cancel(session, _OUTBOX.c.key == store.vault.idempotency(key), why, now)


def cancel_waiting(session: Session, address_id: str, why: str, now: datetime) -> None:
    """Messages that still wait for this address are not sent any more (TUTUP: somebody else may be looking)."""
    _cancel(session, (_OUTBOX.c.address_id == address_id) & (_OUTBOX.c.kind == "message"), why, now)


def _cancel(session: Session, which: Any, why: str, now: datetime) -> bool:
    gone = {"status": "cancelled", "why": why[:80], "body": None, "ended_at": now, "lease_until": None}
    statement = update(_OUTBOX).where(which, _OUTBOX.c.status.in_(("queued", "unknown"))).values(gone)
    return run(session, statement).rowcount > 0


def blank(session: Session, outbox_id: int) -> None:
    """The body goes, the fate stays."""
    _change(session, outbox_id, body=None)


# --- told by the provider --------------------------------------------------------------------------------------------


def status_callback(
    session: Session, store: Store, outbox_id: int, provider_id: str, status: str, code: str | None, now: datetime
) -> Fate:
    """A provider's report (Twilio's words), in any order, also before the create call returned. Ranks queued < sent <
    delivered < read; failed only where not delivered. A row that fails keeps its body: `resend` or `blank` it."""
    row = _locked(session, outbox_id)
    if row is None:
        return Fate(outbox_id, None, False)
    name, mark = _plain(provider_id), _WORDS.get(status.lower(), "")
    marks = _marks(row.provider_ids)
    before = marks.get(name)
    if before is not None and _RANK.index(mark) <= _RANK.index(before):
        return _fate(row, row.status, row.why, False)
    marks[name] = mark
    why = f"{code or status}"[:80] if mark == "f" else row.why
    if row.status in (*_UNFINISHED, "cancelled"):
        _note_parts(session, row, marks, why=why)
        return _fate(row, row.status, why, False)
    found, ended = _from_parts(marks)
    values: dict[str, Any] = {"status": found, "why": why if found == "failed" else None}
    if ended:
        values["ended_at"] = row.ended_at or now
    if found in ("delivered", "read"):
        values["body"] = None
    _note_parts(session, row, marks, **values)
    return _fate(row, found, values["why"], found != row.status)


def _from_parts(marks: dict[str, str]) -> tuple[Status, bool]:
    """The row's status when all its parts were accepted, and whether that is its end: the worst of its parts."""
    living = [mark for mark in marks.values() if mark != "x"]
    if "f" in living:
        return "failed", True
    worst = min(living, key=_RANK.index, default="")
    return _ROW_STATUS[worst], worst in ("d", "r")


def _fate(row: Row[Any], status: Status, why: str | None, changed: bool) -> Fate:
    return Fate(row.id, status, changed, row.address_id, row.contact_id, row.lane, row.kind, why)


# --- looking ---------------------------------------------------------------------------------------------------------


def shown(session: Session, address_id: str, since: datetime) -> list[str]:
    """Provider ids of messages to and from this address since then, oldest first: what TUTUP may delete."""
    inbox = table(Inbox)
    came = select(inbox.c.provider_message, inbox.c.received_at).where(
        inbox.c.status.in_(INBOX_STATUSES),  # all there are: for the index, which begins with it
        inbox.c.address_id == address_id,
        inbox.c.received_at >= since,
        inbox.c.provider_message.is_not(None),
    )
    went = select(_OUTBOX.c.provider_ids, _OUTBOX.c.sent_at).where(
        _OUTBOX.c.address_id == address_id, _OUTBOX.c.sent_at >= since, _OUTBOX.c.provider_ids.is_not(None)
    )
    found = [(at, [name]) for name, at in run(session, came)]
    found += [(at, [name for name in parts(ids) if not name.startswith("~")]) for ids, at in run(session, went)]
    return list(dict.fromkeys(name for _, names in sorted(found, key=lambda one: one[0]) for name in names))


def _locked(session: Session, outbox_id: int) -> Row[Any] | None:
    return run(session, select(_OUTBOX).where(_OUTBOX.c.id == outbox_id).with_for_update()).first()


def _owned(session: Session, outbox_id: int, epoch: int | None) -> Row[Any] | None:
    """The row, locked; None when it is gone or belongs to another claim."""
    row = _locked(session, outbox_id)
    return row if row is not None and row.epoch == epoch else None


def _change(session: Session, outbox_id: int, **values: Any) -> None:
    run(session, update(_OUTBOX).where(_OUTBOX.c.id == outbox_id).values(values))
