"""A fault is told with the line where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.library.lines import Lines
from bot.library.reading import Problem

YAML = """\
key: first
lessons:
  - key: one
    title: {id: "Satu"}
    cards:
      - key: a
        text:
          id: "Teks"
      - text: {id: "tanpa kunci"}
topics:
  - id: t1
    more:
      - {text: {id: "Lagi"}}
"""


@pytest.fixture
def lines(tmp_path: Path) -> Lines:
    (tmp_path / "m.yaml").write_text(YAML, encoding="utf-8")
    (tmp_path / "broken.yaml").write_text("a: [1", encoding="utf-8")
    return Lines(tmp_path)


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("", 1),
        ("lessons", 2),
        ("lessons/one", 3),
        ("lessons/one/title/id", 4),
        ("lessons/one/cards/a/text/id", 8),
        ("lessons/one/cards/2/text", 9),
        ("topics/t1/more/1/text", 13),
        ("lessons/one/cards/a/safe", 6),  # what is missing is told where it should stand
        ("lessons/none/title", 2),
    ],
)
def test_places(lines: Lines, place: str, line: int) -> None:
    assert lines.of("m.yaml", place) == line


@pytest.mark.parametrize("file", ["missing.yaml", "broken.yaml", "language/loans.txt"])
def test_files_without_a_tree(lines: Lines, file: str) -> None:
    assert lines.of(file, "lessons") is None
    problem = Problem("error", file, "lessons", "is wrong", "Mend it")
    assert lines.told(problem) == "error: " + file + ": lessons: is wrong. Mend it"


def test_what_is_told(lines: Lines) -> None:
    problem = Problem("warning", "m.yaml", "lessons/one/cards/a/text", "is too long", "Shorten it")
    assert lines.told(problem) == "warning: m.yaml:7: lessons/one/cards/a/text: is too long. Shorten it"
