"""Questions handed over to a person, and alerts of danger."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from bot.store.session import Store


@dataclass(frozen=True)
class OpenQuestion:
    number: str  # "P-0042"
    text: str | None = field(repr=False)  # None: its contact was erased
    channel: str
    language: str | None
    safe_to_write: bool
    created_at: datetime


@dataclass(frozen=True)
class Answered:
    """Where the answer goes. `safe_to_write` False: not first; it waits until the person writes."""

    question_id: int
    number: str
    contact_id: str
    address_id: str
    sender: str
    channel: str
    language: str | None
    safe_to_write: bool
    text: str = field(repr=False)


@dataclass(frozen=True)
class AlertRow:
    id: str
    case_code: str
    contact_id: str
    address_id: str
    level: str
    country: str | None
    status: str  # queued, sent, failed
    safe_to_write: bool
    outbox_id: int | None
    created_at: datetime


class NoSuchQuestion(LookupError):
    """There is no open question of that number; the text says what to do."""


def hand_over(
    session: Session,
    store: Store,
    *,
    contact_id: str,
    address_id: str,
    question: str,
    safe_to_write: bool,
    now: datetime,
) -> str:
    """Keeps the question for staff; its number, "P-0042"."""
    raise NotImplementedError


def list_open(session: Session, store: Store, limit: int = 100) -> list[OpenQuestion]:
    """Oldest first."""
    raise NotImplementedError


def answer(session: Session, store: Store, number: str, text: str, now: datetime) -> Answered:
    """Keeps the answer, sealed. Raises NoSuchQuestion."""
    raise NotImplementedError


def unread_answers(session: Session, store: Store, contact_id: str) -> list[Answered]:
    """Answers that were not sent because writing first was not safe: for the next time the person writes."""
    raise NotImplementedError


def answer_shown(session: Session, question_id: int) -> None:
    """The answer is in the outbox: question and answer text go, the number stays."""
    raise NotImplementedError


def close(session: Session, number: str, now: datetime) -> None:
    """Closes without an answer. Raises NoSuchQuestion."""
    raise NotImplementedError


def new_alert(
    session: Session,
    *,
    contact_id: str,
    address_id: str,
    level: str,
    country: str | None,
    safe_to_write: bool,
    now: datetime,
) -> AlertRow:
    """An alert with a random case code ("K-7F3QX"); no name, number or text in it."""
    raise NotImplementedError


def attach_outbox(session: Session, alert_id: str, outbox_id: int) -> None:
    """The outbox row that tells staff."""
    raise NotImplementedError


def alert_for_outbox(session: Session, outbox_id: int) -> AlertRow | None:
    raise NotImplementedError


def mark(session: Session, alert_id: str, status: str) -> bool:
    """queued -> sent or failed (a late "sent" overrules "failed"); True when it changed."""
    raise NotImplementedError
