"""Questions handed over to a person, with their answers and voice notes.

Staff's business as well: alerts of danger (`bot.store.alerts`, named here too) and messages that were given up
(`bot.store.inbox.parked`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import Session

from bot.store.alerts import AlertRow, alert_for_outbox, attach_outbox, mark, new_alert
from bot.store.session import Store
from bot.store.sql import run, table
from bot.store.tables import Address, Contact, Question

__all__ = [
    "AlertRow",
    "Answered",
    "NoSuchQuestion",
    "OpenQuestion",
    "VoiceToFetch",
    "alert_for_outbox",
    "answer",
    "answer_shown",
    "attach_outbox",
    "close",
    "hand_over",
    "keep_voice",
    "list_open",
    "mark",
    "new_alert",
    "number_of",
    "unread_answers",
    "voice_of",
    "voices_to_fetch",
]

_QUESTION = table(Question)
_ADDRESS = table(Address)
_CONTACT = table(Contact)


@dataclass(frozen=True)
class OpenQuestion:
    """`text` None: it cannot be read any more. `voice`: not there, still at the provider, or here."""

    number: str  # "P-0042"
    text: str | None = field(repr=False)
    channel: str
    language: str | None
    safe_to_write: bool
    created_at: datetime
    voice: str | None = None  # None, "waiting", "here"


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
class VoiceToFetch:
    question_id: int
    sender: str
    channel: str
    media: str = field(repr=False)  # the provider's reference


class NoSuchQuestion(LookupError):
    """There is no open question of that number; the text says what to do."""


# --- questions -------------------------------------------------------------------------------------------------------


def hand_over(
    session: Session,
    store: Store,
    *,
    contact_id: str,
    address_id: str,
    question: str,
    safe_to_write: bool,
    now: datetime,
    media: str | None = None,
) -> str:
    """Keeps the question for staff; its number, "P-0042". `media`: the provider's reference of a voice note."""
    seal = store.vault.seal_for
    question_id = run(
        session,
        insert(_QUESTION)
        .values(
            contact_id=contact_id,
            address_id=address_id,
            body=seal(session, contact_id, "question.body", question),
            media=None if media is None else seal(session, contact_id, "question.media", media),
            safe_to_write=safe_to_write,
            status="open",
            created_at=now,
        )
        .returning(_QUESTION.c.id),
    ).scalar_one()
    return number_of(question_id)


def number_of(question_id: int) -> str:
    return f"P-{question_id:04d}"


def _id_of(number: str) -> int:
    """ "P-0042", "p42" and "42" are the same."""
    found = re.fullmatch(r"\s*(?:[Pp]-?)?0*(\d{1,15})\s*", number)
    if found is None:
        raise NoSuchQuestion(f"{number!r} is no question's number; they look like P-0042 (see: questions list)")
    return int(found.group(1))


def list_open(session: Session, store: Store, limit: int = 100) -> list[OpenQuestion]:
    """Oldest first."""
    rows = run(
        session,
        select(_QUESTION, _ADDRESS.c.channel, _CONTACT.c.language)
        .outerjoin(_ADDRESS, _ADDRESS.c.id == _QUESTION.c.address_id)
        .outerjoin(_CONTACT, _CONTACT.c.id == _QUESTION.c.contact_id)
        .where(_QUESTION.c.status == "open")
        .order_by(_QUESTION.c.id)
        .limit(limit),
    )
    return [
        OpenQuestion(
            number=number_of(row.id),
            text=store.vault.open_for(session, row.contact_id, "question.body", row.body),
            channel=row.channel or "",
            language=row.language,
            safe_to_write=row.safe_to_write,
            created_at=row.created_at,
            voice="here" if row.voice is not None else "waiting" if row.media is not None else None,
        )
        for row in rows
    ]


_TO_ANSWER = (
    select(_QUESTION, _ADDRESS.c.sender, _ADDRESS.c.channel, _CONTACT.c.language)
    .join(_ADDRESS, _ADDRESS.c.id == _QUESTION.c.address_id)
    .join(_CONTACT, _CONTACT.c.id == _QUESTION.c.contact_id)
)


