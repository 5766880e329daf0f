"""Messages of several questions, taken apart; stories that stay one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding import Understanding
from bot.understanding.parts import MOST, several, split


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("berapa gajinya dan apa boleh bawa istri?", ("berapa gajinya", "apa boleh bawa istri?")),
        ("brp gajinya trs blh bawa istri gk", ("brp gajinya", "blh bawa istri gk")),
        ("Berapa gajinya? Boleh bawa istri?", ("Berapa gajinya?", "Boleh bawa istri?")),
        ("berapa gajinya\nboleh bawa istri", ("berapa gajinya", "boleh bawa istri")),
        ("1. syarat umur 2. gaji minimum 3) kirim uang", ("syarat umur", "gaji minimum", "kirim uang")),
        ("- syarat umur\n- gaji minimum", ("syarat umur", "gaji minimum")),
        ("a) umur berapa b) gaji berapa", ("umur berapa", "gaji berapa")),
        ("cara bikin paspor gimana, kalau hilang gimana?", ("cara bikin paspor gimana", "kalau hilang gimana?")),
        ("siapa yang bayar paspor, terus berapa lama jadinya?", ("siapa yang bayar paspor", "berapa lama jadinya?")),
        ("gajinya berapa sama siapa yang jemput", ("gajinya berapa", "siapa yang jemput")),
        ("pire gajine dait bau ke jauq senine?", ("pire gajine", "bau ke jauq senine?")),
        ("Gaji berapa? Umur berapa? Kapan berangkat?", ("Gaji berapa?", "Umur berapa?", "Kapan berangkat?")),
        ("Saya dari Praya. Gaji berapa? Boleh bawa istri?", ("Gaji berapa?", "Boleh bawa istri?")),
        # one question
        ("berapa gajinya?", ()),
        ("siapa yang bayar paspor dan visa?", ()),
        ("saya dan istri mau berangkat, boleh?", ()),
        ("Saya sudah bayar agen. Paspor ditahan. Bagaimana supaya uang kembali?", ()),
        ("gaji 1.700 ringgit itu benar?", ()),
        ("apa? apa?", ()),
        ("tanggal 1. saya berangkat, siapa yang jemput?", ()),
        ("", ()),
        ("dan dan dan", ()),
    ],
)
def test_split(message: str, parts: tuple[str, ...]) -> None:
    assert split(message) == parts


@pytest.mark.parametrize(
    ("message", "topics"),
    [
        ("berapa gaji minimum dan apa boleh bawa anak istri ke malaysia?", ("minimum-wage", "bring-family")),
        ("1. syarat umur\n2. kirim uang dari malaysia", ("age-limit", "send-money")),
        ("syarat umur apa? batas umur berapa?", ()),  # the same topic twice
        ("syarat umur apa? resep sambal apa?", ()),  # only one is known
        ("Suami saya di Johor. Gajinya tidak dibayar. Apa yang harus kami lakukan?", ()),
    ],
)
def test_only_sure_parts_of_other_topics_count(
    understanding: Understanding, message: str, topics: tuple[str, ...]
) -> None:
    def sure(part: str, _before: str | None) -> str | None:
        found = understanding.match(part)
        return found.topic if found.confident else None

    assert several(message, sure) == topics


def test_a_part_knows_the_topic_before_it() -> None:
    seen = []

    def topic_of(part: str, before: str | None) -> str | None:
        seen.append((part, before))
        return part.rstrip("?")

    assert several("apa satu? apa dua? apa satu?", topic_of) == ("apa satu", "apa dua")
    assert seen == [("apa satu?", None), ("apa dua?", "apa satu"), ("apa satu?", "apa dua")]


@given(st.text(alphabet=st.sampled_from("ab ?.,\n1-•dan berapa kalau"), max_size=200) | st.text(max_size=200))
def test_any_text(text: str) -> None:
    parts = split(text)
    assert len(parts) != 1 and len(parts) <= MOST
    assert all(part in text for part in parts)
