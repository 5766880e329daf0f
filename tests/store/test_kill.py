"""The promises that hold under `kill -9` at any point: real processes, really killed."""

from __future__ import annotations

import collections
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.store import broadcasts, inbox, outbox, people
from bot.store.session import utcnow
from bot.store.sql import run, table
from bot.store.tables import Outbox
from tests.store.world import BOT, DAY, World

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[2]
KILLS = 6


@contextmanager
def child(name: str, url: str, file: object = "") -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", "tests.store.children", name, url, str(file)], cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(done: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not come to an end"
        time.sleep(0.02)


def kill_often(name: str, url: str, file: object, moved: Callable[[], int], meanwhile: Callable[[], None]) -> None:
    """Starts the child, lets it do something, kills it; several times."""
    for _ in range(KILLS):
        meanwhile()
        before = moved()
        with child(name, url, file):
            until(lambda before=before: moved() > before)  # type: ignore[misc]
            time.sleep(random.uniform(0, 0.05))


def test_each_message_is_played_once_and_in_order(world: World, url: str) -> None:
    accounts = [f"p{number}" for number in range(8)]
    heard: dict[str, list[str]] = collections.defaultdict(list)
    received = {account: world.hear(account, "0", now=utcnow()) for account in accounts}

    def write() -> None:
        for account in accounts:
            for _ in range(4):
                heard[account].append(f"{len(heard[account]) + 1}")
                world.hear(account, heard[account][-1], now=utcnow())

    def answered() -> int:
        with world.store.read() as session:
            total: int = run(session, select(func.count()).select_from(table(Outbox))).scalar_one()
            return total

    kill_often("turns", url, "", answered, write)
    with child("turns", url):
        until(lambda: pending(world) == 0)
    for account in accounts:
        with world.store.read() as session:
            state = people.snapshot(session, world.store, received[account].address_id, utcnow()).state
        assert (state or "").split() == ["0", *heard[account]]
    assert answered() == sum(len(one) + 1 for one in heard.values())
    with world.store.read() as session:
        assert inbox.depth(session).parked == 0


def pending(world: World) -> int:
    with world.store.read() as session:
        return inbox.depth(session).pending


def test_an_announcement_reaches_each_once(world: World, url: str) -> None:
    crowd = sorted(world.person(f"p{number}", now=utcnow()).contact_id for number in range(300))
    with world.store.begin() as session:
        broadcast_id = broadcasts.create(session, segment="all", text="x", now=utcnow())

    def rows() -> int:
        with world.store.read() as session:
            return sum(broadcasts.progress(session, broadcast_id).fates.values())

    for _ in range(KILLS):
        before = rows()
        with child("expand", url) as process:
            until(lambda before=before, process=process: rows() > before or process.poll() is not None)  # type: ignore[misc]
    with child("expand", url) as process:
        assert process.wait(60) == 0
    with world.store.read() as session:
        reached = run(session, select(table(Outbox).c.contact_id)).scalars().all()
        told = broadcasts.progress(session, broadcast_id)
    assert sorted(reached) == crowd
    assert (told.status, told.recipients) == ("sending", 300)


def test_never_more_doubles_than_were_in_flight(world: World, url: str, tmp_path: Path) -> None:
    people_ = [world.person(f"p{number}", now=utcnow()) for number in range(10)]
    rows = [world.put(one, f"{turn}", not_before=utcnow() - DAY) for turn in range(12) for one in people_]
    provider = tmp_path / "provider"
    provider.touch()

    def taken() -> list[str]:
        return [line.split()[1] for line in provider.read_text().splitlines()]

    def left() -> int:
        with world.store.read() as session:
            return sum(outbox.depth(session).values())

    kill_often("send", url, provider, lambda: len(taken()), lambda: None)
    with child("send", url, provider):
        until(lambda: left() == 0)
    times = collections.Counter(taken())
    assert set(times) == {str(one) for one in rows}, "none is lost"
    doubles = sum(times.values()) - len(times)
    assert doubles <= KILLS * 3, "at most what was in flight at each kill"
    with world.store.read() as session:
        counted = outbox.counters(session).get("sends.maybe_twice", 0)
        state = outbox.sender_state(session, BOT)
    assert doubles <= counted <= KILLS * 3
    assert state is not None and state.epoch == KILLS + 1
    orders: dict[str, list[int]] = collections.defaultdict(list)
    for line in provider.read_text().splitlines():
        address, number = line.split()
        if int(number) not in orders[address]:
            orders[address].append(int(number))
    assert all(order == sorted(order) for order in orders.values()), "in order, the doubles aside"
