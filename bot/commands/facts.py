"""`content due`: which facts somebody must look at again, who can verify them, and how many texts wait for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer

from bot.config import ROOT
from bot.conversation.speech import WITA
from bot.library.checks import statements
from bot.library.load import load
from bot.library.model import Fact, Library


def due(
    within: Annotated[int, typer.Option(help="Days ahead to look.")] = 30,
    unsure: Annotated[bool, typer.Option("--unsure", help="Also every fact of grade B or C.")] = False,
    on: Annotated[str, typer.Option(help="The day to look from (YYYY-MM-DD); default: today.")] = "",
) -> None:
    """List facts that are past their day or about to be; until verified, people read the safe sentence instead."""
    try:
        day = date.fromisoformat(on) if on else datetime.now(UTC).astimezone(WITA).date()
    except ValueError:
        raise typer.BadParameter("give a day as 2026-12-24", param_hint="--on") from None
    for line in due_lines(load(ROOT / "content"), day, within, unsure):
        typer.echo(line)


def due_lines(library: Library, day: date, within: int, unsure: bool) -> Iterator[str]:
    """One line a fact, the most urgent first, those that most texts wait for before the others."""
    used = Counter(fact.id for statement, _ in statements(library) for fact in statement.facts)

    def urgency(fact: Fact) -> tuple[date, int, str]:
        return (fact.check_by or date.max, -used[fact.id], fact.id)

    dated = [fact for fact in library.facts.values() if fact.check_by and fact.check_by <= day + timedelta(days=within)]
    for fact in sorted(dated, key=urgency):
        when = "expired" if fact.check_by and fact.check_by < day else "expires"
        yield f"{fact.id} {when} {fact.check_by}, {used[fact.id]} texts; verify with: {fact.verify_with}. {fact.says[:90]}"
    if not dated:
        yield f"No fact expires within {within} days."
    if unsure:
        rest = [fact for fact in library.facts.values() if fact.grade in ("B", "C") and fact not in dated]
        for fact in sorted(rest, key=lambda fact: (fact.grade != "C", -used[fact.id], fact.id)):
            yield f"{fact.id} grade {fact.grade}, {used[fact.id]} texts; verify with: {fact.verify_with}. {fact.says[:90]}"
