"""The migrations make exactly what the models say."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlmodel import SQLModel

from bot.store import migrations
from bot.store.session import Store
from bot.store.sql import run, table
from bot.store.tables import Contact, Progress
from tests.store.world import at_once


def described(store: Store) -> Any:
    """Tables, columns, types, defaults, keys and indexes, as the database itself puts them."""
    with store.read() as session:
        if store.dialect == "sqlite":
            rows = run(
                session, text("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name <> 'alembic_version'")
            )
            return sorted(
                # A table that was written anew and renamed has its name in quotation marks.
                (kind, name, on, sorted(line.strip(" \t,").replace('"', "") for line in (sql or "").splitlines()))
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


# --- what was there stays --------------------------------------------------------------------------------------------

_WHEN = "2026-11-20 03:00:00+00:00"


def at_the_first_tables(store: Store) -> None:
    """A database of the first release, with two people who have learned."""
    migrations.migrate(store.engine, "0001")
    rows = [
        ("siti", "documents-costs/eight-papers"),
        ("siti", "documents-costs/who-pays"),
        ("siti", "decide/who-may-go"),
        ("siti", "decide/family-talk"),
        ("siti", "contract/two-papers"),
        ("ani", "documents-costs/steps"),
        ("ani", "documents-costs/loan"),
        ("ani", "decide/licensed-company"),
        ("ani", "decide/orientation"),
    ]
    with store.begin() as session:
        for contact in ("siti", "ani"):
            run(
                session,
                text(
                    "INSERT INTO contact (id, language, consent, role, pin_tries, created_at, seen_at) "
                    "VALUES (:id, 'sas', :yes, 'family', 2, :at, :at)"
                ),
                {"id": contact, "yes": True, "at": _WHEN},
            )
        for contact, lesson in rows:
            values = {"contact": contact, "lesson": lesson, "at": _WHEN}
            run(session, text("INSERT INTO progress VALUES (:contact, :lesson, :at)"), values)
        for contact, module in (("siti", "documents-costs"), ("siti", "decide"), ("ani", "documents-costs")):
            values = {"contact": contact, "module": module, "at": _WHEN}
            run(session, text("INSERT INTO quiz_result VALUES (:contact, :module, 4, 6, :at)"), values)


def test_lessons_follow_to_the_modules_they_moved_to(open_store) -> None:  # type: ignore[no-untyped-def]
    store = open_store()
    at_the_first_tables(store)
    assert store.migrate() == migrations.head()
    with store.read() as session:
        progress = run(session, text("SELECT contact_id, lesson FROM progress ORDER BY contact_id, lesson")).all()
        quizzes = run(session, text("SELECT contact_id, module FROM quiz_result")).all()
    assert [tuple(row) for row in progress] == [
        ("ani", "costs/loan"),
        ("ani", "legal-road/licensed-company"),
        ("ani", "legal-road/orientation"),
        ("ani", "legal-road/steps"),
        ("siti", "contract/two-papers"),
        ("siti", "costs/who-pays"),
        ("siti", "decide/family-talk"),
        ("siti", "legal-road/eight-papers"),
        ("siti", "legal-road/who-may-go"),
    ]
    assert [tuple(row) for row in quizzes] == [("siti", "decide")]


def test_people_are_as_they_were(open_store) -> None:  # type: ignore[no-untyped-def]
    store = open_store()
    at_the_first_tables(store)
    store.migrate()
    with store.read() as session:
        contacts = table(Contact)
        siti = run(session, select(contacts).where(contacts.c.id == "siti")).one()
    assert (siti.language, siti.consent, siti.role, siti.pin_tries) == ("sas", True, "family", 2)
    assert siti.created_at == datetime(2026, 11, 20, 3, tzinfo=UTC)
    assert (siti.departure_on, siti.lesson_every) == (None, None)


def test_who_did_a_moved_lesson_twice_has_it_once(open_store) -> None:  # type: ignore[no-untyped-def]
    store = open_store()
    at_the_first_tables(store)
    with store.begin() as session:
        run(session, text("INSERT INTO progress VALUES ('ani', 'costs/loan', '2026-11-22 03:00:00+00:00')"))
    store.migrate()
    with store.read() as session:
        row = run(session, select(table(Progress)).filter_by(lesson="costs/loan")).one()
    assert row.done_at == datetime(2026, 11, 22, 3, tzinfo=UTC)


def test_a_move_that_fails_leaves_the_old_lessons(open_store, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    """Tables and lessons go together: a kill half-way leaves the first release's database whole."""
    store = open_store()
    at_the_first_tables(store)
    before = described(store)
    real = op.get_bind

    def full() -> Any:
        if inspect(real()).has_table("reminder"):
            raise RuntimeError("the disk is full")
        return real()

    monkeypatch.setattr(op, "get_bind", full)
    with pytest.raises(RuntimeError, match="the disk is full"):
        store.migrate()
    monkeypatch.undo()
    assert store.revision() == "0001" and described(store) == before
    with store.read() as session:
        assert run(session, text("SELECT count(*) FROM progress WHERE lesson LIKE 'documents-costs/%'")).scalar() == 4
    store.migrate()
    assert store.is_current()


# --- the topic of a question -----------------------------------------------------------------------------------------


def test_questions_stay_and_no_number_is_given_twice(open_store) -> None:  # type: ignore[no-untyped-def]
    store = open_store()
    migrations.migrate(store.engine, "0002")
    put = text(
        "INSERT INTO question (contact_id, address_id, body, safe_to_write, status, created_at) "
        "VALUES ('siti', 'a', :body, :yes, 'open', :at)"
    )
    with store.begin() as session:
        for body in (b"one", b"two", b"three"):
            run(session, put, {"body": body, "yes": True, "at": _WHEN})
        run(session, text("DELETE FROM question WHERE id = 3"))
    assert store.migrate() == migrations.head()
    with store.begin() as session:
        rows = run(session, text("SELECT id, body, topic FROM question ORDER BY id")).all()
        assert [(row.id, bytes(row.body), row.topic) for row in rows] == [(1, b"one", None), (2, b"two", None)]
        run(session, put, {"body": b"four", "yes": True, "at": _WHEN})
        assert run(session, text("SELECT max(id) FROM question")).scalar() == 4
