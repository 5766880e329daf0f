"""Reminders on a clock that is moved by hand: each due time once, never at night, never where it is not safe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from bot.conversation.globals import by_key
from bot.conversation.menu import Menu
from bot.conversation.speech import WITA
from bot.conversation.types import (
    MakeCertificate,
    RecordCheck,
    RemindKind,
    SetConsent,
    SetDeparture,
    SetReminder,
    SetSafeToWrite,
)
from bot.library.tools import Tools
from bot.store import outbox, people, recovery
from bot.store.inbox import Received
from bot.store.privacy import erase_contact
from bot.store.session import Store
from bot.store.sql import run, table
from bot.store.tables import Address, Outbox, Progress, Reminder
from bot.workers.contexts import TurnSettings
from bot.workers.planner import Planner
from bot.workers.pushes import NEUTRAL
from bot.workers.reminders import CHUNK, KEYS, WORDS, Reminders, awake_at, remind_days
from tests.workers.house import House, contexts
from tests.workers.test_effects import do, known

LEAVES = date(2027, 1, 30)  # 67 days after the house's clock: 24 November 2026, 11.00 WITA


def at(day: date | int, hour: int = 0, minute: int = 0, *, month: int = 11) -> datetime:
    """A time in Lombok; a number is a day of November 2026."""
    on = date(2026, month, day) if isinstance(day, int) else day
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=WITA)


def worker(house: House, store: Store | None = None) -> Reminders:
    return Reminders(store or house.store, contexts(TurnSettings(drafts={"telegram": "beside"})), clock=house.clock)


def asked(house: House, account: str, *kinds: RemindKind, every: Any = "day", **columns: Any) -> Received:
    """Somebody who may be written to and wants to be reminded of these."""
    who: Received = known(house, account, **{"safe_to_write": True, **columns})
    do(house, account, *(SetReminder(kind, True, every if kind == "lesson" else None) for kind in kinds))
    return who


def live(house: House, until: datetime, reminders: Reminders | None = None) -> list[datetime]:
    """Time goes by, by half a day at most and stopping at every time that is planned; when pushes may leave."""
    reminders = reminders or worker(house)
    seen = {row.id for row in house.rows()}
    left = []
    while house.clock() <= until:
        while reminders.run_once():
            pass
        for row in house.rows():
            if row.id not in seen and row.lane == outbox.PUSHES:
                left.append(max(row.not_before, house.clock()).astimezone(WITA))
            seen.add(row.id)
        with house.store.read() as session:
            planned = run(session, select(func.min(table(Reminder).c.next_at))).scalar()
        ahead = house.clock() + timedelta(hours=12)
        house.clock.at = ahead if planned is None else max(min(ahead, planned), house.clock() + timedelta(seconds=1))
    house.clock.at = until
    return left


def pushes(house: House, who: Received | None = None) -> list[Any]:
    return [row for row in house.rows(who.address_id if who else None) if row.lane == outbox.PUSHES]


def row_of(house: House, who: Received) -> Any:
    with house.store.read() as session:
        return run(session, select(table(Reminder)).where(table(Reminder).c.contact_id == who.contact_id)).one()


# --- what it says ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(WORDS))
@pytest.mark.parametrize("language", ["id", "sas"])
def test_it_begins_neutrally_and_names_nothing(house: House, kind: RemindKind, language: str) -> None:
    who = asked(house, "siti", kind, language=language, departure_on=LEAVES)
    if kind == "check":
        do(house, "siti", MakeCertificate(None))
    live(house, at(LEAVES, 12))
    row = pushes(house, who)[0]
    assert row.text.startswith(NEUTRAL) and WORDS[kind] in row.text
    for telling in ("paspor", "berangkat", "malaysia", "sawit", "pelajaran tentang", "sertifikat", "majikan"):
        assert telling not in row.text.lower()
    (way,) = row.reply.nav
    assert (
        way.key == KEYS[kind]
        and by_key(way.key, Menu(), contexts().blank("telegram", language, at(25, 12))) is not None
    )
    assert row.reply.choices == () and row.body["step"] >= 1


# --- when ------------------------------------------------------------------------------------------------------------


def test_papers_are_counted_back_from_the_departure(house: House) -> None:
    asked(house, "siti", "papers", departure_on=LEAVES)
    assert live(house, at(LEAVES, 23)) == [at(LEAVES - timedelta(days), 9) for days in (60, 30, 14, 7)]


def test_the_days_of_the_content_count(house: House) -> None:
    library = contexts().library
    assert library.tools.papers is not None
    papers = replace(library.tools.papers, remind_days=(3, 2))
    assert remind_days(replace(library, tools=replace(library.tools, papers=papers))) == (3, 2)
    assert remind_days(replace(library, tools=Tools())) == (60, 30, 14, 7)
    reminders = worker(house)
    reminders._remind_days = (3, 2)
    asked(house, "siti", "papers", departure_on=LEAVES)
    sent = live(house, at(LEAVES, 23), reminders=reminders)
    assert sent == [at(LEAVES - timedelta(days), 9) for days in (3, 2)]


def test_a_week_and_a_day_before_leaving(house: House) -> None:
    asked(house, "siti", "departure", departure_on=LEAVES)
    assert live(house, at(LEAVES, 23)) == [at(LEAVES - timedelta(7), 9), at(LEAVES - timedelta(1), 9)]


def test_a_lesson_every_day_from_the_next_one_on(house: House) -> None:
    asked(house, "siti", "lesson", every="day")
    assert live(house, at(28, 12)) == [at(25, 16), at(26, 16), at(27, 16)]


def test_a_lesson_every_week(house: House) -> None:
    asked(house, "siti", "lesson", every="week")
    assert live(house, at(10, 12, month=12)) == [at(1, 16, month=12), at(8, 16, month=12)]


def test_when_all_lessons_are_done_there_is_nothing_to_remind_of(house: House) -> None:
    who = asked(house, "siti", "lesson")
    lessons = [f"{module.key}/{one.key}" for module in contexts().library.modules for one in module.lessons]
    with house.begin() as session:
        rows = [{"contact_id": who.contact_id, "lesson": key, "done_at": house.clock()} for key in lessons[:-1]]
        run(session, insert(table(Progress)), rows)
    assert live(house, at(25, 18)) == [at(25, 16)]
    with house.begin() as session:
        last = {"contact_id": who.contact_id, "lesson": lessons[-1], "done_at": house.clock()}
        run(session, insert(table(Progress)), [last])
    assert live(house, at(30)) == [] and row_of(house, who).next_at is None


def test_the_questions_a_month_after_the_certificate(house: House) -> None:
    asked(house, "siti", "check")
    assert live(house, at(26)) == [], "nothing was made yet"
    do(house, "siti", MakeCertificate(None))
    assert live(house, at(30, month=12)) == [at(26, 9, month=12)]


def test_who_has_answered_them_is_not_asked_again(house: House) -> None:
    asked(house, "siti", "check")
    do(house, "siti", MakeCertificate(None))
    live(house, at(26))
    do(house, "siti", RecordCheck("month", 5, 6))
    assert live(house, at(30, month=12)) == []


# --- once ------------------------------------------------------------------------------------------------------------


def test_two_workers_and_many_rounds_put_it_out_once(house: House, open_store: Callable[[], Store]) -> None:
    who = asked(house, "siti", "lesson")
    one, two = worker(house), worker(house, open_store())
    one.run_once()
    house.clock.at = at(25, 16)
    for _ in range(3):
        one.run_once(), two.run_once()
    assert len(pushes(house, who)) == 1


def test_killed_before_the_commit_it_comes_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Push and plan are one transaction: killed inside it, neither is there; killed after it, both are."""
    who = asked(house, "siti", "lesson")
    worker(house).run_once()
    house.clock.at = at(25, 16)
    real = outbox.put

    def killed(*args: Any, **more: Any) -> Any:
        real(*args, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(outbox, "put", killed)
    before = row_of(house, who)
    with pytest.raises(KeyboardInterrupt):
        worker(house).run_once()
    monkeypatch.undo()
    assert pushes(house, who) == [] and row_of(house, who) == before
    worker(house).run_once(), worker(house).run_once()
    assert len(pushes(house, who)) == 1


def test_a_plan_that_was_lost_does_not_tell_it_twice(house: House) -> None:
    """Even if the row is put back (a backup, a hand in the database): the day's key was used."""
    who = asked(house, "siti", "lesson")
    worker(house).run_once()
    before = row_of(house, who)
    house.clock.at = at(25, 16)
    worker(house).run_once()
    with house.begin() as session:
        run(session, update(table(Reminder)).values(after_at=before.after_at, next_at=before.next_at))
    worker(house).run_once()
    assert len(pushes(house, who)) == 1
    assert row_of(house, who).next_at == at(26, 16)


def test_after_a_long_outage_only_the_last_is_told(house: House) -> None:
    asked(house, "siti", "lesson", "papers", departure_on=LEAVES)
    worker(house).run_once()
    house.clock.at = at(LEAVES - timedelta(13), 17)
    worker(house).run_once(), worker(house).run_once()
    assert len(pushes(house)) == 2, "one of each"


def test_once_she_has_left_nothing_is_prepared_any_more(house: House) -> None:
    asked(house, "siti", "departure", "papers", departure_on=LEAVES)
    worker(house).run_once()
    house.clock.at = at(LEAVES + timedelta(1), 10)
    worker(house).run_once()
    assert pushes(house) == []


def test_the_night_before_it_is_not_told_after_she_left(house: House) -> None:
    """The worker was down all day: at 21.00 the day before it would come at 07.30 on the day itself, still of use."""
    who = asked(house, "siti", "departure", departure_on=LEAVES)
    worker(house).run_once()
    house.clock.at = at(LEAVES - timedelta(1), 21)
    worker(house).run_once()
    assert [row.not_before for row in pushes(house, who)] == [at(LEAVES, 7, 30)]
    other = asked(house, "ani", "departure", departure_on=LEAVES)
    house.clock.at = at(LEAVES, 21)
    worker(house).run_once()
    assert pushes(house, other) == []


def test_a_chunk_at_a_time(house: House) -> None:
    for number in range(CHUNK + 3):
        asked(house, f"p{number}", "lesson")
    reminders = worker(house)
    assert reminders.run_once() and not reminders.run_once()
    house.clock.at = at(25, 16)
    assert reminders.run_once() and not reminders.run_once() and not reminders.run_once()
    assert len(pushes(house)) == CHUNK + 3


# --- the night -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "awake"),
    [
        (at(24, 20), at(25, 7, 30)),
        (at(24, 23, 59), at(25, 7, 30)),
        (at(25, 0), at(25, 7, 30)),
        (at(25, 6, 59), at(25, 7, 30)),
        (at(25, 7), at(25, 7)),
        (at(25, 19, 59), at(25, 19, 59)),
    ],
)
def test_between_eight_in_the_evening_and_seven_nobody_is_written_to(now: datetime, awake: datetime) -> None:
    assert awake_at(now) == awake and awake_at(now.astimezone(UTC)) == awake


