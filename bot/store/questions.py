"""Questions handed over to a person, with their answers and voice notes.

Staff's business as well: alerts of danger (`bot.store.alerts`, named here too) and messages that were given up
(`bot.store.inbox.parked`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, insert, select, update
from sqlmodel import Session

from bot.store.alerts import AlertRow, alert_for_outbox, attach_outbox, mark, new_alert
from bot.store.session import Store
from bot.store.sql import run, table
from bot.store.tables import Address, Contact, Question
from bot.store.totals import count, counters
from bot.store.vault import VaultError

__all__ = [
    "AlertRow",
    "Answered",
    "NoSuchQuestion",
    "OpenQuestion",
    "Voice",
    "VoiceAbout",
    "VoiceToFetch",
    "alert_for_outbox",
    "answer",
    "answer_shown",
    "answered_by_topic",
    "attach_outbox",
    "canonical",
    "close",
    "give_up_voice",
    "hand_over",
    "keep_voice",
    "list_open",
    "mark",
    "new_alert",
    "number_of",
    "unread_answers",
    "voice_gone",
    "voice_of",
    "voices_to_fetch",
    "voices_to_forget",
]

COUNTED = "answered."  # the counters of `answered_by_topic`
NO_TOPIC = "none"
_QUESTION = table(Question)
_ADDRESS = table(Address)
_CONTACT = table(Contact)
# Sounds are read where they are heard and nowhere else: they may be large.
_WITHOUT_SOUND = [column for column in _QUESTION.c if column.name != "voice"]


@dataclass(frozen=True)
class VoiceAbout:
    """What is known of a voice note. `fault`: why its sound could not be had ("too-large", "not-a-sound", …)."""

    mime: str = ""
    seconds: int | None = None
    size: int = 0
    fault: str | None = None


@dataclass(frozen=True)
class Voice:
    about: VoiceAbout
    sound: bytes = field(repr=False)


@dataclass(frozen=True)
class OpenQuestion:
    """`text` None: it cannot be read any more. `voice`: not there, still at the provider, here, or given up."""

    number: str  # "P-0042"
    text: str | None = field(repr=False)
    channel: str
    language: str | None
    safe_to_write: bool
    created_at: datetime
    voice: Literal["waiting", "here", "failed"] | None = None
    about: VoiceAbout = VoiceAbout()  # of a voice that is here or failed
    topic: str | None = None  # the FAQ topic it was taken for: a guess


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
    media: str | None = field(repr=False)  # the provider's reference; None: it cannot be read any more


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
    topic: str = "",
) -> str:
    """Keeps the question for staff, as it was written; its number, "P-0042". `media`: the provider's reference of a voice
    note. `topic`: the FAQ topic it was taken for."""
    seal = store.vault.seal_for
    question_id = run(
        session,
        insert(_QUESTION)
        .values(
            contact_id=contact_id,
            address_id=address_id,
            body=seal(session, contact_id, "question.body", question),
            topic=seal(session, contact_id, "question.topic", topic) if topic else None,
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


def canonical(number: str) -> str:
    """A number as it was typed, in the form in which it is shown. Raises NoSuchQuestion."""
    return number_of(_id_of(number))


def _id_of(number: str) -> int:
    """ "P-0042", "p42" and "42" are the same."""
    found = re.fullmatch(r"\s*(?:[Pp]-?)?0*(\d{1,15})\s*", number)
    if found is None:
        raise NoSuchQuestion(f"{number!r} is no question's number; they look like P-0042 (see: questions list)")
    return int(found.group(1))


def open_numbers(session: Session, contact_id: str) -> list[str]:
    """Numbers of the contact's questions that nobody has answered yet, oldest first."""
    which = select(_QUESTION.c.id).where(_QUESTION.c.contact_id == contact_id, _QUESTION.c.status == "open")
    return [number_of(row.id) for row in run(session, which.order_by(_QUESTION.c.id))]


