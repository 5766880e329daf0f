"""What came in is played once, in order, and survives its own faults and those of the database."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from bot.conversation.flows import REGISTRY
from bot.conversation.menu import Menu
from bot.conversation.state import State
from bot.conversation.turn import take_turn
from bot.conversation.types import Contact, Context, CountCampaign, EraseMe, ExportData, Message, Reply, Turn
from bot.store import inbox, outbox, people
from bot.store.session import Store
from bot.workers.scene import MOST_STEPS, load, save
from bot.workers.turns import Played
from tests.workers.house import CRY, NOW, STAFF_CHAT, House, PlainUnderstanding, failing_on

WORD = "kata beracun"


def drain(runner: Any) -> Played:
    total = Played()
    while (played := runner.run_once()).addresses:
        total += played
    return total


def state_of(house: House, address_id: str) -> str:
    return str(json.loads(house.person(address_id).state or "{}")["state"]["name"])


# --- once -------------------------------------------------------------------------------------------------------------


def test_a_first_message_is_answered_and_done_with(house: House) -> None:
    received = house.hear("siti", "halo")
    assert house.runner().run_once() == Played(turns=1, addresses=1)
    (row,) = house.rows(received.address_id)
    assert "Bekal" in row.text and row.lane == outbox.REPLIES and row.status == "queued"
    assert row.body["state"] == "welcome" and row.body["step"] == 1
    done = house.inbox_row(received.inbox_id)
    assert (done.status, done.body) == ("done", None)
    assert house.person(received.address_id).step == 1
    assert state_of(house, received.address_id) == "welcome"


def test_nothing_to_do(house: House) -> None:
    assert house.runner().run_once() == Played()


def test_each_message_changes_the_state_once_and_is_answered_once(house: House) -> None:
    people_ = [f"orang{n}" for n in range(10)]
    addresses = {account: house.hear(account, "halo").address_id for account in people_}
    for word in ("1", "belajar", "menu"):
        for account in people_:
            house.hear(account, word)
    assert drain(house.runner()).turns == 40
    for address in addresses.values():
        assert house.person(address).step == 4
        assert [row.body["step"] for row in house.rows(address)] == [1, 2, 3, 4]


def test_playing_again_changes_nothing(house: House) -> None:
    """Two workers who both believe that a message is theirs: its row, locked with the address, decides."""
    received = house.hear()
    runner, other = house.runner(), house.runner()
    with house.begin() as session:
        claims = inbox.claim(session, house.store, holder="lame", limit=5, now=NOW, lease=timedelta(seconds=1))
    house.clock.move(5)
    assert runner.run_once().turns == 1
    assert other._together(claims, []).turns == 0
    assert len(house.rows(received.address_id)) == 1
    assert house.person(received.address_id).step == 1


def test_order_per_address(house: House) -> None:
    heard: list[tuple[str, str]] = []

    def take(state: State | None, message: Message, c: Context) -> Turn:
        name, number = message.text.split()
        heard.append((name, number))
        return take_turn(state, message, c)

    for number in range(25):
        for name in "abc":
            house.hear(name, f"{name} {number:02}")
    drain(house.runner(take))
    for name in "abc":
        mine = [number for who, number in heard if who == name]
        assert mine == sorted(mine) and len(mine) == 25


def test_a_message_to_a_contact_that_was_erased_meanwhile_is_done_with(house: House) -> None:
    """ "hapus", "ya", and a cry sent in one breath: nothing that arrived is lost with the erasure."""

    def take(state: State | None, message: Message, c: Context) -> Turn:
        if message.text == "hapus":
            return Turn(Menu(), (), (EraseMe(),))
        return take_turn(state, message, c)

    house.hear("siti", "hapus")
    last = house.hear("siti", CRY)
    assert drain(house.runner(take)).turns == 2
    assert house.inbox_row(last.inbox_id).status == "done"
    assert any(row.lane == outbox.DANGER and "999" in row.text for row in house.rows(last.address_id))


# --- what a turn sees and saves ---------------------------------------------------------------------------------------


def test_the_bookmark_survives_between_turns(house: House) -> None:
    runner = house.runner()
    house.say(runner, "siti", "halo", "1", "belajar", "1", "1")
    address = house.rows()[0].address_id
    person = house.person(address)
    assert json.loads(person.state or "")["state"]["name"] in {"adult", "lessons", "card", "module", "consent"}
    state, bookmark = load(save(Menu(), {"v": 1, "name": "card", "data": {}}))
    assert state == Menu() and bookmark == {"v": 1, "name": "card", "data": {}}


@pytest.mark.parametrize(
    "saved", ["nonsense", "[]", '{"state": {"v": 99, "name": "x", "data": {}}}', '{"bookmark": 3}', "{}"]
)
def test_a_state_that_cannot_be_read_leads_to_the_menu(saved: str) -> None:
    assert load(saved) == (Menu(), None)


def test_nothing_saved_is_a_first_message() -> None:
    assert load(None) == (None, None)


def test_every_state_comes_back_as_it_was_saved(house: House) -> None:
    for kind in REGISTRY.by_name.values():
        try:
            made = kind()
        except TypeError:
            continue  # needs keys; the conversation's own tests walk those
        assert load(save(made, None)) == (made, None)


def test_the_context_says_what_is_known(house: House) -> None:
    seen: list[Context] = []

    def take(state: State | None, message: Message, c: Context) -> Turn:
        seen.append(c)
        return take_turn(state, message, c)

    house.hear("siti", "halo")
    house.hear("budi", "halo", sender="webchat")
    drain(house.runner(take, staffed=True, seats="approve"))
    by_channel = {c.channel: c for c in seen}
    assert by_channel["telegram"].seats == "on" and by_channel["webchat"].seats == "approve"
    assert by_channel["telegram"].drafts == "beside" and by_channel["webchat"].drafts == "show"
    assert by_channel["telegram"].staff.alerts and not by_channel["telegram"].staff.reads
    assert by_channel["telegram"].now == NOW and by_channel["telegram"].contact == Contact()


def test_a_request_is_carried_out_and_its_outcome_played_in_the_same_turn(house: House) -> None:
    kinds: list[str] = []

    def take(state: State | None, message: Message, c: Context) -> Turn:
        kinds.append(message.kind)
        if message.kind == "text":
            return Turn(Menu(), (), (CountCampaign("desa"), ExportData()))
        assert state == Menu() and message.outcome is not None
        return Turn(Menu(), (Reply("ini dia", document=message.outcome.document),))  # type: ignore[attr-defined]

    received = house.hear()
    assert house.runner(take).run_once() == Played(turns=1, addresses=1)
    assert kinds == ["text", "outcome"]
    (row,) = house.rows(received.address_id)
    assert row.body["document"]["name"] == "catatan.txt"
    assert house.person(received.address_id).step == 1, "one step a turn, however many requests"


def test_a_turn_that_asks_for_ever_is_a_fault(house: House) -> None:
    calls: list[Message] = []

    def take(state: State | None, message: Message, c: Context) -> Turn:
        calls.append(message)
        return Turn(Menu(), (), (ExportData(),))

    received = house.hear()
    assert house.runner(take).run_once().failed == 1
    assert len(calls) == MOST_STEPS
    assert "TooManySteps" in house.inbox_row(received.inbox_id).error
    assert house.rows(received.address_id) == []


def test_another_profile_has_its_own_conversation(house: House) -> None:
    runner = house.runner()
    received = house.hear("siti", "halo")
    drain(runner)
    with house.begin() as session:
        people.set_consent(session, received.contact_id, True, "1", NOW)
        people.set_language(session, received.contact_id, "id")
    house.say(runner, "siti", "menu", "ganti orang", "orang baru", "Ina", "tidak")
    ina = house.person(received.address_id)
    assert ina.contact_id != received.contact_id
    assert state_of(house, received.address_id) == "welcome"
    assert "Ina" in house.rows(received.address_id)[-1].text
    steps = [row.body["step"] for row in house.rows(received.address_id)]
    assert steps == sorted(set(steps)), "no button of the other person fits"
    # And back: the first person's own things, in the menu.
    with house.begin() as session:
        people.set_consent(session, ina.contact_id, True, "1", NOW)
    house.say(runner, "siti", "1", "ganti orang")
    rows = house.say(runner, "siti", "1")
    assert house.person(received.address_id).contact_id == received.contact_id
    assert rows[-1].body["state"] == "menu"
    assert house.person(received.address_id).contact.consent is True
    steps = [row.body["step"] for row in house.rows(received.address_id)]
    assert steps == sorted(set(steps))


def test_an_erased_person_is_new(house: House) -> None:
    runner = house.runner()
    received = house.hear("siti", "halo")
    drain(runner)
    house.say(runner, "siti", "2", "data saya", "hapus")
    before = house.person(received.address_id)
    assert before.contact.language == "sas"
    house.say(runner, "siti", "ya")
    after = house.person(received.address_id)
    assert after.contact_id != before.contact_id and after.contact == Contact()
    assert state_of(house, received.address_id) == "welcome"
    (row,) = house.rows(received.address_id)  # what was to be sent before went with the person
    assert row.body["step"] > before.step
    assert "hapus" in row.text.lower()


def test_web_chat_rows_are_to_be_fetched(house: House) -> None:
    news: list[str] = []
    runner = house.runner(on_pulled=news.append)
    received = house.hear("cookie", "halo", sender="webchat")
    house.hear("siti", "halo")
    drain(runner)
    assert news == [received.address_id]
    with house.begin() as session:
        (pulled,) = outbox.pull(session, house.store, received.address_id, 0, 10, NOW)
    assert "Bekal" in pulled.body["text"]


# --- faults -----------------------------------------------------------------------------------------------------------


def test_a_poisoned_message_waits_is_given_up_and_takes_no_other_along(house: House) -> None:
    runner = house.runner(failing_on(WORD))
    poor = house.hear("siti", WORD)
    others = [house.hear(f"orang{n}", "halo") for n in range(5)]
    played = runner.run_once()
    assert (played.turns, played.failed, played.parked) == (5, 1, 0)
    assert all(house.inbox_row(other.inbox_id).status == "done" for other in others)
    row = house.inbox_row(poor.inbox_id)
    assert (row.status, row.attempts) == ("pending", 1)
    assert row.error.startswith("ValueError at") and WORD not in row.error and "person" not in row.error
    assert house.rows(poor.address_id) == [] and house.person(poor.address_id).state is None

    assert runner.run_once() == Played(), "it backs off"
    house.clock.move(5)
    assert runner.run_once().failed == 1
    house.clock.move(59)
    assert runner.run_once() == Played()
    house.clock.move(1)
    played = runner.run_once()
    assert (played.failed, played.parked) == (1, 1)
    row = house.inbox_row(poor.inbox_id)
    assert (row.status, row.attempts) == ("parked", 3)
    (apology,) = house.rows(poor.address_id)
    assert apology.lane == outbox.DANGER
    assert "999" in apology.text and "112" in apology.text
    with house.store.read() as session:
        assert [parked.id for parked in inbox.parked(session)] == [poor.inbox_id]

    # Life goes on.
    house.hear("siti", "halo")
    assert drain(runner).turns == 1
    assert len(house.rows(poor.address_id)) == 2


def test_what_a_failed_turn_did_is_undone(house: House) -> None:
    """It fails after its effects: seat, language and replies are all taken back."""

    def take(state: State | None, message: Message, c: Context) -> Turn:
        if message.kind == "outcome":
            raise KeyError("after the request")
        return Turn(Menu(), (Reply("weg damit"),), (CountCampaign("desa"), ExportData()))

    received = house.hear()
    assert house.runner(take).run_once().failed == 1
    assert house.rows(received.address_id) == []
    with house.store.read() as session:
        assert outbox.counters(session) == {}


def test_staff_hear_of_what_was_given_up(house: House) -> None:
    runner = house.runner(failing_on(WORD), staffed=True)
    poor = house.hear("siti", WORD)
    for _ in range(3):
        runner.run_once()
        house.clock.move(60)
    (told,) = [row for row in house.rows(outbox.STAFF) if row.kind == "alert"]
    assert told.lane == outbox.REPLIES and str(poor.inbox_id) in told.text
    assert WORD not in told.text and "siti" not in told.text


def test_later_messages_wait_behind_one_that_backs_off_in_order(house: House) -> None:
    heard: list[str] = []
    poison = failing_on(WORD)

    def take(state: State | None, message: Message, c: Context) -> Turn:
        heard.append(message.text)
        return poison(state, message, c)

    runner = house.runner(take)
    for text in ("halo", WORD, "1", "menu"):
        house.hear("siti", text)
    drain(runner)
    assert heard == ["halo", WORD]
    house.clock.move(5)
    drain(runner)
    house.clock.move(60)
    drain(runner)
    assert heard == ["halo", WORD, WORD, WORD, "1", "menu"]


def test_words_of_danger_pass_one_that_backs_off(house: House) -> None:
    runner = house.runner(failing_on(WORD))
    poor = house.hear("siti", "halo")
    house.hear("siti", WORD)
    menu = house.hear("siti", "menu")
    cry = house.hear("siti", CRY)
    after = house.hear("siti", "nomor")
    drain(runner)
    assert house.inbox_row(cry.inbox_id).status == "done"
    assert [house.inbox_row(one.inbox_id).status for one in (menu, after)] == ["pending", "pending"]
    danger = [row for row in house.rows(poor.address_id) if row.lane == outbox.DANGER]
    assert danger and "999" in danger[0].text
    assert state_of(house, poor.address_id) == "help-card"
    assert runner.run_once() == Played(), "what was looked at once is not looked at again and again"

    # One that comes while it backs off passes at once, too.
    house.clock.move(1)
    second = house.hear("siti", CRY + " lagi")
    assert drain(runner).turns == 1
    assert house.inbox_row(second.inbox_id).status == "done"

    # Nothing of the rest is lost, and its order is kept.
    for _ in range(3):
        house.clock.move(60)
        drain(runner)
    assert [house.inbox_row(one.inbox_id).status for one in (menu, after)] == ["done", "done"]


def test_a_cry_whose_turn_fails_gets_the_numbers_at_once_and_once(house: House) -> None:
    runner = house.runner(failing_on(CRY))
    poor = house.hear("siti", CRY)
    runner.run_once()
    (row,) = house.rows(poor.address_id)
    assert "999" in row.text and row.lane == outbox.DANGER
    for _ in range(3):
        house.clock.move(60)
        drain(runner)
    assert house.inbox_row(poor.inbox_id).status == "parked"
    assert len(house.rows(poor.address_id)) == 1


def test_a_message_that_killed_the_process_three_times_is_parked_unplayed(house: House) -> None:
    class Killed(BaseException):
        """Stands for SIGKILL: nothing behind it is run."""

    played: list[str] = []

    def take(state: State | None, message: Message, c: Context) -> Turn:
        played.append(message.text)
        if message.text == WORD:
            raise Killed
        return take_turn(state, message, c)

    poor = house.hear("siti", WORD)
    innocent = house.hear("budi", "halo")
    for _ in range(6):
        runner = house.runner(take)  # the process starts anew
        runner.prepare()
        try:
            drain(runner)
        except Killed:
            house.clock.move(30)  # on PostgreSQL the claim of a process elsewhere runs out
            continue
        break
    assert house.inbox_row(poor.inbox_id).status == "parked"
    assert house.inbox_row(poor.inbox_id).error == "killed the process"
    assert played.count(WORD) == 3
    assert house.inbox_row(innocent.inbox_id).status == "done"
    assert played.count("halo") <= 2, "tried again alone, not along with the killer"
    assert any("999" in row.text for row in house.rows(poor.address_id))


def test_a_message_that_cannot_be_read_is_given_up(house: House) -> None:
    from sqlalchemy import update

    from bot.store.sql import run, table
    from bot.store.tables import Inbox

    poor, other = house.hear("siti", "halo"), house.hear("budi", "halo")
    with house.begin() as session:
        run(session, update(table(Inbox)).where(table(Inbox).c.id == poor.inbox_id).values(body=b"\x01" + bytes(60)))
    drain(house.runner())
    assert house.inbox_row(poor.inbox_id).status == "parked"
    assert "Unreadable" in house.inbox_row(poor.inbox_id).error
    assert house.inbox_row(other.inbox_id).status == "done"


# --- the database -----------------------------------------------------------------------------------------------------


def locked(store: Store) -> OperationalError:
    """What a deadlock looks like."""
    if store.dialect == "sqlite":
        busy = sqlite3.OperationalError("database is locked")
        busy.sqlite_errorcode = sqlite3.SQLITE_BUSY
        return OperationalError("UPDATE ...", {}, busy)
    return OperationalError("UPDATE ...", {}, psycopg.errors.DeadlockDetected("deadlock detected"))


def away(store: Store) -> OperationalError:
    if store.dialect == "sqlite":
        full = sqlite3.OperationalError("database or disk is full")
        full.sqlite_errorcode = sqlite3.SQLITE_FULL
        return OperationalError("UPDATE ...", {}, full)
    return OperationalError("UPDATE ...", {}, psycopg.OperationalError("connection refused"))


def failing_times(text: str, times: int, fault: Callable[[], Exception]) -> Any:
    left = [times]

    def take(state: State | None, message: Message, c: Context) -> Turn:
        if message.text == text and left[0]:
            left[0] -= 1
            raise fault()
        return take_turn(state, message, c)

    return take


@pytest.mark.parametrize("times", [1, 3])
def test_a_deadlock_replays_the_batch_turn_by_turn(house: House, times: int) -> None:
    received = [house.hear(f"orang{n}", WORD if n == 3 else "halo") for n in range(6)]
    runner = house.runner(failing_times(WORD, times, lambda: locked(house.store)))
    assert runner.run_once() == Played(turns=6, addresses=6)
    for one in received:
        assert house.inbox_row(one.inbox_id).status == "done"
        assert house.inbox_row(one.inbox_id).attempts == 1
        assert len(house.rows(one.address_id)) == 1


def test_a_lock_that_is_never_had_costs_no_attempts(house: House) -> None:
    poor, other = house.hear("siti", WORD), house.hear("budi", "halo")
    runner = house.runner(failing_times(WORD, 6, lambda: locked(house.store)))
    assert runner.run_once().turns == 1
    assert house.inbox_row(other.inbox_id).status == "done"
    assert drain(runner).turns == 1
    assert house.inbox_row(poor.inbox_id).status == "done"
    assert house.inbox_row(poor.inbox_id).attempts == 1


def test_a_database_that_goes_away_costs_no_attempts(house: House) -> None:
    """Ten times away: nobody is parked for it."""
    received = [house.hear(f"orang{n}", WORD if n == 1 else "halo") for n in range(3)]
    runner = house.runner(failing_times(WORD, 10, lambda: away(house.store)))
    for _ in range(10):
        with pytest.raises(OperationalError):
            drain(runner)
    drain(runner)
    rows = [house.inbox_row(one.inbox_id) for one in received]
    assert [(row.status, row.attempts) for row in rows] == [("done", 1)] * 3
    assert all(len(house.rows(one.address_id)) == 1 for one in received)


def test_many_workers_play_each_message_once(open_store: Callable[[], Store], house: House) -> None:
    """On PostgreSQL several processes; on SQLite threads of one, which wait for each other."""
    addresses = {house.hear(f"orang{n}", "halo").address_id for n in range(30)}
    for word in ("1", "menu", "acara"):
        for n in range(30):
            house.hear(f"orang{n}", word)
    stores = (
        [house.store, *(open_store() for _ in range(3))] if house.store.dialect == "postgresql" else [house.store] * 4
    )
    runners = [House(store, house.clock).runner(holder=f"w{n}") for n, store in enumerate(stores)]
    faults: list[BaseException] = []

    def work(runner: Any) -> None:
        try:
            for _ in range(60):
                runner.run_once(5)
        except BaseException as exc:
            faults.append(exc)

    threads = [threading.Thread(target=work, args=(runner,)) for runner in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    drain(house.runner())
    for address in addresses:
        assert house.person(address).step == 4
        assert [row.body["step"] for row in house.rows(address)] == [1, 2, 3, 4]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_real_deadlock_is_played_again(house: House, open_store: Callable[[], Store]) -> None:
    """Two turns reach for each other's event row, in the wrong order. (SQLite has one writer at a time.)"""
    from sqlalchemy import select

    from bot.store import events
    from bot.store.sql import run, table
    from bot.store.tables import Event

    with house.begin() as session:
        ids = [
            events.create_event(session, title=f"acara {n}", starts=NOW + timedelta(days=3), place="desa", now=NOW)
            for n in range(2)
        ]
    barrier = threading.Barrier(2, timeout=10)
    met: dict[str, int] = {"a": 0, "b": 0}
    sessions: dict[str, Any] = {}

    def runner_of(name: str, order: list[str]) -> Any:
        own = House(open_store(), house.clock)

        def take(state: State | None, message: Message, c: Context) -> Turn:
            met[name] += 1
            session = sessions[name]
            for number, event_id in enumerate(order):
                run(session, select(table(Event)).where(table(Event).c.id == event_id).with_for_update())
                if number == 0 and met[name] == 1:
                    barrier.wait()
            return take_turn(state, message, c)

        made = own.runner(take, holder=name)
        begin = made.store.begin

        from contextlib import contextmanager

        @contextmanager
        def remembered() -> Any:
            with begin() as session:
                sessions[name] = session
                yield session

        made.store.begin = remembered  # type: ignore[method-assign]
        return made

    runners = [runner_of("a", ids), runner_of("b", ids[::-1])]
    one, two = house.hear("siti", "halo"), house.hear("budi", "halo")
    played: list[Played] = []
    threads = [threading.Thread(target=lambda r=r: played.append(r.run_once(1))) for r in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [p.turns for p in played] == [1, 1]
    assert sum(met.values()) >= 3, "one of them was thrown out and played again"
    for received in (one, two):
        assert house.inbox_row(received.inbox_id).status == "done"
        assert len(house.rows(received.address_id)) == 1


# --- before the transaction -------------------------------------------------------------------------------------------


def test_texts_are_understood_before_the_transaction_opens(house: House) -> None:
    text = "apakah saya harus bayar untuk paspor saya sendiri"
    order: list[str] = []

    class Watching(PlainUnderstanding):
        def assess(self, words: str, *, sasak: bool = False) -> Any:
            order.append("assess")
            return super().assess(words, sasak=sasak)

        def match(self, words: str, *, sasak: bool = False) -> Any:
            order.append("match")
            return super().match(words, sasak=sasak)

    def take(state: State | None, message: Message, c: Context) -> Turn:
        order.append("turn")
        return take_turn(state, message, c)

    house.hear("siti", text)
    house.runner(take, understanding=Watching()).run_once()
    assert order == ["assess", "match", "turn"]


def test_a_long_batch_lets_others_at_the_database(house: House) -> None:
    commits: list[int] = []
    runner = house.runner(budget=0.0)
    together = runner._together

    def counted(waiting: Any, batch: Any) -> Played:
        played = together(waiting, batch)
        commits.append(played.addresses)
        return played

    runner._together = counted  # type: ignore[method-assign]
    for n in range(5):
        house.hear(f"orang{n}", "halo")
    assert runner.run_once() == Played(turns=5, addresses=5)
    assert commits == [1, 1, 1, 1, 1]


def test_staff_chat_is_not_shown(house: House) -> None:
    assert STAFF_CHAT.account not in repr(STAFF_CHAT)
