"""Danger seen, and what only sounds like it. Missing a danger is far worse than a false alarm."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding import Understanding
from bot.understanding.data import LanguageData
from bot.understanding.normalise import Normaliser
from bot.understanding.patterns import Compiler, active, joined, passive
from tests.understanding.conftest import read
from tests.understanding.test_match import questions

GOLDENS = read("danger.yaml")
LOOKALIKES = read("lookalikes.yaml")


def test_there_are_enough_goldens() -> None:
    assert sum(map(len, GOLDENS.values())) >= 40
    assert len(LOOKALIKES) >= 60


@pytest.mark.parametrize("group", ["now", "exploitation"])
def test_the_writer_is_in_danger(understanding: Understanding, group: str) -> None:
    for text in GOLDENS[group]:
        found = understanding.assess(text)
        assert (found.level, found.third_person, found.fuzzy, found.card) == (group, False, False, True), text


def test_somebody_else_is_in_danger(understanding: Understanding) -> None:
    for text in GOLDENS["third"]:
        found = understanding.assess(text)
        assert (found.third_person, found.card) == (True, True), text


def test_misspelt_danger_is_seen_as_doubtful(understanding: Understanding) -> None:
    for text in GOLDENS["misspelt"]:
        found = understanding.assess(text)
        assert (found.fuzzy, found.card) == (True, True), text


def test_what_only_sounds_like_danger(understanding: Understanding) -> None:
    alarms = [text for text in LOOKALIKES if understanding.assess(text).card]
    assert alarms == []


def test_questions_are_no_danger(understanding: Understanding, language: LanguageData) -> None:
    texts = [line for lines in language.phrasings.values() for line in lines] + list(language.out_of_scope)
    texts += [topic.question for topic in language.topics]
    texts += [text for name in ("questions.yaml", "questions_seen.yaml") for _, text in questions(name)]
    alarms = [text for text in texts if understanding.assess(text).card]
    assert len(alarms) / len(texts) <= 0.002, alarms


# ---------------------------------------------------------------- named in field.md

WHOLE = [
    "TOLONG",
    "tulung",
    "Tolooong!!!",
    "bahaya",
    "MATI",
    "PUKUL",
    "tolong tolong 😭🙏",
    "SOS",
    "darurat!!",
    "pak tolong",
    "TOLOOONGIN SAYAA PAKKK",
    "tulungin tiang pak",
    "tlgin saya",
]
NOT_WHOLE = [
    "tolong jelaskan biaya",
    "pukul 9",
    "permit mati",
    "apa bahayanya",
    "bahaya?",
    "mati lampu",
    "help",
    "tolong balas",
]


@pytest.mark.parametrize("text", WHOLE)
def test_cries_as_the_whole_message(understanding: Understanding, text: str) -> None:
    assert understanding.assess(text).level == "now"


@pytest.mark.parametrize("text", NOT_WHOLE)
def test_the_same_words_inside_a_question(understanding: Understanding, text: str) -> None:
    assert understanding.assess(text).level in ("none", "worry")


@pytest.mark.parametrize(
    ("danger", "question"),
    [
        ("saya dipukul majikan sekarang", "apakah majikan boleh memukul?"),
        ("saya dipukul majikan", "kalau saya dipukul majikan, lapor ke mana?"),
        ("saya dipukul majikan", "saya tidak pernah dipukul majikan"),
        ("saya dipukul majikan", "dulu saya pernah dipukul majikan"),
        ("teman saya dipukul majikan", "saya baca berita TKI dipukul majikan"),
        ("saya digigit ular", "kalau digigit ular bagaimana?"),
        ("kami disekap", "gimana kalau disekap"),
        ("mau bunuh diri", "apa itu bunuh diri"),
        ("saya mau mati", "permit saya mau mati"),
        ("paspor saya ditahan majikan dan saya diancam", "paspor saya ditahan majikan, boleh tidak?"),
        ("gaji 5 bulan tidak dibayar dan diancam dipukul", "gaji 5 bulan tidak dibayar"),
        ("suami saya disekap di Malaysia", "suamiku ga ada kabar 3 bulan"),
    ],
)
def test_danger_and_its_look_alike(understanding: Understanding, danger: str, question: str) -> None:
    assert understanding.assess(danger).card
    assert not understanding.assess(question).card


@pytest.mark.parametrize(
    ("text", "third"),
    [
        ("suami saya disekap di Malaysia", True),
        ("anak saya dipukul majikannya", True),
        ("saya dipukul suami saya", False),
        ("saya dan teman saya dikurung", False),
        ("bapak saya dipukul majikannya", True),
        ("pak, saya dipukul", False),
        ("ibu, saya dikurung", False),
        ("teman saya pingsan di ladang", False),  # beside the writer: the numbers are needed now
    ],
)
def test_whose_danger_it_is(understanding: Understanding, text: str, third: bool) -> None:
    found = understanding.assess(text)
    assert found.card
    assert found.third_person is third


def test_fear_is_worry(understanding: Understanding) -> None:
    for text in ("saya takut", "saya takut sama majikan", "saya putus asa", "saya tidak tahan lagi"):
        found = understanding.assess(text)
        assert (found.level, found.card) == ("worry", False), text


def test_sasak_choice_changes_nothing_for_the_worse(understanding: Understanding) -> None:
    missed = [text for group in GOLDENS.values() for text in group if not understanding.assess(text, sasak=True).card]
    assert len(missed) <= 3, missed


def test_a_card_stands_for_its_level(understanding: Understanding, language: LanguageData) -> None:
    shown = {level for level, entry in language.danger["levels"].items() if entry["card"]}
    assert shown == {"now", "exploitation"}
    for text in [*LOOKALIKES, *(text for group in GOLDENS.values() for text in group)]:
        found = understanding.assess(text)
        assert found.card is (found.level in shown)
        assert bool(found.rule) is (found.level != "none")


def test_a_long_message_is_read_to_its_end(understanding: Understanding) -> None:
    assert understanding.assess("mau cerita dulu ya kak panjang sekali. " * 300 + "saya disekap majikan").card


@given(st.text(), st.booleans())
def test_any_text(understanding: Understanding, text: str, sasak: bool) -> None:
    assert understanding.assess(text, sasak=sasak) == understanding.assess(text, sasak=sasak)


@given(st.lists(st.sampled_from([word for text in LOOKALIKES[:200] for word in text.split()]), max_size=60))
def test_any_heap_of_words(understanding: Understanding, words: list[str]) -> None:
    assert understanding.assess(" ".join(words)).level in ("none", "worry", "exploitation", "now")


@given(
    st.sampled_from([text for text in GOLDENS["now"] if len(text.split()) > 2]),
    st.sampled_from(["!!!", " 😭", " ...", " pak"]),
)
def test_what_stands_around_does_not_hide_it(understanding: Understanding, text: str, tail: str) -> None:
    assert understanding.assess(text + tail).card


# ---------------------------------------------------------------- the pattern language


def test_verb_forms() -> None:
    assert {"dipukul", "dipukuli", "dipukulin", "tepukul", "kena pukul"} <= passive("pukul")
    assert {"memukul", "mukul", "mukulin", "pukul", "memukuli"} <= active("pukul")
    assert {"menyekap", "nyekap"} <= active("sekap")
    assert {"mengurung", "ngurung"} <= active("kurung")
    assert {"mengancam", "ngancam"} <= active("ancam")


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("a b", "x a b c", True),
        ("a b", "a x b", False),
        ("a .. b", "a x y z b", True),
        ("a .. b", "a w x y z b", False),
        ("a ~ b", "a x saya b", False),
        ("a (x y|z) b", "a x y b", True),
        ("a x? b", "a b", True),
        ("^ a $", "a", True),
        ("^ a", "x a", False),
        ("<me> a", "aku a", True),
        ("b", "ab", False),
    ],
)
def test_patterns(pattern: str, text: str, found: bool) -> None:
    compiled = Compiler({"me": ["saya", "aku"]}).one(pattern)
    assert bool(compiled.search(joined(text.split()))) is found


@pytest.mark.parametrize("pattern", ["<nobody> a", "a|(b c)", "(a b", "", "a||b"])
def test_a_slip_in_a_pattern_is_named(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"danger\.yaml"):
        Compiler({"me": ["saya"]}).one(pattern)


def test_an_unknown_level_is_named(normaliser: Normaliser, language: LanguageData) -> None:
    from bot.understanding.danger import Danger

    rules: dict[str, Any] = {**language.danger, "rules": [{"id": "x", "level": "loud", "patterns": ["a"]}]}
    with pytest.raises(ValueError, match="loud is not a level"):
        Danger(rules, normaliser)
