"""What is kept of somebody who agreed: lessons, quizzes, papers, reminders, checks and certificate, in one statement of
short look-ups, since every turn asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Date, Integer, LargeBinary, String, Table, bindparam, literal, null, select, union_all
from sqlalchemy import cast as sql_cast
from sqlmodel import Session

from bot.conversation.types import Paper, RemindKind
from bot.store.certificates import opened
from bot.store.session import Store
from bot.store.sql import run, table
from bot.store.tables import Certificate, CheckResult, Progress, QuizResult, Reminder
from bot.store.tables import Paper as PaperRow

_COLUMNS: tuple[tuple[str, Any], ...] = (
    ("key", String()),
    ("state", String()),
    ("due", Date()),
    ("right", Integer()),
    ("total", Integer()),
    ("code", LargeBinary()),
)


@dataclass(frozen=True)
class Known:
    lessons: frozenset[str] = frozenset()
    quizzes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    papers: Mapping[str, Paper] = field(default_factory=dict)
    reminders: frozenset[RemindKind] = frozenset()
    checks: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    certificate: str | None = None


def _part(kind: str, rows: Table, **columns: Any) -> Any:
    """The rows of one table in the columns that all have; what it does not have is NULL of the right type."""
    found = [
        (columns[name] if name in columns else sql_cast(null(), kind_of)).label(name) for name, kind_of in _COLUMNS
    ]
    return select(literal(kind).label("what"), *found).where(rows.c.contact_id == bindparam("contact"))


_LESSON, _QUIZ, _PAPER = table(Progress), table(QuizResult), table(PaperRow)
_REMINDER, _CHECK, _CERTIFICATE = table(Reminder), table(CheckResult), table(Certificate)
_KNOWN = union_all(
    _part("lesson", _LESSON, key=_LESSON.c.lesson),
    _part("quiz", _QUIZ, key=_QUIZ.c.module, right=_QUIZ.c.right, total=_QUIZ.c.total),
    _part("paper", _PAPER, key=_PAPER.c.paper, state=_PAPER.c.state, due=_PAPER.c.due_on),
    _part("reminder", _REMINDER, key=_REMINDER.c.kind),
    _part("check", _CHECK, key=_CHECK.c.moment, right=_CHECK.c.right, total=_CHECK.c.total),
    _part("certificate", _CERTIFICATE, code=_CERTIFICATE.c.code),
)


def known_of(session: Session, store: Store, contact_id: str) -> Known:
    """For a contact who agreed; without consent there is nothing to look for."""
    lessons: set[str] = set()
    quizzes: dict[str, tuple[int, int]] = {}
    papers: dict[str, Paper] = {}
    reminders: set[RemindKind] = set()
    checks: dict[str, tuple[int, int]] = {}
    certificate: str | None = None
    for row in run(session, _KNOWN, {"contact": contact_id}):
        match row.what:
            case "lesson":
                lessons.add(row.key)
            case "quiz":
                quizzes[row.key] = (row.right, row.total)
            case "paper":
                papers[row.key] = Paper(row.state, row.due)
            case "reminder":
                reminders.add(cast(RemindKind, row.key))
            case "check":
                checks[row.key] = (row.right, row.total)
            case "certificate":
                certificate = opened(session, store, contact_id, row.code)
    return Known(frozenset(lessons), quizzes, papers, frozenset(reminders), checks, certificate)
