from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from bot.store import feedback
from bot.store.session import Store
from bot.store.sql import run, table
from bot.store.tables import Feedback, Miss, SasakReport
from bot.store.totals import counters
from tests.store.world import NOW, at_once


def test_answers_are_counted_by_topic_and_day(store: Store) -> None:
    with store.begin() as session:
        for helped in (True, True, False):
            feedback.record_feedback(session, "passport-cost", helped, NOW)
        feedback.record_feedback(session, "other", False, NOW)
        rows = run(session, select(table(Feedback)).order_by(table(Feedback).c.topic.desc())).all()
    assert [tuple(row) for row in rows] == [
        ("passport-cost", date(2026, 11, 24), 2, 1),
        ("other", date(2026, 11, 24), 0, 1),
    ]


def test_a_day_is_one_of_lombok(store: Store) -> None:
    with store.begin() as session:
        feedback.record_miss(session, "apa", datetime(2026, 11, 24, 16, 30, tzinfo=UTC))
        assert run(session, select(table(Miss).c.day)).scalar() == date(2026, 11, 25)


def test_misses_at_once_are_all_counted(store: Store) -> None:
    def one() -> None:
        with store.begin() as session:
            feedback.record_miss(session, "berapa lama", NOW)

    at_once([one] * 20)
    with store.read() as session:
        assert run(session, select(table(Miss).c["count"])).scalar() == 20


@pytest.mark.parametrize(
    "words, kept",
    [
        ("nomor saya 081234567890", "nomor saya ############"),
        ("a\x00b\nc", "a b c"),
        ("x" * 500, "x" * 120),
        ("half \ud83d", "half ?"),
        (" \n ", None),
        ("", None),
    ],
)
def test_words_are_made_harmless(store: Store, words: str, kept: str | None) -> None:
    with store.begin() as session:
        feedback.record_miss(session, words, NOW)
        assert run(session, select(table(Miss).c.words)).scalar() == kept


def test_a_sasak_report_is_kept(store: Store) -> None:
    with store.begin() as session:
        feedback.report_sasak(session, "menu/welcome", "ndek\x00 mene " + "x" * 400, NOW)
        row = run(session, select(table(SasakReport))).one()
    assert (row.place, row.note[:10], len(row.note), row.created_at) == ("menu/welcome", "ndek  mene", 300, NOW)


def test_campaigns_are_counted_without_growing_for_ever(store: Store) -> None:
    with store.begin() as session:
        for word in ("village-talk", "Village-Talk", "x" * 41, "a b", "../", ""):
            feedback.count_campaign(session, word)
        assert counters(session) == {"campaign.village-talk": 2, "campaign.other": 4}


def test_misses_by_words_the_most_frequent_first(store: Store) -> None:
    with store.begin() as session:
        for words, day in (("kapal", 20), ("paspor hijau", 21), ("paspor hijau", 23), ("gaji", 22)):
            feedback.record_miss(session, words, datetime(2026, 11, day, tzinfo=UTC))
        found = feedback.misses(session, limit=2)
    assert found == [
        feedback.Missed("paspor hijau", 2, date(2026, 11, 23)),
        feedback.Missed("gaji", 1, date(2026, 11, 22)),
    ]
