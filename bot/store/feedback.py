"""Counts by day, nobody's name: did an answer help, which words had none, where the Sasak sounded wrong, by which link
somebody came. A day is one of Lombok's (UTC+8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from sqlalchemy import func, insert, select
from sqlmodel import Session

from bot.store.sql import run, table, upsert
from bot.store.tables import Feedback, Miss, SasakReport
from bot.store.totals import count

WITA = timezone(timedelta(hours=8), "WITA")
_FEEDBACK = table(Feedback)
_MISS = table(Miss)


def record_feedback(session: Session, topic: str, helped: bool, now: datetime) -> None:
    add = upsert(session, _FEEDBACK).values(
        topic=_plain(topic, 40), day=_day(now), helped=int(helped), not_helped=int(not helped)
    )
    more = {name: _FEEDBACK.c[name] + add.excluded[name] for name in ("helped", "not_helped")}
    run(session, add.on_conflict_do_update(index_elements=[_FEEDBACK.c.topic, _FEEDBACK.c.day], set_=more))


def record_miss(session: Session, words: str, now: datetime) -> None:
    """Counts normalised words (cut at 120 characters). Digits are masked, so that no telephone or passport number is
    kept; empty ones are not counted."""
    kept = re.sub(r"\d", "#", _plain(words, 120))
    if not kept:
        return
    add = upsert(session, _MISS).values(words=kept, day=_day(now), count=1)
    more = {"count": _MISS.c["count"] + 1}
    run(session, add.on_conflict_do_update(index_elements=[_MISS.c.words, _MISS.c.day], set_=more))


@dataclass(frozen=True)
class Missed:
    """Words of questions that found no answer, how often, and the last day."""

    words: str
    count: int
    last: date


def misses(session: Session, limit: int = 30) -> list[Missed]:
    """The most frequent first; of equals the latest."""
    times, last = func.sum(_MISS.c["count"]).label("times"), func.max(_MISS.c.day).label("last")
    which = select(_MISS.c.words, times, last).group_by(_MISS.c.words)
    rows = run(session, which.order_by(times.desc(), last.desc(), _MISS.c.words).limit(limit))
    return [Missed(words, int(times), last) for words, times, last in rows]


def report_sasak(session: Session, place: str, note: str, now: datetime) -> None:
    values = {"place": _plain(place, 120), "note": _plain(note, 300), "created_at": now}
    run(session, insert(table(SasakReport)).values(values))


def count_campaign(session: Session, campaign: str) -> None:
    """Somebody came by this link: the counter "campaign.<word>". Words that are no campaign's are counted together."""
    known = re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", campaign.lower())
    count(session, f"campaign.{known.group() if known else 'other'}")


def _day(now: datetime) -> date:
    return now.astimezone(WITA).date()


def _plain(text: str, length: int) -> str:
    """One line that every database takes: no control characters, no half characters."""
    whole = text.encode("utf-8", "replace").decode()
    return "".join(letter if letter.isprintable() else " " for letter in whole).strip()[:length]
