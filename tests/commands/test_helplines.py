"""The call sheet, and what came of ringing."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.commands import helplines
from bot.config import ROOT
from bot.library.load import load


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the real content that a test may write into."""
    shutil.copytree(ROOT / "content", tmp_path / "content")
    monkeypatch.setattr(helplines, "ROOT", tmp_path)
    monkeypatch.setattr(helplines, "FILE", tmp_path / "content" / "helplines.yaml")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "content"


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["helplines", *words])
    return result.exit_code, result.output


def test_every_number_and_mission_stands_on_the_sheet(content: Path) -> None:
    code, words = run("sheet")
    library = load(content)
    assert code == 0
    for line in library.helplines:
        assert f"[ ] {line.key}:" in words and line.number in words
    for mission in library.missions:
        assert f"[ ] {mission.key}:" in words
    assert "number not known" in words and "never rung" in words


def test_a_number_that_was_rung_is_tested_and_nothing_else_changes(content: Path) -> None:
    file = content / "helplines.yaml"
    before = file.read_text(encoding="utf-8").split("\n")
    assert run("rung", "my-999", "--on", "2026-11-20")[0] == 0
    after = file.read_text(encoding="utf-8").split("\n")
    assert len(before) == len(after) and sum(a != b for a, b in zip(before, after, strict=True)) == 1
    [line] = [line for line in load(content).helplines if line.key == "my-999"]
    assert line.rung_on == date(2026, 11, 20)
    assert run("sheet")[1].index("[ ] my-999") > run("sheet")[1].index("[ ] id-110")  # what was never rung comes first
    assert run("rung", "my-999", "--failed")[0] == 0
    [line] = [line for line in load(content).helplines if line.key == "my-999"]
    assert line.rung_on is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rung", "nobody"), "no number is called"),
        (("rung", "my-999", "--on", "soon"), "no day"),
        (("rung", "my-999", "--on", "2999-01-01"), "future"),
    ],
)
def test_what_cannot_be_noted_is_said(content: Path, words: tuple[str, ...], said: str) -> None:
    code, told = run(*words)
    assert code == 2 and said in told and "Traceback" not in told


def test_a_mission_without_a_number_cannot_be_rung(content: Path) -> None:
    [key] = [mission.key for mission in load(content).missions if mission.number is None][:1]
    code, told = run("rung", key)
    assert code == 2 and "no number yet" in told
