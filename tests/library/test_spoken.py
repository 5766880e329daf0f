"""What a voice says: numbers, money, times, laws and abbreviations in Indonesian words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.library.load import read
from bot.library.reading import Node, Problem, parse
from bot.library.spoken import FILE, Speaker, cardinal
from bot.library.summary import spoken_statements

CONTENT = Path(__file__).resolve().parents[2] / "content"


@pytest.fixture(scope="module")
def speaker() -> Speaker:
    problems: list[Problem] = []
    node = Node(parse(CONTENT / FILE, FILE, problems), FILE, "", problems)
    found = Speaker.read(node, ("999", "110", "112"))
    assert not problems
    return found


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "nol"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (12, "dua belas"),
        (20, "dua puluh"),
        (21, "dua puluh satu"),
        (100, "seratus"),
        (111, "seratus sebelas"),
        (1000, "seribu"),
        (1700, "seribu tujuh ratus"),
        (2017, "dua ribu tujuh belas"),
        (11_000, "sebelas ribu"),
        (100_000, "seratus ribu"),
        (1_000_000, "satu juta"),
        (2_350_500, "dua juta tiga ratus lima puluh ribu lima ratus"),
        (1_000_000_000, "satu miliar"),
    ],
)
def test_numbers(number: int, said: str) -> None:
    assert cardinal(number) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Gaji minimum *RM1.700* sebulan.", "Gaji minimum seribu tujuh ratus ringgit sebulan."),
        ("Rp10 juta atau Rp590 ribu", "sepuluh juta rupiah atau lima ratus sembilan puluh ribu rupiah"),
        ("RM 8,72 sejam", "delapan koma tujuh dua ringgit sejam"),
        ("Tanya P3MI dan BP3MI.", "Tanya pe tiga em i dan be pe tiga em i."),
        ("PMI membawa KTP dan KK", "pe em i membawa ka te pe dan ka ka"),
        ("Hubungi KBRI/KJRI dulu.", "Hubungi ka be er i atau ka je er i dulu."),
        ("UU 18/2017", "u u nomor delapan belas tahun dua ribu tujuh belas"),
        ("25/11/2026", "dua puluh lima November dua ribu dua puluh enam"),
        ("Buka 08.30-16.00", "Buka delapan lewat tiga puluh menit sampai enam belas"),
        ("sampai 07.30.", "sampai tujuh lewat tiga puluh menit."),
        ("20-25 orang", "dua puluh sampai dua puluh lima orang"),
        ("12,5 % dan 5 persen", "dua belas koma lima persen dan lima persen"),
        ("Telepon 999 sekarang", "Telepon sembilan sembilan sembilan sekarang"),
        ("300 orang", "tiga ratus orang"),  # no number to ring
        ("hari ke-7", "hari ketujuh"),
        ("2x sehari, 6 x 8 meter", "dua kali sehari, enam kali delapan meter"),
        ("5 kg", "lima kilogram"),
        ("1. KTP. 2. Paspor.", "satu. ka te pe. dua. Paspor."),
        ("ketik TOLONG", "ketik tolong"),
        ("suami/istri", "suami atau istri"),
        ("siskop.go.id", "siskop titik go titik id"),
        ("H-7", "ha min tujuh"),
    ],
)
def test_texts(speaker: Speaker, written: str, said: str) -> None:
    assert speaker.say(written) == said


def test_the_list_knows_every_abbreviation_that_is_read_aloud(speaker: Speaker) -> None:
    unknown = {
        word: statement.place
        for statement in spoken_statements(read(CONTENT).library)
        for phrase in (statement.text, statement.safe)
        if phrase is not None
        for word in speaker.unknown(phrase.id)
    }
    assert not unknown


def test_no_figure_is_left_to_the_engine(speaker: Speaker) -> None:
    left = {
        figures: statement.place
        for statement in spoken_statements(read(CONTENT).library)
        for figures in re.findall(r"\S*\d\S*", speaker.say(statement.text.id))
    }
    assert not left
