"""A sender at work over a local provider, for tests."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from bot.channels.base import Channel
from bot.channels.telegram import Telegram
from bot.channels.transport import Timeouts
from bot.conversation.types import Message
from bot.store import inbox, outbox
from bot.workers.contexts import StaffChat, TurnSettings
from bot.workers.sender import Sender, SenderSettings
from tests.servers import TelegramServer
from tests.workers.house import House, contexts

QUICK = Timeouts(connect=5.0, write=5.0, read=0.3, pool=5.0)  # for what never answers
PATIENT = Timeouts(connect=10.0, write=10.0, read=20.0, pool=10.0)  # a busy machine is no fault of the sender
STAFF = "-100200300"


def settings(**more: Any) -> SenderSettings:
    """Fast, and without the second between two messages to one address."""
    values: dict[str, Any] = {
        "rate": 500.0, "per_address": 0.0, "poll": 0.05, "staff_account": STAFF, "grace": 1.0, "concurrency": 10,
    }  # fmt: skip
    return SenderSettings(**(values | more))


def sender_of(house: House, channel: Channel, *, holder: str = "one", **more: Any) -> Sender:
    # The staff chat belongs to a bot, also when it is WhatsApp that sends here.
    known = contexts(TurnSettings(staff_chat=StaffChat("telegram:7000000001", STAFF)))
    return Sender(house.store, channel, known, settings(**more), clock=house.clock, holder=holder)


@contextlib.asynccontextmanager
async def running(*senders: Sender) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(sender.run()) for sender in senders]
    try:
        yield
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def telegram(timeouts: Timeouts = PATIENT) -> AsyncIterator[tuple[TelegramServer, Telegram]]:
    async with TelegramServer() as server:
        channel = Telegram(server.token, base=server.url, timeouts=timeouts)
        try:
            yield server, channel
        finally:
            await channel.close()
            assert server.complaints == []


async def eventually(found: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Its value once it is true."""
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.02)
    return value


async def never(found: Callable[[], Any], seconds: float = 0.4) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert not found(), "it happened"
        await asyncio.sleep(0.02)


class Post:
    """People with an address, and letters to them."""

    def __init__(self, house: House, sender: str = "telegram:7000000001") -> None:
        self.house = house
        self.sender = sender
        self._keys = 0

    def address(self, account: str) -> inbox.Received:
        return self.house.hear(account, "halo", sender=self.sender)

    def addresses(self, n: int, first: int = 1000) -> list[inbox.Received]:
        with self.house.begin() as session:
            halo = Message("text", text="halo")
            return [self.house.take_in(session, str(first + number), halo, self.sender) for number in range(n)]

    def put(self, to: inbox.Received, text: str = "halo", lane: int = outbox.REPLIES, **more: Any) -> int:
        return self.put_all([(to, text)], lane, **more)[0]

    def put_all(self, letters: list[tuple[inbox.Received, str]], lane: int = outbox.REPLIES, **more: Any) -> list[int]:
        ids = []
        with self.house.store.begin() as session:
            for to, text in letters:
                self._keys += 1
                values: dict[str, Any] = {
                    "sender": self.sender, "address_id": to.address_id, "contact_id": to.contact_id, "lane": lane,
                    "key": f"letter{self._keys}", "body": {"text": text, "state": "menu", "step": 1},
                    "not_before": self.house.clock(), "now": self.house.clock(),
                }  # fmt: skip
                row = outbox.put(session, self.house.store, **(values | more))
                assert row is not None
                ids.append(row)
        return ids

    def statuses(self, *ids: int) -> list[str]:
        rows = {row.id: row.status for row in self.house.rows()}
        return [rows[one] for one in ids] if ids else list(rows.values())

    def counters(self) -> dict[str, int]:
        with self.house.store.read() as session:
            return outbox.counters(session)
