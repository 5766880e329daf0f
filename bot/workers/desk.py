"""Where one turn stands while its effects are carried out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from bot.conversation.types import Staff
from bot.store.people import Person
from bot.store.session import Store
from bot.workers.contexts import Contexts, Seats


@dataclass(frozen=True)
class VoiceNote:
    """A voice note that was handed over: to be fetched from the provider and kept with the question."""

    number: str  # of the question, "P-0042"
    channel: str
    sender: str
    media: str = field(repr=False)  # the provider's reference


@dataclass
class Desk:
    """Where one turn stands while its effects are carried out. `voices` are fetched after the commit."""

    session: Session
    store: Store
    contexts: Contexts
    person: Person
    staff: Staff
    seats: Seats
    inbox_id: int
    now: datetime
    voices: list[VoiceNote] = field(default_factory=list)
    seats_changed: bool = False
