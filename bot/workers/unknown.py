"""Sends that may have arrived: the process was killed, no answer came in time, the connection broke after writing.

Telegram cannot be asked, so the row is sent again (a push at most once more). Twilio is asked: first its status callback
gets a moment, then its list is read, and only what stands nowhere is sent again. Every resend is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import structlog
from sqlmodel import Session

from bot.channels.base import Address, Channel, Part, SendFailed, Sent
from bot.store import outbox
from bot.store.outbox import OutItem
from bot.store.session import Store
from bot.workers.claims import SenderSettings
from bot.workers.delivery import Fate
from bot.workers.retry import after_unknown
from bot.workers.settle import Settler

if TYPE_CHECKING:
    from bot.workers.sender import InThread

log = structlog.get_logger(__name__)

LOOK_EVERY = 2.0  # seconds, while there is something to find out
MOST = 50  # rows at a time
_KNOWN_SINCE = timedelta(hours=1)  # before the row was made: ids of its messages are told apart from others'


@runtime_checkable
class Reconciles(Protocol):
    """A channel whose provider can be asked what it took."""

    async def find_sent(self, to: Address, part: Part, since: datetime, known: Collection[str] = ()) -> Sent | None: ...


class Unknowns:
    """Of one sender."""

    def __init__(
        self,
        store: Store,
        channel: Channel,
        settler: Settler,
        settings: SenderSettings,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._store = store
        self._channel = channel
        self._settler = settler
        self._settings = settings
        self._clock = clock
        self._monotonic = monotonic
        self._seen: dict[int, float] = {}  # row -> since when it is unknown, as we know
        self._looked_at = -1e9

    def due(self) -> bool:
        """Is there anything to find out, and was the last look long enough ago?"""
        pause = LOOK_EVERY if self._seen and isinstance(self._channel, Reconciles) else 0.0
        return self._settler.unknown and self._monotonic() - self._looked_at >= pause

    async def find_out(self, in_thread: InThread, flying: Collection[int]) -> None:
        """One look. `flying`: rows that are being sent, so not in doubt."""
        self._looked_at = self._monotonic()
        self._settler.unknown = False  # before looking: what becomes unknown meanwhile says so again
        rows = [item for item in await in_thread(self._rows) if item.id not in flying]
        self._seen = {item.id: self._seen.get(item.id, self._monotonic()) for item in rows}
        if rows:
            self._settler.unknown = True
        if isinstance(self._channel, Reconciles):
            for item in rows:
                await self._ask(in_thread, self._channel, item)
        elif rows:
            await in_thread(lambda: self._send_again(rows))

    def _rows(self) -> list[OutItem]:
        with self._store.read() as session:
            return outbox.unknown_rows(session, self._store, self._settler.sender, MOST)

    # --- Telegram

    def take_over(self, session: Session, now: datetime) -> None:
        """In the transaction that takes the lease: what the one before left in doubt goes out before anything new does,
        and is counted before we could be killed ourselves."""
        if not isinstance(self._channel, Reconciles):
            self._queue(session, outbox.unknown_rows(session, self._store, self._settler.sender, MOST), now)

    def _send_again(self, rows: list[OutItem], *, reconciled: bool = False) -> None:
        with self._store.begin() as session:
            self._queue(session, rows, self._clock(), reconciled=reconciled)

    def _queue(self, session: Session, rows: list[OutItem], now: datetime, *, reconciled: bool = False) -> None:
        for item in rows:
            wait = after_unknown(item.resends, item.lane, reconciled=reconciled)
            if wait == "give-up":
                self._settler.give_up(session, item, now)
            else:
                self._settler.again(session, item, now + timedelta(seconds=wait))

    # --- Twilio

    async def _ask(self, in_thread: InThread, channel: Reconciles, item: OutItem) -> None:
        wait = self._settings.reconcile_after / (1 if item.lane else 3)
        parts = self._channel.render(item.body)
        if item.part < len(parts):
            if self._monotonic() - self._seen[item.id] < wait:
                return  # the status callback may still tell
            if item.account is None:
                return
            known = await in_thread(lambda: self._known(item))
            try:
                found = await channel.find_sent(
                    Address(item.account, item.inbound_at), parts[item.part], item.created_at, known
                )
            except SendFailed as error:
                log.warning("send.not_found_out", channel=self._channel.name, code=error.code)
                return
            if found is None:
                await in_thread(lambda: self._send_again([item], reconciled=True))
                return
            name = found.provider_id
            await in_thread(lambda: self._accepted(item, name, last=item.part + 1 >= len(parts)))
            return
        # The callback told of every part.
        await in_thread(lambda: self._accepted(item, None, last=True))

    def _known(self, item: OutItem) -> list[str]:
        """Provider ids of other messages to this person, which say the same perhaps."""
        with self._store.read() as session:
            return outbox.shown(session, item.address_id, item.created_at - _KNOWN_SINCE)

    def _accepted(self, item: OutItem, name: str | None, *, last: bool) -> None:
        """It had arrived. A row with further parts goes on behind it: none of them was begun, so no double."""
        now = self._clock()
        with self._store.begin() as session:
            if last:
                self._settler.settle(session, Fate(item, [] if name is None else [name]), now)
                return
            if name is not None:
                outbox.accepted_part(session, item.id, name, now)
            outbox.resend(session, item.id, now, may_double=False)
