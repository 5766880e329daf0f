"""Announcements reach whom they should, once each, wherever the process is killed."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import func, insert, select, update

from bot.store import broadcasts, events, inbox, outbox, people
from bot.store.broadcasts import Segment, parse_segment
from bot.store.sql import run, table
from bot.store.tables import Address, AddressContact, Broadcast, Outbox
from tests.store.world import HOUR, MINUTE, NOW, World, at_once


def announce(world: World, segment: str = "all", text: object = "Pelatihan gratis") -> str:
    with world.store.begin() as session:
        return broadcasts.create(session, segment=segment, text=text, now=NOW)  # type: ignore[arg-type]


def expand(world: World, broadcast_id: str, limit: int = 10) -> int:
    """All of it; how many chunks."""
    for chunk in range(1, 1000):
        with world.store.begin() as session:
            if broadcasts.expand(session, world.store, broadcast_id, limit, NOW):
                return chunk
    raise AssertionError("never done")


def reached(world: World) -> list[str]:
    """Contact ids in the outbox, sorted."""
    with world.store.read() as session:
        return sorted(run(session, select(table(Outbox).c.contact_id)).scalars())


def same_person(world: World, *received: inbox.Received) -> str:
    """Makes all these addresses those of the first one's contact, as after linking."""
    contact_id = received[0].contact_id
    with world.store.begin() as session:
        for one in received[1:]:
            addresses = table(Address)
            run(session, update(addresses).where(addresses.c.id == one.address_id).values(contact_id=contact_id))
            link = {"address_id": one.address_id, "contact_id": contact_id, "created_at": NOW}
            run(session, insert(table(AddressContact)).values(link))
    return contact_id


# --- segments --------------------------------------------------------------------------------------------------------


def test_segments_are_read() -> None:
    assert parse_segment("all") == Segment()
    assert parse_segment(" lang:sas , channel:telegram,kabupaten:lombok-timur,role:family,event:Ab1 ") == Segment(
        languages=frozenset({"sas"}),
        channels=frozenset({"telegram"}),
        kabupaten=frozenset({"lombok-timur"}),
        roles=frozenset({"family"}),
        events=frozenset({"Ab1"}),
    )
    assert parse_segment("role:family,role:abroad").roles == {"family", "abroad"}
    assert parse_segment("kabupaten:bima", places=["bima"]).kabupaten == {"bima"}


