"""What a turn knows of who writes, and what it changes."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlalchemy import event, func, insert, select, update

from bot.conversation.types import Contact, Paper
from bot.store import certificates, consent, inbox, learning, papers, people, recovery, reminders
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


# --- the way to departure, and what was learned ----------------------------------------------------------------------

LEAVES = date(2027, 1, 30)


def prepare(world: World, who: inbox.Received) -> None:
    """Everything of the way to departure that can be kept."""
    with world.store.begin() as session:
        papers.set_departure(session, who.contact_id, LEAVES)
        papers.set_paper(session, who.contact_id, "passport", "asked", LEAVES - 30 * DAY, NOW)
        papers.set_paper(session, who.contact_id, "visa", "missing", None, NOW)
        for kind in ("lesson", "departure"):
            reminders.set_reminder(session, who.contact_id, who.address_id, kind, True, NOW, every="week")
        learning.record_check(session, who.contact_id, "before", 2, 6, [("q-one", True)], NOW)
        certificates.make_certificate(session, world.store, who.contact_id, "Siti", "id", NOW)
        recovery.make_recovery_code(session, world.store, who.contact_id, NOW)


def test_what_was_prepared_is_seen_in_the_next_turn(world: World) -> None:
    siti, ani = world.person("siti"), world.person("ani")
    prepare(world, siti)
    contact = see(world, siti).contact
    assert contact.departure == LEAVES and contact.lesson_every == "week"
    assert contact.papers == {"passport": Paper("asked", LEAVES - 30 * DAY), "visa": Paper("missing")}
    assert contact.reminders == {"lesson", "departure"}
    assert contact.checks == {"before": (2, 6)}
    assert contact.certificate is not None and contact.certificate.startswith("BKL-")
    assert see(world, ani).contact == Contact(consent=True)


def test_a_paper_goes_from_step_to_step(world: World) -> None:
    siti = world.person()
    with world.store.begin() as session:
        assert papers.set_paper(session, siti.contact_id, "visa", "asked", LEAVES, NOW)
        assert papers.set_paper(session, siti.contact_id, "visa", "have", None, NOW + DAY)
        assert papers.set_departure(session, siti.contact_id, LEAVES)
        assert not papers.set_departure(session, siti.contact_id, LEAVES), "the same day: nothing to plan anew"
        assert papers.set_departure(session, siti.contact_id, None)
    contact = see(world, siti).contact
    assert contact.papers == {"visa": Paper("have")} and contact.departure is None


def test_the_first_check_of_a_moment_stands(world: World) -> None:
    siti = world.person()
    with world.store.begin() as session:
        kept = [
            learning.record_check(session, siti.contact_id, moment, right, 6, [], NOW)
            for moment, right in [("before", 2), ("before", 6), ("after", 5)]
        ]
    assert kept == [True, False, True]
    assert see(world, siti).contact.checks == {"before": (2, 6), "after": (5, 6)}


def test_without_consent_nothing_of_it_is_kept(world: World) -> None:
    siti = world.person(consent=None)
    with world.store.begin() as session:
        assert not papers.set_departure(session, siti.contact_id, LEAVES)
        assert not papers.set_paper(session, siti.contact_id, "visa", "asked", None, NOW)
        assert not reminders.set_reminder(session, siti.contact_id, siti.address_id, "lesson", True, NOW, "day")
        assert not learning.record_check(session, siti.contact_id, "before", 2, 6, [], NOW)
    assert see(world, siti).contact == Contact()
    assert kept_of(world, siti) == {}


def test_with_consent_goes_what_rests_on_it(world: World) -> None:
    siti, ani = world.person("siti"), world.person("ani")
    prepare(world, siti), prepare(world, ani)
    assert set(kept_of(world, siti)) == {"paper", "reminder", "check_result", "certificate", "recovery"}
    before = kept_of(world, ani)
    with world.store.begin() as session:
        people.set_consent(session, siti.contact_id, False, "1", NOW)
    assert kept_of(world, siti) == {} and kept_of(world, ani) == before
    assert see(world, siti).contact == Contact(consent=False)


def kept_of(world: World, who: inbox.Received) -> dict[str, int]:
    """Rows that rest on consent, by table."""
    with world.store.read() as session:
        counted = {
            each.name: run(
                session, select(func.count()).select_from(each).filter_by(contact_id=who.contact_id)
            ).scalar()
            for each in consent.RESTING
        }
    return {name: rows for name, rows in counted.items() if rows}


def test_a_turn_asks_for_it_in_one_statement_and_only_with_consent(world: World) -> None:
    siti, ani = world.person("siti"), world.person("ani", consent=None)
    prepare(world, siti)

    def asked(who: inbox.Received) -> list[str]:
        statements: list[str] = []
        listen = ("before_cursor_execute", lambda _c, _cur, statement, *_: statements.append(statement))
        with world.store.begin() as session:
            event.listen(world.store.engine, *listen)
            people.snapshot(session, world.store, who.address_id, NOW)
            event.remove(world.store.engine, *listen)
        return statements

    assert len(asked(ani)) == 1
    assert len(asked(siti)) == 2  # who it is, and all that is kept of her
