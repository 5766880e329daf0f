"""`check`, `chart`, `content stamp`: what is true of the content and of the machine, before anybody meets it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.app import Knowledge, blank_context, read_knowledge
from bot.channels.base import LIMITS
from bot.channels.stamp import StampTooLong, build
from bot.config import ROOT
from bot.conversation import chart as drawing
from bot.conversation.flows import REGISTRY
from bot.conversation.speech import WITA
from bot.conversation.transcript import events
from bot.conversation.types import MAX_CHOICES, Context, Drafts, Language, Staff
from bot.conversation.walk import Fault, Survey, people, survey
from bot.library.checks import Problem, check_content
from bot.library.load import ContentError
from bot.library.stamp import stamp as stamp_texts

content_app = typer.Typer(no_args_is_help=True, help="The texts under content/.")


def walking_context(knowledge: Knowledge, now: datetime, language: Language | None = None) -> Context:
    """Somebody with staff, alerts and events around, so that every state can be reached."""
    context = blank_context(knowledge, now)
    staff = Staff(reads=True, alerts=True, hours="Senin-Jumat 08.00-16.00 WITA")
    shifted = tuple(replace(event, starts=now + timedelta(days=7 + i)) for i, event in enumerate(events(context)))
    contact = replace(context.contact, language=language)
    return replace(context, staff=staff, events=shifted, contact=contact)


def surveys(knowledge: Knowledge, now: datetime) -> dict[str, Survey]:
    """The machine walked in each language and setting for Sasak drafts, and once with nobody behind it."""
    found = {"id": survey(*people(walking_context(knowledge, now)))}
    settings: tuple[tuple[Language, Drafts], ...] = (("sas", "show"), ("sas", "beside"))
    for language, drafts in settings:
        context = replace(walking_context(knowledge, now, language), drafts=drafts)
        found[f"{language}, {drafts}"] = survey(context)
    alone = replace(walking_context(knowledge, now, "id"), staff=Staff(), events=(), seats="off")
    found["id, no staff, no events"] = survey(alone)
    return found


def machine_faults(knowledge: Knowledge, now: datetime) -> list[tuple[str, Fault]]:
    """Faults of the conversation, each with the walk it was met in. A state must be reached in one walk at least."""
    walks = surveys(knowledge, now)
    reached = set().union(*(found.states for found in walks.values()))
    unreached = {name for name in REGISTRY.by_name if name not in reached}
    faults = []
    for walk, found in walks.items():
        for fault in found.faults:
            if fault.what.startswith("no path leads") and fault.place not in unreached:
                continue
            faults.append((walk, fault))
    for name in REGISTRY.by_name:
        try:
            build(name, 99_999, "x" * 22)
        except StampTooLong:
            faults.append(
                ("buttons", Fault(name, "its name leaves no room in a button's 64 bytes", "shorten the name"))
            )
    for channel, limits in LIMITS.items():
        if limits.choices < MAX_CHOICES:
            faults.append(
                (channel, Fault("Reply.choices", f"{channel} shows {limits.choices} choices", "page the lists"))
            )
    return faults


def check(
    strict: Annotated[bool, typer.Option(help="Expired facts are errors, not warnings.")] = False,
    launch: Annotated[
        bool, typer.Option(help="Also what must be true before real people use it: rung numbers.")
    ] = False,
    quiet: Annotated[bool, typer.Option(help="Only errors.")] = False,
    on: Annotated[str, typer.Option(help="The day to check for (YYYY-MM-DD); default: today.")] = "",
) -> None:
    """Check content, catalogues and the conversation; every fault with place and remedy."""
    now = datetime.fromisoformat(on).replace(hour=4, tzinfo=UTC) if on else datetime.now(UTC)
    day = now.astimezone(WITA).date()
    problems = check_content(ROOT / "content", today=day, strict=strict, launch=launch)
    problems += [
        Problem("error", "locales/id/LC_MESSAGES/bot.po", msgid, "not translated", "write its msgstr")
        for msgid in untranslated(ROOT / "locales")
    ]
    errors = [problem for problem in problems if problem.severity == "error"]
    for problem in problems:
        if problem.severity == "error" or not quiet:
            typer.echo(str(problem))
    try:
        faults = machine_faults(read_knowledge(), now)
    except ContentError:
        typer.echo("The conversation was not walked: mend the content first.")
        raise typer.Exit(1) from None
    for walk, fault in faults:
        typer.echo(f"error: conversation ({walk}): {fault.place}: {fault.what}. Remedy: {fault.remedy}")
    warnings = len(problems) - len(errors)
    typer.echo(f"{len(errors) + len(faults)} errors, {warnings} warnings; {len(REGISTRY.by_name)} states")
    if errors or faults:
        raise typer.Exit(1)


def untranslated(locales: Path) -> list[str]:
    """Msgids without Indonesian words: somebody would read English."""
    import polib

    catalogue = polib.pofile(str(locales / "id" / "LC_MESSAGES" / "bot.po"))
    return [entry.msgid for entry in catalogue if not entry.obsolete and not entry.translated()]


def chart(
    folder: Annotated[Path, typer.Option(help="Where to write conversation.svg and conversation.mmd.")] = ROOT / "docs",
) -> None:
    """Draw the state chart from what the machine does."""
    found = survey(*people(walking_context(read_knowledge(), datetime(2026, 11, 25, 1, tzinfo=UTC))))
    (folder / "conversation.svg").write_text(drawing.svg(found), encoding="utf-8")
    (folder / "conversation.mmd").write_text(drawing.mermaid(found), encoding="utf-8")
    typer.echo(f"{len(found.states)} states, {len(drawing.arrows(found))} arrows: conversation.svg, conversation.mmd")


@content_app.command("stamp")
def stamp(
    accept: Annotated[list[str] | None, typer.Option(help="A place whose Sasak still fits its new Indonesian.")] = None,
) -> None:
    """Note from which Indonesian text each Sasak text was made, so that a later change makes it stale."""
    try:
        typer.echo(str(stamp_texts(ROOT / "content", accept=tuple(accept or ()))))
    except ContentError as error:
        for problem in error.problems:
            typer.echo(str(problem), err=True)
        raise typer.Exit(1) from None
    except LookupError as error:
        raise typer.BadParameter(str(error)) from None
