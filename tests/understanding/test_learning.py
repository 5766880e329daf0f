"""What a phrasing would change, before it is written; and how it is written."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from bot.understanding.data import NONE, LanguageData, Topic
from bot.understanding.learning import appended, held_back, learnt, tried, worth, wrong_with
from bot.understanding.match import Match

PASSPORT = (
    "cara bikin paspor",
    "buat paspor di imigrasi",
    "urus paspor baru",
    "paspor pertama gimana",
    "perpanjang paspor",
)
MONEY = ("kirim uang ke rumah", "transfer gaji ke istri", "ongkos kirim uang", "kirim lewat bank", "uang kiriman")
OUTSIDE = ("resep sambal", "skor bola", "harga emas", "cuaca besok", "halo")


@pytest.fixture
def small(language: LanguageData) -> LanguageData:
    """Two topics, so that building takes no time."""
    return replace(
        language,
        topics=(
            Topic("passport-apply", "documents", "Bagaimana cara membuat paspor?"),
            Topic("send-money", "money", "Bagaimana cara mengirim uang?"),
        ),
        phrasings={"passport-apply": PASSPORT, "send-money": MONEY},
        out_of_scope=OUTSIDE,
        cues={},
    )


def test_what_gets_better_is_told(small: LanguageData) -> None:
    asked = (("passport-apply", "buku hijau di mana"), ("send-money", "kirim uang"), (NONE, "skor bola semalam"))
    effect = tried(small, "passport-apply", ["buku hijau di mana"], asked)
    (change,) = effect.of("found")
    assert (change.question, change.topic, change.after.topic) == (
        "buku hijau di mana",
        "passport-apply",
        "passport-apply",
    )
    assert not effect.harms and (effect.asked, effect.right) == (3, (3, 3))
    assert [phrasing for phrasing, _ in effect.new] == ["buku hijau di mana"]


def test_what_gets_worse_is_told(small: LanguageData) -> None:
    """A phrasing under the wrong topic takes the questions of the right one."""
    wrong = ["kirim uang", "uang kirim", "cara kirim uang", "kirim uang gimana"]
    effect = tried(small, "passport-apply", wrong, (("send-money", "kirim uang"), ("send-money", "cara kirim uang")))
    assert len(effect.of("lost")) == 2 and effect.harms


def test_nothing_changes_is_told(small: LanguageData) -> None:
    effect = tried(small, "passport-apply", ["cara bikin paspor baru di imigrasi"], (("send-money", MONEY[0]),))
    assert effect.changes == () and not effect.harms


def test_nothing_is_written_and_nothing_changes_by_trying(small: LanguageData) -> None:
    before = dict(small.phrasings)
    tried(small, "passport-apply", ["buku hijau"], ())
    assert small.phrasings == before
    assert learnt(small, "passport-apply", ["buku hijau"]).phrasings["passport-apply"] == (*PASSPORT, "buku hijau")


def test_without_test_questions_a_fifth_is_held_back(small: LanguageData) -> None:
    rest, asked = held_back(small)
    assert asked == (("passport-apply", PASSPORT[4]), ("send-money", MONEY[4]), (NONE, OUTSIDE[4]))
    assert rest.phrasings == {"passport-apply": PASSPORT[:4], "send-money": MONEY[:4]}
    assert rest.out_of_scope == OUTSIDE[:4]


@pytest.mark.parametrize(
    ("topic", "phrasing", "why"),
    [
        ("passport", "paspor hijau", "there is no topic 'passport'"),
        ("passport-apply", "", "1 to 400"),
        ("passport-apply", "a" * 401, "1 to 400"),
        ("passport-apply", "dua\nbaris", "one line"),
        ("passport-apply", "hubungi 0812-3456-789 untuk paspor", "long number"),
        ("passport-apply", "nik saya 52010101", "long number"),
        ("passport-apply", "Cara bikin paspor", "stands under passport-apply already"),
        ("send-money", "urus paspor baru", "stands under passport-apply already"),
        ("passport-apply", "resep sambal", "stands under NONE already"),
        ("passport-apply", "ini soal ujian", "test question"),
    ],
)
def test_what_cannot_be_learnt(small: LanguageData, topic: str, phrasing: str, why: str) -> None:
    said = wrong_with(small, topic, phrasing, ((NONE, "Ini soal ujian"),))
    assert said is not None and why in said


def test_what_can_be_learnt(small: LanguageData) -> None:
    assert wrong_with(small, "passport-apply", "buku hijau 2 tahun 48 halaman", ()) is None


@pytest.mark.parametrize(
    ("expected", "match", "value"),
    [
        ("a", Match("a", ("a",), True, 0.9), 5),
        ("a", Match("a", ("a",), False, 0.6), 4),
        ("a", Match("b", ("b", "c", "a"), False, 0.6), 3),
        ("a", Match(None, ("a",), False, 0.1), 2),
        ("a", Match("b", ("b", "c"), False, 0.6), 1),
        ("a", Match("b", ("b", "a"), True, 0.9), 0),
        (NONE, Match(None, ("a",), False, 0.1), 2),
        (NONE, Match("a", ("a",), False, 0.6), 1),
        (NONE, Match("a", ("a",), True, 0.9), 0),
    ],
)
def test_worth(expected: str, match: Match, value: int) -> None:
    assert worth(expected, match) == value


FILE = """# head
one:
  - a
  - 'b: c'

# about two
two:
- d
"""


@pytest.mark.parametrize("topic", ["one", "two", "three"])
def test_a_line_stands_last_under_its_topic(topic: str) -> None:
    written = appended(FILE, topic, ["baru: satu", "dua"], {"baru: satu": "'baru: satu'", "dua": "dua"})
    old, new = yaml.safe_load(FILE), yaml.safe_load(written)
    assert new == old | {topic: [*old.get(topic, []), "baru: satu", "dua"]}
    assert all(line in written for line in ("# head", "# about two"))
    assert written.endswith("\n") and not written.endswith("\n\n")