def list_open(session: Session, store: Store, limit: int = 100) -> list[OpenQuestion]:
    """Oldest first."""
    rows = run(
        session,
        select(*_WITHOUT_SOUND, _QUESTION.c.voice.is_not(None).label("kept"), _ADDRESS.c.channel, _CONTACT.c.language)
        .outerjoin(_ADDRESS, _ADDRESS.c.id == _QUESTION.c.address_id)
        .outerjoin(_CONTACT, _CONTACT.c.id == _QUESTION.c.contact_id)
        .where(_QUESTION.c.status == "open")
        .order_by(_QUESTION.c.id)
        .limit(limit),
    ).all()
    return [_open_one(session, store, row) for row in rows]


def _open_one(session: Session, store: Store, row: Row[Any]) -> OpenQuestion:
    voice: Literal["waiting", "here", "failed"] | None = "waiting" if row.media is not None else None
    about = VoiceAbout()
    if row.kept:
        kept = _kept_voice(session, store, row.id)
        about = kept.about if kept is not None else VoiceAbout(fault="unreadable")
        voice = "failed" if about.fault else "here"
    return OpenQuestion(
        number=number_of(row.id),
        text=store.vault.open_for(session, row.contact_id, "question.body", row.body),
        channel=row.channel or "",
        language=row.language,
        safe_to_write=row.safe_to_write,
        created_at=row.created_at,
        voice=voice,
        about=about,
        topic=store.vault.open_for(session, row.contact_id, "question.topic", row.topic),
    )


_TO_ANSWER = (
    select(*_WITHOUT_SOUND, _ADDRESS.c.sender, _ADDRESS.c.channel, _CONTACT.c.language)
    .join(_ADDRESS, _ADDRESS.c.id == _QUESTION.c.address_id)
    .join(_CONTACT, _CONTACT.c.id == _QUESTION.c.contact_id)
)


def answer(session: Session, store: Store, number: str, text: str, now: datetime) -> Answered:
    """Keeps the answer, sealed; sending it (key "answer:<question id>") is the caller's. Raises NoSuchQuestion.

    It is counted by topic, without who asked ("answered.<topic>", see `answered_by_topic`)."""
    question_id = _open_question(session, number)
    row = run(session, _TO_ANSWER.where(_QUESTION.c.id == question_id)).first()
    if row is None:
        raise NoSuchQuestion(f"{number_of(question_id)} cannot be answered: the person is not reachable any more")
    sealed = store.vault.seal_for(session, row.contact_id, "question.answer", text)
    values = {"answer": sealed, "status": "answered", "answered_at": now}
    run(session, update(_QUESTION).where(_QUESTION.c.id == question_id).values(values))
    count(session, COUNTED + (store.vault.open_for(session, row.contact_id, "question.topic", row.topic) or NO_TOPIC))
    return _answered(row, text)


def answered_by_topic(session: Session) -> dict[str, int]:
    """How many questions staff have answered, by the topic they were taken for; NO_TOPIC for those of none."""
    return {name.removeprefix(COUNTED): n for name, n in counters(session).items() if name.startswith(COUNTED)}


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
    gone = {"body": None, "topic": None, "answer": None, "media": None, "voice": None}
    run(session, update(_QUESTION).where(_QUESTION.c.id == question_id).values(gone))


def close(session: Session, number: str, now: datetime) -> None:
    """Closes without an answer; what was asked goes. Raises NoSuchQuestion."""
    question_id = _open_question(session, number)
    values = {"status": "closed", "answered_at": now, "body": None, "topic": None, "media": None, "voice": None}
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
#
#     media  voice
#     ref    -        still at the provider: to be fetched
#     ref    sealed   here (or given up), and to be deleted at the provider
#     -      sealed   here (or given up), for 7 days from the question on
#     -      -        none, or not kept any more
#
# What is sealed is a line of JSON about the sound, then the sound.


def voices_to_fetch(
    session: Session, store: Store, sender: str | None = None, *, limit: int = 20, leave: Collection[int] = ()
) -> list[VoiceToFetch]:
    """Voice notes of open questions that are still at the provider, oldest first. `leave`: questions not to name now."""
    waiting = (_QUESTION.c.media.is_not(None), _QUESTION.c.voice.is_(None), _QUESTION.c.status == "open")
    return _references(session, store, waiting, sender, limit, leave)


def voices_to_forget(
    session: Session, store: Store, sender: str | None = None, *, limit: int = 20, leave: Collection[int] = ()
) -> list[VoiceToFetch]:
    """Voice notes that are dealt with here, and may be deleted at the provider."""
    return _references(
        session, store, (_QUESTION.c.media.is_not(None), _QUESTION.c.voice.is_not(None)), sender, limit, leave
    )


