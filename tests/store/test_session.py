"""Transactions, locks, and what an error means."""

from __future__ import annotations

import stat
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from bot.store.session import AlreadyServing, Store, is_database_away, is_retryable, new_id, serving_lock
from bot.store.sql import run, table
from bot.store.tables import Audit, Counter
from bot.store.totals import count, counters
from tests.store.world import NOW, SECRET, World, at_once


def test_a_transaction_is_whole_or_not_at_all(store: Store) -> None:
    with pytest.raises(RuntimeError, match="half-way"), store.begin() as session:
        count(session, "a")
        raise RuntimeError("half-way")
    with store.read() as session:
        assert counters(session) == {}


def test_a_savepoint_undoes_one_turn_only(store: Store) -> None:
    with store.begin() as session:
        count(session, "a")
        with pytest.raises(RuntimeError), session.begin_nested():
            count(session, "b")
            raise RuntimeError
        count(session, "c")
    with store.read() as session:
        assert counters(session) == {"a": 1, "c": 1}


def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(SQLAlchemyError), store.read() as session:
        count(session, "a")


def test_a_reader_does_not_wait_for_a_writer(store: Store) -> None:
    with store.begin() as writing, store.read() as reading:
        count(writing, "a")
        assert counters(reading) == {}


def test_writers_beside_each_other_lose_nothing(store: Store) -> None:
    """Read, think, write: the mistake that default transactions make in silence."""

    def one_more() -> None:
        with store.begin() as session:
            rows = table(Counter)
            seen = run(session, select(rows.c.value).where(rows.c.name == "n").with_for_update()).scalar_one()
            run(session, rows.update().where(rows.c.name == "n").values(value=seen + 1))

    with store.begin() as session:
        count(session, "n", 0)
    at_once([one_more] * 200)
    with store.read() as session:
        assert counters(session) == {"n": 200}


def test_times_come_back_aware_and_the_same(store: Store) -> None:
    local = datetime.fromisoformat("2026-11-24T11:00:00+08:00")
    with store.begin() as session:
        run(session, insert(table(Audit)).values(action="a", who="w", what="", at=local))
    with store.read() as session:
        found = run(session, select(table(Audit).c.at)).scalar_one()
    assert found == NOW and found.utcoffset() == NOW.utcoffset()


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(SQLAlchemyError, match="without a zone"), store.begin() as session:
        run(session, insert(table(Audit)).values(action="a", who="w", what="", at=datetime(2026, 1, 1)))


def test_sqlite_is_set_up_for_keeping(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/new/folder/b.sqlite3", SECRET)
    with store.begin() as session:
        told = {
            name: run(session, text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "secure_delete")
        }
    store.close()
    assert told == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 10_000, "secure_delete": 1}
    assert stat.S_IMODE((tmp_path / "new/folder/b.sqlite3").stat().st_mode) == 0o600


def test_a_short_command_waits_its_turn(store: Store, open_store) -> None:  # type: ignore[no-untyped-def]
    """Another process writes while this one holds the lock."""
    other, held = open_store(), threading.Event()

    def hold() -> None:
        with store.begin() as session:
            count(session, "first")
            held.set()
            threading.Event().wait(0.3)

    def beside() -> None:
        held.wait()
        with other.begin() as session:
            count(session, "second")

    at_once([hold, beside])
    with store.read() as session:
        assert counters(session) == {"first": 1, "second": 1}


def test_a_second_serving_process_is_refused_and_told_why(tmp_path: Path) -> None:
    path = tmp_path / "bekal.sqlite3"
    code = f"from pathlib import Path; from bot.store.session import *\nwith serving_lock(Path({str(path)!r})): pass"
    with serving_lock(path):
        with (
            pytest.raises(AlreadyServing, match=r"already serves from .*bekal.sqlite3.*PostgreSQL"),
            serving_lock(path),
        ):
            pass
        told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert told.returncode == 1 and "AlreadyServing" in told.stderr
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "bekal.sqlite3"
    code = (
        f"import os, signal; from pathlib import Path; from bot.store.session import *\n"
        f"with serving_lock(Path({str(path)!r})): os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == -9
    with serving_lock(path):
        pass


@pytest.mark.parametrize("wrong", ["mysql://a/b", "sqlite://", "sqlite:///:memory:", "nonsense", ""])
def test_a_wrong_url_is_explained(wrong: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL"):
        Store(wrong, SECRET)


def test_a_password_is_not_shown(tmp_path: Path) -> None:
    store = Store("postgresql://bekal:geheim@127.0.0.1:1/none", SECRET)
    assert "geheim" not in repr(store)
    with pytest.raises(SQLAlchemyError) as caught:
        store.ping()
    assert "geheim" not in str(caught.value)
    assert is_database_away(caught.value) and not is_retryable(caught.value)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite has one writer and so no deadlocks
def test_a_deadlock_can_be_played_again(world: World) -> None:
    """Only PostgreSQL has them: SQLite writes one at a time."""
    store = world.store
    names, both = ("a", "b"), threading.Barrier(2)
    with store.begin() as session:
        for name in names:
            count(session, name)

    def take(order: tuple[str, ...]) -> BaseException | None:
        rows = table(Counter)
        try:
            with store.begin() as session:
                run(session, select(rows).where(rows.c.name == order[0]).with_for_update())
                both.wait()
                run(session, select(rows).where(rows.c.name == order[1]).with_for_update())
        except SQLAlchemyError as exc:
            return exc
        return None

    errors = [error for error in at_once([lambda: take(names), lambda: take(names[::-1])]) if error]
    assert len(errors) == 1 and is_retryable(errors[0]) and not is_database_away(errors[0])


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite has no connection to lose
def test_a_lost_connection_is_known_as_such(world: World) -> None:
    store = world.store
    with pytest.raises(SQLAlchemyError) as caught, store.begin() as session:
        with store.begin() as other:
            pid = run(session, text("SELECT pg_backend_pid()")).scalar()
            run(other, text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        run(session, text("SELECT 1"))
    assert is_database_away(caught.value)
    store.ping()  # the next one is a new connection


def test_an_ordinary_fault_is_neither(store: Store) -> None:
    with pytest.raises(SQLAlchemyError) as caught, store.begin() as session:
        run(session, text("SELECT nothing FROM nowhere"))
    assert not is_retryable(caught.value) and not is_database_away(caught.value)
    assert not is_retryable(ValueError()) and not is_database_away(ValueError())


def test_a_missing_sqlite_file_is_the_database_away(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/b.sqlite3", SECRET)
    (tmp_path / "b.sqlite3").unlink()
    (tmp_path / "b.sqlite3").mkdir()
    with pytest.raises(SQLAlchemyError) as caught:
        store.ping()
    assert is_database_away(caught.value)


def test_ids_are_22_letters_and_digits() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000 and all(len(one) == 22 and one.isalnum() and one.isascii() for one in ids)
