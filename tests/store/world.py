"""Made-up people and what they do, for the tests of the store."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select, update

from bot.conversation.types import Message, SeatTaken
from bot.store import events, inbox, outbox, people
from bot.store.session import Store
from bot.store.sql import run, table
from bot.store.tables import Address, Contact, Outbox

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SECRET = b"a secret for the tests: 32 bytes!"
SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))
LEASE = timedelta(seconds=30)
BOT = "telegram:1"

Found = TypeVar("Found")


def at_once(calls: Sequence[Callable[[], Found]], threads: int = 50) -> list[Found]:
    """Runs all calls in threads of their own; the first exception is raised."""
    with ThreadPoolExecutor(max_workers=min(threads, len(calls))) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


class World:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.numbers = itertools.count(1)

    # --- people ---

    def hear(
        self,
        account: str = "siti",
        text: str = "halo",
        *,
        sender: str = BOT,
        provider_id: str | None = None,
        now: datetime = NOW,
        provider_message: str | None = None,
    ) -> inbox.Received:
        """Somebody writes."""
        with self.store.begin() as session:
            return inbox.receive(
                session,
                self.store,
                channel=sender.partition(":")[0],
                sender=sender,
                account=account,
                provider_id=f"p{next(self.numbers)}" if provider_id is None else provider_id,
                message=Message("text", text=text),
                provider_message=provider_message,
                now=now,
                keep_days=3,
            )

    def person(
        self,
        account: str = "siti",
        *,
        sender: str = BOT,
        consent: bool | None = True,
        now: datetime = NOW,
        **columns: Any,
    ) -> inbox.Received:
        """Somebody who wrote once, was answered, and is known as `columns` of contact say."""
        received = self.hear(account, sender=sender, now=now)
        with self.store.begin() as session:
            if received.inbox_id is not None:
                inbox.finish(session, received.inbox_id, now)
                inbox.release(session, received.address_id, now)
            if consent is not None:
                people.set_consent(session, received.contact_id, consent, "1", now)
            if columns:
                contacts = table(Contact)
                run(session, update(contacts).where(contacts.c.id == received.contact_id).values(columns))
        return received

    def address(self, received: inbox.Received) -> Any:
        with self.store.read() as session:
            addresses = table(Address)
            return run(session, select(addresses).where(addresses.c.id == received.address_id)).one()

    # --- the inbox ---

    def claim(self, holder: str = "worker", limit: int = 10, now: datetime = NOW) -> list[inbox.Claimed]:
        with self.store.begin() as session:
            return inbox.claim(session, self.store, holder=holder, limit=limit, now=now, lease=LEASE)

    def play(self, claimed: Iterable[inbox.Claimed], now: datetime = NOW) -> list[str]:
        """Plays what was claimed as a worker would: the texts heard, in order."""
        heard = []
        for one in claimed:
            with self.store.begin() as session:
                people.open_address(session, self.store, one.address_id, lock=True)
                for inbox_id in one.inbox_ids:
                    item = inbox.open_message(session, self.store, inbox_id)
                    if item is not None and item.message is not None:
                        heard.append(item.message.text)
                        inbox.finish(session, inbox_id, now)
                inbox.release(session, one.address_id, now)
        return heard

    # --- the outbox ---

    def put(self, to: inbox.Received, text: str = "halo", *, key: str | None = None, **more: Any) -> int | None:
        values: dict[str, Any] = {
            "sender": BOT,
            "lane": outbox.REPLIES,
            "not_before": NOW,
            "address_id": to.address_id,
            "contact_id": to.contact_id,
            "key": key or f"key{next(self.numbers)}",
            "body": {"text": text},
        }
        with self.store.begin() as session:
            return outbox.put(session, self.store, **{**values, **more})

    def lease(self, holder: str = "one", now: datetime = NOW, sender: str = BOT) -> int:
        with self.store.begin() as session:
            epoch = outbox.take_lease(session, sender, holder, now, timedelta(minutes=10))
            assert epoch is not None
            return epoch

    def send(self, epoch: int, now: datetime = NOW, n: int = 10, **more: Any) -> list[outbox.OutItem]:
        """One claim of the sender loop."""
        with self.store.begin() as session:
            values: dict[str, Any] = {"sender": BOT, "epoch": epoch, "n": n, "now": now, "lease": LEASE, **more}
            return outbox.claim(session, self.store, **values)

    def accept(self, item: outbox.OutItem, now: datetime = NOW, **more: Any) -> outbox.Status | None:
        """The provider takes it."""
        with self.store.begin() as session:
            outbox.accepted_part(session, item.id, f"m{item.id}", now)
            return outbox.sent(session, item.id, epoch=item.epoch, now=now, **more)

    def row(self, outbox_id: int | None) -> Any:
        with self.store.read() as session:
            rows = table(Outbox)
            return run(session, select(rows).where(rows.c.id == outbox_id)).one()

    # --- events ---

    def event(self, capacity: int | None = 1, *, starts: datetime = NOW + 7 * DAY, **more: Any) -> str:
        with self.store.begin() as session:
            return events.create_event(
                session,
                title={"id": "Bekal sebelum berangkat", "sas": "Bekal"},
                starts=starts,
                place="Kantor Desa Aikmel",
                capacity=capacity,
                now=NOW,
                **more,
            )

    def seat(self, who: inbox.Received, event_id: str, *, other: bool = False, seats: str = "on", **more: Any) -> Any:
        with self.store.begin() as session:
            people.open_address(session, self.store, who.address_id, lock=True)
            return events.take_seat(
                session,
                self.store,
                contact_id=who.contact_id,
                address_id=who.address_id,
                event_id=event_id,
                **{"name": "Siti", "village": "Aikmel", "other": other, "seats": seats, "now": NOW, **more},
            )

    def seated(self, who: inbox.Received, event_id: str, **more: Any) -> SeatTaken:
        taken = self.seat(who, event_id, **more)
        assert isinstance(taken, SeatTaken)
        return taken
