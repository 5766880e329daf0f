"""Days as people write them. Today is Wednesday, 25 November 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.dates import FARTHEST, Day, read_day, wrong_with

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("words", "day", "exact"),
    [
        ("12 januari 2027", date(2027, 1, 12), True),
        ("Tanggal 12 Januari 2027", date(2027, 1, 12), True),
        ("12 jan 27", date(2027, 1, 12), True),
        ("12 januwari 2027", date(2027, 1, 12), True),
        ("12 janurai 2027", date(2027, 1, 12), True),
        ("tgl 3 nopember", date(2027, 11, 3), True),
        ("30 november", date(2026, 11, 30), True),
        ("25 november", TODAY, True),
        ("17 agustus", date(2027, 8, 17), True),
        ("17 ogos 2027", date(2027, 8, 17), True),
        ("5 mac 2027", date(2027, 3, 5), True),
        ("1 disember", date(2026, 12, 1), True),
        ("tiang lampaq tanggal 5 pebruari taun 2027", date(2027, 2, 5), True),
        ("insya Allah 12 januari 2027", date(2027, 1, 12), True),
        ("rabu 12 januari 2027", date(2027, 1, 12), True),
        ("12/1/2027", date(2027, 1, 12), True),
        ("12-01-27", date(2027, 1, 12), True),
        ("12.1.2027", date(2027, 1, 12), True),
        ("2027-01-12", date(2027, 1, 12), True),
        ("12/1", date(2027, 1, 12), True),
        ("29/2/2028", date(2028, 2, 29), True),
        ("januari 2027", date(2027, 1, 1), False),
        ("bulan januari", date(2027, 1, 1), False),
        ("januari", date(2027, 1, 1), False),
        ("1/2027", date(2027, 1, 1), False),
        ("november", TODAY, False),
        ("awal februari 2027", date(2027, 2, 1), False),
        ("pertengahan maret", date(2027, 3, 11), False),
        ("akhir desember", date(2026, 12, 21), False),
        ("akhir november", TODAY, False),
        ("hari ini", TODAY, True),
        ("jelo ni", TODAY, True),
        ("besok", date(2026, 11, 26), True),
        ("lemaq", date(2026, 11, 26), True),
        ("lusa", date(2026, 11, 27), True),
        ("lat", date(2026, 11, 27), True),
        ("minggu depan", date(2026, 12, 2), False),
        ("minggu dateng", date(2026, 12, 2), False),
        ("bulan depan", date(2026, 12, 1), False),
        ("bulan ini", TODAY, False),
        ("10 hari lagi", date(2026, 12, 5), True),
        ("telu jelo malik", date(2026, 11, 28), True),
        ("due minggu lagi", date(2026, 12, 9), False),
        ("2 minggu lagi", date(2026, 12, 9), False),
        ("seminggu lagi", date(2026, 12, 2), False),
        ("sebulan lagi", date(2026, 12, 25), False),
        ("kira-kira tiga bulan lagi", date(2027, 2, 25), False),
        ("jumat", date(2026, 11, 27), True),
        ("hari senen depan", date(2026, 11, 30), True),
        ("rebo", date(2026, 12, 2), True),
        ("hari minggu", date(2026, 11, 29), True),
        ("12 januari 2020", date(2020, 1, 12), True),
        ("12 januari 2090", date(2090, 1, 12), True),
    ],
)
def test_a_day_is_read(words: str, day: date, exact: bool) -> None:
    assert read_day(words, TODAY) == Day(day, exact)


@pytest.mark.parametrize("words", ["belum tahu", "Belum tau.", "ndeqman", "ndeq taoq", "gak tau", "belum pasti"])
def test_not_known_yet_is_an_answer(words: str) -> None:
    assert read_day(words, TODAY) == Day(None, False)


@pytest.mark.parametrize(
    "words",
    [
        "", "???", "31/2/2027", "30 februari", "31 april 2027", "0/1/2027", "12/13/2027", "12", "2027", "minggu",
        "tahun depan", "habis lebaran", "12 januari 5", "12 januari 2027 atau 13 februari 2027", "berapa gaji di malaysia",
        "12 januari februari 2027", "lagi", "0 hari lagi", "99999 bulan lagi", "1 2 3 4 5", "siti aminah", "29/2/2027",
    ],
)  # fmt: skip
def test_what_names_no_day_or_two_is_not_guessed(words: str) -> None:
    assert read_day(words, TODAY) is None


def test_past_and_far_days_are_told_apart() -> None:
    assert wrong_with(TODAY - timedelta(days=1), TODAY) == "past"
    assert wrong_with(TODAY, TODAY) is None
    assert wrong_with(TODAY + FARTHEST, TODAY) is None
    assert wrong_with(TODAY + FARTHEST + timedelta(days=1), TODAY) == "far"


@settings(max_examples=200, deadline=None)
@given(words=st.one_of(st.text(max_size=40), st.from_regex(r"[0-9]{1,4}[ /.-][0-9a-z]{1,9}([ /.-][0-9]{0,5})?")))
def test_no_words_break_it(words: str) -> None:
    for today in (TODAY, date(2028, 2, 29), date(2026, 12, 31)):
        found = read_day(words, today)
        assert found is None or found.day is None or found.day.year >= 1900


@settings(max_examples=200, deadline=None)
@given(day=st.dates(TODAY, date(2029, 11, 24)))
def test_every_day_is_understood_in_figures(day: date) -> None:
    for form in ("{0.day}/{0.month}/{0.year}", "{0.day}-{0.month:02}-{0.year}", "{0:%Y-%m-%d}"):
        assert read_day(form.format(day), TODAY) == Day(day)
