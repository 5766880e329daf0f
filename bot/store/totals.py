"""Totals that survive a restart, by name: sends that may have arrived twice, links somebody came by."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import Session

from bot.store.sql import run, table, upsert
from bot.store.tables import Counter

_COUNTER = table(Counter)


def count(session: Session, name: str, n: int = 1) -> None:
    """Adds to a total; `name` as "sends.maybe_twice", cut at 60 characters."""
    add = upsert(session, _COUNTER).values(name=name[:60], value=n)
    run(
        session,
        add.on_conflict_do_update(
            index_elements=[_COUNTER.c.name], set_={"value": _COUNTER.c.value + add.excluded.value}
        ),
    )


def counters(session: Session) -> dict[str, int]:
    return {name: value for name, value in run(session, select(_COUNTER.c.name, _COUNTER.c.value))}
