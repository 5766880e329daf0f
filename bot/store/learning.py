"""What was learned: the six questions before and after the lessons, and a month later. Counts of people, never a person.

Groups of fewer than five are not told: among so few, somebody who knows them could read off who it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from bot.conversation.types import CheckMoment
from bot.store.consent import if_consented
from bot.store.sql import run, table, upsert
from bot.store.tables import CheckResult

MOMENTS: tuple[CheckMoment, ...] = ("before", "after", "month")
LEAST = 5  # people in a group that is told
ABOUT_A_MONTH = timedelta(days=21)

_CHECK = table(CheckResult)


@dataclass(frozen=True)
class Group:
    """So many people, and on average so many right answers of a hundred; None: fewer than five people."""

    people: int
    right: float | None


@dataclass(frozen=True)
class Learned:
    """`questions`: for each question and moment, those who were asked it. `both`: only who answered before and at this
    moment, as (then before, then at the moment)."""

    moments: Mapping[CheckMoment, Group]
    both: Mapping[CheckMoment, tuple[Group, Group]] = field(default_factory=dict)
    questions: Mapping[str, Mapping[CheckMoment, Group]] = field(default_factory=dict)


def record_check(
    session: Session,
    contact_id: str,
    moment: str,
    right: int,
    total: int,
    asked: Iterable[tuple[str, bool]],
    now: datetime,
) -> bool:
    """Keeps the first result of a moment; False: there was one, no consent, or it is no month yet since the last lesson
    (somebody who answers the same questions again the same evening shows nothing of what stays)."""
    if moment == "month":
        at = run(session, select(_CHECK.c.done_at).where(_CHECK.c.contact_id == contact_id, _CHECK.c.moment == "after"))
        if (after := at.scalar_one_or_none()) is not None and now - after < ABOUT_A_MONTH:
            return False
    row = if_consented(
        contact_id,
        _CHECK,
        moment=moment,
        right=right,
        total=total,
        asked=[[key[:40], bool(was_right)] for key, was_right in asked],
        done_at=now,
    )
    put = upsert(session, _CHECK).from_select(row.selected_columns.keys(), row)
    return run(session, put.on_conflict_do_nothing().returning(_CHECK.c.moment)).first() is not None


def learned(session: Session) -> Learned:
    """What all who answered have learned."""
    results: dict[CheckMoment, dict[str, float]] = {moment: {} for moment in MOMENTS}
    questions: dict[str, dict[CheckMoment, list[bool]]] = {}
    which = select(_CHECK.c.contact_id, _CHECK.c.moment, _CHECK.c.right, _CHECK.c.total, _CHECK.c.asked)
    for row in run(session, which.where(_CHECK.c.moment.in_(MOMENTS), _CHECK.c.total > 0)):
        results[row.moment][row.contact_id] = row.right / row.total
        for key, right in row.asked:
            questions.setdefault(key, {}).setdefault(row.moment, []).append(right)
    before = results["before"]
    both = {}
    for moment in MOMENTS[1:]:
        same = sorted(before.keys() & results[moment].keys())
        both[moment] = (_group([before[one] for one in same]), _group([results[moment][one] for one in same]))
    return Learned(
        {moment: _group(results[moment].values()) for moment in MOMENTS},
        both,
        {
            key: {moment: _group(map(float, answers)) for moment, answers in found.items()}
            for key, found in sorted(questions.items())
        },
    )


def _group(shares: Iterable[float]) -> Group:
    found = list(shares)
    return Group(len(found), 100 * sum(found) / len(found) if len(found) >= LEAST else None)


def checks_of(session: Session, contact_id: str) -> list[Any]:
    """The contact's own results, in the order they were given."""
    which = select(_CHECK.c.moment, _CHECK.c.right, _CHECK.c.total, _CHECK.c.done_at)
    return list(run(session, which.where(_CHECK.c.contact_id == contact_id).order_by(_CHECK.c.done_at)))
