"""Going on from a new number."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from bot.conversation.types import ProfileSwitched, RecoveryCode, RecoveryRefused
from bot.store import inbox, people, recovery, reminders
from bot.store.inbox import Received
from bot.store.sql import run, table
from bot.store.tables import AddressContact, Recovery, Reminder
from tests.store.world import DAY, MINUTE, NOW, World, at_once

UNKNOWN, PIN, WAIT = (RecoveryRefused(reason) for reason in ("unknown", "pin", "wait"))  # type: ignore[arg-type]


def make(world: World, who: Received, now=NOW) -> str:  # type: ignore[no-untyped-def]
    with world.store.begin() as session:
        made = recovery.make_recovery_code(session, world.store, who.contact_id, now)
    assert made is not None
    return made.code


def use(world: World, at: Received, code: str, pin: str | None = None, now=NOW):  # type: ignore[no-untyped-def]
    with world.store.begin() as session:
        people.open_address(session, world.store, at.address_id, lock=True)
        return recovery.use_recovery_code(session, world.store, address_id=at.address_id, typed=code, pin=pin, now=now)


def see(world: World, who: Received) -> people.Person:
    with world.store.read() as session:
        return people.snapshot(session, world.store, who.address_id, NOW)


def test_she_goes_on_from_a_new_number(world: World) -> None:
    siti = world.person("old", language="sas", role="prospective")
    with world.store.begin() as session:
        people.name_contact(session, world.store, siti.contact_id, "Inaq Siti", None)
        people.mark_lesson(session, siti.contact_id, "m", "l", NOW)
    code = make(world, siti)
    new = world.person("new", sender="whatsapp:1", consent=None)
    assert use(world, new, code) == ProfileSwitched("Inaq Siti", new=False)
    person = see(world, new)
    assert person.contact_id == siti.contact_id and person.contact.lessons == {"m/l"}
    assert (person.channel, person.contact.language) == ("whatsapp", "sas")
    assert see(world, siti).contact_id == siti.contact_id, "the old number stays hers"
    # Who wrote there before is still one of the profiles.
    assert {one.id for one in person.contact.profiles} == {siti.contact_id, new.contact_id}


def test_the_code_is_three_groups_and_only_its_hash_is_kept(world: World) -> None:
    siti = world.person()
    with world.store.begin() as session:
        made = recovery.make_recovery_code(session, world.store, siti.contact_id, NOW)
        row = run(session, select(table(Recovery))).one()
    assert made == RecoveryCode(made.code if made else "", date(2027, 12, 29))
    assert [len(group) for group in made.code.split("-")] == [4, 4, 4]
    assert len(row.lookup) == 64 and made.code.replace("-", "") not in str(row)


def test_typed_carelessly_it_works(world: World) -> None:
    code = make(world, world.person("old"))
    new = world.person("new")
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert isinstance(use(world, new, typed), ProfileSwitched)


def test_a_used_code_stays_good_until_a_new_one_is_made(world: World) -> None:
    siti = world.person("old")
    first = make(world, siti)
    for account in ("second", "third"):
        assert isinstance(use(world, world.person(account), first), ProfileSwitched)
    second = make(world, siti)
    other = world.person("fourth")
    assert use(world, other, first) == UNKNOWN
    assert isinstance(use(world, other, second), ProfileSwitched)
    with world.store.read() as session:
        assert len(run(session, select(table(Recovery))).all()) == 1


def test_it_runs_out(world: World) -> None:
    code = make(world, world.person("old"))
    new = world.person("new")
    assert use(world, new, code, now=NOW + 401 * DAY) == UNKNOWN
    assert isinstance(use(world, new, code, now=NOW + 400 * DAY), ProfileSwitched)


def test_on_the_same_number_nothing_changes(world: World) -> None:
    siti = world.person()
    assert use(world, siti, make(world, siti)) == ProfileSwitched("", new=False)
    with world.store.read() as session:
        assert len(run(session, select(table(AddressContact))).all()) == 1


@pytest.mark.parametrize("where", ["old", "new"])
def test_the_stricter_stop_wins(world: World, where: str) -> None:
    old, new = world.person("old"), world.person("new")
    stopped = old if where == "old" else new
    with world.store.begin() as session:
        people.set_announcements(session, stopped.address_id, False, False, NOW)
    use(world, new, make(world, old))
    assert world.address(new).stopped_at == NOW
    assert see(world, new).contact.announcements is False
    assert (world.address(old).stopped_at is None) == (where == "new"), "the old number is not touched"


def test_reminders_come_to_the_new_number(world: World) -> None:
    old, new = world.person("old"), world.person("new")
    with world.store.begin() as session:
        reminders.set_reminder(session, old.contact_id, old.address_id, "departure", True, NOW)
    use(world, new, make(world, old))
    with world.store.read() as session:
        assert run(session, select(table(Reminder).c.address_id)).scalar_one() == new.address_id


def test_a_pin_stands_before_it(world: World) -> None:
    old, new = world.person("old"), world.person("new")
    with world.store.begin() as session:
        people.name_contact(session, world.store, old.contact_id, "Siti", "1234")
    code = make(world, old)
    assert use(world, new, code) == PIN
    assert [use(world, new, code, "0000") for _ in range(5)] == [PIN, PIN, PIN, PIN, WAIT]
    assert use(world, new, code, "1234") == WAIT, "five wrong ones lock it for a day"
    assert see(world, new).contact_id == new.contact_id
    assert use(world, new, code, "1234", NOW + DAY) == ProfileSwitched("Siti", new=False)


def test_five_wrong_codes_wait_for_a_quarter_of_an_hour(world: World) -> None:
    old, new, other = world.person("old"), world.person("new"), world.person("other")
    code = make(world, old)
    wrong = ("0000-0000-0000", "halo", "", "1111-1111-1111", "2222-2222-2222")
    assert [use(world, new, one) for one in wrong] == [UNKNOWN] * 4 + [WAIT]
    assert use(world, new, code) == WAIT, "also the right one"
    assert use(world, new, code, now=NOW + 15 * MINUTE - MINUTE) == WAIT
    assert isinstance(use(world, other, code), ProfileSwitched), "others are not held up"
    assert use(world, new, "0", now=NOW + 15 * MINUTE) == UNKNOWN, "counted anew"
    assert isinstance(use(world, new, code, now=NOW + 15 * MINUTE), ProfileSwitched)
    assert [use(world, new, "0", now=NOW + 16 * MINUTE) for _ in range(4)] == [UNKNOWN] * 4


def test_a_mistake_a_day_does_not_add_up(world: World) -> None:
    new = world.person("new")
    assert [use(world, new, "0", now=NOW + 25 * 60 * MINUTE * day) for day in range(8)] == [UNKNOWN] * 8


def test_without_consent_there_is_no_code(world: World) -> None:
    siti, ani, new = world.person("siti", consent=None), world.person("ani"), world.person("new")
    code = make(world, ani)
    with world.store.begin() as session:
        assert recovery.make_recovery_code(session, world.store, siti.contact_id, NOW) is None
        people.set_consent(session, ani.contact_id, False, "1", NOW)
    assert use(world, new, code) == UNKNOWN


def test_two_who_change_places_at_once_do_not_stand_in_each_others_way(world: World) -> None:
    """Each holds her own number and then the other's contact; nobody waits for the other's number."""
    one, two = world.person("one"), world.person("two")
    codes = {one.address_id: make(world, two), two.address_id: make(world, one)}

    def go(who: inbox.Received):  # type: ignore[no-untyped-def]
        return lambda: use(world, who, codes[who.address_id])

    for _ in range(5):
        came = at_once([go(one), go(two)] * 4)
        assert came == [ProfileSwitched("", new=False)] * 8
    assert world.address(one).contact_id == two.contact_id
    assert world.address(two).contact_id == one.contact_id
