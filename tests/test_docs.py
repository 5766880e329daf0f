"""What is written stays true: README against settings, commands and make targets; changelog against the version."""

from __future__ import annotations

import re
from pathlib import Path

import typer.main

from bot import __version__
from bot.__main__ import app
from bot.commands.content import summary_rows
from bot.config import Settings

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_stands_in_the_readme_and_no_other() -> None:
    table = README.split("## Settings")[1].split("## Commands")[0]
    written = set(re.findall(r"`([A-Z][A-Z_]+)`", table))
    assert written == {name.upper() for name in Settings.model_fields}


def test_every_setting_has_a_description() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_every_command_stands_in_the_readme() -> None:
    table = README.split("## Commands")[1].split("## How it is built")[0]
    group = typer.main.get_command(app)
    names = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        names += [f"{name} {sub}" for sub in below] if below else [name]
    missing = [name for name in names if f"`{name}" not in table]
    assert missing == []


def test_every_command_says_what_it_does() -> None:
    group = typer.main.get_command(app)
    assert all(command.help for command in group.commands.values())  # type: ignore[attr-defined]


def test_make_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`?make ([a-z-]+)", README)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_changelog_knows_the_version() -> None:
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_links_of_the_docs_lead_somewhere() -> None:
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\(([^)#:]+)\)|src=\"([^\"]+)\"", page.read_text(encoding="utf-8")):
            target = link[0] or link[1]
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_state_chart_is_of_today() -> None:
    """`python -m bot chart` draws every state; run it again when one is added."""
    from bot.conversation.flows import REGISTRY

    drawn = (ROOT / "docs" / "conversation.svg").read_text(encoding="utf-8")
    assert [name for name in REGISTRY.by_name if f">{name}</text>" not in drawn] == []


def test_every_lesson_stands_in_the_crosswalk() -> None:
    from bot.library.load import load

    page = (ROOT / "docs" / "crosswalk.md").read_text(encoding="utf-8").split("## The lessons")[1]
    table = page.split("## What was not found")[0]
    for module in load(ROOT / "content").modules:
        assert f"`{module.key}`" in table
        assert [lesson.key for lesson in module.lessons if f"`{lesson.key}`" not in table] == []


def test_the_figures_of_the_readme_are_those_of_the_content() -> None:
    """`python -m bot check --summary`, copied into the README between its marks."""
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = page.split("<!-- summary: python -m bot check --summary -->\n")[1].split("<!-- /summary -->")[0]
    assert shown.splitlines()[2:] == [str(row) for row in summary_rows(ROOT)]
