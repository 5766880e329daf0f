"""How easily the texts read, and whether the first lines keep quiet."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.library.check_reading import LONG_WORDS, WORDS_A_SENTENCE, check_quiet, check_reading, ease, sentences
from bot.library.desk import Text
from bot.library.load import read

CONTENT = Path(__file__).resolve().parents[2] / "content"


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("Simpan kontrak. Foto juga.", [2, 2]),
        ("1. KTP. 2. KK dan akta.", [1, 3]),
        ("Gaji RM1.700 sebulan! Benar?", [3, 1]),
        ('Ia bilang: "Bayar dulu." Jangan.', [2, 2, 1]),
        ("", []),
    ],
)
def test_sentences(text: str, counts: list[int]) -> None:
    assert [len(words) for words in sentences(text)] == counts


def test_ease_of_nothing() -> None:
    assert ease([]).words == 0


def text(words: str, file: str = "modules/01-x.yaml") -> Text:
    return Text(file, "lessons/a/cards/b/text", words, None, False)


def test_a_file_of_long_sentences_is_refused() -> None:
    long = " ".join(["kata"] * 11) + ". "
    found = list(check_reading((text(long),)))
    assert [problem.severity for problem in found] == ["error"]
    assert "11.0 words a sentence" in found[0].what


def test_a_file_of_long_words_is_refused() -> None:
    found = list(check_reading((text("Pertanggungjawaban perusahaan."),)))
    assert any("have 11 letters or more" in problem.what for problem in found)


def test_one_long_sentence_is_a_warning_but_a_list_is_not() -> None:
    short = "Baca. " * 30
    sentence = " ".join(["baca"] * 25) + "."
    listed = ", ".join(["surat izin suami istri"] * 7) + "."
    found = list(check_reading((text(short + sentence), text(short + listed))))
    assert [problem.severity for problem in found] == ["warning"]


def test_what_is_not_taught_is_not_measured() -> None:
    assert not list(check_reading((text("Pertanggungjawaban perusahaan.", "helplines.yaml"),)))


def test_the_real_content_keeps_the_limits() -> None:
    texts = [text.id for text in read(CONTENT).texts if text.file.startswith(("modules/", "faq/"))]
    measured = ease(texts)
    assert measured.words_a_sentence <= WORDS_A_SENTENCE
    assert measured.long_words <= LONG_WORDS


def test_first_lines_of_the_real_content_are_quiet() -> None:
    assert not [str(problem) for problem in check_quiet(CONTENT, read(CONTENT).library)]
