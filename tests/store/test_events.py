"""Seats: never one too many, the waiting list in order, a code nobody else has."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from bot.conversation.types import Event, SeatCancelled, SeatRefused, SeatTaken
from bot.store import events, inbox, outbox, people, seats
from bot.store.privacy import erase_contact
from bot.store.session import is_retryable
from bot.store.sql import run, table
from bot.store.tables import Event as EventRow
from bot.store.tables import Registration
from tests.store.world import BOT, DAY, HOUR, MINUTE, NOW, World, at_once


def cancel(world: World, who: inbox.Received, registration: str) -> tuple[SeatCancelled, events.Promotion | None]:
    with world.store.begin() as session:
        people.open_address(session, world.store, who.address_id, lock=True)
        return events.cancel_seat(
            session, world.store, contact_id=who.contact_id, registration_id=registration, now=NOW
        )


def coming(world: World) -> tuple[Event, ...]:
    with world.store.read() as session:
        return events.upcoming(session, NOW)


def own(world: World, who: inbox.Received, language: str | None = None):  # type: ignore[no-untyped-def]
    with world.store.read() as session:
        return events.registrations_of(session, world.store, who.contact_id, NOW, language)


def statuses(world: World, event_id: str) -> dict[str, int]:
    rows = table(Registration)
    with world.store.read() as session:
        found = run(
            session,
            select(rows.c.status, func.count()).where(rows.c.event_id == event_id).group_by(rows.c.status),
        )
        return {status: count for status, count in found}


# --- events ----------------------------------------------------------------------------------------------------------


def test_events_to_come_soonest_first(world: World) -> None:
    later = world.event(None, starts=NOW + 9 * DAY)
    sooner = world.event(20, starts=NOW + 2 * DAY, kind="talk", about="Bawa KTP", deadline=NOW + DAY)
    world.event(5, starts=NOW)  # has begun
    assert [event.id for event in coming(world)] == [sooner, later]
    first = coming(world)[0]
    assert first == Event(
        id=sooner,
        kind="talk",
        title={"id": "Bekal sebelum berangkat", "sas": "Bekal"},
        about={"id": "Bawa KTP"},
        starts=NOW + 2 * DAY,
        place="Kantor Desa Aikmel",
        seats_left=20,
        deadline=NOW + DAY,
    )
    assert coming(world)[1].seats_left is None


def test_a_wrong_event_is_refused(world: World) -> None:
    with world.store.begin() as session:
        for wrong in ({"title": " "}, {"capacity": 0}, {"deadline": NOW + 2 * DAY}):
            with pytest.raises(ValueError):
                values = {"title": "T", "starts": NOW + DAY, "place": "P", "now": NOW, **wrong}
                events.create_event(session, **values)  # type: ignore[arg-type]


def test_seats_left_are_counted(world: World) -> None:
    event_id = world.event(2)
    people_ = [world.person(f"p{number}") for number in range(3)]
    left = [coming(world)[0].seats_left]
    for one in people_:
        world.seat(one, event_id)
        left.append(coming(world)[0].seats_left)
    assert left == [2, 1, 0, 0]


def test_an_event_called_off_tells_everybody_and_is_gone(world: World) -> None:
    event_id = world.event(1)
    siti, ani = world.person("siti", language="sas"), world.person("ani")
    world.seat(siti, event_id), world.seat(ani, event_id)
    with world.store.begin() as session:
        told = events.cancel_event(session, event_id, NOW)
        assert events.cancel_event(session, event_id, NOW) == []
    assert [one.contact_id for one in told] == [siti.contact_id, ani.contact_id]
    assert (told[0].language, told[0].sender, told[0].channel) == ("sas", BOT, "telegram")
    assert coming(world) == ()
    assert own(world, siti) == ()
    assert world.seat(world.person("new"), event_id) == SeatRefused("closed")


# --- taking ----------------------------------------------------------------------------------------------------------


def test_a_seat_is_kept_with_its_names_sealed(world: World) -> None:
    event_id = world.event(3)
    siti = world.person()
    taken = world.seated(siti, event_id, name="Siti Aminah", village="Aikmel")
    assert not taken.waiting and not taken.approval and taken.position == 0
    assert len(taken.code) == 4 and taken.code.isdigit()
    with world.store.read() as session:
        row = run(session, select(table(Registration))).one()
    assert b"Siti" not in row.name and b"Aikmel" not in row.village
    (mine,) = own(world, siti, "sas")
    assert (mine.id, mine.event, mine.title, mine.name) == (taken.registration, event_id, "Bekal", "Siti Aminah")
    assert (mine.starts, mine.place, mine.code) == (NOW + 7 * DAY, "Kantor Desa Aikmel", taken.code)
    assert own(world, siti)[0].title == "Bekal sebelum berangkat"
    with world.store.read() as session:
        assert people.snapshot(session, world.store, siti.address_id, NOW).contact.registrations == own(world, siti)


def test_twenty_people_reach_for_three_seats(world: World) -> None:
    event_id = world.event(3)
    crowd = [world.person(f"p{number}") for number in range(20)]
    taken = at_once([lambda one=one: world.seated(one, event_id) for one in crowd], threads=20)
    assert sum(not one.waiting for one in taken) == 3
    assert sorted(one.position for one in taken) == [0, 0, 0, *range(1, 18)]
    assert len({one.code for one in taken}) == 20
    assert statuses(world, event_id) == {"seat": 3, "waiting": 17}
    assert coming(world)[0].seats_left == 0


def test_two_taps_give_one_seat(world: World) -> None:
    """From two phones of one contact, at once, however it is done."""
    event_id, siti = world.event(5), world.person()
    outcomes = at_once([lambda: world.seat(siti, event_id)] * 10)
    assert sum(isinstance(one, SeatTaken) for one in outcomes) == 1
    assert outcomes.count(SeatRefused("already")) == 9
    assert statuses(world, event_id) == {"seat": 1}


def test_somebody_without_a_phone_gets_a_seat_too(world: World) -> None:
    event_id, siti = world.event(5), world.person()
    codes = {world.seated(siti, event_id, other=other).code for other in (False, True, True)}
    assert len(codes) == 3
    assert [one.other for one in own(world, siti)] == [False, True, True]
    assert world.seat(siti, event_id) == SeatRefused("already")


def test_refusals(world: World) -> None:
    siti = world.person()
    assert world.seat(siti, "nothing") == SeatRefused("unknown")
    assert world.seat(siti, world.event(1), seats="off") == SeatRefused("off")
    assert world.seat(siti, world.event(1, starts=NOW - MINUTE)) == SeatRefused("closed")
    assert world.seat(siti, world.event(1, deadline=NOW - MINUTE)) == SeatRefused("closed")


def test_a_seat_given_back_can_be_taken_again(world: World) -> None:
    event_id, siti = world.event(1), world.person()
    first = world.seated(siti, event_id)
    assert cancel(world, siti, first.registration)[0].done
    again = world.seated(siti, event_id)
    assert not again.waiting
    assert statuses(world, event_id) == {"seat": 1, "cancelled": 1}


def test_codes_are_unique_by_the_databases_own_hand(world: World) -> None:
    event_id = world.event(5)
    siti, ani = world.person("siti"), world.person("ani")
    taken, other = world.seated(siti, event_id), world.seated(ani, event_id)
    with pytest.raises(IntegrityError), world.store.begin() as session:
        rows = table(Registration)
        run(session, update(rows).where(rows.c.id == other.registration).values(code=taken.code))


def test_the_last_codes_are_found_and_then_it_says_so(world: World) -> None:
    used = {f"{number:04d}" for number in range(10_000)}
    assert seats._free_code(used - {"0042"}) == "0042"
    with pytest.raises(RuntimeError, match="codes"):
        seats._free_code(used)


# --- the waiting list ------------------------------------------------------------------------------------------------


def test_giving_back_moves_the_first_in_line_up(world: World) -> None:
    event_id = world.event(1)
    siti, ani, budi = (world.person(name) for name in ("siti", "ani", "budi"))
    first = world.seated(siti, event_id)
    second, third = world.seated(ani, event_id), world.seated(budi, event_id)
    assert (second.position, third.position) == (1, 2)
    done, promotion = cancel(world, siti, first.registration)
    assert done == SeatCancelled(True)
    assert promotion is not None
    assert (promotion.registration_id, promotion.contact_id) == (second.registration, ani.contact_id)
    assert (promotion.address_id, promotion.sender, promotion.code) == (ani.address_id, BOT, second.code)
    assert (promotion.title["id"], promotion.starts) == ("Bekal sebelum berangkat", NOW + 7 * DAY)
    assert [one.waiting for one in own(world, ani) + own(world, budi)] == [False, True]
    assert cancel(world, siti, first.registration) == (SeatCancelled(False), None)
    done, promotion = cancel(world, ani, second.registration)
    assert promotion is not None and promotion.contact_id == budi.contact_id


def test_leaving_the_line_moves_nobody_up(world: World) -> None:
    event_id = world.event(1)
    siti, ani = world.person("siti"), world.person("ani")
    world.seated(siti, event_id)
    waiting = world.seated(ani, event_id)
    assert cancel(world, ani, waiting.registration) == (SeatCancelled(True), None)


def test_nobody_cancels_for_another(world: World) -> None:
    event_id = world.event(1)
    siti, ani = world.person("siti"), world.person("ani")
    taken = world.seated(siti, event_id)
    assert cancel(world, ani, taken.registration) == (SeatCancelled(False), None)
    assert statuses(world, event_id) == {"seat": 1}


def test_the_desk_cancels_by_code(world: World) -> None:
    event_id, siti, ani = world.event(1), world.person("siti"), world.person("ani")
    taken, _ = world.seated(siti, event_id, other=True), world.seated(ani, event_id)
    with world.store.begin() as session:
        done, promotion = events.cancel_by_code(session, world.store, event_id=event_id, code=taken.code, now=NOW)
        assert done.done and promotion is not None and promotion.contact_id == ani.contact_id
        again = events.cancel_by_code(session, world.store, event_id=event_id, code=taken.code, now=NOW)
        assert again == (SeatCancelled(False), None)


def test_nobody_moves_up_once_it_has_begun(world: World) -> None:
    event_id = world.event(1)
    siti, ani = world.person("siti"), world.person("ani")
    taken, _ = world.seated(siti, event_id), world.seated(ani, event_id)
    with world.store.begin() as session:
        run(session, update(table(EventRow)).values(starts=NOW - MINUTE))
        done, promotion = events.cancel_seat(
            session, world.store, contact_id=siti.contact_id, registration_id=taken.registration, now=NOW
        )
    assert done.done and promotion is None


def test_more_room_moves_the_line_up_in_order(world: World) -> None:
    event_id = world.event(1)
    crowd = [world.person(f"p{number}") for number in range(5)]
    for one in crowd:
        world.seated(one, event_id)
    with world.store.begin() as session:
        run(session, update(table(EventRow)).values(capacity=3))
        moved = events.fill_seats(session, event_id, NOW)
        assert [one.contact_id for one in moved] == [crowd[1].contact_id, crowd[2].contact_id]
        assert events.fill_seats(session, event_id, NOW) == []


def test_a_newcomer_does_not_pass_the_line(world: World) -> None:
    event_id = world.event(1)
    for name in ("a", "b"):
        world.seated(world.person(name), event_id)
    with world.store.begin() as session:
        run(session, update(table(EventRow)).values(capacity=5))
    assert world.seated(world.person("c"), event_id).position == 2


def test_giving_back_and_reaching_out_at_once(world: World) -> None:
    """Ten give back while ten more reach: never too many seats, nobody moved up twice, the line in order."""
    event_id = world.event(5)
    first, second = ([world.person(f"{letter}{number}") for number in range(10)] for letter in "ab")
    taken = {one.contact_id: world.seated(one, event_id) for one in first}
    promoted: list[str] = []

    def give_back(one: inbox.Received) -> None:
        _, promotion = cancel(world, one, taken[one.contact_id].registration)
        if promotion is not None:
            promoted.append(promotion.registration_id)
            with world.store.begin() as session:  # as the runner does: only insert, for somebody else
                outbox.put(
                    session, world.store, sender=promotion.sender, address_id=promotion.address_id,
                    contact_id=promotion.contact_id, lane=1, key=f"promoted:{promotion.registration_id}",
                    body={"text": "x"}, not_before=NOW,
                )  # fmt: skip

    at_once(
        [lambda one=one: give_back(one) for one in first]
        + [lambda one=one: world.seated(one, event_id) for one in second],
        threads=20,
    )
    assert statuses(world, event_id) == {"cancelled": 10, "seat": 5, "waiting": 5}
    assert len(promoted) == len(set(promoted))
    rows = table(Registration)
    with world.store.read() as session:
        places = {
            status: run(session, select(rows.c.place_in_line).where(rows.c.status == status)).scalars().all()
            for status in ("seat", "waiting")
        }
    assert max(places["seat"]) < min(places["waiting"])


# --- approval --------------------------------------------------------------------------------------------------------


def test_the_public_web_chat_takes_no_seat_until_approved(world: World) -> None:
    event_id = world.event(1)
    strangers = [world.person(f"s{number}", sender="webchat") for number in range(3)]
    waiting = [world.seated(one, event_id, seats="approve") for one in strangers]
    assert all(one.approval and not one.waiting for one in waiting)
    assert coming(world)[0].seats_left == 1
    assert own(world, strangers[0])[0].approval
    with world.store.begin() as session:
        approved = [events.approve_seat(session, world.store, one.registration, NOW) for one in waiting]
        assert events.approve_seat(session, world.store, waiting[0].registration, NOW) is None
        assert events.approve_seat(session, world.store, "nothing", NOW) is None
    assert [(one.waiting, one.position) for one in approved if one] == [(False, 0), (True, 1), (True, 2)]
    assert [one.code for one in approved if one] == [one.code for one in waiting]
    assert statuses(world, event_id) == {"seat": 1, "waiting": 2}


def test_staff_see_who_is_registered_and_approve_by_the_code(world: World) -> None:
    event_id, other_event = world.event(1), world.event(1)
    siti = world.person("siti", language="sas", safe_to_write=True)
    ani, web = world.person("ani"), world.person("cookie", sender="webchat")
    first = world.seated(siti, event_id)
    wished = world.seated(web, event_id, seats="approve", name="Budi", village="Sakra")
    second = world.seated(ani, event_id, name="Ani")
    for_other = world.seated(siti, event_id, other=True, name="Inaq Sum")
    with world.store.read() as session:
        rows = events.seats_of(session, world.store, event_id)
        assert events.to_approve(session) == {event_id: 1}
        assert events.seats_of(session, world.store, other_event) == []
    assert [(row.code, row.name, row.status, row.position, row.channel, row.other) for row in rows] == [
        (first.code, "Siti", "seat", 0, "telegram", False),
        (wished.code, "Budi", "approval", 0, "webchat", False),
        (second.code, "Ani", "waiting", 1, "telegram", False),
        (for_other.code, "Inaq Sum", "waiting", 2, "telegram", True),
    ]
    assert rows[1].village == "Sakra" and "Budi" not in repr(rows)
    with world.store.begin() as session:
        for code in (first.code, second.code, "0000" if wished.code != "0000" else "0001", "", "x"):
            assert events.approve_by_code(session, world.store, event_id=event_id, code=code, now=NOW) is None
        assert events.approve_by_code(session, world.store, event_id=other_event, code=wished.code, now=NOW) is None
        done = events.approve_by_code(session, world.store, event_id=event_id, code=wished.code, now=NOW)
        assert done is not None
        taken, whom = done
        assert events.approve_by_code(session, world.store, event_id=event_id, code=wished.code, now=NOW) is None
        assert events.to_approve(session) == {}
    assert (taken.registration, taken.waiting, taken.position) == (wished.registration, True, 3)
    assert (whom.contact_id, whom.address_id, whom.channel) == (web.contact_id, web.address_id, "webchat")
    assert (whom.code, whom.event_id, whom.other) == (wished.code, event_id, False)


def test_a_bare_code_is_listed_and_approved_without_a_name(world: World) -> None:
    """Who registered her was erased; the code she wrote down still counts."""
    event_id, helper = world.event(3), world.person("cookie", sender="webchat")
    code = world.seated(helper, event_id, other=True, seats="approve", name="Inaq Sum").code
    with world.store.begin() as session:
        erase_contact(session, world.store, helper.contact_id, NOW)
    with world.store.begin() as session:
        (row,) = events.seats_of(session, world.store, event_id)
        assert (row.code, row.name, row.village, row.channel, row.status) == (code, None, None, "", "approval")
        done = events.approve_by_code(session, world.store, event_id=event_id, code=code, now=NOW)
        assert done is not None and done[1].contact_id == ""


def test_an_event_is_found_also_when_it_is_over_or_called_off(world: World) -> None:
    event_id = world.event(2)
    with world.store.begin() as session:
        found = events.find_event(session, event_id)
        assert found is not None and (found.capacity, found.cancelled, found.title["sas"]) == (2, False, "Bekal")
        events.cancel_event(session, event_id, NOW)
        found = events.find_event(session, event_id)
        assert found is not None and found.cancelled
        assert events.find_event(session, "nothing") is None


def test_a_refused_approval_frees_nothing_and_moves_nobody(world: World) -> None:
    event_id, siti = world.event(1), world.person()
    waiting = world.seated(siti, event_id, seats="approve")
    assert cancel(world, siti, waiting.registration) == (SeatCancelled(True), None)


def test_an_event_stands_for_a_day_after_it_began(world: World) -> None:
    siti, event_id = world.person(), world.event(1, starts=NOW + HOUR)
    world.seated(siti, event_id)
    with world.store.read() as session:
        found = [
            len(events.registrations_of(session, world.store, siti.contact_id, NOW + HOUR + wait))
            for wait in (0 * HOUR, 23 * HOUR, 25 * HOUR)
        ]
    assert found == [1, 1, 0]


def test_turns_that_cross_each_other_are_played_again(world: World) -> None:
    """Seats in two events, taken in opposite order within one transaction: at worst a deadlock, known as such."""
    one, other = world.event(9), world.event(9)

    def both(who: inbox.Received, order: tuple[str, str]) -> bool:
        try:
            with world.store.begin() as session:
                for event_id in order:
                    events.take_seat(
                        session, world.store, contact_id=who.contact_id, address_id=who.address_id, event_id=event_id,
                        name="x", village="y", other=False, seats="on", now=NOW,
                    )  # fmt: skip
            return True
        except Exception as exc:
            assert is_retryable(exc)
            return False

    crowd = [world.person(f"p{number}") for number in range(6)]
    orders = [(one, other), (other, one)] * 3
    at_once([lambda who=who, order=order: both(who, order) for who, order in zip(crowd, orders, strict=True)])
    for who, order in zip(crowd, orders, strict=True):
        both(who, order)
    assert statuses(world, one) == statuses(world, other) == {"seat": 6}


def test_deleting_all_rows_restores_all_seats(world: World) -> None:
    """There is no stored remainder that could be wrong."""
    event_id = world.event(2)
    for name in ("a", "b"):
        world.seated(world.person(name), event_id)
    with world.store.begin() as session:
        run(session, delete(table(Registration)))
    assert coming(world)[0].seats_left == 2
