"""Order, lanes, leases: what leaves, when, and once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.store import outbox, people
from bot.store.outbox import DANGER, PUSHES, REPLIES
from bot.store.privacy import erase_contact
from bot.store.sql import run, table
from bot.store.tables import Contact, ContactKey, Idempotency, Outbox
from tests.store.world import BOT, DAY, HOUR, LEASE, MINUTE, NOW, SECOND, World, at_once

TEN_MINUTES = timedelta(minutes=10)


def texts(items: list[outbox.OutItem]) -> list[str]:
    return [item.body["text"] for item in items]


# --- putting in ------------------------------------------------------------------------------------------------------


def test_a_row_comes_out_as_it_went_in(world: World) -> None:
    siti = world.person("siti")
    outbox_id = world.put(siti, "rahasia 🌴", kind="message", broadcast_id="b1")
    assert b"rahasia" not in world.row(outbox_id).body
    (item,) = world.send(world.lease())
    assert item.body == {"text": "rahasia 🌴"}
    assert (item.id, item.account, item.channel) == (outbox_id, "siti", "telegram")
    assert (item.address_id, item.contact_id, item.sender) == (siti.address_id, siti.contact_id, BOT)
    assert (item.attempts, item.part, item.provider_ids, item.resends) == (1, 0, (), 0)
    assert (item.lane, item.kind, item.broadcast_id, item.inbound_at) == (REPLIES, "message", "b1", NOW)
    assert world.row(outbox_id).status == "sending"


def test_a_key_is_used_once_for_ever(world: World) -> None:
    siti = world.person()
    assert world.put(siti, key="turn:1:0") is not None
    assert world.put(siti, key="turn:1:0") is None
    with world.store.begin() as session:
        run(session, table(Outbox).delete())
    assert world.put(siti, key="turn:1:0") is None
    with world.store.read() as session:
        kept = run(session, select(table(Idempotency).c.key)).scalars().all()
    assert len(kept) == 1 and "turn" not in kept[0]


def test_a_key_at_once_is_used_once(world: World) -> None:
    siti = world.person()
    made = at_once([lambda: world.put(siti, key="reminder:1")] * 20)
    assert sum(one is not None for one in made) == 1


def test_numbers_are_never_given_again(world: World) -> None:
    """Else the keys of a new message would pass for used, and its answer would never be sent."""
    siti = world.person("siti")
    last = world.put(siti)
    first_inbox = siti.inbox_id
    with world.store.begin() as session:
        erase_contact(session, world.store, siti.contact_id, NOW)
    again = world.hear("siti")
    assert again.inbox_id is not None and first_inbox is not None and last is not None
    assert again.inbox_id > first_inbox
    new = world.put(again)
    assert new is not None and new > last


def test_a_row_to_staff_needs_no_contact(world: World) -> None:
    with world.store.begin() as session:
        outbox_id = outbox.put(
            session, world.store, sender=BOT, address_id=outbox.STAFF, contact_id=None, lane=DANGER, key="alert:1",
            body={"case": "K-1"}, kind="alert", not_before=NOW,
        )  # fmt: skip
    (item,) = world.send(world.lease())
    assert (item.id, item.account, item.contact_id, item.kind, item.body) == (
        outbox_id, None, None, "alert", {"case": "K-1"},
    )  # fmt: skip


def test_nothing_is_put_in_for_somebody_erased(world: World) -> None:
    siti = world.person()
    with world.store.begin() as session:
        erase_contact(session, world.store, siti.contact_id, NOW)
    assert world.put(siti) is None


# --- order and lanes -------------------------------------------------------------------------------------------------


def test_danger_goes_first_then_replies_then_pushes(world: World) -> None:
    people = [world.person(f"p{number}") for number in range(4)]
    world.put(people[0], "push", lane=PUSHES)
    world.put(people[1], "reply")
    world.put(people[2], "danger", lane=DANGER)
    world.put(people[3], "reply 2")
    epoch = world.lease()
    assert texts(world.send(epoch, n=3)) == ["danger", "reply", "reply 2"]
    assert texts(world.send(epoch, n=3)) == ["push"]


def test_the_sender_chooses_the_lanes(world: World) -> None:
    people = [world.person(f"p{number}") for number in range(2)]
    world.put(people[0], "push", lane=PUSHES)
    world.put(people[1], "reply")
    epoch = world.lease()
    assert texts(world.send(epoch, lanes=(DANGER, REPLIES))) == ["reply"]
    assert texts(world.send(epoch, lanes=(PUSHES,))) == ["push"]


def test_one_at_a_time_and_in_order_within_a_lane(world: World) -> None:
    siti = world.person()
    for number in range(3):
        world.put(siti, f"{number}")
    epoch, sent, now = world.lease(), [], NOW
    while items := world.send(epoch, now=now):
        assert len(items) == 1
        assert world.send(epoch, now=now) == []  # the first is in flight
        world.accept(items[0], now)
        assert world.send(epoch, now=now) == []  # a second between two messages
        sent += texts(items)
        now += SECOND
    assert sent == ["0", "1", "2"]


def test_lanes_do_not_wait_for_each_other(world: World) -> None:
    siti = world.person()
    world.put(siti, "reply"), world.put(siti, "push", lane=PUSHES)
    epoch = world.lease()
    assert sorted(texts(world.send(epoch))) == ["push", "reply"]
    world.put(siti, "danger", lane=DANGER)
    assert texts(world.send(epoch)) == ["danger"]


def test_danger_does_not_wait_a_second(world: World) -> None:
    siti = world.person()
    world.put(siti, "reply")
    epoch = world.lease()
    world.accept(world.send(epoch)[0])
    world.put(siti, "next reply"), world.put(siti, "danger", lane=DANGER)
    assert texts(world.send(epoch)) == ["danger"]


def test_a_retry_holds_up_its_lane_and_no_other(world: World) -> None:
    siti, ani = world.person("siti"), world.person("ani")
    world.put(siti, "1"), world.put(siti, "2"), world.put(ani, "3"), world.put(siti, "push", lane=PUSHES)
    epoch = world.lease()
    first = world.send(epoch, n=1)[0]
    with world.store.begin() as session:
        assert outbox.retry_at(session, first.id, NOW + MINUTE, "http-500", epoch=epoch)
    assert sorted(texts(world.send(epoch))) == ["3", "push"]
    (again,) = world.send(epoch, now=NOW + MINUTE, lanes=(REPLIES,))
    assert (again.body["text"], again.attempts) == ("1", 2)


def test_what_is_planned_for_later_holds_nobody_up(world: World) -> None:
    siti = world.person()
    world.put(siti, "reminder", lane=PUSHES, not_before=NOW + HOUR)
    world.put(siti, "announcement", lane=PUSHES)
    epoch = world.lease()
    (item,) = world.send(epoch)
    assert item.body["text"] == "announcement"
    world.accept(item)
    epoch = world.lease(now=NOW + HOUR - MINUTE)
    assert world.send(epoch, now=NOW + HOUR - SECOND) == []
    assert texts(world.send(epoch, now=NOW + HOUR)) == ["reminder"]


def test_many_people_are_served_side_by_side(world: World) -> None:
    for number in range(20):
        world.put(world.person(f"p{number}"), f"{number}")
    epoch = world.lease()
    assert texts(world.send(epoch, n=12)) == [str(number) for number in range(12)]
    assert texts(world.send(epoch, n=12)) == [str(number) for number in range(12, 20)]


def test_two_claims_at_once_give_no_row_twice_and_keep_the_order(world: World) -> None:
    for number in range(10):
        siti = world.person(f"p{number}")
        for _ in range(3):
            world.put(siti)
    epoch = world.lease()
    items = [item for part in at_once([lambda: world.send(epoch, n=7)] * 8) for item in part]
    items += world.send(epoch, n=100)
    assert len(items) == len({item.id for item in items}) == len({item.address_id for item in items}) == 10


# --- who is not written to -------------------------------------------------------------------------------------------


def test_a_paused_address_waits_and_others_do_not(world: World) -> None:
    siti, ani = world.person("siti"), world.person("ani")
    world.put(siti, "1"), world.put(ani, "2")
    with world.store.begin() as session:
        outbox.pause_address(session, siti.address_id, NOW + MINUTE)
        outbox.pause_address(session, siti.address_id, NOW + SECOND)  # never shortens a pause
    epoch = world.lease()
    assert texts(world.send(epoch)) == ["2"]
    assert world.send(epoch, now=NOW + MINUTE - SECOND) == []
    assert texts(world.send(epoch, now=NOW + MINUTE)) == ["1"]


def test_an_unreachable_address_gets_nothing_until_the_person_writes(world: World) -> None:
    siti = world.person("siti")
    world.put(siti, "old")
    with world.store.begin() as session:
        assert outbox.mark_unreachable(session, siti.address_id, "blocked", NOW) == 1
    epoch = world.lease()
    world.put(siti, "new")
    assert world.send(epoch) == []
    world.hear("siti")
    assert texts(world.send(epoch)) == ["new"]


def test_stop_holds_pushes_only(world: World) -> None:
    siti = world.person()
    with world.store.begin() as session:
        people.set_announcements(session, siti.address_id, False, False, NOW)
    world.put(siti, "push", lane=PUSHES), world.put(siti, "reply"), world.put(siti, "danger", lane=DANGER)
    assert sorted(texts(world.send(world.lease()))) == ["danger", "reply"]


@pytest.mark.parametrize("safe, pushed", [(None, True), (True, True), (False, False)])
def test_where_writing_is_not_safe_nothing_is_pushed(world: World, safe: bool | None, pushed: bool) -> None:
    siti = world.person(safe_to_write=safe)
    world.put(siti, "push", lane=PUSHES)
    assert (texts(world.send(world.lease())) == ["push"]) == pushed


def test_a_row_whose_contact_lost_its_key_fails_and_stops_nobody(world: World) -> None:
    siti, ani = world.person("siti"), world.person("ani")
    lost = world.put(siti, "1")
    world.put(ani, "2")
    with world.store.begin() as session:
        run(session, table(ContactKey).delete().where(table(ContactKey).c.contact_id == siti.contact_id))
        world.store.vault.forget(siti.contact_id)
    assert texts(world.send(world.lease())) == ["2"]
    assert (world.row(lost).status, world.row(lost).why) == ("failed", "erased")


# --- leases ----------------------------------------------------------------------------------------------------------


def test_one_sender_at_a_time(world: World) -> None:
    with world.store.begin() as session:
        first = outbox.take_lease(session, BOT, "one", NOW, TEN_MINUTES)
        assert outbox.take_lease(session, BOT, "two", NOW + MINUTE, TEN_MINUTES) is None
        assert outbox.take_lease(session, "telegram:2", "two", NOW, TEN_MINUTES) == 1
        second = outbox.take_lease(session, BOT, "two", NOW + TEN_MINUTES, TEN_MINUTES)
    assert (first, second) == (1, 2)


def test_of_many_who_want_the_lease_one_gets_it(world: World) -> None:
    def reach(name: str) -> int | None:
        with world.store.begin() as session:
            return outbox.take_lease(session, BOT, name, NOW, TEN_MINUTES)

    taken = at_once([lambda name=f"w{number}": reach(name) for number in range(20)])
    assert [epoch for epoch in taken if epoch is not None] == [1]


def test_an_old_epoch_claims_nothing(world: World) -> None:
    world.put(world.person())
    old = world.lease("one")
    new = world.lease("two", now=NOW + TEN_MINUTES + SECOND)
    with pytest.raises(outbox.LeaseLost):
        world.send(old, now=NOW + TEN_MINUTES + SECOND)
    assert len(world.send(new, now=NOW + TEN_MINUTES + SECOND)) == 1


def test_a_lease_that_ran_out_claims_nothing(world: World) -> None:
    world.put(world.person())
    epoch = world.lease()
    for wrong, now in ((epoch, NOW + TEN_MINUTES), (epoch + 1, NOW)):
        with pytest.raises(outbox.LeaseLost, match=BOT):
            world.send(wrong, now=now)
    with pytest.raises(outbox.LeaseLost):
        world.send(1, sender="nobody")


def test_a_lease_is_renewed_by_its_holder_while_it_lasts(world: World) -> None:
    epoch = world.lease("one")
    with world.store.begin() as session:
        assert outbox.renew_lease(session, BOT, "one", epoch, NOW + MINUTE, TEN_MINUTES)
        assert not outbox.renew_lease(session, BOT, "two", epoch, NOW + MINUTE, TEN_MINUTES)
        assert not outbox.renew_lease(session, BOT, "one", epoch + 1, NOW + MINUTE, TEN_MINUTES)
        assert not outbox.renew_lease(session, BOT, "one", epoch, NOW + HOUR, TEN_MINUTES)
        state = outbox.sender_state(session, BOT)
    assert state is not None and state.until == NOW + MINUTE + TEN_MINUTES


def test_a_lease_given_back_is_free_at_once(world: World) -> None:
    epoch = world.lease("one")
    with world.store.begin() as session:
        outbox.drop_lease(session, BOT, "two", epoch)  # not theirs to give
        assert outbox.take_lease(session, BOT, "two", NOW, TEN_MINUTES) is None
        outbox.drop_lease(session, BOT, "one", epoch)
        assert outbox.take_lease(session, BOT, "two", NOW, TEN_MINUTES) == epoch + 1


def test_a_pause_and_a_halt_stop_the_line(world: World) -> None:
    world.put(world.person())
    epoch = world.lease()
    with world.store.begin() as session:
        outbox.pause_sender(session, BOT, NOW + MINUTE)
        outbox.pause_sender(session, BOT, NOW + SECOND)
    assert world.send(epoch, now=NOW + MINUTE - SECOND) == []
    with world.store.begin() as session:
        outbox.halt_sender(session, BOT, "unauthorized")
    assert world.send(epoch, now=NOW + MINUTE) == []
    with world.store.begin() as session:
        state = outbox.sender_state(session, BOT)
        assert state is not None and state.halted == "unauthorized"
        outbox.resume_sender(session, BOT)
    assert len(world.send(epoch)) == 1


def test_a_sender_may_be_paused_before_it_ever_sent(world: World) -> None:
    with world.store.begin() as session:
        outbox.pause_sender(session, BOT, NOW + MINUTE)
        outbox.set_swept(session, BOT, NOW)
        outbox.set_swept(session, BOT, NOW - MINUTE)  # never goes back
        state = outbox.sender_state(session, BOT)
        assert state is not None and (state.epoch, state.swept_at, state.holder) == (0, NOW, None)
    assert world.lease() == 1
    with world.store.read() as session:
        assert [one.sender for one in outbox.sender_states(session)] == [BOT]
        assert outbox.sender_state(session, "other") is None


# --- what was in flight when the process died ------------------------------------------------------------------------


def test_what_a_dead_sender_was_sending_becomes_unknown(world: World) -> None:
    siti, ani = world.person("siti"), world.person("ani")
    first, second = world.put(siti, "1"), world.put(ani, "2")
    old = world.lease("one")
    world.send(old)
    with world.store.begin() as session:
        assert outbox.expired(session, BOT, NOW + SECOND) == []
        assert outbox.expired(session, "telegram:2", NOW + HOUR) == []
    new = world.lease("two", now=NOW + TEN_MINUTES)  # the epoch is a new one, whatever the rows' leases say
    with world.store.begin() as session:
        run(session, update(table(Outbox)).values(lease_until=NOW + HOUR))
        assert outbox.expired(session, BOT, NOW + TEN_MINUTES) == [first, second]
        waiting = outbox.unknown_rows(session, world.store, BOT)
    assert [(item.body["text"], item.epoch, item.account) for item in waiting] == [
        ("1", old, "siti"),
        ("2", old, "ani"),
    ]
    with world.store.begin() as session:
        assert outbox.resend(session, first or 0, NOW + TEN_MINUTES)
        assert outbox.counters(session) == {"sends.maybe_twice": 1}
    (item,) = world.send(new, now=NOW + TEN_MINUTES)
    assert (item.body["text"], item.resends, item.attempts) == ("1", 1, 2)


def test_a_lease_that_ended_makes_a_row_unknown(world: World) -> None:
    outbox_id = world.put(world.person())
    epoch = world.lease()
    world.send(epoch)
    with world.store.begin() as session:
        assert outbox.expired(session, BOT, NOW + LEASE) == [outbox_id]


def test_an_unknown_row_holds_its_lane_for_a_minute_only(world: World) -> None:
    siti = world.person()
    world.put(siti, "1"), world.put(siti, "2")
    epoch = world.lease()
    (item,) = world.send(epoch)
    with world.store.begin() as session:
        assert outbox.unknown(session, item.id, "no-answer", epoch=epoch, now=NOW)
    assert world.send(epoch, now=NOW + MINUTE - SECOND) == []
    assert texts(world.send(epoch, now=NOW + MINUTE)) == ["2"]


def test_an_unknown_help_card_holds_up_nothing(world: World) -> None:
    siti = world.person()
    world.put(siti, "card", lane=DANGER), world.put(siti, "card again", lane=DANGER)
    epoch = world.lease()
    (item,) = world.send(epoch)
    with world.store.begin() as session:
        outbox.unknown(session, item.id, "no-answer", epoch=epoch, now=NOW)
    assert texts(world.send(epoch)) == ["card again"]


def test_one_who_lost_the_lease_changes_nothing_any_more(world: World) -> None:
    outbox_id = world.put(world.person())
    old = world.lease("one")
    (mine,) = world.send(old)
    later = NOW + TEN_MINUTES
    new = world.lease("two", now=later)
    with world.store.begin() as session:
        outbox.expired(session, BOT, later)
        outbox.resend(session, mine.id, later)
    (theirs,) = world.send(new, now=later)
    with world.store.begin() as session:
        assert outbox.sent(session, mine.id, epoch=old, now=later) is None
        assert not outbox.failed(session, mine.id, "blocked", epoch=old, now=later)
        assert not outbox.retry_at(session, mine.id, later, "x", epoch=old)
        assert not outbox.unknown(session, mine.id, "x", epoch=old, now=later)
    assert world.row(outbox_id).status == "sending"
    assert world.accept(theirs, later) == "sent"


def test_depth_counts_what_is_open(world: World) -> None:
    people = [world.person(f"p{number}") for number in range(4)]
    for number, lane in enumerate((DANGER, REPLIES, REPLIES, PUSHES)):
        world.put(people[number], lane=lane)
    epoch = world.lease()
    world.accept(world.send(epoch, n=1)[0])
    world.send(epoch, n=1)
    with world.store.read() as session:
        assert outbox.depth(session) == {("sending", REPLIES): 1, ("queued", REPLIES): 1, ("queued", PUSHES): 1}


def test_totals_add_up(world: World) -> None:
    def one() -> None:
        with world.store.begin() as session:
            outbox.count(session, "a", 2)

    at_once([one] * 20)
    with world.store.read() as session:
        assert outbox.counters(session) == {"a": 40}


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite locks the whole database, for some milliseconds
def test_no_other_persons_address_is_locked(world: World) -> None:
    """A turn holds its own address while somebody else puts a message in for it: nobody waits for anybody."""
    siti = world.person("siti")
    with world.store.begin() as session:
        people.open_address(session, world.store, siti.address_id, lock=True)
        assert world.put(siti) is not None
        assert world.put(siti, pulled=True, sender="webchat") is not None
        assert run(session, select(func.count()).select_from(table(Contact))).scalar() == 1


def test_old_rows_do_not_matter_to_a_claim(world: World) -> None:
    siti = world.person()
    with world.store.begin() as session:
        for number in range(50):
            outbox.put(
                session, world.store, sender=BOT, address_id=siti.address_id, contact_id=siti.contact_id, lane=1,
                key=f"old{number}", body={}, not_before=NOW,
            )  # fmt: skip
        run(session, update(table(Outbox)).values(status="delivered", sent_at=NOW - DAY, body=None))
    world.put(siti, "new")
    assert texts(world.send(world.lease())) == ["new"]
