"""The person hears that staff were told only after they were, and the contrary when they were not."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.store import outbox, people
from bot.store.sql import run, table
from bot.store.tables import Alert
from bot.workers.turns import TurnRunner
from tests.servers import OK, slow, tg
from tests.workers.house import CRY, House
from tests.workers.post import STAFF, Post, eventually, never, running, sender_of, telegram

CHAT = "1000"


def raise_alert(house: House, runner: TurnRunner) -> str:
    """A cry for help, "tell the staff", "safe"; the code."""
    house.say(runner, CHAT, CRY, "petugas")
    rows = house.say(runner, CHAT, "aman")
    code = re.search(r"K-[0-9A-Z]{5}", "".join(row.text for row in rows if row.body.get("state") == "alert-waits"))
    assert code is not None
    return code.group()


def statuses(house: House) -> list[str]:
    from sqlalchemy import select

    with house.store.read() as session:
        return list(run(session, select(table(Alert).c.status)).scalars())


def said(texts: list[str], what: str) -> list[str]:
    return [text for text in texts if what in text]


@pytest.fixture
def runner(house: House) -> TurnRunner:
    return house.runner(staffed=True)


def words(house: House, *, sent: bool) -> str:
    """The sentence as the catalogue has it."""
    from bot.conversation.danger import alert_told
    from tests.workers.house import contexts

    c = contexts().blank("telegram", "id", house.clock())
    return alert_told(sent, "K-00000", c).text.split("K-00000")[0].rstrip(" *")


async def test_told_is_said_only_once_it_was_sent(house: House, runner: TurnRunner) -> None:
    async with telegram() as (server, channel):
        server.answer_chat(STAFF, slow(0.1))
        async with running(sender_of(house, channel)):
            code = raise_alert(house, runner)
            told = words(house, sent=True)
            await eventually(lambda: server.texts(STAFF))  # it arrived, but that is not known here yet
            assert not said(server.texts(CHAT), told)
            await eventually(lambda: said(server.texts(CHAT), told))
            assert len(said(server.texts(STAFF), code)) == 1
            house.clock.move(200)
            await never(lambda: said(server.texts(CHAT), words(house, sent=False)))
        assert len(said(server.texts(CHAT), told)) == 1
    assert statuses(house) == ["sent"]


async def test_an_alert_that_failed_for_good_is_said_at_once_and_once(house: House, runner: TurnRunner) -> None:
    async with telegram() as (server, channel):
        server.answer_chat(STAFF, tg.bad("chat not found"))
        async with running(sender_of(house, channel)):
            raise_alert(house, runner)
            await eventually(lambda: said(server.texts(CHAT), words(house, sent=False)))
            house.clock.move(200)
            await never(lambda: len(said(server.texts(CHAT), words(house, sent=False))) > 1)
        assert not said(server.texts(CHAT), words(house, sent=True))
    assert statuses(house) == ["failed"]


async def test_an_alert_unsent_for_two_minutes_is_said_once_and_a_late_one_is_set_right(
    house: House, runner: TurnRunner
) -> None:
    async with telegram() as (server, channel):
        server.answer_chat(STAFF, tg.flood(300))
        async with running(sender_of(house, channel)):
            raise_alert(house, runner)
            await eventually(lambda: any(call.params.get("chat_id") == STAFF for call in server.calls))
            house.clock.move(60)
            await never(lambda: said(server.texts(CHAT), words(house, sent=False)))
            house.clock.move(61)
            await eventually(lambda: said(server.texts(CHAT), words(house, sent=False)))
            server.answer_chat(STAFF, None)
            house.clock.move(300)
            await eventually(lambda: said(server.texts(CHAT), words(house, sent=True)))
        assert len(said(server.texts(CHAT), words(house, sent=False))) == 1
    assert statuses(house) == ["sent"]


async def test_an_alert_overtakes_everything(house: House, runner: TurnRunner) -> None:
    post = Post(house)
    people_ = post.addresses(100, first=2000)
    while runner.run_once().addresses:
        pass
    post.put_all([(one, "kabar") for one in people_], outbox.PUSHES)
    async with telegram() as (server, channel), running(sender_of(house, channel, rate=20)):
        await eventually(lambda: len(server.calls) > 3)
        code = raise_alert(house, runner)
        await eventually(lambda: said(server.texts(STAFF), code), 3)
        assert len(server.calls) < 90


async def test_nobody_else_on_the_phone_learns_of_it(house: House, runner: TurnRunner) -> None:
    raise_alert(house, runner)
    (alert_row,) = [row for row in house.rows() if row.kind == "alert"]
    address = next(row.address_id for row in house.rows() if row.body.get("state") == "alert")
    with house.begin() as session:
        people.add_profile(session, house.store, address_id=address, nickname="Ina", pin=None, now=house.clock())
    before = len(house.rows())
    from bot.workers.alerts import told

    with house.begin() as session:
        told(session, house.store, runner.stage.contexts, alert_row.id, sent=True, now=house.clock())
    rows = house.rows()
    assert len(rows) == before
    assert [row.status for row in rows if row.body.get("state") == "alert" or row.why == "other person"] == [
        "cancelled"
    ]


async def test_no_staff_chat_set_at_the_sender_is_a_failure_that_is_said(house: House, runner: TurnRunner) -> None:
    async with telegram() as (server, channel), running(sender_of(house, channel, staff_account=None)):
        raise_alert(house, runner)
        await eventually(lambda: said(server.texts(CHAT), words(house, sent=False)))


async def test_after_a_kill_an_alert_in_doubt_is_sent_again(house: House, runner: TurnRunner) -> None:
    code = raise_alert(house, runner)
    with house.begin() as session:
        epoch = outbox.take_lease(session, "telegram:7000000001", "dead", house.clock(), timedelta(seconds=30))
        assert epoch is not None
        outbox.claim(
            session, house.store, sender="telegram:7000000001", epoch=epoch, n=10, now=house.clock(),
            lease=timedelta(seconds=30),
        )  # fmt: skip
    house.clock.move(31)
    async with telegram() as (server, channel):
        server.script("*", OK)
        async with running(sender_of(house, channel)):
            await eventually(lambda: said(server.texts(CHAT), words(house, sent=True)))
        assert len(said(server.texts(STAFF), code)) == 1


async def test_rows_to_staff_that_are_no_alert_tell_nobody(house: House) -> None:
    from bot.workers.alerts import tell_staff
    from tests.workers.house import STAFF_CHAT

    with house.begin() as session:
        tell_staff(session, house.store, STAFF_CHAT, "parked:1", "satu pesan", outbox.REPLIES, house.clock())
        assert tell_staff(session, house.store, STAFF_CHAT, "parked:1", "x", outbox.REPLIES, house.clock()) is None
    async with telegram() as (server, channel), running(sender_of(house, channel)):
        await eventually(lambda: server.texts(STAFF) == ["satu pesan"])
    assert [row.address_id for row in house.rows()] == [outbox.STAFF]
