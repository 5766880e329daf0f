"""Announcements: for whom (segments), and their expansion into the outbox, a chunk at a time, safe to kill anywhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.store.session import Store


@dataclass(frozen=True)
class Segment:
    """Kinds are joined by "and", several of one kind by "or"; all empty: everybody."""

    languages: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    kabupaten: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Progress:
    """`fates`: outbox status -> rows. `recipients`: rows made so far."""

    status: str  # expanding, sending, done, stopped
    recipients: int
    fates: Mapping[str, int]


def parse_segment(text: str, places: Collection[str] | None = None) -> Segment:
    """ "all", or "lang:sas", "channel:telegram", "kabupaten:lombok-timur", "role:family", "event:ID" joined by commas.

    `places`: the kabupaten keys there are. ValueError names the part that is wrong and what would be right.
    """
    raise NotImplementedError


def plain_body(text: str) -> dict[str, Any]:
    """The outbox body of an announcement where no other is given."""
    raise NotImplementedError


def create(session: Session, *, segment: str, text: str | Mapping[str, str], now: datetime) -> str:
    """Keeps an announcement to be expanded; its id. ValueError: segment wrong, or no Indonesian text."""
    raise NotImplementedError


def recipients(session: Session, segment: Segment) -> int:
    """How many contacts it would reach now (shown before it is sent)."""
    raise NotImplementedError


def expand(
    session: Session,
    store: Store,
    broadcast_id: str,
    limit: int,
    now: datetime,
    *,
    body: Callable[[str], Mapping[str, Any]] = plain_body,
) -> bool:
    """Puts the next `limit` contacts' messages into the outbox; True when that was all.

    Only who consented and did not stop, on the reachable address used last, and not where writing is not safe; one a
    contact. Repeating a chunk after a kill adds nothing twice.
    """
    raise NotImplementedError


def expanding(session: Session) -> list[str]:
    """Ids of announcements not yet expanded, oldest first."""
    raise NotImplementedError


def stop(session: Session, broadcast_id: str, now: datetime) -> int:
    """Stops it: no further expansion, what waits is cancelled (how many)."""
    raise NotImplementedError


def progress(session: Session, broadcast_id: str) -> Progress:
    """KeyError when there is none."""
    raise NotImplementedError


def text_of(session: Session, broadcast_id: str) -> Mapping[str, str] | None:
    """Its text by language: pushes begin neutrally and show it only after a tap."""
    raise NotImplementedError
