"""docs/content-guide.md, followed to the letter on a copy of the content."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.library.checks import check_content
from bot.library.lines import Lines
from bot.library.load import load
from bot.library.stamp import stamp

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "content-guide.md").read_text(encoding="utf-8")
TODAY = date(2026, 12, 1)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "content", tmp_path / "content"))


def paste(content: Path) -> Path:
    """What step 3 says: the block goes above the line `quiz:` of the file it names."""
    found = re.search(r"<!-- paste above quiz: in content/(\S+) -->\n```yaml\n(.*?)```", GUIDE, re.DOTALL)
    assert found is not None
    path = content / found[1]
    before, mark, after = path.read_text(encoding="utf-8").partition("\nquiz:")
    assert mark
    path.write_text(f"{before.rstrip()}\n\n{found[2].rstrip()}\n{mark}{after}", encoding="utf-8")
    return path


def errors(content: Path) -> list[str]:
    lines = Lines(content)
    return [lines.told(fault) for fault in check_content(content, today=TODAY) if fault.severity == "error"]


def test_the_lesson_of_the_guide_can_be_taught(content: Path) -> None:
    paste(content)
    stamp(content)
    assert errors(content) == []
    module = load(content).module("costs")
    assert module is not None
    lesson = module.lesson("keep-the-receipt")
    assert lesson is not None
    assert [card.key for card in lesson.cards] == ["why", "now"]


def test_the_mistake_of_the_guide_is_told_as_it_says(content: Path) -> None:
    path = paste(content)
    words = path.read_text(encoding="utf-8")
    head, key, rest = words.partition("- key: keep-the-receipt")
    path.write_text(head + key + rest.replace("facts: [F-202]", "facts: [F-999]", 1), encoding="utf-8")
    line = (head + key + rest).partition("facts: [F-202]\n        holds: [next]")[0].count("\n") + 1
    found = re.search(r"<!-- what check says -->\n```\n(.*?)\n```", GUIDE, re.DOTALL)
    assert found is not None
    assert found[1].replace("NNN", str(line)) in errors(content)
