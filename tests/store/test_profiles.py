"""One phone, several people."""

from __future__ import annotations

from bot.conversation.types import PinRight, ProfileSwitched, WrongPin
from bot.store import inbox, people
from tests.store.world import DAY, NOW, SECOND, World, at_once


def add(world: World, at: inbox.Received, nickname: str, pin: str | None = None) -> str:
    with world.store.begin() as session:
        assert people.add_profile(
            session, world.store, address_id=at.address_id, nickname=nickname, pin=pin, now=NOW + SECOND
        ) == ProfileSwitched(nickname, new=True)
        return people.snapshot(session, world.store, at.address_id, NOW).contact_id


def switch(world: World, at: inbox.Received, profile: str, pin: str | None = None, now=NOW):  # type: ignore[no-untyped-def]
    with world.store.begin() as session:
        return people.switch_profile(session, world.store, address_id=at.address_id, profile=profile, pin=pin, now=now)


def test_alone_there_are_no_profiles(world: World) -> None:
    siti = world.person()
    with world.store.read() as session:
        assert people.snapshot(session, world.store, siti.address_id, NOW).contact.profiles == ()


def test_a_second_person_starts_blank_in_the_same_language(world: World) -> None:
    siti = world.person(language="sas", role="family")
    with world.store.begin() as session:
        people.mark_lesson(session, siti.contact_id, "m", "l", NOW)
        before = people.snapshot(session, world.store, siti.address_id, NOW)
        people.save_state(session, world.store, before, "siti's place", 3, NOW)
    ani = add(world, siti, "Ani", "1234")
    with world.store.read() as session:
        person = people.snapshot(session, world.store, siti.address_id, NOW)
    assert person.contact_id == ani != siti.contact_id
    assert (person.contact.language, person.contact.consent, person.contact.role) == ("sas", None, None)
    assert (person.contact.lessons, person.state, person.contact.has_pin) == (frozenset(), None, True)
    assert [(one.nickname, one.has_pin, one.active) for one in person.contact.profiles] == [
        ("", False, False),
        ("Ani", True, True),
    ]
    assert switch(world, siti, siti.contact_id) == ProfileSwitched("", new=False)
    with world.store.read() as session:
        assert people.snapshot(session, world.store, siti.address_id, NOW).state == "siti's place"


def test_the_first_person_can_be_named_too(world: World) -> None:
    siti = world.person()
    add(world, siti, "Ani")
    with world.store.begin() as session:
        people.name_contact(session, world.store, siti.contact_id, "Siti", "0000")
    assert switch(world, siti, siti.contact_id, "0000") == ProfileSwitched("Siti", new=False)


def test_a_pin_is_needed_and_five_wrong_ones_lock_for_a_day(world: World) -> None:
    siti = world.person()
    ani = add(world, siti, "Ani", "1234")
    switch(world, siti, siti.contact_id)
    assert switch(world, siti, ani) == WrongPin(5)  # asked for, not tried
    tried = [switch(world, siti, ani, wrong) for wrong in ("0000", "1", "", "12345", "4321")]
    assert tried == [WrongPin(4), WrongPin(3), WrongPin(2), WrongPin(1), WrongPin(0)]
    assert switch(world, siti, ani, "1234") == WrongPin(0)  # right, but locked
    assert switch(world, siti, ani, "1234", NOW + DAY - SECOND) == WrongPin(0)
    assert switch(world, siti, ani, "0000", NOW + DAY) == WrongPin(4)
    assert switch(world, siti, ani, "1234", NOW + DAY) == ProfileSwitched("Ani", new=False)
    with world.store.begin() as session:
        assert people.check_pin(session, world.store, ani, "0", NOW) == WrongPin(4)  # counted anew


def test_staff_take_a_lock_off(world: World) -> None:
    siti = world.person()
    ani = add(world, siti, "Ani", "1234")
    with world.store.begin() as session:
        for _ in range(5):
            people.check_pin(session, world.store, ani, "0000", NOW)
        people.reset_pin(session, ani)
        assert people.check_pin(session, world.store, ani, "anything", NOW) == PinRight()


def test_the_active_contacts_pin(world: World) -> None:
    siti = world.person()
    with world.store.begin() as session:
        assert people.check_pin(session, world.store, siti.contact_id, "0000", NOW) == PinRight()
        people.name_contact(session, world.store, siti.contact_id, "Siti", "1234")
        assert people.check_pin(session, world.store, siti.contact_id, "0000", NOW) == WrongPin(4)
        assert people.check_pin(session, world.store, siti.contact_id, " 1234 ", NOW) == PinRight()
        assert people.check_pin(session, world.store, "nobody", "1234", NOW) == WrongPin(0)


def test_another_phones_profile_cannot_be_opened(world: World) -> None:
    siti, other = world.person("siti"), world.person("other")
    assert switch(world, siti, other.contact_id) == WrongPin(0)
    assert world.address(siti).contact_id == siti.contact_id


def test_tries_are_counted_across_phones_at_once(world: World) -> None:
    """A contact's PIN is tried from several sides at once: still five tries in all."""
    siti = world.person()
    ani = add(world, siti, "Ani", "1234")

    def attempt() -> PinRight | WrongPin:
        with world.store.begin() as session:
            return people.check_pin(session, world.store, ani, "0000", NOW)

    left = sorted(found.tries_left for found in at_once([attempt] * 8) if isinstance(found, WrongPin))
    assert left == [0, 0, 0, 0, 1, 2, 3, 4]
