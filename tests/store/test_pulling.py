"""Web chat fetches what is for it."""

from __future__ import annotations

from bot.store import inbox, outbox, people
from tests.store.world import HOUR, NOW, World, at_once

WEB = "webchat"


def put(world: World, to: inbox.Received, text: str, **more: object) -> int | None:
    return world.put(to, text, sender=WEB, pulled=True, **more)


def pull(world: World, who: inbox.Received, after: int = 0, limit: int = 10, now=NOW) -> list[tuple[int, str]]:  # type: ignore[no-untyped-def]
    with world.store.begin() as session:
        return [
            (one.seq, one.body["text"]) for one in outbox.pull(session, world.store, who.address_id, after, limit, now)
        ]


def news(world: World, who: inbox.Received, after: int = 0) -> bool:
    with world.store.read() as session:
        return outbox.has_news(session, who.address_id, after, NOW)


def test_rows_are_numbered_from_one_and_read_from_anywhere(world: World) -> None:
    siti, ani = world.person("siti", sender=WEB), world.person("ani", sender=WEB)
    assert not news(world, siti)
    for text in "abc":
        put(world, siti, text)
    put(world, ani, "x")
    assert news(world, siti)
    assert pull(world, siti) == [(1, "a"), (2, "b"), (3, "c")]
    assert pull(world, siti, after=1) == [(2, "b"), (3, "c")]
    assert pull(world, siti, limit=2) == [(1, "a"), (2, "b")]
    put(world, siti, "d")
    assert news(world, siti, after=3)
    assert pull(world, siti, after=3) == [(4, "d")]
    assert not news(world, siti, after=4)
    assert pull(world, ani) == [(1, "x")]


def test_danger_is_numbered_first(world: World) -> None:
    siti = world.person(sender=WEB)
    put(world, siti, "reply"), put(world, siti, "card", lane=outbox.DANGER)
    assert pull(world, siti) == [(1, "card"), (2, "reply")]


def test_what_was_shown_is_delivered_and_its_text_goes(world: World) -> None:
    siti = world.person(sender=WEB)
    first, second = put(world, siti, "a"), put(world, siti, "b")
    pull(world, siti)
    third = put(world, siti, "c")  # not numbered yet, so not shown
    with world.store.begin() as session:
        assert outbox.acknowledge(session, siti.address_id, 2, NOW) == 2
        assert outbox.acknowledge(session, siti.address_id, 2, NOW) == 0
    for outbox_id in (first, second):
        assert (world.row(outbox_id).status, world.row(outbox_id).body) == ("delivered", None)
    assert world.row(third).status == "queued"
    assert pull(world, siti) == [(3, "c")]


def test_an_acknowledgement_covers_nothing_that_was_not_pulled(world: World) -> None:
    siti = world.person(sender=WEB)
    put(world, siti, "a")
    with world.store.begin() as session:
        assert outbox.acknowledge(session, siti.address_id, 100, NOW) == 0


def test_a_late_row_is_not_passed_over(world: World) -> None:
    """Planned for later, it has a lower id than what was pulled before it, and a higher number."""
    siti = world.person(sender=WEB)
    put(world, siti, "later", not_before=NOW + HOUR), put(world, siti, "now")
    assert pull(world, siti) == [(1, "now")]
    assert pull(world, siti, after=1, now=NOW + HOUR) == [(2, "later")]


def test_stop_leaves_pushes_out(world: World) -> None:
    siti = world.person(sender=WEB)
    with world.store.begin() as session:
        people.set_announcements(session, siti.address_id, False, False, NOW)
    put(world, siti, "push", lane=outbox.PUSHES), put(world, siti, "reply")
    assert pull(world, siti) == [(1, "reply")]


def test_tabs_and_messages_at_once(world: World) -> None:
    """Each row has one number, none is left out, whoever pulls."""
    siti = world.person(sender=WEB)
    calls = [lambda number=number: put(world, siti, f"{number}") for number in range(30)]
    at_once([*calls, *[lambda: pull(world, siti, limit=100) for _ in range(10)]])
    found = pull(world, siti, limit=100)
    assert [number for number, _ in found] == list(range(1, 31))
    assert sorted(int(text) for _, text in found) == list(range(30))


def test_no_sender_takes_them(world: World) -> None:
    siti = world.person(sender=WEB)
    put(world, siti, "a")
    assert world.send(world.lease()) == []


def test_nothing_for_an_address_that_is_gone(world: World) -> None:
    with world.store.begin() as session:
        assert outbox.pull(session, world.store, "nobody", 0, 10, NOW) == []