def _references(
    session: Session, store: Store, which: tuple[Any, ...], sender: str | None, limit: int, leave: Collection[int]
) -> list[VoiceToFetch]:
    wanted = _TO_ANSWER.where(*which, _QUESTION.c.id.not_in(sorted(leave))).order_by(_QUESTION.c.id).limit(limit)
    if sender is not None:
        wanted = wanted.where(_ADDRESS.c.sender == sender)
    found = []
    for row in run(session, wanted).all():
        try:
            media = store.vault.open_for(session, row.contact_id, "question.media", row.media)
        except VaultError:
            media = None
        found.append(VoiceToFetch(row.id, row.sender, row.channel, media))
    return found


def keep_voice(
    session: Session, store: Store, question_id: int, sound: bytes, *, mime: str = "", seconds: int | None = None
) -> bool:
    """Keeps the voice note, sealed, for 7 days from the question on. False: nobody waits for it (any more): its question
    is gone or answered, or another process was faster."""
    return _put_voice(session, store, question_id, VoiceAbout(mime, seconds, len(sound)), sound)


def give_up_voice(session: Session, store: Store, question_id: int, fault: str) -> bool:
    """The sound will not come; the question stays, with this note for staff. False: as for `keep_voice`."""
    return _put_voice(session, store, question_id, VoiceAbout(fault=fault[:40]), b"")


def _put_voice(session: Session, store: Store, question_id: int, about: VoiceAbout, sound: bytes) -> bool:
    waiting = (_QUESTION.c.media.is_not(None), _QUESTION.c.voice.is_(None), _QUESTION.c.status == "open")
    this = select(_QUESTION.c.contact_id).where(_QUESTION.c.id == question_id, *waiting).with_for_update()
    contact_id = run(session, this).scalar()
    if contact_id is None:
        return False
    line = {"mime": about.mime, "seconds": about.seconds, "fault": about.fault}
    try:
        plain = json.dumps(line).encode() + b"\n" + sound
        sealed = store.vault.seal_bytes_for(session, contact_id, "question.voice", plain)
    except VaultError:
        return False  # erased at this very moment
    run(session, update(_QUESTION).where(_QUESTION.c.id == question_id).values(voice=sealed))
    return True


def voice_gone(session: Session, question_id: int) -> None:
    """It is no longer at the provider, or nothing of ours: the reference goes."""
    run(session, update(_QUESTION).where(_QUESTION.c.id == question_id).values(media=None))


def voice_of(session: Session, store: Store, number: str) -> Voice:
    """For staff to hear. NoSuchQuestion: there is no question of that number, or no sound with it; the text says why."""
    question_id = _id_of(number)
    waits = select(_QUESTION.c.media.is_not(None).label("waits")).where(_QUESTION.c.id == question_id)
    row = run(session, waits).first()
    name = number_of(question_id)
    if row is None:
        raise NoSuchQuestion(f"there is no question {name} (see: questions list)")
    kept = _kept_voice(session, store, question_id)
    if kept is None and row.waits:
        raise NoSuchQuestion(f"the voice note of {name} is not here yet; a running server or worker fetches it")
    if kept is None:
        raise NoSuchQuestion(f"{name} has no voice note, or it is not kept any more (7 days; until it is answered)")
    if kept.about.fault:
        raise NoSuchQuestion(f"the voice note of {name} could not be had ({kept.about.fault}); ask for it in words")
    return kept


def _kept_voice(session: Session, store: Store, question_id: int) -> Voice | None:
    """None: none is kept, or it cannot be read any more."""
    row = run(session, select(_QUESTION.c.contact_id, _QUESTION.c.voice).where(_QUESTION.c.id == question_id)).first()
    if row is None:
        return None
    try:
        plain = store.vault.open_bytes_for(session, row.contact_id, "question.voice", row.voice)
    except VaultError:
        return None
    if plain is None:
        return None
    line, _, sound = plain.partition(b"\n")
    told = json.loads(line)
    return Voice(VoiceAbout(told["mime"], told["seconds"], len(sound), told["fault"]), sound)