def test_what_falls_due_while_nobody_works_waits_for_the_morning(house: House) -> None:
    who = asked(house, "siti", "lesson")
    worker(house).run_once()
    house.clock.at = at(25, 22)
    worker(house).run_once()
    assert [row.not_before for row in pushes(house, who)] == [at(26, 7, 30)]


def test_what_was_not_sent_in_time_is_put_off(house: House) -> None:
    """Queued in the afternoon, and the provider was away until night; an announcement is no reminder."""
    who = asked(house, "siti", "lesson")
    worker(house).run_once()
    house.clock.at = at(25, 16)
    worker(house).run_once()
    with house.begin() as session:
        outbox.put(
            session, house.store, sender="telegram:7000000001", address_id=who.address_id, contact_id=who.contact_id,
            lane=outbox.PUSHES, key="news", body={"text": "kabar"}, not_before=house.clock(), now=house.clock(),
        )  # fmt: skip
    house.clock.at = at(25, 19, 59)
    worker(house).run_once()
    house.clock.at = at(25, 20)
    worker(house).run_once(), worker(house).run_once()
    assert [row.not_before for row in pushes(house, who)] == [at(26, 7, 30), at(25, 16)]


# --- where it is not wanted ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "columns",
    [{"safe_to_write": None}, {"safe_to_write": False}],
)
def test_not_where_writing_is_not_known_to_be_safe(house: House, columns: dict[str, Any]) -> None:
    who = asked(house, "siti", "lesson", **columns)
    assert live(house, at(27)) == []
    with house.begin() as session:
        people.set_safe_to_write(session, who.contact_id, True)
    assert live(house, at(27, 20)) == [at(27, 16)], "from now on, and not what went by"


