"""Small help for writing statements that run the same on SQLite and PostgreSQL.

Statements are SQLAlchemy Core on the tables of `bot.store.tables`: several times faster than the ORM on the hot paths.
There they are made once, at import, and filled with values when executed: half of a statement's cost is making it.
`with_for_update` may stand in any of them: SQLite, where one transaction writes at a time, leaves it out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import Executable
from sqlmodel import Session, SQLModel


def table(model: type[SQLModel]) -> Table:
    """The Core table of a model."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


def run(
    session: Session, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
) -> CursorResult[*tuple[Any, ...]]:
    """Executes in the session's transaction, past the ORM (no flush, no identity map)."""
    return session.connection().execute(statement, values)


def dialect(session: Session) -> str:
    """ "sqlite" or "postgresql"."""
    return session.get_bind().dialect.name


Insert = Callable[[Table], postgresql.Insert]
_INSERTS: dict[str, Insert] = {"sqlite": cast(Insert, sqlite.insert), "postgresql": postgresql.insert}


def prepared(make: Callable[[Insert], Executable]) -> Callable[[Session], Executable]:
    """A statement with ON CONFLICT, made once for each dialect: `make` is given the dialect's `insert`."""
    made = {name: make(insert) for name, insert in _INSERTS.items()}
    return lambda session: made[dialect(session)]


def upsert(session: Session, into: Table) -> postgresql.Insert:
    """An INSERT that knows ON CONFLICT, in the session's dialect (both spell it the same way)."""
    return _INSERTS[dialect(session)](into)
