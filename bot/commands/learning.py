"""`learning`: what people have learned, as the six questions before and after the lessons and a month later show."""

from __future__ import annotations

import typer

from bot.commands.opening import store_or_exit
from bot.store import learning as results
from bot.store.learning import LEAST, MOMENTS, Group

_NAMES = {"before": "before the lessons", "after": "after the lessons", "month": "a month later"}
_WIDTH = 20


def learning() -> None:
    """What was learned: people and right answers before, after, and a month later. Nobody can be told from it."""
    with store_or_exit() as (_, store), store.read() as session:
        found = results.learned(session)
    if not any(group.people for group in found.moments.values()):
        typer.echo("Nobody has answered the six questions yet.")
        return
    typer.echo(f"Groups of fewer than {LEAST} people are not shown (-): somebody could be told from them.\n")
    typer.echo("Right answers, on average")
    for moment in MOMENTS:
        typer.echo(f"  {_NAMES[moment]:<{_WIDTH}} {_told(found.moments[moment])}")
    typer.echo("\nThe same people, then and now")
    for moment, (before, now) in found.both.items():
        change = "" if before.right is None or now.right is None else f"  ({now.right - before.right:+.0f} points)"
        typer.echo(f"  before, and {_NAMES[moment]:<{_WIDTH}} {_share(before)} -> {_told(now)}{change}")
    if found.questions:
        longest = max(len(key) for key in found.questions)
        typer.echo("\nRight answers to each question: " + ", ".join(_NAMES[moment] for moment in MOMENTS))
        for key, groups in found.questions.items():
            shares = "  ".join(_share(groups.get(moment, Group(0, None))) for moment in MOMENTS)
            typer.echo(f"  {key:<{longest}}  {shares}")


def _told(group: Group) -> str:
    """With how many people, where there are enough of them."""
    return _share(group) if group.right is None else f"{_share(group)}  of {group.people} people"


def _share(group: Group) -> str:
    return "    -" if group.right is None else f"{group.right:3.0f} %"