@pytest.mark.parametrize("why", ["stopped", "blocked"])
def test_not_to_an_address_that_was_stopped_or_is_not_reached(house: House, why: str) -> None:
    who = asked(house, "siti", "lesson")
    with house.begin() as session:
        if why == "stopped":
            people.set_announcements(session, who.address_id, False, False, house.clock())
        else:
            outbox.mark_unreachable(session, who.address_id, "blocked", house.clock())
    assert live(house, at(27)) == []


def test_another_profile_on_the_phone_does_not_get_it(house: House) -> None:
    who = asked(house, "siti", "lesson")
    with house.begin() as session:
        people.add_profile(
            session, house.store, address_id=who.address_id, nickname="Ani", pin=None, now=house.clock()
        )  # fmt: skip
    assert live(house, at(25, 18)) == []
    with house.begin() as session:
        people.switch_profile(
            session, house.store, address_id=who.address_id, profile=who.contact_id, pin=None, now=house.clock()
        )  # fmt: skip
    assert live(house, at(25, 20)) == [at(25, 19)], "she took the phone again"
    assert {row.address_id for row in pushes(house)} == {who.address_id}


def test_who_never_takes_the_phone_again_is_not_looked_at_for_ever(house: House) -> None:
    who = asked(house, "siti", "departure", departure_on=LEAVES)
    with house.begin() as session:
        people.add_profile(
            session, house.store, address_id=who.address_id, nickname="Ani", pin=None, now=house.clock()
        )  # fmt: skip
    assert live(house, at(LEAVES + timedelta(2))) == []
    assert row_of(house, who).next_at is None


