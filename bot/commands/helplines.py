"""`helplines`: the call sheet for the person who rings the help numbers, and what came of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.desk import who_sits_here
from bot.commands.opening import store_or_exit
from bot.config import ROOT
from bot.conversation.speech import WITA
from bot.library.load import load
from bot.library.model import Fact, Library
from bot.store import staff

helplines_app = typer.Typer(help="The help numbers, and which of them were rung; alone it prints the call sheet.")
FILE = ROOT / "content" / "helplines.yaml"


@dataclass(frozen=True)
class Line:
    """A number or a mission as the call sheet shows it. `number` None: still to be found."""

    key: str
    name: str
    number: str | None
    works_from: str
    facts: tuple[Fact, ...]
    rung_on: date | None


def lines_of(library: Library) -> list[Line]:
    """What is to be rung: those never rung first, then the longest ago; missions after the lines."""
    found = [
        Line(line.key, line.name.id, line.number, line.works_from, line.facts, line.rung_on)
        for line in library.helplines
    ]
    found += [Line(m.key, m.name.id, m.number, "any", m.facts, m.rung_on) for m in library.missions]
    return sorted(found, key=lambda line: line.rung_on or date.min)


@helplines_app.callback(invoke_without_command=True)
def alone(here: typer.Context) -> None:
    """The help numbers, and which of them were rung; alone it prints the call sheet."""
    if here.invoked_subcommand is None:
        sheet()


@helplines_app.command("sheet")
def sheet() -> None:
    """Print the call sheet: one block a number, with what to ask and where the number comes from."""
    for line in lines_of(load(ROOT / "content")):
        rung = f"last rung on {line.rung_on}" if line.rung_on else "never rung"
        where = {"my": "only from Malaysia", "id": "only from Indonesia"}.get(line.works_from, "from anywhere")
        typer.echo(f"[ ] {line.key}: {line.name}")
        typer.echo(f"    {line.number or 'number not known: find it and put it into content/helplines.yaml'}")
        typer.echo(f"    {where}; {rung}")
        for fact in line.facts:
            typer.echo(f"    source: {fact.source} ({fact.id})")
        typer.echo("    Who answers? ______________  Hours? ______________  Free? ____  Speaks Indonesian? ____")
        typer.echo(f"    Then: python -m bot helplines rung {line.key}\n")


@helplines_app.command("rung")
def rung(
    key: Annotated[str, typer.Argument(help="The key on the call sheet.")],
    on: Annotated[str, typer.Option(help="The day it was rung (YYYY-MM-DD); default: today.")] = "",
    failed: Annotated[
        bool, typer.Option("--failed", help="Nobody or somebody wrong answered: not tested any more.")
    ] = False,
) -> None:
    """Note that a number was rung and the right people answered (or, with --failed, that they did not)."""
    today = datetime.now(UTC).astimezone(WITA).date()
    try:
        day = date.fromisoformat(on) if on else today
    except ValueError:
        raise typer.BadParameter(f"{on!r} is no day; write 2026-12-01") from None
    if day > today:
        raise typer.BadParameter(f"{day} lies in the future")
    known = {line.key: line for line in lines_of(load(ROOT / "content"))}
    if key not in known:
        raise typer.BadParameter(f"no number is called {key!r}; see: python -m bot helplines sheet")
    if known[key].number is None and not failed:
        raise typer.BadParameter(f"{key} has no number yet; put it into {FILE.name} first")
    note_rung(FILE, key, None if failed else day)
    with store_or_exit() as (_, store), store.begin() as session:
        staff.audit(session, "helpline.failed" if failed else "helpline.rung", who_sits_here(), key, store.clock())
    typer.echo(f"{key}: {'not tested any more' if failed else f'rung on {day}'}. Bring its fact up to date too.")


def note_rung(file: Path, key: str, day: date | None) -> None:
    """Write `rung_on` of one entry, leaving every other letter of the file as it is.

    Raises:
        LookupError: the entry is not there, or has no line `rung_on`.
    """
    text = file.read_text(encoding="utf-8")
    entry = re.compile(rf"(?P<head>^ *- key: {re.escape(key)}\n(?:(?! *- key:).*\n)*? *rung_on:)[^\n]*", re.MULTILINE)
    if entry.search(text) is None:
        raise LookupError(f"{file.name}: {key}: no line `rung_on`")
    file.write_text(entry.sub(lambda m: f"{m['head']} {day or 'null'}", text, count=1), encoding="utf-8")
