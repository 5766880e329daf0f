"""What became of a message, in whatever order the reports come."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from bot.store import outbox
from bot.store.fates import parts
from bot.store.sql import run, table
from bot.store.tables import Outbox
from tests.store.world import BOT, HOUR, MINUTE, NOW, SECOND, World


def report(world: World, outbox_id: int, provider_id: str, status: str, code: str | None = None) -> outbox.Fate:
    with world.store.begin() as session:
        return outbox.status_callback(session, world.store, outbox_id, provider_id, status, code, NOW + SECOND)


def sending(world: World, account: str = "siti", **more: object) -> outbox.OutItem:
    world.put(world.person(account), **more)
    return world.send(world.lease())[0]


def test_telegram_takes_it_and_that_is_all(world: World) -> None:
    item = sending(world)
    assert world.accept(item) == "sent"
    row = world.row(item.id)
    assert (row.status, row.body, row.sent_at, row.ended_at, row.part) == ("sent", None, NOW, NOW, 1)


def test_twilio_reports_step_by_step(world: World) -> None:
    item = sending(world)
    world.accept(item, final=False)
    assert world.row(item.id).body is not None
    seen = [report(world, item.id, f"m{item.id}", word).status for word in ("queued", "sent", "delivered", "read")]
    assert seen == ["sent", "sent", "delivered", "read"]
    row = world.row(item.id)
    assert (row.status, row.body, row.ended_at) == ("read", None, NOW + SECOND)


@pytest.mark.parametrize("order", list(itertools.permutations(["queued", "sent", "delivered", "read"])))
def test_reports_in_any_order_end_the_same(world: World, order: tuple[str, ...]) -> None:
    item = sending(world)
    world.accept(item, final=False)
    for word in order:
        report(world, item.id, f"m{item.id}", word)
    assert world.row(item.id).status == "read"


@pytest.mark.parametrize("word", ["failed", "undelivered"])
def test_a_failure_names_its_code_and_keeps_the_body(world: World, word: str) -> None:
    item = sending(world)
    world.accept(item, final=False)
    report(world, item.id, f"m{item.id}", "sent")
    fate = report(world, item.id, f"m{item.id}", word, "63016")
    assert (fate.status, fate.changed, fate.why) == ("failed", True, "63016")
    assert (fate.address_id, fate.contact_id, fate.lane, fate.kind) == (item.address_id, item.contact_id, 1, "message")
    assert not report(world, item.id, f"m{item.id}", word, "63016").changed  # told once
    assert world.row(item.id).body is not None
    with world.store.begin() as session:
        outbox.blank(session, item.id)
    assert world.row(item.id).body is None


def test_what_was_delivered_cannot_fail(world: World) -> None:
    item = sending(world)
    world.accept(item, final=False)
    report(world, item.id, f"m{item.id}", "delivered")
    fate = report(world, item.id, f"m{item.id}", "failed", "30008")
    assert (fate.status, fate.changed) == ("delivered", False)


def test_a_report_before_the_answer(world: World) -> None:
    """The provider calls back before its answer to the create call is read."""
    item = sending(world)
    fate = report(world, item.id, f"m{item.id}", "delivered")
    assert (fate.status, fate.changed) == ("sending", False)
    assert world.row(item.id).part == 1
    assert world.accept(item, final=False) == "delivered"
    assert world.row(item.id).body is None


def test_a_failure_before_the_answer(world: World) -> None:
    item = sending(world)
    report(world, item.id, f"m{item.id}", "failed", "63016")
    assert world.accept(item, final=False) == "failed"
    row = world.row(item.id)
    assert (row.status, row.why) == ("failed", "63016") and row.body is not None


def test_a_report_tells_that_a_lost_send_arrived(world: World) -> None:
    """Killed between the provider's yes and our note: the callback finds the row by our own id."""
    item = sending(world)
    with world.store.begin() as session:
        outbox.unknown(session, item.id, "no-answer", epoch=item.epoch, now=NOW)
    report(world, item.id, "SM1", "sent")
    with world.store.begin() as session:
        (waiting,) = outbox.unknown_rows(session, world.store, BOT)
        assert (waiting.part, waiting.provider_ids) == (1, ("SM1",))
        assert outbox.sent(session, item.id, epoch=waiting.epoch, now=NOW, final=False) == "sent"


def test_a_long_text_is_delivered_when_all_its_parts_are(world: World) -> None:
    item = sending(world)
    with world.store.begin() as session:
        for name in ("SM1", "SM2", "SM2", "SM3"):
            outbox.accepted_part(session, item.id, name, NOW)
        outbox.sent(session, item.id, epoch=item.epoch, now=NOW, final=False)
    assert world.row(item.id).part == 3
    assert report(world, item.id, "SM1", "delivered").status == "sent"
    assert report(world, item.id, "SM2", "read").status == "sent"
    assert report(world, item.id, "SM3", "delivered").status == "delivered"
    assert report(world, item.id, "SM1", "read").status == "delivered"
    assert report(world, item.id, "SM3", "read").status == "read"


def test_after_a_kill_it_goes_on_with_the_next_part(world: World) -> None:
    item = sending(world)
    with world.store.begin() as session:
        outbox.accepted_part(session, item.id, "1", NOW)
    with world.store.begin() as session:
        outbox.expired(session, BOT, NOW + HOUR)
        outbox.resend(session, item.id, NOW + MINUTE)
    (again,) = world.send(world.lease(), now=NOW + MINUTE)
    assert (again.part, again.provider_ids) == (1, ("1",))


