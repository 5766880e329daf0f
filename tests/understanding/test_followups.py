"""Short questions that live on what was just shown: their kind, and whether they have words of their own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding import FollowUp, Understanding


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("berapa biayanya?", "cost"),
        ("brp biayanya pak", "cost"),
        ("gratis ga", "cost"),
        ("pire biayane?", "cost"),
        ("siapa yang bayar?", "who-pays"),
        ("sai saq bayah?", "who-pays"),
        ("siape bayar", "who-pays"),
        ("di mana?", "where"),
        ("dmn itu kak", "where"),
        ("leq mbe?", "where"),
        ("berapa lama?", "how-long"),
        ("brp hr jadinya", "how-long"),
        ("kapan?", "when"),
        ("syaratnya apa?", "documents"),
        ("syaratne ape", "documents"),
        ("kalau untuk istri saya?", "family"),
        ("klo utk istri sy gmn?", "family"),
        ("laki saya gimana", "family"),
        ("kalau perempuan?", "women"),
        ("terus kalau hilang?", "lost"),
        ("gmn kl ilang bang", "lost"),
        ("kalau gagal?", "fail"),
        ("boleh diulang?", "again"),
        ("caranya gimana?", "how"),
        ("macam mana caranya", "how"),
        ("terus?", "more"),
        ("apa lagi?", "more"),
        ("selain itu?", "more"),
    ],
)
def test_bare_follow_ups(understanding: Understanding, words: str, kind: str) -> None:
    assert understanding.follow_up(words) == FollowUp(kind, bare=True)


@pytest.mark.parametrize(("words", "kind"), [("mun senine tiang?", "family"), ("lamun nine?", "women")])
def test_sasak(understanding: Understanding, words: str, kind: str) -> None:
    assert understanding.follow_up(words, sasak=True) == FollowUp(kind, bare=True)


@pytest.mark.parametrize(
    ("words", "kind"),
    [("berapa harga beras", "cost"), ("berapa lama splp jadi", "how-long"), ("anak saya umur 17", "family")],
)
def test_with_words_of_their_own(understanding: Understanding, words: str, kind: str) -> None:
    assert understanding.follow_up(words) == FollowUp(kind, bare=False)


@pytest.mark.parametrize(
    "words",
    [
        "berapa gajinya?",
        "makasih",
        "ya",
        "tidak",
        "tidak mau",
        "halo",
        "",
        "?",
        "berapa biaya yang harus saya bayar untuk paspor baru",  # too long
    ],
)
def test_no_follow_up(understanding: Understanding, words: str) -> None:
    assert understanding.follow_up(words) is None


@given(st.text(), st.booleans())
def test_any_text(understanding: Understanding, text: str, sasak: bool) -> None:
    assert understanding.follow_up(text, sasak=sasak) == understanding.follow_up(text, sasak=sasak)
