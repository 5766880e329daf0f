"""One outbox row handed to its channel, part by part; what came of it is a `Fate`, written down by `settle.py`.

A row may be several messages at the provider. Each accepted one is noted before the next one goes, so that after a kill
or a fault the row goes on where it stopped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.channels.base import Address, Channel, Part, SendFailed
from bot.channels.text import plain, tail
from bot.store.outbox import OutItem
from bot.workers.buckets import Bucket

MOST_CHARS = 1500  # of a part in its plain form; fits every channel


@dataclass
class Fate:
    """What came of one claim. `accepted`: the provider's ids of the parts that are not noted yet. `error` None: all was
    taken. `plain`: at least one part went, or failed, in its plain form."""

    item: OutItem
    accepted: list[str] = field(default_factory=list)
    error: SendFailed | None = None
    plain: bool = False


class OutOfTime(Exception):
    """The lease is too old to begin another part: the row goes back to the queue with what was accepted."""


@dataclass
class Delivery:
    """Sends rows of one sender. `may_send`: is the lease young enough? `noted`: writes down an accepted part."""

    channel: Channel
    clock: Callable[[], datetime]
    may_send: Callable[[], bool]
    noted: Callable[[OutItem, str], Awaitable[None]]
    bucket: Bucket
    staff_account: str | None = None
    timeout: float = 15.0  # seconds a part may take
    pace: float = 1.0  # seconds between two parts to one address

    async def deliver(self, item: OutItem) -> Fate:
        """Never raises but for CancelledError."""
        fate = Fate(item)
        try:
            await self._parts(item, fate)
        except SendFailed as error:
            fate.error = error
        except OutOfTime:
            fate.error = SendFailed("lease", "retry_at", retry_after=0.0)
        except Exception as exc:
            # Ours: a body that cannot be rendered, a bug in a channel. Nothing was handed over, or SendFailed said so.
            fate.error = SendFailed(f"bug-{type(exc).__name__}"[:60], "permanent_message", ours=True)
        return fate

    async def _parts(self, item: OutItem, fate: Fate) -> None:
        account = self.staff_account if item.account is None else item.account
        if account is None:
            raise SendFailed("no-staff-chat", "permanent_message", ours=True)
        to = Address(account, item.inbound_at)
        parts = self.channel.render(item.body)
        for number in range(item.part, len(parts)):
            if number > item.part:
                self.bucket.take()  # the first one was paid for at the claim
                if item.lane:
                    await asyncio.sleep(self.pace)
            if not self.may_send():
                raise OutOfTime
            name = await self._part(to, parts[number], item, fate)
            if item.kind == "delete":
                continue  # deleting twice does no harm, and the provider gives it no name
            if number + 1 < len(parts):
                await self.noted(item, name)
            else:
                fate.accepted.append(name)

    async def _part(self, to: Address, part: Part, item: OutItem, fate: Fate) -> str:
        """The provider's id of it, sent as it is or, where its form is refused, once as plain text."""
        try:
            return await self._send(to, part, item)
        except SendFailed as error:
            if error.action != "content":
                raise
            fate.plain = True
            bare = plain_part(part, item)
            if bare is None:
                if str(item.body.get("text", "")).strip():
                    return ""  # a picture or sound beside words that arrived, which are complete without it
                raise
        return await self._send(to, bare, item)

    async def _send(self, to: Address, part: Part, item: OutItem) -> str:
        try:
            async with asyncio.timeout(self.timeout):
                sent = await self.channel.send(to, part, now=self.clock(), ref=item.id)
        except TimeoutError:
            raise SendFailed("no-answer", "unknown", detail="no answer in time") from None
        return sent.provider_id


def plain_part(part: Part, item: OutItem) -> Part | None:
    """The part as text only: no markup, no buttons (their numbers instead), no media. None: there is no text in it."""
    words = plain(part.text)
    if part.document is not None:
        words = f"{words}\n\n{part.document.text}".strip()
    if part.buttons or part.content is not None:
        below = tail(item.body)
        words = words if below in words else f"{words}\n\n{below}"
    words = words.strip()[:MOST_CHARS]
    return Part("text", text=words, template=part.template, validity=part.validity) if words else None
