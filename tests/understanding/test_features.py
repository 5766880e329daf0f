"""The parts of the matcher by themselves: features, naive Bayes, typing errors."""

from __future__ import annotations

import math

import pytest

from bot.understanding.bayes import Bayes
from bot.understanding.features import Weigher, cue_vector, letters, words_and_pairs
from bot.understanding.typos import Mender


def test_words_with_their_neighbours() -> None:
    assert words_and_pairs(["gaji", "belum", "bayar"]) == ["gaji", "belum", "bayar", "gaji_belum", "belum_bayar"]


def test_letters_know_where_a_word_begins_and_ends() -> None:
    assert letters(["gaji"]) == [
        *(" ga", "gaj", "aji", "ji "),
        *(" gaj", "gaji", "aji "),
        *(" gaji", "gaji "),
    ]
    assert letters(["ke"])[-1] == " ke "


def test_rare_features_weigh_more_and_unknown_ones_nothing() -> None:
    weigher = Weigher([["gaji", "apa"], ["paspor", "apa"], ["visa", "apa"]], share=0.5)
    vector = weigher.vector(["gaji", "apa", "asing"])
    assert set(vector) == {"gaji", "apa"}
    assert vector["gaji"] > vector["apa"]
    assert math.hypot(*vector.values()) == pytest.approx(0.5)
    assert weigher.vector(["asing"]) == {}


def test_features_of_too_few_documents_are_left_out() -> None:
    assert set(Weigher([["a", "b"], ["a"]], fewest=2).vector(["a", "b"])) == {"a"}


def test_two_cues_weigh_more_than_one() -> None:
    assert cue_vector({"visa": 1, "socso": 3}, share=0.8, more=1.5) == {"@visa": 0.8, "@socso": pytest.approx(1.2)}


def test_bayes_counts_what_a_topic_has_more_often_than_others() -> None:
    learnt = Bayes(
        ["wage", "passport", "none"],
        [("wage", [{"gaji": 1.0, "berapa": 1.0}]), ("passport", [{"paspor": 1.0, "berapa": 1.0}])],
        kinds=1,
    )
    assert learnt.labels == ["none", "passport", "wage"]
    scores = learnt.scores([{"gaji": 1.0, "asing": 5.0}])
    # "gaji" is half of what this topic has and a quarter of everything: log(1 + 0.5 / 0.25)
    assert scores == {"wage": pytest.approx(math.log(3), rel=1e-6), "passport": 0.0, "none": 0.0}
    both = learnt.scores([{"berapa": 1.0}])
    assert both["wage"] == both["passport"] > 0


def test_kinds_of_features_do_not_mix() -> None:
    learnt = Bayes(["one", "other"], [("one", [{"a": 1.0}, {}]), ("other", [{}, {"a": 1.0}])], kinds=2)
    scores = learnt.scores([{"a": 1.0}, {}])
    assert scores["one"] > scores["other"] == 0.0


KNOWN = {"kerja": 90, "kurja": 1, "paspor": 50, "malaysia": 70, "gaji": 60, "kontrak": 30, "kontrol": 2, "panen": 9}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("krja", "kerja"),  # a vowel left out; of two words the usual one
        ("kntrk", "kontrak"),
        ("kontral", "kontrak"),  # l is beside k, so it is not "kontrol"
        ("passpor", "paspor"),
        ("paspro", "paspor"),
        ("malaisya", "malaysia"),
        ("oaspor", "paspor"),
        ("gaji", "gaji"),
        ("gaja", "gaja"),  # too short to guess at
        ("rumah", "rumah"),  # like no word known
        ("krj4", "krj4"),
    ],
)
def test_typing_errors(typed: str, meant: str) -> None:
    assert Mender(KNOWN).mend(typed) == meant
