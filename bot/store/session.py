"""The database: one `Store` for SQLite and PostgreSQL, write transactions that cannot lose updates, readers apart.

    with store.begin() as session:   one write transaction; committed at the end, rolled back on an exception
    with store.read() as session:    reads only; waits for no writer

SQLite: WAL, synchronous=FULL, BEGIN IMMEDIATE (a default transaction reads before it locks and silently loses updates).
PostgreSQL: READ COMMITTED; functions that read and then write lock the row they decide on (FOR UPDATE).
"""

from __future__ import annotations

import fcntl
import os
import secrets
import sqlite3
import string
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import psycopg
from sqlalchemy import Engine, ExceptionContext, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from bot.store.vault import Vault

_LETTERS = string.ascii_letters + string.digits
_BUSY_MS = 10_000
# Seconds a thread waits for a connection. On SQLite this is the queue of writers.
_POOL_WAIT = 30.0


def utcnow() -> datetime:
    return datetime.now(UTC)


class AlreadyServing(RuntimeError):
    """Another process serves from this SQLite database; the text says which and what to do."""


def new_id() -> str:
    """A random id of 22 letters and digits (131 bits)."""
    return "".join(secrets.choice(_LETTERS) for _ in range(22))


class Store:
    """A database and the vault that opens what is sealed in it. Safe to use from many threads.

    `url`: `sqlite:///path/to/file` or `postgresql://…` (ValueError otherwise). `secret`: at least 32 bytes.
    `readers`, `writers`: connections kept for reading and writing (SQLite always has one writer; PostgreSQL has one
    pool of both sizes together).
    """

    dialect: Literal["sqlite", "postgresql"]

    def __init__(
        self, url: str, secret: bytes, *, clock: Callable[[], datetime] = utcnow, readers: int = 4, writers: int = 10
    ) -> None:
        self.clock = clock
        self.vault = Vault(secret)
        self.url = _normal(url)
        self.path: Path | None = None
        if self.url.get_backend_name() == "sqlite":
            self.dialect = "sqlite"
            self.path = Path(self.url.database or "")
            _make_private(self.path)
            self.engine = _sqlite(self.url, "BEGIN IMMEDIATE", pool_size=1)
            self._reading = _sqlite(self.url, "BEGIN", pool_size=readers, read_only=True)
        else:
            self.dialect = "postgresql"
            self.engine = create_engine(
                self.url,
                hide_parameters=True,  # SQLAlchemy's errors would else print people's names and words
                pool_size=readers + writers,
                max_overflow=0,
                pool_timeout=_POOL_WAIT,
                pool_pre_ping=True,
                connect_args={"connect_timeout": 5, "options": "-c timezone=UTC -c lock_timeout=10s"},
            )
            event.listen(self.engine, "handle_error", _without_values)
            self._reading = self.engine.execution_options(postgresql_readonly=True)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One write transaction. Never open a second one inside it: on SQLite that waits for itself and fails."""
        with Session(self.engine, autoflush=False, expire_on_commit=False) as session, session.begin():
            session.connection()  # the lock now, not at the first statement
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One transaction for reading only: no write lock, and a write raises."""
        with Session(self._reading, autoflush=False, expire_on_commit=False) as session, session.begin():
            yield session

    def migrate(self) -> str:
        """Brings the schema up to date in one transaction; returns the revision it is at now."""
        from bot.store.migrations import migrate  # alembic takes long to import and is needed at start only

        return migrate(self.engine)

    def revision(self) -> str | None:
        """The revision the database is at; None: empty."""
        from bot.store.migrations import revision

        return revision(self._reading)

    def is_current(self) -> bool:
        """Is the database at the revision this code wants?"""
        from bot.store.migrations import head

        return self.revision() == head()

    def ping(self) -> None:
        """Asks the database for a 1; raises what the driver raises."""
        with self._reading.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        self._reading.dispose()
        self.engine.dispose()

    def __repr__(self) -> str:
        return f"<Store {self.dialect}>"  # the URL may hold a password


