"""The desk's commands, on a database of their own of each engine."""

from __future__ import annotations

import base64
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import read_knowledge
from bot.commands import opening
from tests.commands.desk import Desk

_once = functools.cache(read_knowledge)


@pytest.fixture(autouse=True)
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real content, read once for all tests of a process."""
    monkeypatch.setattr(opening, "read_knowledge", lambda: _once())
    monkeypatch.setattr("bot.commands.demo.read_knowledge", lambda: _once())


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    yield from _desk(request, tmp_path, monkeypatch, request.param)


@pytest.fixture
def small_desk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """On SQLite alone, for what does not depend on the engine."""
    yield from _desk(request, tmp_path, monkeypatch, "sqlite")


def _desk(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str
) -> Iterator[Desk]:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    if engine == "postgresql":
        url = request.getfixturevalue("postgres_database").replace("postgresql+psycopg", "postgresql")
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("SECRET_KEY", base64.b64encode(b"a secret for the tests: 32 bytes"[:32]).decode())
    made = Desk(tmp_path)
    made.store.migrate()
    yield made
    made.close()
