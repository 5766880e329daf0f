"""Counts by day, nobody's name: did an answer help, which words had none, where the Sasak sounded wrong."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session


def record_feedback(session: Session, topic: str, helped: bool, now: datetime) -> None:
    raise NotImplementedError


def record_miss(session: Session, words: str, now: datetime) -> None:
    """Counts normalised words (cut at 120 characters); empty ones are not counted."""
    raise NotImplementedError


def report_sasak(session: Session, place: str, note: str, now: datetime) -> None:
    raise NotImplementedError
