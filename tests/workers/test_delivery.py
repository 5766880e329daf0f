"""One row handed to a channel: forms that are refused, parts, and a lease that grows old meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.channels.base import Address, Button, Limits, Part, SendFailed, Sent
from bot.channels.limits import LIMITS
from bot.store.outbox import DANGER, REPLIES, OutItem
from bot.workers.buckets import Bucket
from bot.workers.delivery import Delivery, plain_part

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
BODY = {
    "text": "Pilih *satu*:",
    "choices": [{"key": "a", "label": "Belajar"}, {"key": "b", "label": "Tanya"}],
    "nav": [{"key": "menu", "label": "Menu"}],
}


class Fake:
    """A channel that does as it is told: exceptions are raised in turn, None is success."""

    name = "fake"
    sender = "fake:1"
    limits: Limits = LIMITS["telegram"]

    def __init__(self, *fates: Exception | None, parts: int = 1) -> None:
        self.fates = list(fates)
        self.parts = parts
        self.got: list[tuple[str, Part]] = []

    def parse(self, payload: Any, received_at: datetime) -> None:
        raise NotImplementedError

    def render(self, body: Mapping[str, Any]) -> list[Part]:
        buttons = ((Button("1 Belajar", "m:1:a"),),)
        return [Part("text", text=f"{n} {body['text']}", buttons=buttons) for n in range(self.parts)]

    async def send(self, to: Address, part: Part, *, now: datetime, ref: int | None = None) -> Sent:
        fate = self.fates.pop(0) if self.fates else None
        if fate is not None:
            raise fate
        self.got.append((to.account, part))
        return Sent(f"m{len(self.got)}")

    def redact(self, text: str) -> str:
        return text

    async def close(self) -> None:
        pass


def item(lane: int = REPLIES, *, part: int = 0, account: str | None = "siti", **more: Any) -> OutItem:
    values: dict[str, Any] = {
        "id": 7, "sender": "fake:1", "channel": "fake", "address_id": "a", "contact_id": "c", "lane": lane,
        "kind": "message", "body": BODY, "account": account, "attempts": 1, "resends": 0, "part": part,
        "provider_ids": (), "epoch": 1, "lease_until": None, "inbound_at": None, "broadcast_id": None,
        "created_at": NOW,
    }  # fmt: skip
    return OutItem(**(values | more))


def delivery(channel: Fake, **more: Any) -> tuple[Delivery, list[str]]:
    noted: list[str] = []

    async def note(_item: OutItem, name: str) -> None:
        noted.append(name)

    values: dict[str, Any] = {
        "channel": channel, "clock": lambda: NOW, "may_send": lambda: True, "noted": note, "bucket": Bucket(100),
        "staff_account": "-100", "timeout": 0.2, "pace": 0.0,
    }  # fmt: skip
    return Delivery(**(values | more)), noted


def content() -> SendFailed:
    return SendFailed("entities", "content", ours=True)


async def test_all_went_well() -> None:
    channel = Fake(parts=3)
    made, noted = delivery(channel)
    fate = await made.deliver(item())
    assert (fate.error, fate.accepted, noted) == (None, ["m3"], ["m1", "m2"])
    assert [account for account, _ in channel.got] == ["siti"] * 3


async def test_rows_to_staff_go_to_their_chat() -> None:
    channel = Fake()
    made, _ = delivery(channel)
    await made.deliver(item(account=None))
    assert channel.got[0][0] == "-100"
    made, _ = delivery(channel, staff_account=None)
    fate = await made.deliver(item(account=None))
    assert fate.error is not None and fate.error.code == "no-staff-chat"


async def test_a_refused_form_goes_once_as_plain_text_with_its_numbers() -> None:
    channel = Fake(content())
    made, _ = delivery(channel)
    fate = await made.deliver(item())
    assert fate.error is None and fate.plain
    (_, part) = channel.got[0]
    assert part.text == "0 Pilih satu:\n\n1 Belajar\n2 Tanya\n\nMENU" and not part.buttons


async def test_refused_as_plain_text_too_it_fails() -> None:
    made, _ = delivery(Fake(content(), content()))
    fate = await made.deliver(item())
    assert fate.error is not None and fate.plain


async def test_a_picture_that_is_refused_is_left_out_where_there_are_words() -> None:
    from bot.library.model import Media, Phrase

    picture = Part("picture", media=Media("k", "picture", "k.png", "image/png", 1, Phrase("x")))
    channel = Fake(None, content())
    channel.render = lambda body: [Part("text", text="lihat"), picture]  # type: ignore[method-assign]
    made, _ = delivery(channel)
    fate = await made.deliver(item())
    assert fate.error is None and [part.text for _, part in channel.got] == ["lihat"]
    assert plain_part(picture, item()) is None


async def test_it_goes_on_where_it_stopped() -> None:
    channel = Fake(parts=3)
    made, noted = delivery(channel)
    await made.deliver(item(part=2))
    assert [part.text[0] for _, part in channel.got] == ["2"] and noted == []


async def test_what_was_accepted_all_is_only_to_be_written_down() -> None:
    channel = Fake(parts=2)
    made, _ = delivery(channel)
    fate = await made.deliver(item(part=2))
    assert fate.error is None and channel.got == []


async def test_a_lease_that_grows_old_between_parts_leaves_the_rest() -> None:
    channel = Fake(parts=3)
    made, noted = delivery(channel, may_send=lambda: len(channel.got) < 2)
    fate = await made.deliver(item())
    assert noted == ["m1", "m2"] and len(channel.got) == 2
    assert fate.error is not None and (fate.error.action, fate.error.retry_after) == ("retry_at", 0.0)


async def test_a_part_that_takes_too_long_is_in_doubt() -> None:
    channel = Fake()

    async def slow(*_: Any, **__: Any) -> Sent:
        await asyncio.sleep(5)
        return Sent("m1")

    channel.send = slow  # type: ignore[method-assign]
    made, _ = delivery(channel)
    fate = await made.deliver(item())
    assert fate.error is not None and fate.error.action == "unknown"


async def test_a_bug_in_a_channel_ends_that_row_and_says_no_words() -> None:
    made, _ = delivery(Fake(KeyError("+62 812 Siti")))
    fate = await made.deliver(item())
    assert fate.error is not None and fate.error.action == "permanent_message"
    assert "Siti" not in str(fate.error) and fate.error.ours


async def test_parts_of_danger_do_not_wait_for_each_other() -> None:
    channel = Fake(parts=3)
    made, _ = delivery(channel, pace=30.0)
    async with asyncio.timeout(2):
        await made.deliver(item(DANGER))
    assert len(channel.got) == 3
