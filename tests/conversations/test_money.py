"""Amounts as people type them, and what the money plan makes of them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.amounts import MOST, amount, written
from bot.conversation.tools.money import month_after, plan


@pytest.mark.parametrize(
    ("words", "sen"),
    [
        ("1.700", 170_000),
        ("RM 1700", 170_000),
        ("rm1.700,50 sebulan", 170_050),
        ("1,700", 170_000),
        ("3.5", 350),
        ("Rp 2 juta", 200_000_000),
        ("2jt", 200_000_000),
        ("1,5 jt", 150_000_000),
        ("500rb", 50_000_000),
        ("500 ribu rupiah", 50_000_000),
        ("dua juta", 200_000_000),
        ("lima ratus ribu", 50_000_000),
        ("seribu tujuh ratus", 170_000),
        ("dua puluh lima juta", 2_500_000_000),
        ("setengah juta", 50_000_000),
        ("due juta", 200_000_000),
        ("tidak ada", 0),
        ("ndeq araq", 0),
        ("0", 0),
    ],
)
def test_amounts(words: str, sen: int) -> None:
    assert amount(words) == sen


@pytest.mark.parametrize(
    "words", ["12 sampai 13", "berapa ya", "", "!!!", "99999999999999999", "1.2.3.4", "1700 atau 1800", "gaji besar"]
)
def test_what_names_no_one_amount(words: str) -> None:
    assert amount(words) is None


@given(st.text(max_size=60))
def test_no_words_break_it(words: str) -> None:
    found = amount(words)
    assert found is None or 0 <= found <= MOST


@given(st.integers(min_value=0, max_value=MOST))
def test_what_is_written_is_read_again(sen: int) -> None:
    assert amount(written(sen)) == sen


FIGURES = {"income": 170_000, "living": 60_000, "debt": 1_200_000_000, "pay": 50_000_000, "send": 80_000, "fee": 1_000,
           "rate": 350_000}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "left", "home", "months", "note"),
    [
        ({}, 29_000, 280_000_000, 24, "fine"),
        ({"debt": 1_250_000_000}, 29_000, 280_000_000, 25, "long"),
        ({"debt": 0, "pay": -1}, 29_000, 280_000_000, 0, "fine"),
        ({"pay": 0}, 29_000, 280_000_000, None, "never"),
        ({"pay": 300_000_000}, 29_000, 280_000_000, None, "never"),  # more than arrives
        ({"living": 100_000}, -11_000, 280_000_000, 24, "short"),
        ({"send": 0}, 110_000, 0, None, "never"),  # no sending, no fee, and nothing to pay with
    ],
)
def test_plans(change: dict[str, int], left: int, home: int, months: int | None, note: str) -> None:
    figures = {step: sen for step, sen in (FIGURES | change).items() if sen >= 0}
    found = plan(figures)
    assert (found.left, found.home, found.months, found.note) == (left, home, months, note)


def test_the_month_in_words() -> None:
    assert month_after(date(2026, 11, 25), 0) == "November 2026"
    assert month_after(date(2026, 11, 25), 2) == "Januari 2027"
    assert month_after(date(2026, 12, 1), 24) == "Desember 2028"