def test_withdrawn_consent_takes_back_what_waits(house: House) -> None:
    who = asked(house, "siti", "lesson")
    worker(house).run_once()
    house.clock.at = at(25, 22)
    worker(house).run_once()
    do(house, "siti", SetConsent(False, "1"))
    (row,) = pushes(house, who)
    assert (row.status, row.body) == ("cancelled", {})
    assert live(house, at(28)) == []


def test_nothing_is_planned_without_consent(house: House) -> None:
    known(house, "siti", consent=False, safe_to_write=True)
    do(house, "siti", SetReminder("lesson", True, "day"))
    assert live(house, at(27)) == []


def test_who_says_it_is_not_safe_takes_back_what_waits(house: House) -> None:
    who = asked(house, "siti", "lesson")
    worker(house).run_once()
    house.clock.at = at(25, 22)
    worker(house).run_once()
    do(house, "siti", SetSafeToWrite(False))
    assert [row.status for row in pushes(house, who)] == ["cancelled"]


def test_erased_means_never_again(house: House) -> None:
    who = asked(house, "siti", "lesson")
    with house.begin() as session:
        erase_contact(session, house.store, who.contact_id, house.clock(), keep_address=who.address_id)
    assert live(house, at(27)) == []


# --- planned anew ----------------------------------------------------------------------------------------------------


def test_another_departure_plans_anew(house: House) -> None:
    asked(house, "siti", "papers", "departure")
    assert live(house, at(26)) == [], "the day is not known"
    do(house, "siti", SetDeparture(LEAVES))
    later = LEAVES + timedelta(20)
    sent = live(house, at(LEAVES - timedelta(8)))
    assert [one.date() for one in sent] == [LEAVES - timedelta(days) for days in (60, 30, 14)]
    do(house, "siti", SetDeparture(later))
    sent = live(house, at(later, 23))
    assert sent == [
        at(later - timedelta(14), 9),
        *[at(later - timedelta(7), 9)] * 2,
        at(later - timedelta(1), 9),
    ]


def test_a_departure_so_near_that_days_have_gone_by(house: House) -> None:
    """She says it three days before: she is not flooded with what would have been due."""
    asked(house, "siti", "papers", "departure")
    do(house, "siti", SetDeparture(date(2026, 11, 27)))
    assert live(house, at(28)) == [at(26, 9)]


