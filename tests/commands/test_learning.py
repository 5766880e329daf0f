"""What was learned, as staff read it."""

from __future__ import annotations

from bot.store import learning
from tests.commands.desk import Desk


def answers(desk: Desk, people: int, moment: str, right: int) -> None:
    for number in range(people):
        who = desk.person(f"p{number}")
        asked = [("who-pays", right > 0), ("hold-passport", right > 3)]
        with desk.store.begin() as session:
            learning.record_check(session, who.contact_id, moment, right, 6, asked, desk.now)


def test_nobody_has_answered(small_desk: Desk) -> None:
    assert small_desk.well("learning").words == "Nobody has answered the six questions yet."


def test_before_and_after(desk: Desk) -> None:
    answers(desk, 6, "before", 3)
    answers(desk, 5, "after", 6)
    answers(desk, 4, "month", 6)
    said = desk.well("learning")
    assert "before the lessons 50 % of 6 people" in said.words
    assert "after the lessons 100 % of 5 people" in said.words
    assert "a month later - " in said.words + " " and "of 4 people" not in said.words
    assert "before, and after the lessons 50 % -> 100 % of 5 people (+50 points)" in said.words
    assert "hold-passport 0 % 100 % -" in said.words and "who-pays 100 % 100 % -" in said.words
    assert "fewer than 5 people are not shown" in said.words
