"""`check`, `chart`, `content stamp`: what is true of the content and of the machine, before anybody meets it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import polib
import typer

from bot.app import Knowledge, blank_context, read_knowledge
from bot.channels.base import LIMITS
from bot.channels.fit import complaints
from bot.commands.facts import due
from bot.config import ROOT
from bot.conversation import chart as drawing
from bot.conversation.codec import reply_to_dict
from bot.conversation.flows import REGISTRY
from bot.conversation.prints import FORMS, is_personal
from bot.conversation.speech import WITA
from bot.conversation.state import State
from bot.conversation.transcript import events, every_lesson, every_quiz
from bot.conversation.types import Context, Drafts, Language, Print, Reply, Staff
from bot.conversation.walk import Fault, Survey, place_of, survey
from bot.library.checks import Problem, check_content
from bot.library.gaps import gap_report
from bot.library.lines import Lines
from bot.library.load import ContentError, read
from bot.library.stamp import stamp as stamp_texts
from bot.library.summary import Row
from bot.library.summary import summary as count
from bot.prints import Printer, TooBig

_PLACEHOLDER = re.compile(r"\{(\w+)\}")

content_app = typer.Typer(no_args_is_help=True, help="The texts under content/.")
content_app.command("due")(due)


def walking_context(knowledge: Knowledge, now: datetime, language: Language | None = None) -> Context:
    """Somebody with staff, alerts and events around, so that every state can be reached."""
    context = blank_context(knowledge, now)
    staff = Staff(reads=True, alerts=True, hours="Senin-Jumat 08.00-16.00 WITA")
    shifted = tuple(replace(event, starts=now + timedelta(days=7 + i)) for i, event in enumerate(events(context)))
    contact = replace(context.contact, language=language)
    return replace(context, staff=staff, events=shifted, contact=contact)


def finished_context(knowledge: Knowledge, now: datetime, language: Language | None = None) -> Context:
    """The same for somebody who has done all lessons and quizzes, so that what comes afterwards is reached."""
    context = walking_context(knowledge, now, language)
    contact = replace(
        context.contact,
        consent=True,
        role="prospective",
        kabupaten="mataram",
        lessons=every_lesson(context),
        quizzes=every_quiz(context),
        checks={"before": (3, 6)},
    )
    return replace(context, contact=contact)


def surveys(knowledge: Knowledge, now: datetime) -> dict[str, Survey]:
    """The machine walked in each language and setting for Sasak drafts, and once with nobody behind it.

    What stands on the screen is held against the limits of every channel.
    """
    walks: dict[str, tuple[Context, ...]] = {"id": (walking_context(knowledge, now), finished_context(knowledge, now))}
    settings: tuple[tuple[Language, Drafts], ...] = (("sas", "show"), ("sas", "beside"))
    for language, drafts in settings:
        people = walking_context(knowledge, now, language), finished_context(knowledge, now, language)
        walks[f"{language}, {drafts}"] = replace(people[0], drafts=drafts), replace(people[1], drafts=drafts)
    alone = replace(walking_context(knowledge, now, "id"), staff=Staff(), events=(), seats="off")
    walks["id, no staff, no events"] = (alone,)
    return {name: _walked(contexts, knowledge) for name, contexts in walks.items()}


def _walked(contexts: tuple[Context, ...], knowledge: Knowledge) -> Survey:
    unfit: list[Fault] = []

    def meet(state: State, replies: tuple[Reply, ...]) -> None:
        unfit.extend(_unfit(state, replies, knowledge))

    found = survey(*contexts, meet=meet)
    found.faults += unfit
    return found


def _unfit(state: State, replies: tuple[Reply, ...], knowledge: Knowledge) -> Iterator[Fault]:
    """What a channel would cut or refuse."""
    for reply in replies:
        body = reply_to_dict(reply, state=state.NAME, step=99_999)
        for channel in LIMITS:
            for complaint in complaints(channel, body, knowledge.library.media):
                yield Fault(place_of(state), complaint, "shorten or split it, or rename the choice")


def machine_faults(knowledge: Knowledge, now: datetime) -> list[tuple[str, Fault]]:
    """Faults of the conversation, each with the walk it was met in. A state must be reached in one walk at least."""
    walks = surveys(knowledge, now)
    reached = set().union(*(found.states for found in walks.values()))
    return [
        (walk, fault)
        for walk, found in walks.items()
        for fault in dict.fromkeys(found.faults)
        if not (fault.what.startswith("no path leads") and fault.place in reached)
    ]


def print_faults(knowledge: Knowledge, now: datetime) -> Iterator[Fault]:
    """Every print is drawn in both languages: does it fit into its limit?"""
    if knowledge.library.pocket is None:
        yield Fault("content/pocket.yaml", "the file is missing", "write it: the pocket card is drawn from it")
        return
    printer, day = Printer(blank_context(knowledge, now)), now.astimezone(WITA).date()
    languages: tuple[Language, ...] = ("id", "sas")
    for kind, language in itertools.product(FORMS, languages):
        spec = Print(kind, language)
        if not is_personal(spec):
            try:
                printer.draw(spec, None, day)
            except TooBig as fault:
                yield Fault(f"{kind} ({language})", str(fault), "shorten content/pocket.yaml")


def check(
    strict: Annotated[bool, typer.Option(help="Expired facts are errors, not warnings.")] = False,
    launch: Annotated[
        bool, typer.Option(help="Also what must be true before real people use it: rung numbers.")
    ] = False,
    quiet: Annotated[bool, typer.Option(help="Only errors.")] = False,
    on: Annotated[str, typer.Option(help="The day to check for (YYYY-MM-DD); default: today.")] = "",
    summary: Annotated[
        bool, typer.Option("--summary", help="Only count: modules, answers, facts, Sasak, sounds.")
    ] = False,
    sasak: Annotated[bool, typer.Option("--sasak", help="Only the report of gaps for reviewers of Sasak.")] = False,
) -> None:
    """Check content, catalogues and the conversation; every fault with file, line, place and remedy."""
    now = datetime.fromisoformat(on).replace(hour=4, tzinfo=UTC) if on else datetime.now(UTC)
    day = now.astimezone(WITA).date()
    if summary or sasak:
        lines = summary_rows(ROOT) if summary else gap_report(ROOT / "content", read(ROOT / "content"), interface())
        for line in lines:
            typer.echo(str(line))
        return
    problems = check_content(ROOT / "content", today=day, strict=strict, launch=launch)
    problems += check_catalogues(ROOT / "locales")
    errors = [problem for problem in problems if problem.severity == "error"]
    places = Lines(ROOT / "content")
    for problem in problems:
        if problem.severity == "error" or not quiet:
            typer.echo(places.told(problem))
    try:
        knowledge = read_knowledge()
        faults = machine_faults(knowledge, now)
        faults += [("prints", fault) for fault in print_faults(knowledge, now)]
    except ContentError:
        typer.echo("The conversation was not walked: mend the content first.")
        raise typer.Exit(1) from None
    for walk, fault in faults:
        typer.echo(f"error: conversation ({walk}): {fault.place}: {fault.what}. Remedy: {fault.remedy}")
    warnings = len(problems) - len(errors)
    typer.echo(f"{len(errors) + len(faults)} errors, {warnings} warnings; {len(REGISTRY.by_name)} states")
    if errors or faults:
        raise typer.Exit(1)


def summary_rows(root: Path) -> list[Row]:
    """The table of `check --summary`, which the README shows."""
    content = read(root / "content")
    sentences = interface(root)
    recorded = sum(media.kind == "sound" and not media.synthetic for media in content.library.media.values())
    drawn = len(list((root / "content" / "pictures").glob("*.svg")))
    return count(content, (sum(map(bool, sentences.values())), len(sentences)), drawn, recorded)


def interface(root: Path = ROOT) -> dict[str, str | None]:
    """The machine's sentences in Indonesian, each with its Sasak or None."""
    indonesian, sasak = (
        {entry.msgid: entry.msgstr for entry in polib.pofile(str(root / "locales" / language / "LC_MESSAGES" / "bot.po"))
         if not entry.obsolete}
        for language in ("id", "sas")
    )  # fmt: skip
    return {words: sasak.get(msgid) or None for msgid, words in indonesian.items()}


def check_catalogues(locales: Path) -> list[Problem]:
    """Msgids without Indonesian words (somebody would read English), and placeholders that differ from the msgid's."""
    found = []
    for language in ("id", "sas"):
        file = f"locales/{language}/LC_MESSAGES/bot.po"
        for entry in polib.pofile(str(locales / language / "LC_MESSAGES" / "bot.po")):
            if entry.obsolete:
                continue
            if language == "id" and not entry.translated():
                found.append(Problem("error", file, entry.msgid, "not translated", "write its msgstr"))
            asked, given = (set(_PLACEHOLDER.findall(words)) for words in (entry.msgid, entry.msgstr))
            if entry.msgstr and asked != given:
                differ = ", ".join(sorted(asked ^ given))
                found.append(
                    Problem("error", file, entry.msgid, f"placeholders differ: {differ}", "keep them as they are")
                )
    return found


def chart(
    folder: Annotated[Path, typer.Option(help="Where to write conversation.svg and conversation.mmd.")] = ROOT / "docs",
) -> None:
    """Draw the state chart from what the machine does."""
    knowledge, now = read_knowledge(), datetime(2026, 11, 25, 1, tzinfo=UTC)
    found = survey(walking_context(knowledge, now), finished_context(knowledge, now))
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