def _normal(url: str) -> URL:
    """The URL with the driver we use. ValueError says what is wrong, never showing the password."""
    if url.startswith("postgres://"):
        url = "postgresql" + url.removeprefix("postgres")
    try:
        made = make_url(url)
    except ArgumentError:
        raise ValueError("DATABASE_URL must be sqlite:///path/to/file or postgresql://user@host/database") from None
    if made.get_backend_name() == "postgresql":
        return made.set(drivername="postgresql+psycopg")
    if made.get_backend_name() == "sqlite":
        if not made.database or made.database == ":memory:":
            raise ValueError("DATABASE_URL: SQLite needs a file here, as sqlite:///data/bekal.sqlite3")
        return made.set(drivername="sqlite+pysqlite")
    raise ValueError(f"DATABASE_URL: {made.get_backend_name()} is not supported, only sqlite and postgresql")


def _make_private(path: Path) -> None:
    """The file and its folder, readable by us alone, before SQLite would make it for everybody."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _sqlite(url: URL, begin: str, *, pool_size: int, read_only: bool = False) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=_POOL_WAIT,
        connect_args={"check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver would begin by itself, late; see `begun`
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        # What was erased is overwritten: the free pages of the file keep no names or keys.
        cursor.execute("PRAGMA secure_delete=ON")
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


@contextmanager
def serving_lock(path: Path) -> Iterator[None]:
    """Held while a process serves from the SQLite file `path`; a second one gets AlreadyServing.

    Only `serve`, `web` and `worker` take it; short commands work beside a running process. The lock goes with the
    process, however it ends; the file `<path>.serving` stays.
    """
    lock = path.with_name(path.name + ".serving")
    lock.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pid = os.read(handle, 32).decode("ascii", "replace").strip()
            raise AlreadyServing(
                f"Another process{f' ({pid})' if pid else ''} already serves from {path}. An SQLite database has one "
                "serving process, or answers would be sent twice. Stop the other one first; to run several, set "
                "DATABASE_URL to a PostgreSQL database."
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def _without_values(context: ExceptionContext) -> None:
    """Takes people's words out of PostgreSQL's own errors, which quote what did not fit ("invalid input …: "Siti"",
    "Failing row contains (…)"): what went wrong and where stays, no value does."""
    error, wrapped = context.original_exception, context.sqlalchemy_exception
    if not isinstance(error, psycopg.Error) or error.sqlstate is None:
        return
    diag = error.diag
    # Classes 22 and 23 are about the data, their very first words may quote it; the others name tables and statements.
    told = "" if error.sqlstate[:2] in ("22", "23") else diag.message_primary
    places = ".".join(name for name in (diag.table_name, diag.column_name or diag.constraint_name) if name)
    safe = " ".join(part for part in (error.sqlstate, told, places) if part)
    error.args = (safe,)
    if wrapped is not None:
        wrapped.args = (f"({type(error).__module__}.{type(error).__qualname__}) {safe}",)


_RETRY = {"40001", "40P01", "55P03"}  # serialization failure, deadlock, lock not had in time
_AWAY = {"57P01", "57P02", "57P03", "53300", "53100", "25006"}  # stopping, crashed, starting, full, disk full, standby
_SQLITE_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_SQLITE_AWAY = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}


def is_retryable(exc: BaseException) -> bool:
    """Deadlock, serialization failure or a lock not had in time: nothing was written, play the transaction again."""
    cause = _driver_error(exc)
    if isinstance(cause, sqlite3.Error):
        return _primary(cause) in _SQLITE_BUSY
    return isinstance(cause, psycopg.Error) and cause.sqlstate in _RETRY


def is_database_away(exc: BaseException) -> bool:
    """The database cannot be reached, is starting or stopping, or its disk refuses: not the message's fault."""
    if isinstance(exc, PoolTimeout):
        return True
    if isinstance(exc, DBAPIError) and exc.connection_invalidated:
        return True
    cause = _driver_error(exc)
    if isinstance(cause, sqlite3.Error):
        return _primary(cause) in _SQLITE_AWAY | _SQLITE_BUSY
    if not isinstance(cause, psycopg.Error):
        return False
    if cause.sqlstate is None:  # refused, timed out, cut off: no server answered
        return isinstance(cause, psycopg.OperationalError)
    return cause.sqlstate in _AWAY or cause.sqlstate.startswith("08")


def _driver_error(exc: BaseException) -> BaseException | None:
    return exc.orig if isinstance(exc, DBAPIError) else exc


def _primary(error: sqlite3.Error) -> int:
    """SQLite's primary result code: the lowest byte of the extended one."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF
