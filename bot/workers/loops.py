"""The loops that keep a process at work: turns, senders, announcements. Each is a coroutine that runs until cancelled.

    async with listening(store):                       PostgreSQL: other processes wake this one
        async with asyncio.TaskGroup() as group:
            group.create_task(turn_loop(runner, run_in_thread=run))
            group.create_task(sender_loop(sender))
            group.create_task(planner_loop(planner, run_in_thread=run))

A fault is logged by kind and place and survived; while the database is away a loop looks again ever more seldom.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from bot.store.session import is_database_away, is_retryable
from bot.workers import metrics
from bot.workers.faults import place_of
from bot.workers.planner import Planner
from bot.workers.sender import InThread, Sender
from bot.workers.turns import TurnRunner
from bot.workers.wake import INBOX, OUTBOX, Wake

log = structlog.get_logger(__name__)
T = TypeVar("T")

FAULT_WAITS = (0.2, 0.5, 1.0, 2.0, 5.0)  # seconds after the first fault in a row, the second, ...
STOP_WITHIN = 10.0  # seconds a transaction that is under way gets at the end
PLAN_EVERY = 2.0
ALIVE_WITHIN = 30.0


@dataclass
class Pulse:
    """Beats as long as a loop goes round, for /readyz."""

    at: float = 0.0

    def beat(self) -> None:
        self.at = time.monotonic()

    def alive(self, within: float = ALIVE_WITHIN) -> bool:
        return self.at > 0 and time.monotonic() - self.at < within


async def turn_loop(
    runner: TurnRunner,
    *,
    run_in_thread: InThread = asyncio.to_thread,
    limit: int = 50,
    poll: float = 1.0,
    pulse: Pulse | None = None,
) -> None:
    """Plays what comes in. Woken by `notify(session, INBOX)` or `wake_up(store, INBOX)`, else it looks every `poll`."""
    faults = 0
    prepared = False
    async with Wake(runner.store, INBOX) as wake:
        while True:
            try:
                if not prepared:
                    await whole(run_in_thread, runner.prepare)
                    prepared = True
                played = await whole(run_in_thread, lambda: runner.run_once(limit))
                faults = 0
            except Exception as exc:
                faults = await survive("turns", exc, faults)
                continue
            if pulse is not None:
                pulse.beat()
            if not played.addresses:
                await wake.wait(poll)


async def sender_loop(sender: Sender) -> None:
    """Sends what waits. Woken by `notify(session, OUTBOX)`."""
    async with Wake(sender.store, OUTBOX, sender.wake):
        await sender.run()


async def planner_loop(
    planner: Planner, *, run_in_thread: InThread = asyncio.to_thread, every: float = PLAN_EVERY
) -> None:
    """Reminders and announcements, chunk by chunk with a breath between; prunes once an hour."""
    faults = 0
    while True:
        try:
            more = await whole(run_in_thread, planner.run_once)
            await whole(run_in_thread, planner.prune_if_due)
            faults = 0
        except Exception as exc:
            faults = await survive("planner", exc, faults)
            continue
        await asyncio.sleep(0.01 if more else every)


async def whole(run_in_thread: InThread, fn: Callable[[], T]) -> T:
    """Runs it to its end even when we are cancelled meanwhile: a thread cannot be stopped, and the database must not be
    closed under it."""
    running = asyncio.ensure_future(run_in_thread(fn))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running}, timeout=STOP_WITHIN)
        if running.done() and not running.cancelled():
            running.exception()  # looked at, so that nobody complains
        raise


async def survive(loop: str, exc: Exception, faults: int) -> int:
    """Logs the fault by kind and place and waits, the longer the more there were in a row; how many there are now."""
    metrics.loop_faults.labels(loop).inc()
    away = is_database_away(exc) or is_retryable(exc)
    (log.warning if away else log.error)("loop.fault", loop=loop, away=away, fault=place_of(exc))
    await asyncio.sleep(FAULT_WAITS[min(faults, len(FAULT_WAITS) - 1)])
    return faults + 1
