"""The check: the real content has no error, and each kind of fault is named with its file, place and remedy."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.library.check_sasak import plain_word, words_of
from bot.library.check_texts import numbers_in
from bot.library.checks import check_content
from bot.library.reading import Problem
from bot.library.stamp import stamp
from tests.library.faults import FAULTS, Spoil, change_card
from tests.library.tree import SOUND, Tree

CONTENT = Path(__file__).resolve().parents[2] / "content"
TODAY = date(2026, 12, 1)


def check(folder: Path, **how: Any) -> list[Problem]:
    return check_content(folder, today=TODAY, **how)


def test_the_real_content_has_no_error(tmp_path: Path) -> None:
    """Stamped in a copy, so that a text being written at this moment does not turn the suite red."""
    shutil.copytree(CONTENT, tmp_path / "content")
    stamp(tmp_path / "content")
    errors = [problem for problem in check(tmp_path / "content") if problem.severity == "error"]
    assert not errors, "\n".join(map(str, errors))


def test_the_faultless_folder_has_no_problem(folder: Path) -> None:
    assert check(folder) == []


@pytest.mark.parametrize(
    ("spoil", "severity", "file", "place", "what"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS]
)
def test_each_fault(
    change: Callable[[Spoil], Path], spoil: Spoil, severity: str, file: str, place: str, what: str
) -> None:
    problems = check(change(spoil))
    found = [problem for problem in problems if (problem.file, problem.place) == (file, place) and what in problem.what]
    assert found, "\n".join(map(str, problems))
    assert found[0].severity == severity
    assert found[0].remedy


def test_the_questions_before_and_after_may_be_missing_but_it_is_said(folder: Path) -> None:
    (folder / "check.yaml").unlink()
    [found] = [problem for problem in check(folder) if problem.file == "check.yaml"]
    assert (found.severity, found.what) == ("warning", "the file is missing")


def test_expiry_is_an_error_only_when_strict(change: Callable[[Spoil], Path]) -> None:
    folder = change(lambda files: files["facts.yaml"]["facts"]["F-005"].update(check_by="2026-11-30"))
    assert [problem.severity for problem in check(folder)] == ["warning"]
    assert [problem.severity for problem in check(folder, strict=True)] == ["error"]


def test_launch_asks_for_numbers_that_were_rung(change: Callable[[Spoil], Path], folder: Path) -> None:
    unrung = {problem.place: problem.what for problem in check(folder, launch=True)}
    assert unrung.keys() == {"launch_needs/kp2mi", "launch_needs/kri-tawau"}
    assert "no number" in unrung["launch_needs/kri-tawau"]

    def ring(files: Tree) -> None:
        files["helplines.yaml"]["helplines"][1]["rung_on"] = "2026-11-30"
        files["helplines.yaml"]["missions"][0].update(number="+60 89-700000", rung_on="2026-11-30")

    assert check(change(ring), launch=True) == []


def test_large_media(folder: Path) -> None:
    (folder / SOUND).write_bytes(bytes(60_001))
    assert [(problem.place, problem.severity) for problem in check(folder)] == [("media/hello", "error")]


def test_errors_come_first_and_reading_faults_are_among_them(change: Callable[[Spoil], Path]) -> None:
    problems = check(
        change(lambda files: change_card(files, facts=["F-999"], text={"id": "Telepon 999 dan 0812-3456-7890."}))
    )
    severities = [problem.severity for problem in problems]
    assert severities == sorted(severities)
    assert any("F-999" in problem.what for problem in problems)


def test_spelled_numbers_may_be_digits_in_sasak(change: Callable[[Spoil], Path]) -> None:
    text = {"id": "Simpan empat surat, 8 jam sehari.", "sas": "simpan 4 surat, 1 sehari 8 jam"}
    folder = change(lambda files: change_card(files, text=text))
    assert not [problem for problem in check(folder) if "numbers" in problem.what]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("RM1.700 dan RM1700", {"1700"}),
        ("pukul 08.30, 1,5 kali", {"08.30", "1,5"}),
        ("20-25 kilo, UU 18/2017.", {"20", "25", "18/2017"}),
        ("{n} dari 3", {"3"}),
    ],
)
def test_numbers(words: str, numbers: set[str]) -> None:
    assert numbers_in(words) == numbers


@given(st.text())
def test_words_are_plain(words: str) -> None:
    assert all(plain_word(word) == word for word in words_of(words))
