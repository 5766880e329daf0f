"""A seat of the public web chat that staff confirm: the person is told neutrally, once, where she reads it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.conversation.types import SeatTaken
from bot.store import events, inbox, outbox, people
from bot.store.privacy import erase_contact
from bot.store.sql import run, table
from bot.store.tables import Contact
from bot.workers.contexts import Contexts
from bot.workers.pushes import NEUTRAL, push_approval
from tests.workers.house import House, contexts

DAY = timedelta(days=1)


def event(house: House, capacity: int | None = 1) -> str:
    with house.begin() as session:
        return events.create_event(
            session, title={"id": "Orientasi sawit", "sas": "Orientasi sawit"}, starts=house.clock() + 7 * DAY,
            place="Kantor Desa Aikmel", capacity=capacity, now=house.clock(),
        )  # fmt: skip


def wish(
    house: House,
    event_id: str,
    account: str,
    *,
    safe: bool | None = True,
    other: bool = False,
    seats: str = "approve",
    language: str = "id",
) -> tuple[inbox.Received, SeatTaken]:
    who = house.hear(account, sender="webchat")
    with house.begin() as session:
        people.set_consent(session, who.contact_id, True, "1", house.clock())
        contact = table(Contact)
        run(
            session,
            update(contact).where(contact.c.id == who.contact_id).values(language=language, safe_to_write=safe),
        )
        taken = events.take_seat(
            session, house.store, contact_id=who.contact_id, address_id=who.address_id, event_id=event_id,
            name="Siti Aminah", village="Anjani", other=other, seats=seats, now=house.clock(),  # type: ignore[arg-type]
        )  # fmt: skip
    assert isinstance(taken, SeatTaken)
    return who, taken


def approve(house: House, event_id: str, code: str, known: Contexts | None = None) -> bool | None:
    with house.begin() as session:
        done = events.approve_by_code(session, house.store, event_id=event_id, code=code, now=house.clock())
        if done is None:
            return None
        return push_approval(session, house.store, known or contexts(), *done, house.clock())


def pushes(house: House, who: inbox.Received) -> list[Any]:
    return [row for row in house.rows(who.address_id) if row.lane == outbox.PUSHES]


@pytest.mark.parametrize(("safe", "shown"), [(True, True), (None, False), (False, False)])
def test_who_is_approved_is_told_neutrally_and_once(house: House, safe: bool | None, shown: bool) -> None:
    event_id = event(house)
    who, taken = wish(house, event_id, "cookie", safe=safe)
    assert taken.approval
    assert approve(house, event_id, taken.code) is True
    (push,) = pushes(house, who)
    assert push.text.startswith(NEUTRAL)
    assert ("Aikmel" in push.text, "memastikan" in push.text, taken.code in push.text) == (shown, shown, shown)
    assert "Siti" not in push.text
    assert "choices" not in push.body, "a number would be the answer to something else"
    assert [way["key"] for way in push.body["nav"]] == ["mine"]
    assert approve(house, event_id, taken.code) is None
    assert len(pushes(house, who)) == 1


def test_the_page_gets_it(house: House) -> None:
    event_id = event(house)
    who, taken = wish(house, event_id, "cookie")
    approve(house, event_id, taken.code)
    with house.begin() as session:
        pulled = outbox.pull(session, house.store, who.address_id, 0, 10, house.clock())
    assert any(NEUTRAL in str(one.body) for one in pulled)


def test_who_comes_too_late_hears_her_place_in_the_line(house: House) -> None:
    event_id = event(house, 1)
    for number in range(2):
        wish(house, event_id, f"before{number}", seats="on")
    who, taken = wish(house, event_id, "cookie")
    assert approve(house, event_id, taken.code)
    (push,) = pushes(house, who)
    assert "daftar tunggu: 2" in push.text and taken.code in push.text and "memastikan" not in push.text


def test_for_somebody_else_and_in_sasak(house: House) -> None:
    event_id = event(house, 5)
    who, taken = wish(house, event_id, "cookie", other=True)
    assert approve(house, event_id, taken.code)
    assert "orang dengan kode" in pushes(house, who)[0].text
    who, taken = wish(house, event_id, "lain", language="sas")
    assert approve(house, event_id, taken.code)
    assert "Kursi de uah pasti" in pushes(house, who)[0].text


def test_whose_helper_was_erased_cannot_be_told(house: House) -> None:
    event_id = event(house)
    who, taken = wish(house, event_id, "cookie", other=True)
    with house.begin() as session:
        erase_contact(session, house.store, who.contact_id, house.clock())
    before = len(house.rows())
    assert approve(house, event_id, taken.code) is False
    assert len(house.rows()) == before


def test_after_that_the_seat_is_hers(house: House) -> None:
    """TIKET shows it, and who stands behind her moves up when she gives it back."""
    event_id = event(house, 1)
    who, taken = wish(house, event_id, "cookie")
    with house.store.read() as session:
        (mine,) = events.registrations_of(session, house.store, who.contact_id, house.clock())
    assert mine.approval
    approve(house, event_id, taken.code)
    with house.store.read() as session:
        (mine,) = events.registrations_of(session, house.store, who.contact_id, house.clock())
        assert not mine.approval and not mine.waiting
        assert events.upcoming(session, house.clock())[0].seats_left == 0
