"""A store for the web tests: SQLite unless a test asks for both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.session import Store
from tests.web.house import SECRET


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path}/data/bekal.sqlite3", SECRET)
    made.migrate()
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def each_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Each engine in turn."""
    url = f"sqlite:///{tmp_path}/data/bekal.sqlite3"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_database")
    made = Store(url, SECRET)
    made.migrate()
    yield made
    made.close()
