"""Workers on a real store of each engine, with the real conversation and content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.store.session import Store
from tests.workers.house import SECRET, Clock, House

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of its own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/data/bekal.sqlite3"
    database: str = request.getfixturevalue("postgres_database")
    return database


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def open_store(url: str, clock: Clock) -> Iterator[Callable[[], Store]]:
    """Opens the test's database as one more process would."""
    opened: list[Store] = []

    def one_more() -> Store:
        opened.append(Store(url, SECRET, clock=clock))
        return opened[-1]

    yield one_more
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Callable[[], Store]) -> Store:
    made = open_store()
    made.migrate()
    return made


@pytest.fixture
def house(store: Store, clock: Clock) -> House:
    return House(store, clock)
