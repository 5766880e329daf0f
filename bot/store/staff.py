"""Who reads what is handed over, and what staff did."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session


def add_staff(session: Session, name: str, organisation: str, hours: str, now: datetime) -> str:
    """The new member's id. ValueError: no name or organisation."""
    raise NotImplementedError


def anybody_reads(session: Session) -> tuple[bool, str | None]:
    """Does anybody answer questions, and the hours shown to people (of who was added first and has some)."""
    raise NotImplementedError


def audit(session: Session, action: str, who: str, what: str, now: datetime) -> None:
    """Notes what was done: a dotted name ("broadcast.created"), by whom, to what. Never personal data."""
    raise NotImplementedError
