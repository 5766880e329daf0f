"""Who waits for news of which address: woken at once by this process, and looked after by a poll for all others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(eq=False)
class Subscription:
    """One open page. `address_id` None: the visitor has not written yet. `after`: the last number it got."""

    visitor: str = field(repr=False)
    address_id: str | None
    after: int
    ended: bool = False  # to make room for a newer page of the same visitor
    woken: asyncio.Event = field(default_factory=asyncio.Event, repr=False)


class Notifier:
    """Made anywhere; used by one event loop. `notify` and `look` may be called from any thread."""

    def __init__(self) -> None:
        self._news = asyncio.Event()
        self._subscriptions: dict[Subscription, None] = {}  # in the order they came
        self._loop: asyncio.AbstractEventLoop | None = None
        self.closing = False

    def start(self) -> None:
        """To be called in the event loop that serves."""
        self._loop = asyncio.get_running_loop()
        self.closing = False

    def notify(self, address_id: str) -> None:
        """Something was put out for this address, and committed."""
        self._in_loop(lambda: self._wake(address_id))

    def look(self) -> None:
        """Something was put out, for whom is not known: all who wait are looked after at once, in one reading."""
        self._in_loop(self._news.set)

    async def news(self, seconds: float) -> bool:
        """Waits for `look`; False when the time is over without it."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return False
        self._news.clear()
        return True

    def _in_loop(self, act: Callable[[], None]) -> None:
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        try:
            inside = asyncio.get_running_loop() is loop
        except RuntimeError:
            inside = False
        if inside:
            act()
        else:
            loop.call_soon_threadsafe(act)

    def _wake(self, address_id: str) -> None:
        for one in self._subscriptions:
            if one.address_id == address_id:
                one.woken.set()

    def known(self, visitor: str, address_id: str) -> None:
        """The visitor wrote: pages that were open before now know the address. Called in the event loop."""
        for one in self._subscriptions:
            if one.visitor == visitor and one.address_id != address_id:
                one.address_id = address_id
                one.woken.set()

    @contextmanager
    def subscribe(self, visitor: str, address_id: str | None, after: int) -> Iterator[Subscription]:
        one = Subscription(visitor, address_id, after)
        self._subscriptions[one] = None
        try:
            yield one
        finally:
            del self._subscriptions[one]

    def make_room(self, visitor: str, most: int) -> None:
        """Ends the visitor's oldest pages, so that one more makes at most `most`. On a bad line old ones linger: a
        page that went away is noticed only at the next heartbeat."""
        mine = [one for one in self._subscriptions if one.visitor == visitor and not one.ended]
        for one in mine[: max(0, len(mine) + 1 - most)]:
            one.ended = True
            one.woken.set()

    @property
    def open(self) -> tuple[Subscription, ...]:
        return tuple(self._subscriptions)

    def close(self) -> None:
        """The server stops: every stream ends by itself."""
        self.closing = True
        for one in self._subscriptions:
            one.woken.set()
