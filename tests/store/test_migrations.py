"""The migrations make exactly what the models say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

from bot.store import migrations
from bot.store.session import Store
from bot.store.sql import run
from tests.store.world import at_once


def described(store: Store) -> Any:
    """Tables, columns, types, defaults, keys and indexes, as the database itself puts them."""
    with store.read() as session:
        if store.dialect == "sqlite":
            rows = run(
                session, text("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name <> 'alembic_version'")
            )
            return sorted(
                (kind, name, on, sorted(line.strip(" \t,") for line in (sql or "").splitlines()))
                for kind, name, on, sql in rows
                if not name.startswith("sqlite_") and on != "alembic_version"
            )
        columns = run(
            session,
            text(
                "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default "
                "FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'"
            ),
        ).all()
        indexes = run(
            session,
            text("SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"),
        ).all()
        return sorted(map(tuple, columns)), sorted(tuple(row) for row in indexes if row[0] != "alembic_version")


def test_migrated_and_made_from_the_models_are_the_same(store: Store) -> None:
    migrated = described(store)
    with store.engine.begin() as connection:
        SQLModel.metadata.drop_all(connection)
        SQLModel.metadata.create_all(connection)
    assert migrated == described(store)


def test_alembic_sees_no_difference(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_a_database_knows_where_it_is(url: str, open_store) -> None:  # type: ignore[no-untyped-def]
    store = open_store()
    assert store.revision() is None and not store.is_current()
    assert store.migrate() == migrations.head()
    assert store.is_current()
    assert store.migrate() == migrations.head()  # again: nothing to do


def test_two_processes_migrate_at_once(url: str, open_store) -> None:  # type: ignore[no-untyped-def]
    assert at_once([open_store().migrate, open_store().migrate]) == [migrations.head()] * 2


def test_a_step_that_fails_leaves_nothing(open_store, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    store = open_store()
    real = op.create_table

    def half(name: str, *columns: Any, **more: Any) -> Any:
        if name == "staff_member":
            raise RuntimeError("the power went")
        return real(name, *columns, **more)

    monkeypatch.setattr(op, "create_table", half)
    with pytest.raises(RuntimeError, match="the power went"):
        store.migrate()
    monkeypatch.undo()
    assert store.revision() is None and inspect(store.engine).get_table_names() == []
    store.migrate()
    assert store.is_current()


def test_they_are_found_wherever_the_programme_is_installed(
    tmp_path: Path,
    open_store,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[no-untyped-def]
) -> None:
    monkeypatch.chdir(tmp_path)
    open_store().migrate()


def test_one_line_of_revisions() -> None:
    assert len(ScriptDirectory.from_config(migrations.config()).get_heads()) == 1
