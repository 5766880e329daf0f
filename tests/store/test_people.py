"""What a turn knows of who writes, and what it changes."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, insert, select, update

from bot.conversation.types import Contact
from bot.store import inbox, people
from bot.store.sql import run, table
from bot.store.tables import Address, AddressContact, Conversation, Progress, QuizResult
from bot.store.tables import Contact as ContactRow
from tests.store.world import BOT, DAY, HOUR, NOW, World, at_once


def see(world: World, who: inbox.Received) -> people.Person:
    with world.store.read() as session:
        return people.snapshot(session, world.store, who.address_id, NOW)


def test_somebody_new_is_a_blank_page(world: World) -> None:
    siti = world.hear("siti")
    person = see(world, siti)
    assert person.first
    assert (person.contact, person.state, person.step) == (Contact(), None, 0)
    assert (person.account, person.channel, person.sender) == ("siti", "telegram", BOT)
    assert (person.address_id, person.contact_id) == (siti.address_id, siti.contact_id)
    assert person.inbound_at == NOW


def test_a_state_comes_back(world: World) -> None:
    siti = world.hear("siti")
    state = json.dumps({"name": "lesson", "words": "rahasia 🌴 \ud83d"})
    with world.store.begin() as session:
        person = people.snapshot(session, world.store, siti.address_id, NOW)
        people.save_state(session, world.store, person, state, 7, NOW + HOUR)
    with world.store.read() as session:
        kept = run(session, select(table(Conversation))).one()
        assert b"rahasia" not in kept.state and kept.updated_at == NOW + HOUR
    person = see(world, siti)
    assert (person.state, person.step) == (state, 7)


def test_fifty_turns_of_one_contact_lose_nothing(world: World) -> None:
    """Each reads the state, adds one, and saves it."""
    siti = world.hear("siti")

    def turn() -> None:
        with world.store.begin() as session:
            people.open_address(session, world.store, siti.address_id, lock=True)
            person = people.snapshot(session, world.store, siti.address_id, NOW)
            people.save_state(session, world.store, person, str(int(person.state or 0) + 1), person.step + 1, NOW)

    at_once([turn] * 200, threads=50)
    person = see(world, siti)
    assert (person.state, person.step) == ("200", 200)


def test_effects_are_seen_in_the_next_turn(world: World) -> None:
    siti = world.hear("siti")
    with world.store.begin() as session:
        people.set_language(session, siti.contact_id, "sas")
        people.set_consent(session, siti.contact_id, True, "2026-11", NOW)
        people.set_profile(session, siti.contact_id, role="family")
        people.set_profile(session, siti.contact_id, kabupaten="lombok-timur")
        people.set_safe_to_write(session, siti.contact_id, True)
        assert people.mark_lesson(session, siti.contact_id, "documents", "passport", NOW)
        assert people.record_quiz(session, siti.contact_id, "documents", 3, 5, NOW)
        people.set_announcements(session, siti.address_id, False, False, NOW)
    assert see(world, siti).contact == Contact(
        language="sas",
        consent=True,
        role="family",
        kabupaten="lombok-timur",
        lessons=frozenset({"documents/passport"}),
        quizzes={"documents": (3, 5)},
        announcements=False,
        safe_to_write=True,
    )
    assert not see(world, siti).first


def test_days_away_are_counted_from_the_last_turn(world: World) -> None:
    siti = world.person(now=NOW - 9 * DAY)
    world.hear("siti", now=NOW)
    assert see(world, siti).contact.away_days == 9
    with world.store.begin() as session:
        people.save_state(session, world.store, see(world, siti), "{}", 1, NOW)
    assert see(world, siti).contact.away_days == 0


@pytest.mark.parametrize("consent", [None, False])
def test_without_consent_nothing_is_kept(world: World, consent: bool | None) -> None:
    siti = world.person(consent=consent)
    with world.store.begin() as session:
        assert not people.set_profile(session, siti.contact_id, role="family", kabupaten="mataram")
        assert not people.mark_lesson(session, siti.contact_id, "documents", "passport", NOW)
        assert not people.record_quiz(session, siti.contact_id, "documents", 3, 5, NOW)
    with world.store.read() as session:
        for model in (Progress, QuizResult):
            assert run(session, select(func.count()).select_from(table(model))).scalar() == 0
        row = run(session, select(table(ContactRow))).one()
    assert (row.role, row.kabupaten) == (None, None)


def test_withdrawal_takes_what_rested_on_consent(world: World) -> None:
    siti, ani = world.person("siti"), world.person("ani")
    with world.store.begin() as session:
        for one in (siti, ani):
            people.set_profile(session, one.contact_id, "family", "mataram")
            people.mark_lesson(session, one.contact_id, "documents", "passport", NOW)
            people.record_quiz(session, one.contact_id, "documents", 3, 5, NOW)
    announced = world.put(siti, lane=2, broadcast_id="b")
    answered = world.put(siti)
    with world.store.begin() as session:
        people.set_consent(session, siti.contact_id, False, "2", NOW)
    contact = see(world, siti).contact
    assert (contact.consent, contact.lessons, contact.quizzes) == (False, frozenset(), {})
    assert (contact.role, contact.kabupaten) == (None, None)
    assert (world.row(announced).status, world.row(announced).body) == ("cancelled", None)
    assert world.row(answered).status == "queued"
    assert see(world, ani).contact.lessons == {"documents/passport"}
    with world.store.read() as session:
        row = run(session, select(table(ContactRow)).where(table(ContactRow).c.id == siti.contact_id)).one()
    assert (row.consent_version, row.consent_at) == ("2", NOW)


def test_a_lesson_done_again_counts_once(world: World) -> None:
    siti = world.person()
    with world.store.begin() as session:
        assert people.mark_lesson(session, siti.contact_id, "m", "l", NOW)
        assert not people.mark_lesson(session, siti.contact_id, "m", "l", NOW + DAY)
        assert run(session, select(table(Progress).c.done_at)).scalars().all() == [NOW]


def test_the_best_quiz_result_stays(world: World) -> None:
    siti = world.person()
    with world.store.begin() as session:
        kept = [
            people.record_quiz(session, siti.contact_id, "m", right, total, NOW)
            for right, total in [(2, 5), (1, 5), (4, 5), (4, 5), (3, 4), (6, 7)]
        ]
    assert kept == [True, False, True, False, False, True]
    assert see(world, siti).contact.quizzes == {"m": (6, 7)}


def test_stop_on_one_address_and_everywhere(world: World) -> None:
    phone, tablet, ani = world.person("phone"), world.person("tablet"), world.person("ani")
    with world.store.begin() as session:  # both serve the same contact, as after linking
        link = {"address_id": tablet.address_id, "contact_id": phone.contact_id, "created_at": NOW}
        run(session, insert(table(AddressContact)).values(link))
        addresses = table(Address)
        run(
            session,
            update(addresses).where(addresses.c.id == tablet.address_id).values(contact_id=phone.contact_id),
        )
    waiting = world.put(tablet, lane=2)
    reply = world.put(tablet)
    with world.store.begin() as session:
        people.set_announcements(session, phone.address_id, False, False, NOW)
    assert world.address(phone).stopped_at == NOW
    assert world.address(tablet).stopped_at is None
    with world.store.begin() as session:
        people.set_announcements(session, phone.address_id, False, True, NOW + HOUR)
    assert world.address(phone).stopped_at == NOW  # the first time stays
    assert world.address(tablet).stopped_at == NOW + HOUR
    assert world.address(ani).stopped_at is None
    assert (world.row(waiting).status, world.row(waiting).why) == ("cancelled", "stopped")
    assert world.row(reply).status == "queued"
    with world.store.begin() as session:
        people.set_announcements(session, tablet.address_id, True, True, NOW)
    assert world.address(phone).stopped_at is None and world.address(tablet).stopped_at is None


def test_an_address_that_is_gone_is_a_key_error(world: World) -> None:
    with world.store.read() as session:
        with pytest.raises(KeyError):
            people.open_address(session, world.store, "nobody", lock=False)
        with pytest.raises(KeyError):
            people.snapshot(session, world.store, "nobody", NOW)


def test_an_address_is_held_by_one_turn(world: World) -> None:
    siti = world.hear("siti")
    with world.store.begin() as session:
        row = people.open_address(session, world.store, siti.address_id, lock=True)
    assert (row.id, row.contact_id, row.channel, row.sender) == (siti.address_id, siti.contact_id, "telegram", BOT)
    assert (row.due_at, row.inbound_at, row.claim) == (NOW, NOW, None)
