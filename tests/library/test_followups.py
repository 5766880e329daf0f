"""The table of follow-ups: each fault is named with its place and remedy; the real table leads somewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.library.desk import Desk
from bot.library.followups import FILE, follow_ups
from bot.library.load import load
from bot.library.model import FollowUps, Library, Phrase, Statement, Topic
from bot.library.reading import Problem

CONTENT = Path(__file__).resolve().parents[2] / "content"
WORDS = {"kinds": {"cost": ["berapa biaya"], "lost": ["hilang"]}}


def topic(key: str, *, more: int = 0, family: bool = False) -> Topic:
    said = Statement("x", Phrase("Ya."))
    return Topic(key, "papers", Phrase(key), Phrase(key), said, more=(said,) * more, family=said if family else None)


TOPICS = {one.id: one for one in (topic("passport", more=2), topic("lost", family=True), topic("fees"))}


def read(folder: Path, value: Any) -> tuple[FollowUps, list[Problem]]:
    (folder / "language").mkdir(exist_ok=True)
    (folder / FILE).write_text(yaml.safe_dump(value), encoding="utf-8")
    problems: list[Problem] = []
    return follow_ups(Desk(folder, problems, {}), TOPICS, frozenset({"papers"})), problems


def test_a_topic_goes_before_its_group(tmp_path: Path) -> None:
    found, problems = read(
        tmp_path,
        WORDS | {"groups": {"papers": {"cost": "fees", "lost": "lost"}}, "topics": {"passport": {"cost": "more 2"}}},
    )
    assert problems == []
    assert found.leads(TOPICS["passport"], "cost") == "more 2" and found.part_of("more 2") == 2
    assert found.leads(TOPICS["passport"], "lost") == "lost" and found.part_of("lost") is None
    assert found.leads(TOPICS["lost"], "lost") is None, "a group leads no topic to itself"
    assert found.leads(TOPICS["passport"], "where") is None


def test_no_file_is_an_empty_table(tmp_path: Path) -> None:
    problems: list[Problem] = []
    assert follow_ups(Desk(tmp_path, problems, {}), TOPICS, frozenset()) == FollowUps()
    assert problems == []


@pytest.mark.parametrize(
    ("value", "place", "what"),
    [
        ({"groups": {}}, "kinds", "'kinds' is missing"),
        ({"kinds": {"cost": []}}, "kinds/cost", "no words are given"),
        (WORDS | {"gruops": {}}, "gruops", "means nothing here"),
        (WORDS | {"groups": {"paper": {}}}, "groups/paper", "is no group"),
        (WORDS | {"groups": {"papers": {"cots": "fees"}}}, "groups/papers/cots", "there is no kind 'cots'"),
        (WORDS | {"groups": {"papers": {"cost": "more 1"}}}, "groups/papers/cost", "no texts of its own"),
        (WORDS | {"topics": {"pasport": {}}}, "topics/pasport", "there is no answer 'pasport'"),
        (WORDS | {"topics": {"passport": {"cost": "fee"}}}, "topics/passport/cost", "there is no answer 'fee'"),
        (WORDS | {"topics": {"passport": {"cost": "more 3"}}}, "topics/passport/cost", "has 2 further texts"),
        (WORDS | {"topics": {"passport": {"cost": "family"}}}, "topics/passport/cost", "no text for the family"),
        (WORDS | {"topics": {"passport": {"cost": "passport"}}}, "topics/passport/cost", "leads to itself"),
        (WORDS | {"topics": {"passport": {"cost": 3}}}, "topics/passport/cost", "is no text"),
    ],
)
def test_faults(tmp_path: Path, value: Mapping[str, Any], place: str, what: str) -> None:
    _, problems = read(tmp_path, value)
    assert [(one.file, one.place) for one in problems if what in one.what] == [(FILE, place)]
    assert all(one.remedy for one in problems)


@pytest.fixture(scope="module")
def library() -> Library:
    return load(CONTENT)


def test_the_real_table(library: Library) -> None:
    """What people ask most after an answer leads to what answers it."""
    wanted = {
        ("passport-apply", "lost"): "lost-passport",
        ("plks-permit", "lost"): "lost-passport",
        ("age-limit", "women"): "women-eligible",
        ("age-limit", "cost"): "total-cost",
        ("medical-checkup", "fail"): "unfit-conditions",
        ("unpaid-wages", "where"): "labour-complaint",
        ("lost-passport", "where"): "embassy-contact",
        ("opp-required", "documents"): None,
    }
    for (key, kind), leads in wanted.items():
        assert library.follow_ups.leads(library.topics[key], kind) == leads, (key, kind)
