"""`learn`: words from the staff inbox find their way into the phrasings, through review.

What people wrote is never shown or kept here. Staff see counted words of our own phrasings, write a phrasing in their own
words, see its effect, and then write it into the file, which a second person reads as any other change.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from bot.commands.opening import store_or_exit
from bot.config import ROOT
from bot.store import feedback, questions
from bot.understanding import Understanding
from bot.understanding.data import NONE, LanguageData, load_language
from bot.understanding.learning import Asked, Change, Effect, Verdict, appended, held_back, new_words, tried, wrong_with
from bot.understanding.match import Match
from bot.understanding.normalise import Normaliser

CONTENT = ROOT / "content"
TESTS = ROOT / "tests" / "understanding"
SETS = ("questions.yaml", "questions_seen.yaml", "second/questions.yaml", "second/outside.yaml")
MOST = 30  # changes of a kind that are shown
_RETYPE = "Write it in your own words: never copy what a person wrote, and no names or numbers."

learn_app = typer.Typer(no_args_is_help=True, help="Teach Bekal words that it did not understand.")
_Topic = Annotated[str, typer.Argument(help="A topic's id, as in content/language/faq_topics.yaml.")]
_Phrasings = Annotated[list[str], typer.Argument(help=f"How somebody asks for it, in quotes. {_RETYPE}")]


@learn_app.command("list")
def learn_list(limit: Annotated[int, typer.Option(min=1, help="So many of each.")] = 30) -> None:
    """Words of questions that found no answer, and what staff answered by topic. No person's own words."""
    with store_or_exit() as (_, store), store.read() as session:
        missed = feedback.misses(session, limit)
        answered = questions.answered_by_topic(session)
        waiting = len(questions.list_open(session, store))
    if not missed and not answered and not waiting:
        typer.echo("Nothing to learn yet.")
        return
    if missed:
        typer.echo("Questions that found no answer (only words that our own phrasings have, in plain form):")
        for miss in missed:
            typer.echo(f"  {miss.count:4} x  {miss.words}   (last on {miss.last})")
    if answered:
        typer.echo("Questions that staff answered, by the topic they were taken for:")
        without = answered.pop(questions.NO_TOPIC, 0)
        if without:
            typer.echo(f"  {without:4} x  without a topic: is a topic missing, or words for one?")
        for topic, times in sorted(answered.items(), key=lambda row: (-row[1], row[0]))[:limit]:
            typer.echo(f"  {times:4} x  {topic}")
    if waiting:
        typer.echo(f"{waiting} questions wait for an answer: questions list")
    typer.echo('Next: learn try TOPIC "a phrasing". ' + _RETYPE)


@learn_app.command("try")
def learn_try(topic: _Topic, phrasings: _Phrasings) -> None:
    """What phrasings would change: which questions lose or find their answer. Nothing is written."""
    _report(*_tried(topic, phrasings))


@learn_app.command("add")
def learn_add(
    topic: _Topic,
    phrasings: _Phrasings,
    anyway: Annotated[bool, typer.Option("--anyway", help="Even when other questions lose their answer.")] = False,
) -> None:
    """Show what phrasings change, and write them into content/language/phrasings. Refused when more questions lose their
    answer than find it."""
    data, effect = _tried(topic, phrasings)
    _report(data, effect)
    if effect.harms and not anyway:
        lost, found = len(effect.of("lost")), len(effect.of("found"))
        _refuse(
            f"{lost} questions lose their answer, {found} find it: nothing was written. Word it otherwise, or --anyway"
        )
    group = next(known.group for known in data.topics if known.id == topic)
    file = CONTENT / "language" / "phrasings" / f"{group}.yaml"
    quoted = {phrasing: _as_yaml(phrasing) for phrasing in phrasings}
    text = file.read_text(encoding="utf-8") if file.is_file() else _HEAD
    file.write_text(appended(text, topic, phrasings, quoted), encoding="utf-8")
    if not _stand_there(topic, phrasings):
        file.write_text(text, encoding="utf-8")
        _refuse(f"{file.name} could not be extended; it is as it was. Write the line by hand")
    typer.echo(f"Written into {file.name}. Let a second person read the change; it counts after a restart.")