@pytest.mark.parametrize(
    "text, named",
    [
        ("", "''"),
        ("all,lang:id", "'all' stands alone"),
        ("lang:jv", "'lang:jv': 'jv' is not one of id, sas"),
        ("lang:", "'lang:'"),
        ("language:id", "'language:id' is not one of all, lang:"),
        ("channel:sms", "'sms' is not one of telegram, terminal"),
        ("role:pekerja", "is not one of abroad"),
        ("kabupaten:bandung", "'bandung' is not one of bima"),
        ("lang:id,,role:family", "''"),
        ("event:", "after the colon"),
        ("event:a b", "after the colon"),
        ("telegram", "'telegram' is not one of"),
    ],
)
def test_a_wrong_segment_names_its_wrong_part(text: str, named: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_segment(text, places=["bima", "mataram"])
    assert named in str(caught.value)


def test_an_announcement_needs_a_text_and_a_right_segment(world: World) -> None:
    with pytest.raises(ValueError, match="Indonesian"):
        announce(world, text={"sas": "x"})
    with pytest.raises(ValueError, match="segment"):
        announce(world, "every")


# --- for whom --------------------------------------------------------------------------------------------------------


def test_only_who_may_be_written_to(world: World) -> None:
    siti = world.person("siti")
    safe = world.person("safe", safe_to_write=True)
    world.person("never asked", consent=None)
    world.person("refused", consent=False)
    world.person("not safe", safe_to_write=False)
    stopped, blocked = world.person("stopped"), world.person("blocked")
    with world.store.begin() as session:
        people.set_announcements(session, stopped.address_id, False, False, NOW)
        outbox.mark_unreachable(session, blocked.address_id, "blocked", NOW)
        assert broadcasts.recipients(session, Segment()) == 2
    expand(world, announce(world))
    assert reached(world) == sorted([siti.contact_id, safe.contact_id])


def test_segments_choose(world: World) -> None:
    event_id = world.event(5)
    siti = world.person("siti", language="sas", role="family", kabupaten="lombok-timur")
    ani = world.person("ani", role="abroad", kabupaten="mataram", sender="whatsapp:1")
    budi = world.person("budi", language="id", role="family", kabupaten="mataram")
    world.seated(siti, event_id), world.seated(budi, event_id)
    gone = world.seated(ani, event_id)
    with world.store.begin() as session:
        events.cancel_seat(session, world.store, contact_id=ani.contact_id, registration_id=gone.registration, now=NOW)
    wanted = {
        "all": [siti, ani, budi],
        "lang:sas": [siti],
        "lang:id": [ani, budi],
        "lang:id,lang:sas": [siti, ani, budi],
        "channel:whatsapp": [ani],
        "kabupaten:mataram": [ani, budi],
        "kabupaten:mataram,role:family": [budi],
        f"event:{event_id}": [siti, budi],
        f"event:{event_id},lang:sas": [siti],
        "role:returned": [],
    }
    for segment, who in wanted.items():
        with world.store.begin() as session:
            assert broadcasts.recipients(session, parse_segment(segment)) == len(who)
        expand(world, announce(world, segment))
        assert reached(world) == sorted(one.contact_id for one in who), segment
        with world.store.begin() as session:
            run(session, table(Outbox).delete())


def test_each_in_their_own_language(world: World) -> None:
    siti, ani = world.person("siti", language="sas"), world.person("ani")
    expand(world, announce(world, text={"id": "Halo", "sas": "Tabeq"}))
    epoch = world.lease()
    bodies = {item.contact_id: item.body for item in world.send(epoch)}
    assert bodies == {siti.contact_id: {"text": "Tabeq"}, ani.contact_id: {"text": "Halo"}}


def test_the_body_is_the_callers(world: World) -> None:
    world.person()
    broadcast_id = announce(world)
    with world.store.begin() as session:
        broadcasts.expand(
            session, world.store, broadcast_id, 10, NOW, body=lambda text: {"text": "Ada pesan", "nav": [text]}
        )
        assert broadcasts.text_of(session, broadcast_id) == {"id": "Pelatihan gratis"}
    (item,) = world.send(world.lease())
    assert item.body == {"text": "Ada pesan", "nav": ["Pelatihan gratis"]}
    assert (item.lane, item.broadcast_id) == (outbox.PUSHES, broadcast_id)


def test_one_message_a_person_on_the_phone_used_last(world: World) -> None:
    old, new = world.person("old", now=NOW - 2 * HOUR), world.person("new", now=NOW - HOUR)
    contact_id = same_person(world, old, new)
    expand(world, announce(world))
    with world.store.read() as session:
        rows = run(session, select(table(Outbox))).all()
    assert [(row.contact_id, row.address_id) for row in rows] == [(contact_id, new.address_id)]


def test_where_the_last_phone_cannot_be_reached_the_other_one_is(world: World) -> None:
    old, new = world.person("old", now=NOW - 2 * HOUR), world.person("new", now=NOW - HOUR)
    same_person(world, old, new)
    with world.store.begin() as session:
        outbox.mark_unreachable(session, new.address_id, "blocked", NOW)
    expand(world, announce(world))
    with world.store.read() as session:
        assert run(session, select(table(Outbox).c.address_id)).scalars().all() == [old.address_id]


def test_who_changes_phones_meanwhile_gets_it_once(world: World) -> None:
    """Between two chunks somebody writes on the other phone: neither passed over nor written to twice."""
    for turn in range(6):
        crowd = [world.person(f"{turn}-{number}") for number in range(6)]
        pairs = [(one, world.person(f"{turn}-{number}b", now=NOW - HOUR)) for number, one in enumerate(crowd)]
        contacts = sorted(same_person(world, *pair) for pair in pairs)
        broadcast_id, done = announce(world), False
        while not done:
            with world.store.begin() as session:
                done = broadcasts.expand(session, world.store, broadcast_id, 2, NOW)
            for number in range(6):
                world.hear(f"{turn}-{number}{random.choice(['', 'b'])}", now=NOW + MINUTE)
        assert reached(world) == contacts
        with world.store.begin() as session:
            run(session, table(Outbox).delete())
            run(session, table(Address).update().values(stopped_at=NOW))


def test_a_profile_that_is_not_active_is_not_written_to(world: World) -> None:
    """Another person on the same phone would read it."""
    siti = world.person("siti")
    with world.store.begin() as session:
        people.add_profile(session, world.store, address_id=siti.address_id, nickname="Ani", pin=None, now=NOW)
    expand(world, announce(world))
    assert reached(world) == []


# --- safe to kill ----------------------------------------------------------------------------------------------------


def test_it_goes_on_where_it_stopped(world: World) -> None:
    crowd = sorted(world.person(f"p{number}").contact_id for number in range(25))
    broadcast_id = announce(world)
    with world.store.begin() as session:
        assert not broadcasts.expand(session, world.store, broadcast_id, 10, NOW)
        assert broadcasts.expanding(session) == [broadcast_id]
    for _ in range(3):  # killed in the middle of a chunk: all of the chunk is undone
        with pytest.raises(KeyboardInterrupt), world.store.begin() as session:
            broadcasts.expand(session, world.store, broadcast_id, 10, NOW)
            raise KeyboardInterrupt
    assert expand(world, broadcast_id) == 2
    assert reached(world) == crowd
    with world.store.begin() as session:
        assert broadcasts.expanding(session) == []
        assert broadcasts.expand(session, world.store, broadcast_id, 10, NOW)  # again: nothing to do
        assert broadcasts.expand(session, world.store, "nothing", 10, NOW)
        told = broadcasts.progress(session, broadcast_id)
    assert (told.status, told.recipients, told.fates) == ("sending", 25, {"queued": 25})
    assert reached(world) == crowd


def test_a_lost_cursor_doubles_nothing(world: World) -> None:
    """Restored from an older backup of the broadcast row, say: the keys remember."""
    crowd = sorted(world.person(f"p{number}").contact_id for number in range(5))
    broadcast_id = announce(world)
    expand(world, broadcast_id)
    with world.store.begin() as session:
        run(session, update(table(Broadcast)).values(cursor="", status="expanding"))
    expand(world, broadcast_id, 2)
    assert reached(world) == crowd
    with world.store.read() as session:
        assert broadcasts.progress(session, broadcast_id).recipients == 5


def test_two_processes_expand_at_once(world: World) -> None:
    crowd = sorted(world.person(f"p{number}").contact_id for number in range(30))
    broadcast_id = announce(world)
    at_once([lambda: expand(world, broadcast_id, 4)] * 5)
    assert reached(world) == crowd


def test_an_exact_number_needs_one_more_look(world: World) -> None:
    for number in range(4):
        world.person(f"p{number}")
    assert expand(world, announce(world), limit=2) == 3


def test_web_chat_fetches_it(world: World) -> None:
    siti = world.person("siti", sender="webchat")
    expand(world, announce(world))
    with world.store.begin() as session:
        (pulled,) = outbox.pull(session, world.store, siti.address_id, 0, 10, NOW)
    assert (pulled.seq, pulled.body) == (1, {"text": "Pelatihan gratis"})


def test_progress_until_done(world: World) -> None:
    for number in range(3):
        world.person(f"p{number}")
    broadcast_id = announce(world)
    expand(world, broadcast_id)
    epoch = world.lease()
    items = world.send(epoch)
    world.accept(items[0])
    with world.store.begin() as session:
        outbox.failed(session, items[1].id, "blocked", epoch=epoch, now=NOW)
        told = broadcasts.progress(session, broadcast_id)
        assert (told.status, told.fates) == ("sending", {"sent": 1, "failed": 1, "sending": 1})
        outbox.sent(session, items[2].id, epoch=epoch, now=NOW)
        assert broadcasts.progress(session, broadcast_id).status == "done"
        with pytest.raises(KeyError):
            broadcasts.progress(session, "nothing")


def test_staff_stop_it_half_way(world: World) -> None:
    for number in range(6):
        world.person(f"p{number}")
    broadcast_id = announce(world)
    with world.store.begin() as session:
        broadcasts.expand(session, world.store, broadcast_id, 3, NOW)
    world.accept(world.send(world.lease(), n=1)[0])
    with world.store.begin() as session:
        assert broadcasts.stop(session, broadcast_id, NOW) == 2
        assert broadcasts.expand(session, world.store, broadcast_id, 10, NOW)
        told = broadcasts.progress(session, broadcast_id)
    assert (told.status, told.fates) == ("stopped", {"sent": 1, "cancelled": 2})
    with world.store.read() as session:
        assert run(session, select(func.count()).select_from(table(Outbox))).scalar() == 3
