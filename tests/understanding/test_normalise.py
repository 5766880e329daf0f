"""Plain words: the rules of the Sasak guide, section 6 rule 10, one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.data import LanguageData
from bot.understanding.normalise import Normaliser, Row


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("tolooong!!! 😭🙏", "tolong"),
        ("maaaaf", "maaf"),
        ("BIAYANYA brp?", "biayanya berapa"),
        ("gmn cara bikin pasport", "bagaimana cara buat paspor"),
        ("sama2", "sama-sama"),
        ("surat2nya", "surat-suratnya"),
        ("org2", "orang-orang"),
        ("bosnya baik", "majikannya baik"),
        ("Café tébékot", "cafe ditipu"),
        ("nenten man", "belum"),  # the longest entry first
        ("", ""),
        ("😭😭", ""),
    ],
)
def test_plain_words(normaliser: Normaliser, text: str, plain: str) -> None:
    assert normaliser.normalise(text) == plain


def test_sasak_only_rows_need_sasak(normaliser: Normaliser) -> None:
    assert normaliser.normalise("saya dengan istri") == "saya dengan istri"
    assert normaliser.normalise("tiang listrik") == "tiang listrik"
    assert normaliser.normalise("tulung tiang") == "tolong tiang"  # one sure word is not enough
    assert normaliser.normalise("tulung tiang", sasak=True) == "tolong saya"
    assert normaliser.normalise("inaq tiang leq bale") == "ibu saya di rumah"  # two are


def test_final_k_and_apostrophe_are_q_only_in_sasak_words(normaliser: Normaliser) -> None:
    assert normaliser.normalise("ndek araq kepeng") == "tidak ada uang"
    assert normaliser.normalise("pituq") == normaliser.normalise("pitu'") == "tujuh"
    assert normaliser.normalise("anak batuk") == "anak batuk"
    assert normaliser.normalise("adek saya diajak") == "adek saya diajak"  # not adeq (so that), not ajaq (lie)


def test_low_rows_only_when_asked(normaliser: Normaliser) -> None:
    assert normaliser.normalise("g bisa") == "g bisa"
    assert normaliser.normalise("g bisa", low=True) == "tidak bisa"


def test_one_pass_whole_tokens() -> None:
    rows = [Row("id-slang", "a", "b", "any", "A"), Row("id-slang", "b", "c", "any", "A")]
    normaliser = Normaliser.from_rows(rows)
    assert normaliser.normalise("a b ab") == "b c ab"


def test_every_row_has_its_output(language: LanguageData, normaliser: Normaliser) -> None:
    """A row that can never apply is a slip in the table."""
    for row in language.rows:
        if row.scope == "any" and row.output and row.input != row.output:
            assert normaliser.normalise(row.input) != "", row


@given(st.text())
def test_any_text(normaliser: Normaliser, text: str) -> None:
    plain = normaliser.normalise(text)
    assert plain == plain.lower().strip()
    assert "  " not in plain
    assert normaliser.normalise(text) == plain
