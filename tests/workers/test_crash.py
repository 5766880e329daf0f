"""Killed with SIGKILL again and again under load: every message changes the state once and is answered; what is sent
twice was under way at a kill, and is counted."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.conversation.types import Message
from bot.store import inbox, outbox
from bot.store.session import Store
from bot.store.sql import run, table
from bot.store.tables import Inbox, Outbox
from tests.servers import TelegramServer, slow
from tests.workers.crash_child import CONCURRENCY
from tests.workers.house import SECRET

ROOT = Path(__file__).resolve().parents[2]
MAYBE_TWICE = "sends.maybe_twice"


class Zygote:
    """Starts processes that are killed; see crash_child.py."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.pid: int | None = None

    async def start(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(b"\n")
        await self._process.stdin.drain()
        self.pid = int(await asyncio.wait_for(self._process.stdout.readline(), 20))

    async def kill(self) -> None:
        if self.pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        await asyncio.to_thread(_gone, self.pid)
        self.pid = None

    def lives(self) -> bool:
        return self.pid is not None and Path(f"/proc/{self.pid}").exists()


def _gone(pid: int) -> None:
    while Path(f"/proc/{pid}").exists():
        time.sleep(0.005)


@contextlib.asynccontextmanager
async def zygote(database: str, telegram: TelegramServer) -> AsyncIterator[Zygote]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.workers.crash_child", database, telegram.url, telegram.token,
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    made = Zygote(process)
    try:
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), 60) == b"ready\n"
        yield made
    finally:
        await made.kill()
        process.kill()
        await process.wait()


@dataclass
class Told:
    kills: int
    people: int
    messages: int
    repeats: int
    counted: int
    most_at_once: int

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.people} people, {self.messages} messages: {self.repeats} repeats, "
            f"{self.counted} counted as possible, at most {self.most_at_once} at one kill"
        )


async def killed_under_load(database: str, *, people: int, each: int, kills: int, seed: int = 1) -> Told:
    store = Store(database, SECRET)
    store.migrate()
    chance = random.Random(seed)
    try:
        async with TelegramServer() as telegram:
            telegram.always("sendMessage", slow(0.02))
            sender = f"telegram:{telegram.bot_id}"
            async with zygote(database, telegram) as child:
                writing = asyncio.create_task(_write(store, sender, people, each, chance))
                counted = [0]
                for _ in range(kills):
                    await child.start()
                    await _at_work(telegram, chance)
                    await child.kill()
                    counted.append(_counter(store))
                await child.start()
                await writing
                await _settled(store, child)
                counted.append(_counter(store))
                await child.kill()
            told = _judge(store, telegram, people, each)
    finally:
        store.close()
    # What a kill left in doubt is counted when the next process finds it.
    growth = [after - before for before, after in itertools.pairwise(counted)]
    return Told(kills, people, people * each, told, counted[-1], max(growth))


async def _at_work(telegram: TelegramServer, chance: random.Random) -> None:
    """Most kills fall while it sends, some while it is still starting."""
    if chance.random() < 0.25:
        await asyncio.sleep(chance.uniform(0.0, 0.3))
        return
    calls = len(telegram.calls)
    for _ in range(1000):
        if len(telegram.calls) > calls:
            break
        await asyncio.sleep(0.005)
    await asyncio.sleep(chance.uniform(0.0, 0.4))


async def _write(store: Store, sender: str, people: int, each: int, chance: random.Random) -> None:
    """Everybody writes, some in bursts; now and then a delivery comes twice."""
    for number in range(each):
        for person in range(people):
            for _ in range(2 if chance.random() < 0.1 else 1):
                await asyncio.to_thread(_receive, store, sender, person, number)
        await asyncio.sleep(0 if chance.random() < 0.3 else chance.uniform(0.05, 0.3))


def _receive(store: Store, sender: str, person: int, number: int) -> None:
    with store.begin() as session:
        inbox.receive(
            session, store, channel="telegram", sender=sender, account=str(1000 + person),
            provider_id=f"{person}-{number}", message=Message("text", text=f"kata {number}"), now=datetime.now(UTC),
            keep_days=3,
        )  # fmt: skip


def _counter(store: Store) -> int:
    with store.read() as session:
        return outbox.counters(session).get(MAYBE_TWICE, 0)


async def _settled(store: Store, child: Zygote) -> None:
    for _ in range(1200):
        with store.read() as session:
            open_rows = sum(outbox.depth(session).values())
            pending = inbox.depth(session).pending
        if not open_rows and not pending:
            return
        assert child.lives(), "the process ended by itself"
        await asyncio.sleep(0.05)
    raise AssertionError(f"{pending} messages and {open_rows} replies are still waiting")


def _judge(store: Store, telegram: TelegramServer, people: int, each: int) -> int:
    """How many messages came twice."""
    with store.read() as session:
        done = _by_status(session, Inbox)
        out = _by_status(session, Outbox)
    assert done == {"done": people * each}, "everything that came in was played"
    assert out == {"sent": people * each}, "everything was answered"
    repeats = 0
    wanted = [f"kata {number} langkah {number + 1}" for number in range(each)]
    for person in range(people):
        got = telegram.texts(1000 + person)
        once = [text for place, text in enumerate(got) if place == 0 or text != got[place - 1]]
        assert once == wanted, f"person {person}: each message once, in order"
        repeats += len(got) - len(once)
    assert telegram.complaints == []
    return repeats


def _by_status(session: Any, model: Any) -> dict[str, int]:
    rows = table(model)
    return {status: n for status, n in run(session, select(rows.c.status, func.count()).group_by(rows.c.status))}


def check(told: Told) -> None:
    print(told)
    assert told.repeats <= told.counted
    assert told.most_at_once <= CONCURRENCY, "never more in doubt than sends in flight"
    assert told.counted <= told.kills * CONCURRENCY


@pytest.mark.xdist_group("crash")
async def test_killed_under_load_sqlite(tmp_path: Path) -> None:
    told = await killed_under_load(f"sqlite:///{tmp_path}/data/bekal.sqlite3", people=10, each=20, kills=12)
    check(told)


@pytest.mark.xdist_group("crash")
async def test_killed_under_load_postgresql(postgres_database: str) -> None:
    told = await killed_under_load(postgres_database, people=8, each=12, kills=6, seed=2)
    check(told)


@pytest.mark.long
@pytest.mark.xdist_group("crash")
@pytest.mark.parametrize("seed", [3, 4])
async def test_killed_forty_times_sqlite(tmp_path: Path, seed: int) -> None:
    told = await killed_under_load(f"sqlite:///{tmp_path}/data/bekal.sqlite3", people=40, each=60, kills=40, seed=seed)
    check(told)


@pytest.mark.long
@pytest.mark.xdist_group("crash")
async def test_killed_forty_times_postgresql(postgres_database: str) -> None:
    told = await killed_under_load(postgres_database, people=40, each=40, kills=40, seed=5)
    check(told)
