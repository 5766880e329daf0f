"""The sender loop against a local Telegram that floods, refuses, hangs and breaks."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest

from bot.channels.telegram import Telegram
from bot.store import outbox
from bot.workers import metrics
from bot.workers.sender import Sender
from tests.servers import OK, TelegramServer, hang, reset_after, slow, tg
from tests.workers.house import House
from tests.workers.post import QUICK, Post, eventually, never, running, sender_of, telegram

MAYBE_TWICE = "sends.maybe_twice"


def state(house: House) -> outbox.SenderState:
    with house.store.read() as session:
        found = outbox.sender_state(session, "telegram:7000000001")
    return found or outbox.SenderState("telegram:7000000001", None, 0, None, None, None, None)


# --- what goes well ---------------------------------------------------------------------------------------------------


async def test_what_waits_is_sent_and_its_text_is_gone(house: House) -> None:
    post = Post(house)
    people = post.addresses(12)
    ids = post.put_all([(one, f"untuk {n}") for n, one in enumerate(people)])
    async with telegram() as (server, channel), running(sender_of(house, channel)):
        await eventually(lambda: post.statuses(*ids) == ["sent"] * 12)
        assert [server.texts(1000 + n) for n in range(12)] == [[f"untuk {n}"] for n in range(12)]
    assert all(row.body == {} for row in house.rows())
    assert post.counters() == {}


async def test_order_is_kept_and_never_more_in_flight_than_allowed(house: House) -> None:
    post = Post(house)
    people = post.addresses(6)
    post.put_all([(one, f"{number}") for number in range(8) for one in people])
    async with telegram() as (server, channel):
        server.always("sendMessage", slow(0.03))
        sender = sender_of(house, channel, concurrency=4)
        most = 0
        async with running(sender):
            while set(post.statuses()) != {"sent"}:
                most = max(most, sender.in_flight)
                await asyncio.sleep(0.01)
        for n in range(6):
            assert server.texts(1000 + n) == [str(number) for number in range(8)]
    assert 1 < most <= 4


async def test_about_one_message_a_second_to_an_address(house: House) -> None:
    from tests.workers.house import NOW

    post = Post(house)
    one, two = post.addresses(2)
    post.put_all([(one, "a"), (one, "b"), (one, "c"), (two, "d")])
    house.clock.at = NOW
    async with telegram() as (server, channel), running(sender_of(house, channel, per_address=1.0)):
        await eventually(lambda: len(server.sent) == 2)
        await never(lambda: len(server.texts(1000)) > 1)
        house.clock.move(1.01)
        await eventually(lambda: server.texts(1000) == ["a", "b"])
        await never(lambda: len(server.texts(1000)) > 2)
        # Danger does not wait for the second.
        post.put(one, "darurat", outbox.DANGER)
        await eventually(lambda: server.texts(1000) == ["a", "b", "darurat"])


async def test_it_is_woken_and_need_not_look(house: House) -> None:
    from bot.workers.loops import sender_loop
    from bot.workers.wake import OUTBOX, notify

    post = Post(house)
    one = post.address("1000")
    async with telegram() as (server, channel):
        sender = sender_of(house, channel, poll=30.0, lease_seconds=200.0)
        task = asyncio.create_task(sender_loop(sender))
        await eventually(lambda: sender.may_send())
        await asyncio.sleep(0.2)
        post.put(one, "cepat")
        with house.begin() as session:
            notify(session, OUTBOX)
        began = time.monotonic()
        await eventually(lambda: server.texts(1000) == ["cepat"], 3)
        assert time.monotonic() - began < 1.5
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_messages_are_taken_away(house: House) -> None:
    post = Post(house)
    row = post.put(
        post.address("1000"), kind="delete", lane=outbox.DANGER, body={"delete": [str(n) for n in range(150)]}
    )
    async with telegram() as (server, channel), running(sender_of(house, channel)):
        await eventually(lambda: post.statuses(row) == ["sent"])
        assert len(server.deleted) == 150 and len(server.called("deleteMessages")) == 2


# --- 429 --------------------------------------------------------------------------------------------------------------


async def test_a_flood_of_one_address_pauses_that_address(house: House) -> None:
    post = Post(house)
    slow_one, *others = post.addresses(4)
    row = post.put(slow_one, "sabar")
    async with telegram() as (server, channel):
        server.answer_chat(1000, tg.flood(7))
        async with running(sender_of(house, channel)):
            await eventually(lambda: len(server.called("sendMessage")) == 1 and post.statuses(row) == ["queued"])
            more = post.put_all([(one, "halo") for one in others])
            danger = post.put(slow_one, "darurat", outbox.DANGER)
            await eventually(lambda: post.statuses(*more) == ["sent"] * 3)
            assert state(house).paused_until is None
            server.answer_chat(1000, None)
            await never(lambda: server.texts(1000))
            house.clock.move(7.1)
            await eventually(lambda: post.statuses(row, danger) == ["sent", "sent"])
        assert server.texts(1000) == ["darurat", "sabar"]


async def test_floods_of_two_addresses_pause_the_sender_and_danger_goes_first_afterwards(house: House) -> None:
    post = Post(house)
    people = post.addresses(6)
    async with telegram() as (server, channel):
        server.script("sendMessage", tg.flood(3), tg.flood(3))
        async with running(sender_of(house, channel, concurrency=2)):
            post.put_all([(people[0], "a"), (people[1], "b")])
            await eventually(lambda: state(house).paused_until)
            post.put_all([(one, "kabar") for one in people], outbox.PUSHES)
            post.put(people[5], "darurat", outbox.DANGER)
            await never(lambda: server.sent)
            house.clock.move(3.1)
            await eventually(lambda: len(server.called("sendMessage")) >= 2 + 9)
        texts = [call.params["text"] for call in server.called("sendMessage")][2:]
        assert texts[0] == "darurat"
        assert set(texts[1:3]) == {"a", "b"}


async def test_floods_far_apart_do_not_pause_the_sender(house: House) -> None:
    post = Post(house)
    one, two = post.addresses(2)
    async with telegram() as (server, channel):
        sender = sender_of(house, channel)
        ticks = [100.0]
        sender._settler.clock = lambda: ticks[0]
        server.script("sendMessage", tg.flood(1), tg.flood(1))
        async with running(sender):
            rows = [post.put(one, "a")]
            await eventually(lambda: len(server.calls) == 1 and post.statuses(rows[0]) == ["queued"])
            ticks[0] += 6
            rows.append(post.put(two, "b"))
            await eventually(lambda: len(server.calls) == 2 and post.statuses(*rows) == ["queued", "queued"])
            assert state(house).paused_until is None


# --- refused ----------------------------------------------------------------------------------------------------------


async def test_who_blocked_us_is_left_alone_until_they_write(house: House) -> None:
    post = Post(house)
    gone, other = post.addresses(2)
    rows = post.put_all([(gone, "a"), (gone, "b"), (other, "c")])
    async with telegram() as (server, channel):
        server.answer_chat(1000, tg.blocked())
        async with running(sender_of(house, channel)):
            await eventually(lambda: post.statuses(*rows) == ["failed", "cancelled", "sent"])
            why = {row.id: row.why for row in house.rows()}
            assert why[rows[0]] == "blocked" and why[rows[1]] == "blocked"
            later = post.put(gone, "d")
            await never(lambda: post.statuses(later) != ["queued"])
            server.answer_chat(1000, None)
            post.address("1000")  # writes again
            await eventually(lambda: post.statuses(later) == ["sent"])
        assert server.texts(1000) == ["d"]


async def test_a_bad_request_fails_that_message_only(house: House) -> None:
    post = Post(house)
    one = post.address("1000")
    rows = post.put_all([(one, "a"), (one, "b")])
    async with telegram() as (server, channel):
        server.script("sendMessage", tg.bad("something new"), OK)
        async with running(sender_of(house, channel)):
            await eventually(lambda: post.statuses(*rows) == ["failed", "sent"])
        assert server.texts(1000) == ["b"]


async def test_a_body_that_cannot_be_rendered_takes_no_other_along(house: House) -> None:
    post = Post(house)
    one = post.address("1000")
    bad = post.put(one, body={"text": "x", "document": {"what": "is this"}})
    good = post.put(one, "b")
    async with telegram() as (server, channel), running(sender_of(house, channel)):
        await eventually(lambda: post.statuses(bad, good) == ["failed", "sent"])
        assert server.texts(1000) == ["b"]


async def test_a_wrong_token_stops_the_line(house: House) -> None:
    post = Post(house)
    one, two = post.addresses(2)
    first = post.put(one, "a")
    async with telegram() as (server, channel):
        server.script("sendMessage", tg.refused(401, "Unauthorized"))
        async with running(sender_of(house, channel)):
            await eventually(lambda: state(house).halted)
            assert state(house).halted == "bad-token"
            assert metrics.halted.labels("telegram")._value.get() == 1
            second = post.put(two, "b", outbox.DANGER)
            await never(lambda: len(server.calls) > 1)
            assert post.statuses(first, second) == ["queued", "queued"], "nothing is lost by it"
            with house.begin() as session:
                outbox.resume_sender(session, "telegram:7000000001")
            await eventually(lambda: post.statuses(first, second) == ["sent", "sent"])


async def test_refused_media_go_without_and_refused_words_go_plain(house: House, tmp_path: Any) -> None:
    from bot.library.model import Media, Phrase

    (tmp_path / "a.png").write_bytes(b"\x89PNG" + bytes(100))
    picture = Media("kartu", "picture", "a.png", "image/png", 104, Phrase("gambar"))
    post = Post(house)
    one = post.address("1000")
    row = post.put(one, body={"text": "lihat", "picture": "kartu", "state": "menu", "step": 1})
    async with TelegramServer() as server:
        channel = Telegram(server.token, base=server.url, media={"kartu": picture}, media_folder=tmp_path)
        server.script("sendPhoto", tg.bad("PHOTO_INVALID_DIMENSIONS"))
        async with running(sender_of(house, channel)):
            await eventually(lambda: post.statuses(row) == ["sent"])
        assert server.texts(1000) == ["lihat"]
        await channel.close()


# --- the provider is ill ----------------------------------------------------------------------------------------------


async def test_a_fault_at_telegram_backs_off(house: House) -> None:
    post = Post(house)
    row = post.put(post.address("1000"))
    async with telegram() as (server, channel):
        server.script("sendMessage", tg.broken(500), tg.broken(502))
        async with running(sender_of(house, channel)):
            await eventually(lambda: len(server.calls) == 1 and post.statuses(row) == ["queued"])
            (waiting,) = house.rows()
            wait = (waiting.not_before - house.clock()).total_seconds()
            assert 1.5 <= wait <= 2.5 and waiting.why == "http-500"
            house.clock.move(2.6)
            await eventually(lambda: len(server.calls) == 2 and post.statuses(row) == ["queued"])
            assert 3 <= (house.rows()[0].not_before - house.clock()).total_seconds() <= 5
            house.clock.move(5.1)
            await eventually(lambda: post.statuses(row) == ["sent"])
    assert post.counters() == {}, "Telegram said that it did not take it"


async def test_an_ill_provider_is_asked_by_one_at_a_time(house: House) -> None:
    post = Post(house)
    post.put_all([(one, "a") for one in post.addresses(20)])
    async with telegram() as (server, channel):
        server.always("sendMessage", tg.broken(503))
        sender = sender_of(house, channel, concurrency=5)
        async with running(sender):
            await eventually(lambda: sender._settler.trouble >= 5 and sender.in_flight == 0)
            most = 0
            for _ in range(30):
                most = max(most, sender.in_flight)
                await asyncio.sleep(0.01)
            assert most <= 1
            server.always("sendMessage", None)
            house.clock.move(10)
            await eventually(lambda: set(post.statuses()) == {"sent"})


async def test_no_answer_is_sent_again_and_counted(house: House) -> None:
    post = Post(house)
    row = post.put(post.address("1000"))
    async with telegram(QUICK) as (server, channel):
        server.script("sendMessage", hang(accepted=False))
        async with running(sender_of(house, channel)):
            await eventually(lambda: post.statuses(row) == ["sent"])
        assert server.texts(1000) == ["halo"]
    assert post.counters() == {MAYBE_TWICE: 1}
    assert house.rows()[0].resends == 1
    assert metrics.doubles._value.get() == 1


async def test_a_connection_that_breaks_after_writing_may_make_a_double_and_is_counted(house: House) -> None:
    post = Post(house)
    row = post.put(post.address("1000"))
    async with telegram() as (server, channel):
        server.script("sendMessage", reset_after(accepted=True))
        async with running(sender_of(house, channel)):
            await eventually(lambda: post.statuses(row) == ["sent"])
        assert server.texts(1000) == ["halo", "halo"]
    assert post.counters() == {MAYBE_TWICE: 1}


async def test_a_push_is_sent_at_most_once_more(house: House) -> None:
    post = Post(house)
    row = post.put(post.address("1000"), lane=outbox.PUSHES)
    async with telegram(QUICK) as (server, channel):
        server.script("sendMessage", hang(), hang(), OK, OK)
        async with running(sender_of(house, channel)):
            await eventually(lambda: post.statuses(row) == ["failed"])
            assert house.rows()[0].why == "unknown"
            assert len(server.called("sendMessage")) == 2
    assert post.counters() == {MAYBE_TWICE: 1}


async def test_a_reply_is_sent_again_ever_more_slowly_but_not_for_ever(house: House) -> None:
    post = Post(house)
    row = post.put(post.address("1000"))
    async with telegram(QUICK) as (server, channel):
        server.always("sendMessage", hang())
        async with running(sender_of(house, channel)):
            await eventually(lambda: len(server.calls) == 2 and post.statuses(row) == ["queued"])
            house.clock.move(10)
            await eventually(lambda: len(server.calls) == 3 and post.statuses(row) == ["queued"])
            house.clock.move(60)
            await eventually(lambda: post.statuses(row) == ["failed"])
        assert len(server.calls) == 4
    assert post.counters() == {MAYBE_TWICE: 3}


async def test_a_closed_door_is_no_double(house: House) -> None:
    from tests.servers import closed_port_url

    post = Post(house)
    row = post.put(post.address("1000"))
    channel = Telegram("7000000001:abc", base=closed_port_url())
    async with running(sender_of(house, channel)):
        await eventually(lambda: house.rows()[0].attempts == 1 and post.statuses(row) == ["queued"])
    assert post.counters() == {}
    await channel.close()


# --- parts ------------------------------------------------------------------------------------------------------------


async def test_a_long_text_goes_on_where_it_stopped(house: House) -> None:
    post = Post(house)
    text = "\n\n".join(f"{number} " + "kata " * 700 for number in range(3))
    row = post.put(post.address("1000"), text)
    async with telegram() as (server, channel):
        server.script("sendMessage", OK, tg.broken(500))
        async with running(sender_of(house, channel)):
            await eventually(lambda: len(server.calls) == 2 and post.statuses(row) == ["queued"])
            house.clock.move(5)
            await eventually(lambda: post.statuses(row) == ["sent"])
        assert [words[0] for words in server.texts(1000)] == ["0", "1", "2"]
    assert post.counters() == {}


async def test_a_part_in_doubt_is_the_only_one_sent_again(house: House) -> None:
    post = Post(house)
    text = "\n\n".join(f"{number} " + "kata " * 700 for number in range(3))
    row = post.put(post.address("1000"), text)
    async with telegram() as (server, channel):
        server.script("sendMessage", OK, reset_after(accepted=True))
        async with running(sender_of(house, channel)):
            await eventually(lambda: post.statuses(row) == ["sent"])
        assert [words[0] for words in server.texts(1000)] == ["0", "1", "1", "2"]
    assert post.counters() == {MAYBE_TWICE: 1}


# --- lanes ------------------------------------------------------------------------------------------------------------


async def test_danger_overtakes_five_hundred_pushes(house: House) -> None:
    post = Post(house)
    people = post.addresses(500)
    post.put_all([(one, "kabar") for one in people], outbox.PUSHES)
    async with telegram() as (server, channel), running(sender_of(house, channel, rate=40)):
        await eventually(lambda: len(server.calls) > 20)
        before = len(server.calls)
        post.put(people[3], "balasan", outbox.REPLIES)
        post.put(people[7], "darurat", outbox.DANGER)
        await eventually(lambda: "darurat" in server.texts(1007))
        texts = [call.params["text"] for call in server.calls]
        assert texts.index("darurat") - before < 20
        await eventually(lambda: "balasan" in server.texts(1003))
        assert len(server.calls) < 200, "long before the pushes are done"


async def test_danger_waits_neither_for_tokens_nor_for_sends_that_hang(house: House) -> None:
    post = Post(house)
    people = post.addresses(30)
    async with telegram() as (server, channel):
        server.always("sendMessage", slow(0.2))
        # One token in ten seconds, and pushes take all the room they may.
        async with running(sender_of(house, channel, rate=0.1, concurrency=5)):
            post.put_all([(one, "kabar") for one in people], outbox.PUSHES)
            for number in range(3):
                post.put(people[number], "darurat", outbox.DANGER)
            await eventually(lambda: sum("darurat" in server.texts(1000 + n) for n in range(3)) == 3, 6)


async def seconds_for(house: House, lane: int, n: int, rate: float) -> float:
    """How long the sender takes for so many messages, from when it leads."""
    post = Post(house)
    post.put_all([(one, "kabar") for one in post.addresses(n + 20)], lane)
    async with telegram() as (server, channel):
        sender = sender_of(house, channel, rate=rate)
        async with running(sender):
            await eventually(lambda: sender.may_send())
            began = time.monotonic()
            await eventually(lambda: len(server.calls) >= n, 30)
            return time.monotonic() - began


async def test_pushes_take_at_most_four_fifths_of_the_rate(house: House) -> None:
    took = await seconds_for(house, outbox.PUSHES, 80, 50.0)
    assert took >= (80 - 0.2 * 40 - 1) / 40


async def test_the_rate_holds_for_replies(house: House) -> None:
    took = await seconds_for(house, outbox.REPLIES, 80, 50.0)
    assert took >= (80 - 0.2 * 50 - 1) / 50


# --- leases -----------------------------------------------------------------------------------------------------------


async def test_one_sends_the_other_waits_and_takes_over(house: House) -> None:
    post = Post(house)
    people = post.addresses(10)
    async with telegram() as (server, channel):
        first, second = sender_of(house, channel, holder="one"), sender_of(house, channel, holder="two")
        async with running(second):
            async with running(first):
                await eventually(lambda: first.may_send() or second.may_send())
                leader, other = (first, second) if first.may_send() else (second, first)
                ids = post.put_all([(one, "a") for one in people])
                await eventually(lambda: post.statuses(*ids) == ["sent"] * 10)
                assert leader.may_send() and not other.may_send()
            # The first one ended cleanly: whoever is left leads.
            await eventually(lambda: second.may_send())
            ids = post.put_all([(one, "b") for one in people])
            await eventually(lambda: post.statuses(*ids) == ["sent"] * 10)
        assert all(server.texts(1000 + n) == ["a", "b"] for n in range(10))
    assert post.counters() == {}


async def test_after_a_kill_the_lease_runs_out_and_what_was_under_way_is_found_out(house: House) -> None:
    post = Post(house)
    people = post.addresses(4)
    ids = post.put_all([(one, "a") for one in people])
    with house.begin() as session:  # a process elsewhere claims two and is killed: one had arrived
        epoch = outbox.take_lease(session, "telegram:7000000001", "dead", house.clock(), timedelta(seconds=30))
        assert epoch is not None
        outbox.claim(
            session, house.store, sender="telegram:7000000001", epoch=epoch, n=2, now=house.clock(),
            lease=timedelta(seconds=30),
        )  # fmt: skip
    async with telegram() as (server, channel), running(sender_of(house, channel)):
        await never(lambda: server.calls)
        house.clock.move(30.1)
        await eventually(lambda: post.statuses(*ids) == ["sent"] * 4)
        assert all(server.texts(1000 + n) == ["a"] for n in range(4))
    assert post.counters() == {MAYBE_TWICE: 2}, "as many as were under way, and not one more"


async def test_a_process_of_this_machine_that_is_dead_need_not_be_waited_for(house: House) -> None:
    from bot.workers.holder import own_name

    machine, pid, started = own_name().split(":")
    post = Post(house)
    row = post.put(post.address("1000"))
    with house.begin() as session:
        dead = f"{machine}:{pid}:{int(started) - 1}"
        assert outbox.take_lease(session, "telegram:7000000001", dead, house.clock(), timedelta(hours=1))
    async with telegram() as (_, channel), running(sender_of(house, channel)):
        await eventually(lambda: post.statuses(row) == ["sent"])


async def test_an_old_epoch_claims_nothing(house: House) -> None:
    """Two senders, the first one asleep for longer than its lease: only the new one sends."""
    post = Post(house)
    people = post.addresses(20)
    async with telegram() as (server, channel):
        old, new = sender_of(house, channel, holder="old"), sender_of(house, channel, holder="new")
        async with running(old):
            await eventually(lambda: old.may_send())
            with house.begin() as session:  # somebody else took over while it slept
                house.clock.move(31)
                epoch = outbox.take_lease(session, "telegram:7000000001", "new", house.clock(), timedelta(seconds=30))
                assert epoch == 2
            ids = post.put_all([(one, "a") for one in people])
            await never(lambda: server.calls)
            assert not old.may_send()
            async with running(new):
                await eventually(lambda: post.statuses(*ids) == ["sent"] * 20)
        assert sum(len(server.texts(1000 + n)) for n in range(20)) == 20
    assert state(house).epoch >= 3


async def test_what_it_had_under_way_when_the_lease_went_is_not_sent_twice_by_itself(house: House) -> None:
    """It takes the lease anew only when its own sends have landed."""
    post = Post(house)
    row = post.put(post.address("1000"))
    async with telegram() as (server, channel):
        server.script("sendMessage", slow(0.2))
        sender = sender_of(house, channel)
        async with running(sender):
            await eventually(lambda: sender.in_flight == 1)
            house.clock.move(31)  # its lease is over by the wall clock
            sender._claims.lose()
            await eventually(lambda: post.statuses(row) == ["sent"])
            await eventually(lambda: sender.may_send())
        assert server.texts(1000) == ["halo"]
    assert post.counters() == {}


async def test_it_stops_at_half_its_lease_when_it_cannot_renew(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    post = Post(house)
    people = post.addresses(3)
    async with telegram() as (server, channel):
        sender = sender_of(house, channel, lease_seconds=1.6)
        async with running(sender):
            await eventually(lambda: sender.may_send())

            def refuse(*_: Any, **__: Any) -> bool:
                raise TimeoutError("the database does not answer")

            monkeypatch.setattr(outbox, "renew_lease", refuse)
            ids = post.put_all([(people[0], "noch")])
            await asyncio.sleep(0.9)
            assert not sender.may_send()
            late = post.put(people[1], "spaet")
            await never(lambda: server.texts(1001), 0.5)
            monkeypatch.undo()
            await eventually(lambda: post.statuses(late, *ids) == ["sent", "sent"])


async def test_a_new_holder_begins_with_an_empty_bucket(house: House) -> None:
    post = Post(house)
    people = post.addresses(60)
    post.put_all([(one, "a") for one in people])
    async with telegram() as (server, channel):
        sender = sender_of(house, channel, rate=30, concurrency=50)
        sender._claims.bucket._level = sender._claims.pushes._level = 1000.0
        async with running(sender):
            await eventually(lambda: sender.may_send())
            await asyncio.sleep(0.15)
            assert len(server.calls) <= 30 * 0.4, "no burst of saved-up tokens"


# --- the database -----------------------------------------------------------------------------------------------------


async def test_what_was_sent_is_written_down_once_the_database_is_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = Post(house)
    ids = post.put_all([(one, "a") for one in post.addresses(5)])
    real = outbox.sent
    away = [True]

    def sent(*args: Any, **more: Any) -> Any:
        if away[0]:
            import sqlite3

            from sqlalchemy.exc import OperationalError

            full = sqlite3.OperationalError("disk full")
            full.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise OperationalError("UPDATE", {}, full)
        return real(*args, **more)

    monkeypatch.setattr(outbox, "sent", sent)
    async with telegram() as (server, channel), running(sender_of(house, channel)):
        await eventually(lambda: server.calls)
        await asyncio.sleep(0.3)
        away[0] = False  # until then it claimed nothing more
        await eventually(lambda: post.statuses(*ids) == ["sent"] * 5)
        assert len(server.calls) == 5
    assert post.counters() == {}


async def test_it_ends_promptly_and_lets_what_is_under_way_land(house: House) -> None:
    post = Post(house)
    rows = post.put_all([(one, "a") for one in post.addresses(3)])
    async with telegram() as (server, channel):
        server.always("sendMessage", slow(0.15))
        sender = sender_of(house, channel)
        async with running(sender):
            await eventually(lambda: sender.in_flight == 3)
            began = time.monotonic()
        assert time.monotonic() - began < 1.5
        assert post.statuses(*rows) == ["sent"] * 3
        assert state(house).holder is None, "the lease is given back"


async def test_at_the_end_what_hangs_is_left_in_doubt_and_found_out_by_the_next(house: House) -> None:
    post = Post(house)
    row = post.put(post.address("1000"))
    async with telegram() as (server, channel):
        server.script("sendMessage", slow(3))
        sender: Sender = sender_of(house, channel, grace=0.1, lease_seconds=60)
        sender._delivery.timeout = 30
        async with running(sender):
            await eventually(lambda: sender.in_flight == 1)
        assert post.statuses(row) == ["sending"]
        async with running(sender_of(house, channel, holder="two")):
            await eventually(lambda: post.statuses(row) == ["sent"])
    assert post.counters() == {MAYBE_TWICE: 1}


async def test_danger_finds_a_place_where_everything_hangs(house: House) -> None:
    post = Post(house)
    people = post.addresses(10)
    async with telegram() as (server, channel):
        for n in range(9):
            server.answer_chat(1000 + n, slow(5))
        sender = sender_of(house, channel, concurrency=3, grace=0.1)
        async with running(sender):
            post.put_all([(one, "balasan") for one in people[:9]])
            await eventually(lambda: sender.in_flight == 2)
            post.put(people[9], "darurat", outbox.DANGER)
            await eventually(lambda: server.texts(1009) == ["darurat"], 4)


async def test_it_does_not_spin_while_it_waits(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Full of sends that hang, ill provider, or a lease that is another's: it looks now and then."""
    post = Post(house)
    post.put_all([(one, "a") for one in post.addresses(20)])
    async with telegram() as (server, channel):
        server.always("sendMessage", slow(2))
        first = sender_of(house, channel, concurrency=3, poll=0.1, grace=0.1)
        second = sender_of(house, channel, holder="two", poll=0.1)
        cycles = {"first": 0, "second": 0}

        def counted(sender: Sender, name: str) -> None:
            real = sender._claims.transact

            def transact(*args: Any) -> Any:
                cycles[name] += 1
                return real(*args)

            monkeypatch.setattr(sender._claims, "transact", transact)

        counted(first, "first")
        async with running(first):
            await eventually(lambda: first.in_flight == 2)
            counted(second, "second")
            async with running(second):
                cycles.update(first=0, second=0)
                await asyncio.sleep(1.0)
                assert cycles["first"] <= 60 and cycles["second"] <= 30
                first._settler.trouble = 100
                cycles.update(first=0)
                await asyncio.sleep(1.0)
                assert cycles["first"] <= 60


async def test_what_it_claims_while_it_is_stopped_goes_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    post = Post(house)
    async with telegram() as (server, channel):
        sender = sender_of(house, channel)
        real = sender._claims.transact
        claiming = asyncio.Event()
        loop = asyncio.get_running_loop()

        def transact(*args: Any) -> Any:
            items = real(*args)
            if items:
                loop.call_soon_threadsafe(claiming.set)
                time.sleep(0.3)  # between the claim and the answer the process is told to stop
            return items

        monkeypatch.setattr(sender._claims, "transact", transact)
        async with running(sender):
            await eventually(lambda: sender.may_send())
            row = post.put(post.address("1000"))
            await asyncio.wait_for(claiming.wait(), 10)
        assert server.calls == [] and post.statuses(row) == ["queued"]
        async with running(sender_of(house, channel, holder="two")):
            await eventually(lambda: post.statuses(row) == ["sent"])
    assert post.counters() == {}
