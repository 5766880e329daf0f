"""What comes in without a webhook: Telegram by polling, and Twilio's list after an outage.

Polling: the offset is what acknowledges, so it advances only after the commit. Of several processes one polls, held by a
lease beside the sender's. Sweep: at the start and then regularly, Twilio's inbound messages since the last sweep go through
the same door as a webhook; what was seen before is passed over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlmodel import Session

from bot.channels.base import BlockChange, Inbound, NotParseable, SendFailed
from bot.channels.telegram import Telegram
from bot.channels.whatsapp import WhatsApp
from bot.store import inbox, outbox
from bot.store.session import Store

log = structlog.get_logger(__name__)
Run = Callable[[Callable[[], Any]], Awaitable[Any]]

TELEGRAM_KEEP_DAYS = 3
TWILIO_KEEP_DAYS = 30
LEASE = timedelta(seconds=60)
WAIT = 20.0  # seconds one question for updates waits
SWEEP_EVERY = 600.0
OVERLAP = timedelta(minutes=5)  # Twilio's list is not instant
LONGEST_BACK = timedelta(days=2)


def keep(session: Session, store: Store, channel: str, sender: str, found: Inbound, keep_days: int) -> inbox.Received:
    """One inbound message into the inbox."""
    return inbox.receive(
        session,
        store,
        channel=channel,
        sender=sender,
        account=found.account,
        provider_id=found.provider_id,
        message=found.message,
        provider_message=found.provider_message,
        now=found.received_at,
        keep_days=keep_days,
    )


async def poll_loop(
    channel: Telegram, store: Store, run: Run, holder: str, on_received: Callable[[str], None], wait: float = WAIT
) -> None:
    """Ask Telegram for updates for ever, while this process holds the lease."""
    await until_taken(channel.delete_webhook, "webhook not deleted")
    offset: int | None = None
    while True:
        if not await run(lambda: _lease(store, f"{channel.sender}:poll", holder)):
            offset = None  # somebody else goes on where the last commit stood
            await asyncio.sleep(LEASE.total_seconds() / 3)
            continue
        try:
            updates = await channel.poll(offset, wait)
        except SendFailed as error:
            log.warning("no updates from Telegram", code=error.code)
            await asyncio.sleep(min(60.0, error.retry_after or 3.0))
            continue
        if not updates:
            continue
        try:
            received = await run(partial(_take, store, channel, updates))
        except Exception as error:
            # Not committed: the same updates are asked for again.
            log.error("updates not kept", error=type(error).__name__)
            await asyncio.sleep(1.0)
            continue
        offset = max(int(update["update_id"]) for update in updates if "update_id" in update) + 1
        for address in received:
            on_received(address)
        for update in updates:
            await channel.acknowledge(update)


def _take(store: Store, channel: Telegram, updates: list[dict[str, Any]]) -> list[str]:
    """All updates of one answer in one commit; the addresses that have news."""
    woken = []
    with store.begin() as session:
        now = store.clock()
        for update in updates:
            try:
                found = channel.parse(update, now)
            except NotParseable:
                continue  # a kind nobody knows must not block those behind it
            if isinstance(found, BlockChange):
                _block(session, store, channel.sender, found, now)
            elif found is not None:
                received = keep(session, store, channel.name, channel.sender, found, TELEGRAM_KEEP_DAYS)
                if received.inbox_id is not None:
                    woken.append(received.address_id)
    return woken


def _block(session: Session, store: Store, sender: str, change: BlockChange, now: datetime) -> None:
    address = inbox.find_address(session, store, sender, change.account)
    if address is None:
        return
    if change.blocked:
        outbox.mark_unreachable(session, address, "blocked", now)
    else:
        outbox.mark_reachable(session, address)


def _lease(store: Store, name: str, holder: str) -> bool:
    with store.begin() as session:
        return outbox.take_lease(session, name, holder, store.clock(), LEASE) is not None


async def sweep_loop(
    channel: WhatsApp, store: Store, run: Run, on_received: Callable[[str], None], every: float = SWEEP_EVERY
) -> None:
    """List what people wrote since the last sweep, at the start and then again and again."""
    while True:
        try:
            found = await sweep(channel, store, run)
            for address in found:
                on_received(address)
        except SendFailed as error:
            log.warning("Twilio's list could not be read", code=error.code)
        except Exception as error:
            log.error("sweep failed", error=type(error).__name__)
        await asyncio.sleep(every)


async def sweep(channel: WhatsApp, store: Store, run: Run) -> list[str]:
    """One sweep; the addresses of messages that no webhook had brought."""
    now = store.clock()

    def last() -> datetime:
        with store.read() as session:
            state = outbox.sender_state(session, channel.sender)
        swept = state.swept_at if state is not None else None
        return max(swept, now - LONGEST_BACK) if swept is not None else now

    since = await run(last)
    listed = await channel.list_inbound(since - OVERLAP)

    def take() -> list[str]:
        woken = []
        with store.begin() as session:
            for found in listed:
                received = keep(session, store, channel.name, channel.sender, found, TWILIO_KEEP_DAYS)
                if received.inbox_id is not None:
                    woken.append(received.address_id)
            outbox.set_swept(session, channel.sender, now)
        return woken

    woken: list[str] = await run(take)
    if woken:
        log.info("sweep found messages that no webhook brought", messages=len(woken))
    return woken


async def until_taken(act: Callable[[], Awaitable[None]], complaint: str) -> None:
    """Try until it works: at the start the provider may be away."""
    while True:
        try:
            await act()
            return
        except SendFailed as error:
            log.warning(complaint, code=error.code)
            if error.action == "stop_the_line":
                raise
            await asyncio.sleep(min(60.0, error.retry_after or 3.0))