def answer(session: Session, store: Store, number: str, text: str, now: datetime) -> Answered:
    """Keeps the answer, sealed; sending it (key "answer:<question id>") is the caller's. Raises NoSuchQuestion."""
    question_id = _open_question(session, number)
    row = run(session, _TO_ANSWER.where(_QUESTION.c.id == question_id)).first()
    if row is None:
        raise NoSuchQuestion(f"{number_of(question_id)} cannot be answered: the person is not reachable any more")
    sealed = store.vault.seal_for(session, row.contact_id, "question.answer", text)
    values = {"answer": sealed, "status": "answered", "answered_at": now}
    run(session, update(_QUESTION).where(_QUESTION.c.id == question_id).values(values))
    return _answered(row, text)


def unread_answers(session: Session, store: Store, contact_id: str) -> list[Answered]:
    """Answers nobody was sent, because writing first was not safe: for the next time the person writes."""
    rows = run(
        session,
        _TO_ANSWER.where(
            _QUESTION.c.contact_id == contact_id, _QUESTION.c.status == "answered", _QUESTION.c.answer.is_not(None)
        ).order_by(_QUESTION.c.id),
    ).all()
    texts = (store.vault.open_for(session, row.contact_id, "question.answer", row.answer) for row in rows)
    return [_answered(row, text) for row, text in zip(rows, texts, strict=True) if text is not None]


def _answered(row: Any, text: str) -> Answered:
    return Answered(
        question_id=row.id,
        number=number_of(row.id),
        contact_id=row.contact_id,
        address_id=row.address_id,
        sender=row.sender,
        channel=row.channel,
        language=row.language,
        safe_to_write=row.safe_to_write,
        text=text,
    )


def answer_shown(session: Session, question_id: int) -> None:
    """The answer is in the outbox: question, voice and answer go, the number stays."""
    gone = {"body": None, "answer": None, "media": None, "voice": None}
    run(session, update(_QUESTION).where(_QUESTION.c.id == question_id).values(gone))


def close(session: Session, number: str, now: datetime) -> None:
    """Closes without an answer; what was asked goes. Raises NoSuchQuestion."""
    question_id = _open_question(session, number)
    values = {"status": "closed", "answered_at": now, "body": None, "media": None, "voice": None}
    run(session, update(_QUESTION).where(_QUESTION.c.id == question_id).values(values))


def _open_question(session: Session, number: str) -> int:
    question_id = _id_of(number)
    status = run(session, select(_QUESTION.c.status).where(_QUESTION.c.id == question_id).with_for_update()).scalar()
    if status is None:
        raise NoSuchQuestion(f"there is no question {number_of(question_id)} (see: questions list)")
    if status != "open":
        raise NoSuchQuestion(f"{number_of(question_id)} is {status} already (see: questions list)")
    return question_id


# --- voice notes -----------------------------------------------------------------------------------------------------


def voices_to_fetch(session: Session, store: Store, limit: int = 20) -> list[VoiceToFetch]:
    """Voice notes still at the provider, oldest first."""
    rows = run(
        session,
        _TO_ANSWER.where(_QUESTION.c.media.is_not(None), _QUESTION.c.voice.is_(None), _QUESTION.c.status == "open")
        .order_by(_QUESTION.c.id)
        .limit(limit),
    ).all()
    found = []
    for row in rows:
        media = store.vault.open_for(session, row.contact_id, "question.media", row.media)
        if media is not None:
            found.append(VoiceToFetch(row.id, row.sender, row.channel, media))
    return found


def keep_voice(session: Session, store: Store, question_id: int, sound: bytes) -> bool:
    """Keeps the voice note, sealed, for 7 days from the question on. False: its question is gone."""
    contact_id = run(session, select(_QUESTION.c.contact_id).where(_QUESTION.c.id == question_id)).scalar()
    if contact_id is None:
        return False
    sealed = store.vault.seal_bytes_for(session, contact_id, "question.voice", sound)
    run(session, update(_QUESTION).where(_QUESTION.c.id == question_id).values(voice=sealed))
    return True


def voice_of(session: Session, store: Store, number: str) -> bytes | None:
    """For staff to hear. None: there is none (any more)."""
    row = run(session, select(_QUESTION).where(_QUESTION.c.id == _id_of(number))).first()
    return None if row is None else store.vault.open_bytes_for(session, row.contact_id, "question.voice", row.voice)