def test_a_provider_without_names_still_counts_parts(world: World) -> None:
    item = sending(world)
    with world.store.begin() as session:
        outbox.accepted_part(session, item.id, "")
        outbox.accepted_part(session, item.id, "")
        assert outbox.shown(session, item.address_id, NOW - HOUR) == []
    assert world.row(item.id).part == 2


def test_a_refused_message_is_planned_anew(world: World) -> None:
    """Outside the window: sent again as a template; the old failure, reported twice, does not count against it."""
    item = sending(world)
    world.accept(item, final=False)
    report(world, item.id, f"m{item.id}", "failed", "63016")
    with world.store.begin() as session:
        assert outbox.resend(session, item.id, NOW + MINUTE, may_double=False)
        assert outbox.counters(session) == {}
    report(world, item.id, f"m{item.id}", "failed", "63016")
    (again,) = world.send(world.lease(), now=NOW + MINUTE)
    assert (again.part, again.provider_ids, again.resends) == (0, (), 1)
    with world.store.begin() as session:
        outbox.accepted_part(session, item.id, "SM2", NOW)
        assert outbox.sent(session, item.id, epoch=again.epoch, now=NOW, final=False) == "sent"
    assert report(world, item.id, "SM2", "delivered").status == "delivered"


def test_a_permanent_refusal_ends_it(world: World) -> None:
    item = sending(world)
    with world.store.begin() as session:
        assert outbox.failed(session, item.id, "blocked", epoch=item.epoch, now=NOW)
        assert not outbox.failed(session, item.id, "blocked", epoch=item.epoch, now=NOW)
        assert not outbox.resend(session, item.id, NOW)  # its body is gone
    row = world.row(item.id)
    assert (row.status, row.why, row.body, row.ended_at) == ("failed", "blocked", None, NOW)


def test_only_what_waits_can_be_cancelled(world: World) -> None:
    siti = world.person()
    first, second = world.put(siti, key="a"), world.put(siti, key="reminder:1")
    world.send(world.lease())
    with world.store.begin() as session:
        assert not outbox.cancel(session, first or 0, "staff", NOW)
        assert outbox.cancel_by_key(session, world.store, "reminder:1", "seat given back", NOW)
        assert not outbox.cancel_by_key(session, world.store, "reminder:2", "seat given back", NOW)
    row = world.row(second)
    assert (row.status, row.why, row.body) == ("cancelled", "seat given back", None)


def test_a_row_that_is_gone_troubles_nobody(world: World) -> None:
    item = sending(world)
    with world.store.begin() as session:
        run(session, delete(table(Outbox)))
        outbox.accepted_part(session, item.id, "1", NOW)
        assert outbox.sent(session, item.id, epoch=item.epoch, now=NOW) is None
        assert not outbox.failed(session, item.id, "x", epoch=item.epoch, now=NOW)
        assert not outbox.retry_at(session, item.id, NOW, "x", epoch=item.epoch)
        assert not outbox.cancel(session, item.id, "x", NOW)
        fate = outbox.status_callback(session, world.store, item.id, "1", "read", None, NOW)
    assert fate == outbox.Fate(item.id, None, False)


def test_what_tutup_may_delete(world: World) -> None:
    siti = world.person("siti", now=NOW - 3 * HOUR)
    world.hear("siti", provider_message="100", now=NOW)
    world.hear("siti", provider_message="50", now=NOW - 2 * HOUR)
    world.hear("ani", provider_message="7", now=NOW)
    world.put(siti)
    item = world.send(world.lease())[0]
    with world.store.begin() as session:
        outbox.accepted_part(session, item.id, "101", NOW + SECOND)
        outbox.accepted_part(session, item.id, "102", NOW + SECOND)
        assert outbox.shown(session, siti.address_id, NOW - HOUR) == ["100", "101", "102"]
        assert outbox.shown(session, siti.address_id, NOW - 2 * HOUR) == ["50", "100", "101", "102"]


@given(
    reports=st.lists(
        st.tuples(
            st.sampled_from(["SM1", "SM2"]),
            st.sampled_from(["queued", "accepted", "sent", "delivered", "read", "failed", "undelivered", "odd"]),
        ),
        max_size=8,
    )
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_fate_never_gets_worse_than_delivered(world: World, reports: list[tuple[str, str]]) -> None:
    """Whatever comes in whatever order: delivered stays, and the row says the worst of its parts."""
    world.put(world.person("siti"))
    item = world.send(world.lease())[0]
    try:
        with world.store.begin() as session:
            for name in ("SM1", "SM2"):
                outbox.accepted_part(session, item.id, name)
            outbox.sent(session, item.id, epoch=item.epoch, now=NOW - HOUR, final=False)
        rank = {"sent": 0, "failed": 1, "delivered": 2, "read": 3}
        best: dict[str, int] = {"SM1": 0, "SM2": 0}
        for name, word in reports:
            fate = report(world, item.id, name, word)
            told = {"failed": 1, "undelivered": 1, "delivered": 2, "read": 3}.get(word, 0)
            best[name] = max(best[name], told)
            expected = 1 if 1 in best.values() else min(best.values())
            assert rank[str(fate.status)] == expected == rank[world.row(item.id).status]
        assert parts(world.row(item.id).provider_ids) == ["SM1", "SM2"]
    finally:
        with world.store.begin() as session:
            run(session, delete(table(Outbox)))
