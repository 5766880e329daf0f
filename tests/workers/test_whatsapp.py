"""The sender loop against a local Twilio: what is in doubt is found out before it is sent again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.channels.transport import Timeouts
from bot.channels.whatsapp import WhatsApp
from bot.store import outbox
from bot.store.inbox import Received
from bot.workers.contexts import StaffChat, TurnSettings
from bot.workers.settle import Settler
from bot.workers.unknown import Reconciles
from tests.servers import OK, TwilioServer, hang, reset_after, tw
from tests.workers.house import House, contexts
from tests.workers.post import PATIENT, QUICK, STAFF, Post, eventually, never, running, sender_of

SENDER = "whatsapp:15005550006"
MAYBE_TWICE = "sends.maybe_twice"


@contextlib.asynccontextmanager
async def twilio(house: House, timeouts: Timeouts = PATIENT) -> AsyncIterator[tuple[TwilioServer, WhatsApp]]:
    async with TwilioServer() as server:
        server.clock = house.clock
        channel = WhatsApp(
            server.sid, server.auth_token, server.number, public_base="https://bekal.example", api_base=server.url,
            timeouts=timeouts,
        )  # fmt: skip
        try:
            yield server, channel
        finally:
            await channel.close()
            assert server.complaints == []


@pytest.fixture
def post(house: House) -> Post:
    return Post(house, SENDER)


def report(house: House, row: int, sid: str, status: str, code: int | None = None) -> outbox.Fate:
    """A status callback, as the web takes it in."""
    known = contexts(TurnSettings(staff_chat=StaffChat("telegram:7000000001", STAFF)))
    settler = Settler(house.store, known, SENDER, "whatsapp", final=False)
    with house.begin() as session:
        fate = outbox.status_callback(
            session, house.store, row, sid, status, str(code) if code else None, house.clock()
        )
        settler.reported(session, fate, house.clock())
    return fate


def number(n: int = 0) -> str:
    return f"+6281234567{n:03}"


async def test_taken_is_not_yet_delivered(house: House, post: Post) -> None:
    row = post.put(post.address(number()))
    async with twilio(house) as (server, channel), running(sender_of(house, channel)):
        assert isinstance(channel, Reconciles)
        await eventually(lambda: post.statuses(row) == ["sent"])
        assert house.rows()[0].body, "kept until it is delivered: it may have to be made again"
        report(house, row, server.messages[0]["sid"], "delivered")
        assert post.statuses(row) == ["delivered"] and house.rows()[0].body == {}


async def test_what_twilio_made_without_answering_is_found_in_its_list(house: House, post: Post) -> None:
    row = post.put(post.address(number()))
    async with twilio(house) as (server, channel):
        server.script("create", reset_after(accepted=True))
        async with running(sender_of(house, channel, reconcile_after=0.3)):
            await eventually(lambda: post.statuses(row) == ["sent"])
            assert len(server.called("create")) == 1 and len(server.called("list")) == 1
        assert server.bodies == ["halo"]
        report(house, row, server.messages[0]["sid"], "delivered")
    assert post.statuses(row) == ["delivered"] and post.counters() == {}


async def test_what_stands_in_no_list_is_sent_again(house: House, post: Post) -> None:
    row = post.put(post.address(number()))
    async with twilio(house, QUICK) as (server, channel):
        server.script("create", hang(accepted=False))
        async with running(sender_of(house, channel, reconcile_after=0.3)):
            await eventually(lambda: post.statuses(row) == ["sent"])
        assert server.bodies == ["halo"]
    assert post.counters() == {MAYBE_TWICE: 1}


async def test_a_message_of_the_same_words_is_not_taken_for_it(house: House, post: Post) -> None:
    """ "Menu" was sent a moment ago; the second "Menu" is in doubt: the first one must not stand for it."""
    one = post.address(number())
    first = post.put(one, "menu")
    async with twilio(house, QUICK) as (server, channel):
        async with running(sender_of(house, channel, reconcile_after=0.3)):
            await eventually(lambda: post.statuses(first) == ["sent"])
            server.script("create", hang(accepted=False))
            second = post.put(one, "menu")
            await eventually(lambda: post.statuses(second) == ["sent"])
        assert server.bodies == ["menu", "menu"]


async def test_the_callback_tells_before_the_list_is_asked(house: House, post: Post) -> None:
    row = post.put(post.address(number()))
    async with twilio(house) as (server, channel):
        server.script("create", reset_after(accepted=True))
        async with running(sender_of(house, channel, reconcile_after=1.5)):
            await eventually(lambda: post.statuses(row) == ["unknown"])
            report(house, row, server.messages[0]["sid"], "sent")
            await eventually(lambda: post.statuses(row) == ["sent"])
            assert server.called("list") == []
        assert server.bodies == ["halo"]
    assert post.counters() == {}


async def test_later_words_wait_for_what_is_in_doubt_danger_does_not(house: House, post: Post) -> None:
    one = post.address(number())
    first = post.put(one, "satu")
    async with twilio(house, QUICK) as (server, channel):
        server.script("create", hang(accepted=False))
        async with running(sender_of(house, channel, reconcile_after=1.0)):
            await eventually(lambda: post.statuses(first) == ["unknown"])
            later = post.put(one, "dua")
            danger = post.put(one, "darurat", outbox.DANGER)
            await eventually(lambda: post.statuses(danger) == ["sent"])
            assert post.statuses(later) == ["queued"]
            await eventually(lambda: post.statuses(first, later) == ["sent", "sent"])
        assert server.bodies == ["darurat", "satu", "dua"]


async def test_a_list_that_cannot_be_read_is_asked_again(house: House, post: Post) -> None:
    row = post.put(post.address(number()))
    async with twilio(house) as (server, channel):
        server.script("create", reset_after(accepted=True))
        server.script("list", tw.broken(500), tw.throttled())
        async with running(sender_of(house, channel, reconcile_after=0.1)):
            await eventually(lambda: post.statuses(row) == ["sent"], 15)
        assert server.bodies == ["halo"]
    assert post.counters() == {}


async def test_a_long_text_in_doubt_goes_on_behind_the_part_that_was_found(house: House, post: Post) -> None:
    row = post.put(post.address(number()), "\n\n".join(f"{n} " + "kata " * 250 for n in range(3)))
    async with twilio(house) as (server, channel):
        server.script("create", OK, reset_after(accepted=True))
        async with running(sender_of(house, channel, reconcile_after=0.1)):
            await eventually(lambda: post.statuses(row) == ["sent"])
        assert [body[0] for body in server.bodies] == ["0", "1", "2"]
    assert post.counters() == {}


async def test_after_a_kill_twilio_is_asked_first(house: House, post: Post) -> None:
    people = [post.address(number(n)) for n in range(3)]
    ids = [post.put(one, f"untuk {n}") for n, one in enumerate(people)]
    async with twilio(house) as (server, channel):
        with house.begin() as session:
            epoch = outbox.take_lease(session, SENDER, "dead", house.clock(), timedelta(seconds=30))
            assert epoch is not None
            items = outbox.claim(
                session, house.store, sender=SENDER, epoch=epoch, n=3, now=house.clock(), lease=timedelta(seconds=30)
            )
        # Two of them had arrived when the process was killed.
        for item in items[:2]:
            from bot.channels.base import Address

            assert item.account is not None
            part = channel.render(item.body)[0]
            await channel.send(Address(item.account, item.inbound_at), part, now=house.clock(), ref=item.id)
        house.clock.move(31)
        async with running(sender_of(house, channel, reconcile_after=0.2)):
            await eventually(lambda: post.statuses(*ids) == ["sent"] * 3)
        assert sorted(server.bodies) == ["untuk 0", "untuk 1", "untuk 2"]
    assert post.counters() == {MAYBE_TWICE: 1}


# --- the window -------------------------------------------------------------------------------------------------------


async def test_outside_the_window_it_waits_for_the_person_to_write(house: House, post: Post) -> None:
    one = post.address(number())
    house.clock.move(25 * 3600)
    row = post.put(one, "jawaban petugas")
    async with twilio(house) as (server, channel), running(sender_of(house, channel)):
        await eventually(lambda: house.rows()[0].why == "window-closed" and post.statuses(row) == ["queued"])
        house.clock.move(3600)
        await never(lambda: server.calls)
        post.address(number())  # writes
        house.clock.move(16)
        await eventually(lambda: post.statuses(row) == ["sent"])
        assert server.bodies == ["jawaban petugas"]


async def test_a_window_that_closed_at_twilio_parks_too(house: House, post: Post) -> None:
    row = post.put(post.address(number()))
    async with twilio(house) as (server, channel):
        server.script("create", tw.error(63016))
        async with running(sender_of(house, channel)):
            await eventually(lambda: house.rows()[0].why == "63016")
            assert post.statuses(row) == ["queued"]


# --- what Twilio says, at once and later ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "status", "unreachable"),
    [(21610, "failed", "21610"), (63024, "failed", "63024"), (63032, "failed", None), (63005, "failed", None)],
)
async def test_refusals(house: House, post: Post, code: int, status: str, unreachable: str | None) -> None:
    one = post.address(number())
    row = post.put(one)
    async with twilio(house) as (server, channel):
        server.script("create", tw.error(code))
        async with running(sender_of(house, channel)):
            await eventually(lambda: post.statuses(row) == [status])
    assert address(house, one).unreachable == unreachable
    assert (address(house, one).stopped_at is not None) is (code == 21610), "who opted out gets no announcements either"


async def test_the_days_limit_holds_pushes_back_and_nothing_else(house: House, post: Post) -> None:
    one, two = post.address(number(0)), post.address(number(1))
    push = post.put(one, "kabar", outbox.PUSHES)
    async with twilio(house) as (server, channel):
        server.script("create", tw.error(63018))
        async with running(sender_of(house, channel)):
            await eventually(lambda: house.rows()[0].why == "63018")
            other = post.put(two, "kabar", outbox.PUSHES)
            reply = post.put(two, "balasan")
            await eventually(lambda: post.statuses(reply) == ["sent"])
            await never(lambda: post.statuses(push, other) != ["queued", "queued"])
            house.clock.move(3601)
            await eventually(lambda: post.statuses(push, other) == ["sent", "sent"])


async def test_suspended_stops_the_line(house: House, post: Post) -> None:
    row = post.put(post.address(number()))
    async with twilio(house) as (server, channel):
        server.script("create", tw.error(63020))
        async with running(sender_of(house, channel)):
            await eventually(lambda: halted(house) == "63020")
            assert post.statuses(row) == ["queued"]


async def test_a_message_that_fails_later_is_made_again_where_that_helps(house: House, post: Post) -> None:
    row = post.put(post.address(number()))
    async with twilio(house) as (server, channel), running(sender_of(house, channel)):
        for made in (1, 2):
            await eventually(lambda made=made: post.statuses(row) == ["sent"] and len(server.messages) == made)
            report(house, row, server.messages[-1]["sid"], "undelivered", 63010)
            assert post.statuses(row) == ["queued"]
            house.clock.move(10)
        await eventually(lambda: post.statuses(row) == ["sent"] and len(server.messages) == 3)
    assert post.counters() == {}, "the first ones are dead: no doubles"


async def test_a_message_that_fails_later_for_good_ends(house: House, post: Post) -> None:
    one = post.address(number())
    row = post.put(one)
    async with twilio(house) as (server, channel), running(sender_of(house, channel)):
        await eventually(lambda: post.statuses(row) == ["sent"])
        report(house, row, server.messages[0]["sid"], "failed", 63024)
    assert post.statuses(row) == ["failed"] and house.rows()[0].body == {}
    assert address(house, one).unreachable == "63024"


async def test_a_report_that_came_before_the_answer_counts(house: House, post: Post) -> None:
    row = post.put(post.address(number()))
    async with twilio(house) as (_, channel):
        real = channel.send

        async def late(*args: Any, **more: Any) -> Any:
            sent = await real(*args, **more)
            await asyncio.to_thread(report, house, row, sent.provider_id, "failed", 63032)
            return sent

        channel.send = late  # type: ignore[method-assign]
        async with running(sender_of(house, channel)):
            await eventually(lambda: post.statuses(row) == ["failed"])
        assert house.rows()[0].body == {}


def address(house: House, received: Received) -> Any:
    from bot.store import people

    with house.store.read() as session:
        return people.open_address(session, house.store, received.address_id, lock=False)


def halted(house: House) -> str | None:
    with house.store.read() as session:
        state = outbox.sender_state(session, SENDER)
    return state.halted if state else None
