"""The loops: woken at once, alive through faults, prompt to stop; announcements and forgetting."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from bot.store import broadcasts, outbox, people, privacy
from bot.store.session import Store
from bot.workers.loops import Pulse, planner_loop, turn_loop, whole
from bot.workers.planner import PRUNE_EVERY, Planner, expand_all
from bot.workers.pushes import NEUTRAL
from bot.workers.wake import INBOX, OUTBOX, Wake, listening, notify, wake_up
from tests.workers.house import NOW, House
from tests.workers.post import eventually


async def stop(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


# --- waking -----------------------------------------------------------------------------------------------------------


async def test_a_commit_wakes_and_a_rollback_does_not(house: House) -> None:
    async with Wake(house.store, INBOX) as wake:
        with house.begin() as session:
            notify(session, INBOX)
            assert not await wake.wait(0.05), "not before the commit"
        assert await wake.wait(1.0)
        assert not await wake.wait(0.05), "once"
        with pytest.raises(RuntimeError), house.begin() as session:
            notify(session, INBOX)
            raise RuntimeError
        assert not await wake.wait(0.05)
        with house.begin() as session:
            notify(session, OUTBOX)
        assert not await wake.wait(0.05), "another box"


async def test_it_is_woken_from_any_thread(house: House) -> None:
    async with Wake(house.store, OUTBOX) as wake:
        await asyncio.to_thread(wake_up, house.store, OUTBOX)
        assert await wake.wait(1.0)
    wake_up(house.store, OUTBOX)
    wake.set()  # nobody waits any more


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_postgresql_wakes_other_processes(house: House) -> None:
    """NOTIFY from a connection that knows nothing of this process's events."""
    conninfo = house.store.url.set(drivername="postgresql").render_as_string(hide_password=False)
    async with listening(house.store), Wake(house.store, INBOX) as wake:
        with psycopg.connect(conninfo, autocommit=True) as other:
            for _ in range(100):  # until LISTEN is in place
                other.execute("SELECT pg_notify('bekal_inbox', '')")
                if await wake.wait(0.1):
                    break
            else:
                pytest.fail("never woken")
            while await wake.wait(0.3):
                pass
            began = time.monotonic()
            other.execute("SELECT pg_notify('bekal_inbox', '')")
            assert await wake.wait(2.0)
            assert time.monotonic() - began < 1.0


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_listening_survives_a_cut_connection(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.workers.wake._RECONNECT", 0.1)
    conninfo = house.store.url.set(drivername="postgresql").render_as_string(hide_password=False)
    async with listening(house.store), Wake(house.store, OUTBOX) as wake:
        await asyncio.sleep(0.3)
        with psycopg.connect(conninfo, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND query LIKE 'LISTEN%'"
            )
            await asyncio.sleep(0.5)
            while await wake.wait(0.2):
                pass
            other.execute("SELECT pg_notify('bekal_outbox', '')")
            assert await wake.wait(2.0)


# --- turns ------------------------------------------------------------------------------------------------------------


async def test_the_turn_loop_plays_what_comes_when_it_comes(house: House) -> None:
    pulse = Pulse()
    task = asyncio.create_task(turn_loop(house.runner(), poll=30.0, pulse=pulse))
    await eventually(pulse.alive)
    received = await asyncio.to_thread(house.hear, "siti", "halo")
    wake_up(house.store, INBOX)
    began = time.monotonic()
    await eventually(lambda: house.rows(received.address_id))
    assert time.monotonic() - began < 1.0
    await stop(task)


async def test_a_loop_nobody_wakes_looks_by_itself(house: House) -> None:
    task = asyncio.create_task(turn_loop(house.runner(), poll=0.1))
    received = await asyncio.to_thread(house.hear, "siti", "halo")
    await eventually(lambda: house.rows(received.address_id))
    await stop(task)


def away() -> OperationalError:
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    return OperationalError("SELECT words of a person", {}, full)


@pytest.mark.parametrize("fault", [away, lambda: ValueError("words of a person")])
async def test_the_turn_loop_survives_faults_and_says_nothing_of_people(
    house: House, fault: Callable[[], Exception], capsys: pytest.CaptureFixture[str]
) -> None:
    runner = house.runner()
    real, left = runner.run_once, [3]

    def run_once(limit: int = 50) -> Any:
        if left[0]:
            left[0] -= 1
            raise fault()
        return real(limit)

    runner.run_once = run_once  # type: ignore[method-assign]
    received = await asyncio.to_thread(house.hear, "siti", "halo")
    task = asyncio.create_task(turn_loop(runner, poll=0.1))
    await eventually(lambda: house.rows(received.address_id))
    await stop(task)
    printed = capsys.readouterr().out
    assert "loop.fault" in printed and "words of a person" not in printed


async def test_a_loop_stops_promptly_but_lets_a_transaction_end(house: House) -> None:
    ended: list[bool] = []

    def slow_work() -> None:
        time.sleep(0.3)
        ended.append(True)

    task = asyncio.create_task(whole(asyncio.to_thread, slow_work))
    await asyncio.sleep(0.05)
    began = time.monotonic()
    await stop(task)
    assert ended == [True] and time.monotonic() - began < 1.0
    idle = asyncio.create_task(turn_loop(house.runner(), poll=60.0))
    await asyncio.sleep(0.2)
    began = time.monotonic()
    await stop(idle)
    assert time.monotonic() - began < 0.5


# --- announcements ----------------------------------------------------------------------------------------------------


def consented(house: House, n: int, safe: bool | None = None) -> list[str]:
    received = [house.hear(f"orang{safe}{number}", "halo") for number in range(n)]
    with house.begin() as session:
        for one in received:
            people.set_consent(session, one.contact_id, True, "1", NOW)
            if safe is not None:
                people.set_safe_to_write(session, one.contact_id, safe)
    return [one.address_id for one in received]


def announce(house: House, text: str = "Sosialisasi di Aikmel") -> str:
    with house.begin() as session:
        return broadcasts.create(session, segment="all", text=text, now=NOW)


def test_an_announcement_begins_neutrally_and_not_where_it_is_not_safe(house: House) -> None:
    open_to = consented(house, 3) + consented(house, 2, safe=True)
    unsafe = consented(house, 2, safe=False)
    announce(house)
    planner = Planner(house.store, chunk=2)
    rounds = 0
    while planner.run_once():
        rounds += 1
    assert rounds >= 2
    rows = house.rows()
    assert {row.address_id for row in rows} == set(open_to) and len(rows) == 5
    assert not {row.address_id for row in rows} & set(unsafe)
    for row in rows:
        first, _, rest = row.text.partition("\n\n")
        assert first == NEUTRAL and rest == "Sosialisasi di Aikmel" and row.lane == outbox.PUSHES


def test_an_announcement_goes_on_after_a_kill(house: House, open_store: Callable[[], Store]) -> None:
    consented(house, 7)
    announce(house)
    assert Planner(house.store, chunk=3).run_once()
    # The process dies here; another one goes on.
    other = Planner(open_store(), chunk=3)
    while other.run_once():
        pass
    assert len(house.rows()) == 7


def test_a_command_expands_all_at_once(house: House) -> None:
    consented(house, 5)
    ids = [announce(house, "satu"), announce(house, "dua")]
    expand_all(house.store, NOW)
    assert len(house.rows()) == 10
    with house.store.read() as session:
        assert [broadcasts.progress(session, one).recipients for one in ids] == [5, 5]


def test_pruning_is_due_at_the_start_and_every_hour(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    left = [2]

    def prune(session: Any, store: Store, now: Any, limit: int = 500) -> dict[str, int]:
        calls.append(limit)
        left[0] -= 1
        return {"inbox": limit if left[0] >= 0 else 3}

    monkeypatch.setattr(privacy, "prune", prune)
    planner = Planner(house.store)
    assert planner.prune_if_due() and len(calls) == 3, "again while there is more"
    assert not planner.prune_if_due()
    house.clock.move(PRUNE_EVERY.total_seconds() - 1)
    assert not planner.prune_if_due()
    house.clock.move(1)
    assert planner.prune_if_due() and len(calls) == 4


def test_pruning_really_forgets(house: House) -> None:
    house.hear("siti", "halo")
    house.runner().run_once()
    house.clock.move(timedelta(days=60).total_seconds())
    assert Planner(house.store).prune_if_due()
    assert house.rows() == []


async def test_the_planner_loop(house: House) -> None:
    consented(house, 5)
    announce(house)
    task = asyncio.create_task(planner_loop(Planner(house.store, chunk=2), every=0.05))
    await eventually(lambda: len(house.rows()) == 5)
    await stop(task)
