"""Nothing that arrived is lost; everything is played once and in order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.conversation.types import Message
from bot.store import inbox, people
from bot.store.outbox import mark_unreachable
from bot.store.privacy import erase_contact
from bot.store.sql import run, table
from bot.store.tables import Address, Contact, ContactKey, Inbox, Outbox
from tests.store.world import BOT, DAY, HOUR, LEASE, MINUTE, NOW, SECOND, World, at_once

# --- taking in -------------------------------------------------------------------------------------------------------


def test_the_first_message_makes_address_contact_and_key(world: World) -> None:
    received = world.hear("siti", "halo")
    assert received.new and received.inbox_id is not None
    address = world.address(received)
    assert (address.channel, address.sender, address.contact_id) == ("telegram", BOT, received.contact_id)
    assert address.inbound_at == address.due_at == NOW
    assert b"siti" not in address.account and "siti" not in address.lookup
    with world.store.read() as session:
        body = run(session, select(table(Inbox).c.body)).scalar_one()
        assert b"halo" not in body
        assert run(session, select(func.count()).select_from(table(ContactKey))).scalar() == 1


def test_the_second_one_finds_them(world: World) -> None:
    first, second = world.hear("siti"), world.hear("siti")
    assert (second.address_id, second.contact_id, second.new) == (first.address_id, first.contact_id, False)
    assert second.inbox_id is not None and first.inbox_id is not None and second.inbox_id > first.inbox_id


def test_the_same_account_at_another_sender_is_another_address(world: World) -> None:
    assert world.hear("1", sender="telegram:1").address_id != world.hear("1", sender="telegram:2").address_id


def test_a_repeated_delivery_stores_nothing(world: World) -> None:
    first = world.hear("siti", provider_id="u1")
    again = world.hear("siti", provider_id="u1")
    assert again.inbox_id is None
    assert (again.address_id, again.contact_id) == (first.address_id, first.contact_id)
    assert world.hear("siti", provider_id="u1", sender="telegram:2").inbox_id is not None


def test_an_id_counts_as_new_after_its_time(world: World) -> None:
    """Telegram may start its numbers again at random after a week of silence."""
    assert world.hear(provider_id="u1", now=NOW).inbox_id is not None
    assert world.hear(provider_id="u1", now=NOW + 3 * DAY - SECOND).inbox_id is None
    assert world.hear(provider_id="u1", now=NOW + 3 * DAY + SECOND).inbox_id is not None
    assert world.hear(provider_id="u1", now=NOW + 4 * DAY).inbox_id is None


def test_a_repeated_delivery_does_not_bring_an_erased_person_back(world: World) -> None:

    first = world.hear("siti", provider_id="u1")
    with world.store.begin() as session:
        erase_contact(session, world.store, first.contact_id, NOW)
    assert world.hear("siti", provider_id="u1") == inbox.Received("", "", None)
    with world.store.read() as session:
        assert run(session, select(func.count()).select_from(table(Address))).scalar() == 0


@pytest.mark.parametrize("odd", ["x" * 500, "with\x00nul", "half \ud83d emoji", ""])
def test_any_id_a_browser_sends_is_taken(world: World, odd: str) -> None:
    assert world.hear(provider_id=odd, provider_message=odd).inbox_id is not None
    assert world.hear(provider_id=odd).inbox_id is None


def test_deliveries_at_once_are_taken_once(world: World) -> None:
    """Twenty webhooks bring five messages four times each, from somebody nobody knew."""
    calls = [lambda number=number: world.hear("siti", f"{number}", provider_id=f"u{number}") for number in range(5)] * 4
    received = at_once(calls)
    assert len({one.address_id for one in received}) == len({one.contact_id for one in received}) == 1
    assert sum(one.inbox_id is not None for one in received) == 5
    assert sum(one.new for one in received) == 1
    with world.store.read() as session:
        counts = [
            run(session, select(func.count()).select_from(table(model))).scalar()
            for model in (Inbox, Address, Contact, ContactKey)
        ]
    assert counts == [5, 1, 1, 1]


def test_messages_keep_all_they_carry(world: World) -> None:
    message = Message("choice", text="Menu 🌴", choice="menu", stamp=7, campaign="village-talk", media="file:1")
    with world.store.begin() as session:
        received = inbox.receive(
            session, world.store, channel="telegram", sender=BOT, account="siti", provider_id="1", message=message,
            provider_message="99", now=NOW, keep_days=3,
        )  # fmt: skip
        assert received.inbox_id is not None
        item = inbox.open_message(session, world.store, received.inbox_id)
    assert item is not None and item.message == message
    assert (item.address_id, item.contact_id) == (received.address_id, received.contact_id)
    assert (item.attempts, item.received_at, item.provider_message) == (0, NOW, "99")


def test_who_writes_can_be_reached_again(world: World) -> None:

    siti = world.person()
    with world.store.begin() as session:
        mark_unreachable(session, siti.address_id, "blocked", NOW)
    assert world.address(siti).unreachable == "blocked"
    world.hear("siti")
    assert world.address(siti).unreachable is None


def test_an_address_is_found_by_its_account(world: World) -> None:
    siti = world.hear("siti")
    with world.store.read() as session:
        assert inbox.find_address(session, world.store, BOT, "siti") == siti.address_id
        assert inbox.find_address(session, world.store, BOT, "ani") is None


# --- claiming --------------------------------------------------------------------------------------------------------


def test_an_address_is_claimed_with_its_messages_in_order(world: World) -> None:
    siti = world.hear("siti", "1")
    world.hear("siti", "2")
    ani = world.hear("ani", "3")
    claimed = world.claim()
    assert [one.address_id for one in claimed] == sorted([siti.address_id, ani.address_id])
    assert sorted(world.play(claimed)) == ["1", "2", "3"]
    assert world.claim() == []
    assert world.address(siti).due_at is None and world.address(siti).claim is None


def test_what_is_claimed_is_not_claimed_twice(world: World) -> None:
    for number in range(40):
        world.hear(f"p{number}")
    claims = at_once([lambda name=name: world.claim(f"w{name}", limit=5) for name in range(12)])
    found = [one.address_id for part in claims for one in part]
    while more := world.claim("last"):  # on PostgreSQL a claim passes over what another one is looking at
        found += [one.address_id for one in more]
    assert len(found) == len(set(found)) == 40


def test_claims_are_limited(world: World) -> None:
    for number in range(5):
        world.hear(f"p{number}")
    assert [len(world.claim(limit=2)) for _ in range(4)] == [2, 2, 1, 0]


def test_the_longest_waiting_come_first(world: World) -> None:
    late, early = world.hear("late", now=NOW), world.hear("early", now=NOW - MINUTE)
    assert [one.address_id for one in world.claim(limit=1)] == [early.address_id]
    assert [one.address_id for one in world.claim(limit=1)] == [late.address_id]


def test_attempts_are_counted_at_the_claim(world: World) -> None:
    received = world.hear()
    world.claim()
    with world.store.read() as session:
        item = inbox.open_message(session, world.store, received.inbox_id or 0)
    assert item is not None and item.attempts == 1


def test_a_dead_workers_lease_runs_out(world: World) -> None:
    world.hear("siti", "halo")
    assert len(world.claim("dead")) == 1
    assert world.claim("next", now=NOW + LEASE) == []
    assert world.play(world.claim("next", now=NOW + LEASE + SECOND)) == ["halo"]


def test_all_claims_are_taken_off_at_the_start(world: World) -> None:
    world.hear("siti"), world.hear("ani")
    world.claim("dead", limit=1), world.claim("other", limit=1)
    with world.store.begin() as session:
        assert inbox.clear_claims(session, "dead") == 1
        assert inbox.clear_claims(session) == 1
    assert len(world.claim()) == 1  # alone, since it was tried before
    assert len(world.claim()) == 1


def test_a_message_that_kills_the_process_takes_no_other_along(world: World) -> None:
    """It is played three times, kills three times, and is parked; all others are answered."""
    accounts = [f"p{number}" for number in range(6)]
    for account in accounts:
        world.hear(account, "poison" if account == "p3" else f"good {account}", now=NOW)
    heard: list[str] = []
    kills = parked = 0
    now = NOW
    while claimed := world.claim(now=now):
        killed = False
        for one in claimed:
            with world.store.begin() as session:
                item = inbox.open_message(session, world.store, one.inbox_ids[0])
                assert item is not None and item.message is not None
                if item.attempts > inbox.TRIES:
                    inbox.park(session, item.id, "killed the process", now)
                    inbox.release(session, one.address_id, now)
                    parked += 1
                    continue
            if item.message.text == "poison":
                assert kills == 0 or len(claimed) == 1, "a message tried before must come alone"
                kills += 1
                killed = True
                break  # the process is gone, with all its claims
            heard += world.play([one], now)
        if killed:
            now += LEASE + SECOND
    assert (kills, parked) == (3, 1)
    assert sorted(heard) == sorted(f"good {account}" for account in accounts if account != "p3")
    with world.store.read() as session:
        (given_up,) = inbox.parked(session)
        assert (given_up.attempts, given_up.error, given_up.channel) == (4, "killed the process", "telegram")
        assert inbox.depth(session) == inbox.Depth(pending=0, parked=1, oldest=None)


def test_a_tried_one_does_not_starve_behind_new_ones(world: World) -> None:
    tried = world.hear("tried", now=NOW)
    world.claim("dead")
    later = NOW + LEASE + SECOND
    for number in range(30):
        world.hear(f"p{number}", now=later)
    assert [one.address_id for one in world.claim(now=later)] == [tried.address_id]


# --- faults ----------------------------------------------------------------------------------------------------------


def fail(world: World, received: inbox.Received, until_after: timedelta = MINUTE) -> None:
    """A turn that raised: rolled back, and the message backs off."""
    (claimed,) = world.claim()
    with world.store.begin() as session:
        inbox.postpone(session, claimed.inbox_ids[0], NOW + until_after, "ValueError in menu.py:12")
        inbox.release(session, received.address_id, NOW, unplayed=claimed.inbox_ids[1:])


def test_a_failed_message_backs_off_and_holds_the_order(world: World) -> None:
    siti = world.hear("siti", "1")
    fail(world, siti)
    assert world.address(siti).due_at == NOW + MINUTE
    assert world.claim(now=NOW + MINUTE - SECOND) == []
    world.hear("siti", "2", now=NOW + SECOND)
    (looked,) = world.claim(now=NOW + SECOND)
    assert looked.inbox_ids == () and len(looked.behind) == 1
    with world.store.begin() as session:
        inbox.release(session, siti.address_id, NOW + SECOND)
    assert world.play(world.claim(now=NOW + MINUTE)) == ["1"]
    assert world.play(world.claim(now=NOW + MINUTE)) == ["2"]


def test_words_of_danger_pass_a_message_that_backs_off(world: World) -> None:
    siti = world.hear("siti", "1")
    world.hear("siti", "2")
    world.hear("siti", "TOLONG")
    fail(world, siti)
    (looked,) = world.claim()  # at once: nobody has looked at these yet
    assert looked.inbox_ids == ()
    with world.store.begin() as session:
        people.open_address(session, world.store, siti.address_id, lock=True)
        behind = inbox.waiting_behind(session, world.store, siti.address_id, looked.behind)
        assert [item.message and item.message.text for item in behind] == ["2", "TOLONG"]
        inbox.finish(session, behind[1].id, NOW)
        assert inbox.release(session, siti.address_id, NOW) == NOW + MINUTE
    assert world.claim() == []  # each is looked at once
    heard = [text for _ in range(3) for text in world.play(world.claim(now=NOW + HOUR))]
    assert heard == ["1", "2"]


def test_a_message_behind_that_kills_is_looked_at_once(world: World) -> None:
    siti = world.hear("siti", "1")
    world.hear("siti", "poison to look at")
    fail(world, siti)
    (looked,) = world.claim()
    assert len(looked.behind) == 1  # and the process dies
    assert world.claim(now=NOW + LEASE + SECOND) == []
    assert world.address(siti).due_at == NOW + MINUTE


def test_an_attempt_that_was_none_is_taken_back(world: World) -> None:
    siti = world.hear("siti", "1")
    second = world.hear("siti", "2")
    fail(world, siti)
    with world.store.read() as session:
        item = inbox.open_message(session, world.store, second.inbox_id or 0)
    assert item is not None and item.attempts == 0


def test_a_parked_message_frees_the_way(world: World) -> None:
    siti = world.hear("siti", "1")
    world.hear("siti", "2")
    (claimed,) = world.claim()
    with world.store.begin() as session:
        inbox.park(session, claimed.inbox_ids[0], "x" * 500, NOW)
        assert inbox.release(session, siti.address_id, NOW, unplayed=claimed.inbox_ids[1:]) == NOW
    assert world.play(world.claim()) == ["2"]


def test_staff_have_a_parked_message_played_again(world: World) -> None:
    siti = world.hear("siti", "1")
    world.claim()
    with world.store.begin() as session:
        inbox.park(session, siti.inbox_id or 0, "fault", NOW)
        inbox.release(session, siti.address_id, NOW)
    with world.store.begin() as session:
        assert inbox.unpark(session, siti.inbox_id or 0, NOW)
        assert not inbox.unpark(session, siti.inbox_id or 0, NOW)
    assert world.play(world.claim()) == ["1"]


def test_a_message_is_played_once_even_by_two_who_claimed_it(world: World) -> None:
    """The first worker was slow, its lease ran out, and both play: the second finds it done."""
    world.hear("siti", "halo")
    slow = world.claim("slow")
    quick = world.claim("quick", now=NOW + LEASE + SECOND)
    assert world.play(quick) == ["halo"]
    assert world.play(slow) == []
    with pytest.raises(inbox.AlreadyPlayed), world.store.begin() as session:
        inbox.finish(session, slow[0].inbox_ids[0], NOW)


def test_the_body_goes_when_it_was_played(world: World) -> None:
    received = world.hear()
    world.play(world.claim())
    with world.store.read() as session:
        row = run(session, select(table(Inbox)).where(table(Inbox).c.id == received.inbox_id)).one()
    assert (row.status, row.body, row.done_at) == ("done", None, NOW)


def test_a_message_that_arrives_while_its_address_is_released_is_not_forgotten(world: World) -> None:
    """Many messages and claims of one address at once: in the end each was heard."""
    heard: list[str] = []

    def write(number: int) -> None:
        world.hear("siti", f"{number}")

    def work() -> None:
        for _ in range(60):
            heard.extend(world.play(world.claim("w")))

    at_once([lambda number=number: write(number) for number in range(40)] + [work] * 3)
    while claimed := world.claim():
        heard += world.play(claimed)
    with world.store.read() as session:
        assert inbox.depth(session).pending == 0
    assert sorted(heard, key=int) == [str(number) for number in range(40)]


def test_depth_names_the_oldest(world: World) -> None:
    world.hear("siti", now=NOW - HOUR), world.hear("ani")
    with world.store.read() as session:
        assert inbox.depth(session) == inbox.Depth(pending=2, parked=0, oldest=NOW - HOUR)


def test_who_writes_on_whatsapp_opens_the_window_for_what_waited(world: World) -> None:
    sender = "whatsapp:6281100"
    siti, ani = world.person("siti", sender=sender), world.person("ani", sender=sender)
    waits, throttled, other = (world.put(who, sender=sender, not_before=NOW + 2 * HOUR) for who in (siti, siti, ani))
    outboxes = table(Outbox)
    with world.store.begin() as session:
        for row, why in ((waits, "window-closed"), (throttled, "63018"), (other, "63016")):
            run(session, update(outboxes).where(outboxes.c.id == row).values(why=why))
    world.hear("siti", "halo lagi", sender=sender, now=NOW + HOUR)
    assert world.row(waits).not_before == NOW + HOUR
    assert world.row(throttled).not_before == NOW + 2 * HOUR
    assert world.row(other).not_before == NOW + 2 * HOUR
