"""The second opinion on danger: what it learns, that it stays humble, and how well it does on what it has not learnt."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from bot.understanding import Understanding
from bot.understanding.danger import Danger
from bot.understanding.data import LanguageData
from bot.understanding.normalise import Normaliser
from bot.understanding.opinion import Ideas, Opinion
from bot.understanding.shorthand import Shorthand
from tests.understanding.conftest import read

MORE: dict[str, list[str]] = read("danger_more.yaml")
ALIKE: dict[str, list[str]] = read("lookalikes_more.yaml")
IDEAS: dict[str, Any] = {"verbs": {"hit": ["pukul"]}, "words": {"boss": ["majikan", "mandor"], "me": ["saya", "kami"]}}


def measured(lines: dict[str, list[str]]) -> list[str]:
    """The half that nothing was tuned on."""
    return [text for texts in lines.values() for text in texts[1::2]]


def test_ideas_of_words() -> None:
    ideas = Ideas(IDEAS)
    assert ideas.of("dipukuli") == ideas.of("tepukul") == ("hit.di",)
    assert ideas.of("memukul") == ideas.of("mukulin") == ("hit.me",)
    assert ideas.of("majikannya") == ("boss",)
    assert ideas.of("20") == ("number",)
    assert ideas.of("sawit") == ()


def test_it_learns_from_ideas_and_not_from_words_alone() -> None:
    def words(text: str) -> list[tuple[list[str], bool]]:
        return [(text.rstrip("?").split(), text.endswith("?"))]

    ideas = Ideas(IDEAS)
    learnt = [("saya dipukul majikan", True), ("kami dipukul majikan tadi", True), ("apakah majikan memukul?", False)]
    opinion, again = (Opinion((ideas.vector(words(text)), danger) for text, danger in learnt) for _ in range(2))
    call, question = (ideas.vector(words(text)) for text in ("kami dipukuli mandor", "apakah mandor memukul?"))
    assert opinion(call) > 0 > opinion(question)
    assert opinion(call) == again(call)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kpal", "kapal"),
        ("tmn", "teman"),
        ("kjang", "kejang"),
        ("kapal", "kapal"),
        ("kp", "kp"),
        ("xyz", "xyz"),
        ("tmni", "tmni"),
    ],
)
def test_shorthand(typed: str, meant: str) -> None:
    assert Shorthand(["kapal", "kepala", "teman", "kejang"] * 3).long(typed) == meant


def test_rare_words_are_not_guessed_at() -> None:
    assert Shorthand(["kapal"]).long("kpal") == "kpal"
    assert Shorthand(["kapal"] * 3, ["kpal"]).long("kpal") == "kpal"


def test_without_examples_the_rules_stand_alone(language: LanguageData, normaliser: Normaliser) -> None:
    alone = Danger(language.danger, normaliser)
    goldens = read("danger.yaml")
    assert alone.assess("saya dipukul majikan sekarang").card
    missed = [
        text for group in ("now", "exploitation", "third") for text in goldens[group] if not alone.assess(text).card
    ]
    assert missed == []


def test_what_it_finds_is_asked_about(understanding: Understanding) -> None:
    found = [understanding.assess(text) for text in (*measured(MORE), *measured(ALIKE))]
    alone = [one for one in found if one.rule == "opinion" and one.card]
    assert alone
    assert all(one.fuzzy for one in alone)


def test_an_exact_word_is_never_doubted(understanding: Understanding) -> None:
    for text in ("TOLONG", "tolong?", "saya mau bunuh diri", "gimana ya saya mau bunuh diri aja"):
        found = understanding.assess(text)
        assert (found.level, found.fuzzy) == ("now", False), text


def test_one_word_alone_is_no_opinion(understanding: Understanding, language: LanguageData) -> None:
    words = {word for texts in language.danger_examples["danger"].values() for text in texts for word in text.split()}
    assert [
        word
        for word in sorted(words)
        if understanding.assess(word).rule == "opinion" and understanding.assess(word).card
    ] == []


def test_nothing_that_measures_is_learnt(language: LanguageData) -> None:
    learnt = {text.lower() for texts in language.danger_examples["danger"].values() for text in texts}
    learnt |= {text.lower() for text in language.danger_examples["other"]}
    second = read("second/danger.yaml")
    sets = [*measured(MORE), *measured(ALIKE), *itertools.chain(*second.values()), *read("second/lookalikes.yaml")]
    assert sum(text.lower() in learnt for text in sets) == 0


def test_the_unseen_half(understanding: Understanding) -> None:
    """Floors a little under what was reached; benchmarks/danger.py prints the figures."""
    calls, alike = measured(MORE), measured(ALIKE)
    seen = sum(understanding.assess(text).card for text in calls) / len(calls)
    alarms = sum(understanding.assess(text).card for text in alike) / len(alike)
    assert seen >= 0.92
    assert alarms <= 0.04


def test_the_second_hand(understanding: Understanding) -> None:
    """Counts only: the texts of this set are not looked at."""
    calls = list(itertools.chain(*read("second/danger.yaml").values()))
    alike = read("second/lookalikes.yaml")
    missed = sum(not understanding.assess(text).card for text in calls)
    alarms = sum(understanding.assess(text).card for text in alike)
    assert (missed <= 0.09 * len(calls), alarms <= 0.07 * len(alike)) == (True, True)