def test_a_new_day_takes_back_what_waits_for_the_morning(house: House) -> None:
    who = asked(house, "siti", "departure", departure_on=LEAVES)
    worker(house).run_once()
    house.clock.at = at(LEAVES - timedelta(1), 21)
    worker(house).run_once()
    do(house, "siti", SetDeparture(LEAVES + timedelta(30)))
    assert [row.status for row in pushes(house, who)] == ["cancelled"]
    assert live(house, at(LEAVES + timedelta(31)))[-1] == at(LEAVES + timedelta(29), 9)


def test_no_departure_any_more_is_no_reminder(house: House) -> None:
    asked(house, "siti", "papers", "departure", departure_on=LEAVES)
    worker(house).run_once()
    do(house, "siti", SetDeparture(None))
    assert live(house, at(LEAVES)) == []


def test_the_same_day_again_changes_nothing(house: House) -> None:
    who = asked(house, "siti", "departure", departure_on=LEAVES)
    worker(house).run_once()
    house.clock.at = at(LEAVES - timedelta(1), 21)
    worker(house).run_once()
    do(house, "siti", SetDeparture(LEAVES))
    assert [row.status for row in pushes(house, who)] == ["queued"]


def test_no_more_means_no_more(house: House) -> None:
    who = asked(house, "siti", "lesson", "departure", departure_on=LEAVES)
    worker(house).run_once()
    house.clock.at = at(25, 22)
    worker(house).run_once()
    do(house, "siti", SetReminder("lesson", False))
    contact = house.person(who.address_id).contact
    assert (contact.reminders, contact.lesson_every) == ({"departure"}, None)
    assert [row.status for row in pushes(house, who)] == ["cancelled"]
    assert live(house, at(LEAVES)) == [at(LEAVES - timedelta(7), 9), at(LEAVES - timedelta(1), 9)]


def test_another_rhythm_begins_today(house: House) -> None:
    who = asked(house, "siti", "lesson", every="day")
    live(house, at(25, 18))
    do(house, "siti", SetReminder("lesson", True, "week"))
    assert house.person(who.address_id).contact.lesson_every == "week"
    assert live(house, at(3, month=12)) == [at(2, 16, month=12)]


def test_on_a_new_number_it_comes_there(house: House) -> None:
    who, new = asked(house, "siti", "lesson"), known(house, "baru")
    with house.begin() as session:
        made = recovery.make_recovery_code(session, house.store, who.contact_id, house.clock())
        assert made is not None
        recovery.use_recovery_code(
            session, house.store, address_id=new.address_id, typed=made.code, pin=None, now=house.clock()
        )  # fmt: skip
    assert live(house, at(25, 18)) == [at(25, 16)]
    assert [row.address_id for row in pushes(house)] == [new.address_id]


# --- in the loop -----------------------------------------------------------------------------------------------------


def test_the_planner_does_it_beside_announcements(house: House) -> None:
    asked(house, "siti", "lesson")
    planner = Planner(house.store, contexts(), clock=house.clock)
    planner.run_once()
    house.clock.at = at(25, 16)
    assert not planner.run_once()
    assert len(pushes(house)) == 1
    assert not Planner(house.store, clock=house.clock).run_once(), "a short command reminds nobody"


def test_a_quiet_house_writes_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every two seconds the worker looks: nobody's writing is to wait for that."""
    asked(house, "siti", "lesson", "departure", departure_on=LEAVES)
    reminders = worker(house)
    reminders.run_once()

    def never() -> Any:
        raise AssertionError("a write transaction for nothing")

    monkeypatch.setattr(house.store, "begin", never)
    for hour in (12, 21, 3):
        house.clock.at = at(25 if hour < 12 else 24, hour)
        assert not reminders.run_once()


def test_the_outbox_row_belongs_to_her(house: House) -> None:
    who = asked(house, "siti", "lesson")
    live(house, at(25, 17))
    with house.store.read() as session:
        row = run(session, select(table(Outbox)).where(table(Outbox).c.lane == outbox.PUSHES)).one()
        address = run(session, select(table(Address)).where(table(Address).c.id == who.address_id)).one()
    assert (row.contact_id, row.address_id, row.sender) == (who.contact_id, who.address_id, address.sender)
    assert row.id == row_of(house, who).outbox_id
