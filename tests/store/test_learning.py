"""What was learned, in groups in which nobody can be told."""

from __future__ import annotations

from datetime import timedelta

from bot.store import learning
from bot.store.learning import Group, Learned
from tests.store.world import NOW, World


def answers(world: World, people: int, moment: str, right: int, *, first: int = 0) -> None:
    """So many people had so many of six right: the first ones. «month» is a month later."""
    now = NOW + timedelta(days=30) if moment == "month" else NOW
    for number in range(first, first + people):
        who = world.person(f"p{number}")
        asked = [(f"q{question}", question < right) for question in range(6)]
        with world.store.begin() as session:
            assert learning.record_check(session, who.contact_id, moment, right, 6, asked, now)


def told(world: World) -> Learned:
    with world.store.read() as session:
        return learning.learned(session)


def test_nobody_yet(world: World) -> None:
    assert told(world).moments == {moment: Group(0, None) for moment in learning.MOMENTS}


def test_before_and_after(world: World) -> None:
    answers(world, 6, "before", 2)
    answers(world, 5, "after", 5)
    answers(world, 5, "after", 4, first=10)  # never asked before
    found = told(world)
    assert found.moments["before"].people == 6 and round(found.moments["before"].right or 0) == 33
    assert found.moments["after"].people == 10 and round(found.moments["after"].right or 0) == 75
    before, after = found.both["after"]
    assert (before.people, after.people) == (5, 5)
    assert (round(before.right or 0), round(after.right or 0)) == (33, 83)
    assert found.questions["q0"]["before"] == Group(6, 100.0)
    assert found.questions["q2"]["before"] == Group(6, 0.0)
    assert found.questions["q4"]["after"] == Group(10, 50.0)
    assert "month" not in found.questions["q0"]


def test_four_people_are_too_few(world: World) -> None:
    answers(world, 5, "before", 2)
    answers(world, 4, "after", 5)
    answers(world, 5, "month", 5, first=3)  # two of them answered before
    found = told(world)
    assert found.moments["after"] == Group(4, None)
    assert found.questions["q0"]["after"] == Group(4, None)
    assert found.both["after"] == (Group(4, None), Group(4, None))
    assert found.moments["month"].right is not None
    assert found.both["month"] == (Group(2, None), Group(2, None))


def test_the_month_is_no_month_on_the_same_evening(world: World) -> None:
    answers(world, 5, "after", 5)
    who = world.person("p0")
    with world.store.begin() as session:
        for days, kept in ((0, False), (20, False), (21, True), (40, False)):
            when = NOW + timedelta(days=days)
            assert learning.record_check(session, who.contact_id, "month", 6, 6, [], when) is kept