_HEADS: dict[Verdict, str] = {
    "lost": "LOSE THEIR ANSWER",
    "found": "find their answer",
    "less-sure": "are asked back instead of answered",
    "surer": "are answered instead of asked back",
    "moved": "change, neither better nor worse",
}
_HEAD = "# yaml-language-server: $schema=../../schemas/phrasings.schema.json\n"


def _stand_there(topic: str, phrasings: list[str]) -> bool:
    """Whether the files, read anew, end the topic with these phrasings."""
    try:
        return load_language(CONTENT).phrasings[topic][-len(phrasings) :] == tuple(phrasings)
    except (ValueError, yaml.YAMLError):
        return False


def _refuse(why: str) -> None:
    typer.echo(f"error: {why}", err=True)
    raise typer.Exit(1)


def _as_yaml(phrasing: str) -> str:
    return str(yaml.safe_dump([phrasing], allow_unicode=True, width=10_000)).strip().removeprefix("- ")


def _tried(topic: str, phrasings: list[str]) -> tuple[LanguageData, Effect]:
    """The effect on the test questions where they are there, else on phrasings that are held back."""
    try:
        data = load_language(CONTENT)
    except (OSError, ValueError, yaml.YAMLError) as error:
        typer.echo(f"error: the language files cannot be read: {error}", err=True)
        raise typer.Exit(2) from None
    asked = questions_of(TESTS, data)
    if len(set(phrasings)) < len(phrasings):
        raise typer.BadParameter("a phrasing is given twice")
    for phrasing in phrasings:
        if (why := wrong_with(data, topic, phrasing, asked)) is not None:
            raise typer.BadParameter(f"{phrasing!r}: {why}")
    typer.echo(
        f"Asking {len(asked)} test questions, without and with it ..." if asked else "Asking held back phrasings ..."
    )
    without, held = (data, asked) if asked else held_back(data)
    return data, tried(without, topic, phrasings, held)


def questions_of(folder: Path, data: LanguageData) -> tuple[Asked, ...]:
    """The test questions that are there; none where the tests are not installed."""
    found: list[Asked] = []
    for name in SETS:
        if (folder / name).is_file():
            found += _asked(yaml.safe_load((folder / name).read_text(encoding="utf-8")), NONE, data)
    return tuple(found)


def _asked(value: Any, topic: str, data: LanguageData) -> list[Asked]:
    """A list is questions of a topic; in a mapping the names are topics, or groups of them."""
    if isinstance(value, dict):
        return [
            asked
            for name, below in value.items()
            for asked in _asked(below, name if name == NONE or name in data.phrasings else topic, data)
        ]
    return [(topic, str(question)) for question in value or ()]


def _report(data: LanguageData, effect: Effect) -> None:
    normaliser = Normaliser.from_rows(data.rows)
    known = Understanding(data)
    for phrasing, match in effect.new:
        typer.echo(f"{phrasing!r} is understood today as: {_said(match)}")
        if strange := new_words(known, phrasing, normaliser.words(phrasing)):
            typer.echo(f"  words that no phrasing has yet: {', '.join(strange)}. See that none is a name")
    before, after = effect.right
    typer.echo(f"Of {effect.asked} questions {before} find their topic first today, {after} with it.")
    for verdict, head in _HEADS.items():
        changes = effect.of(verdict)
        if changes:
            typer.echo(f"{head}: {len(changes)}")
            for change in changes[:MOST]:
                typer.echo(f"  {_line(change)}")
            if len(changes) > MOST:
                typer.echo(f"  and {len(changes) - MOST} more")
    if not effect.changes:
        typer.echo("No other question is understood differently.")


def _line(change: Change) -> str:
    return f"{change.question}  [{change.topic}]  {_said(change.before)} -> {_said(change.after)}"


def _said(match: Match) -> str:
    if match.topic is None:
        return "no topic"
    return f"{match.topic} {'for sure' if match.confident else 'perhaps'} ({match.score:.2f})"
