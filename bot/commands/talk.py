"""`chat`, `simulate`, `ask`: talk to Bekal without a phone."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.app import blank_context, read_knowledge
from bot.channels.terminal import Terminal
from bot.conversation import transcript
from bot.conversation.codec import reply_to_dict
from bot.conversation.danger import SHOWN
from bot.conversation.rehearsal import Rehearsal
from bot.conversation.transcript import Step, Transcript, TranscriptError
from bot.conversation.types import Context, Reply
from bot.understanding import Understanding


def simulate(
    files: Annotated[list[Path], typer.Argument(help="Transcripts (YAML); see bot/conversation/transcript.py.")],
    update: Annotated[bool, typer.Option(help="Write what was played into the files.")] = False,
) -> None:
    """Play transcripts and show where they differ."""
    context = blank_context(read_knowledge(), transcript.CLOCK)
    differ = 0
    for file in files:
        try:
            script = transcript.read(file)
        except (TranscriptError, OSError) as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(2) from None
        transcript.play(script, context)
        if update:
            file.write_text(transcript.write(script), encoding="utf-8")
        found = transcript.differences(script)
        differ += bool(found)
        typer.echo(f"{file}: {'differs' if found else 'as expected'}" + (f"\n{found}\n" if found else ""))
    if differ and not update:
        raise typer.Exit(1)


def ask() -> None:
    """A question a line on standard input, a JSON object a line out."""
    understanding = read_knowledge().understanding
    for line in sys.stdin:
        typer.echo(json.dumps(answer(line.rstrip("\n"), understanding), ensure_ascii=False))


def answer(question: str, understanding: Understanding) -> dict[str, object]:
    """What Bekal understands: topic or None, candidates best first, whether the help card would be the first reply."""
    danger = understanding.assess(question)
    found = understanding.match(question[:500])
    return {
        "topic": found.topic,
        "candidates": list(found.candidates),
        "emergency": danger.level in SHOWN,
        "confident": bool(found.confident),
        "level": danger.level,
    }


def chat(
    save: Annotated[Path | None, typer.Option(help="Write the conversation as a transcript when it ends.")] = None,
    sasak: Annotated[bool, typer.Option(help="Begin in Sasak.")] = False,
) -> None:
    """Talk in the terminal; end with Ctrl-D. `--save` writes it in the form that `simulate` and the goldens read."""
    context: Context = replace(
        transcript.given({"staff": False}, blank_context(read_knowledge(), datetime.now(UTC))), channel="terminal"
    )
    context = replace(context, now=datetime.now(UTC), events=())
    if sasak:
        context = replace(context, contact=replace(context.contact, language="sas"))
    rehearsal = Rehearsal(context)
    script = Transcript("A conversation in the terminal", {"staff": False, "events": False, "channel": "terminal"}, [])
    typer.echo("Bekal, in the terminal. Nothing is kept. Write «halo»; Ctrl-D ends.\n")
    while True:
        try:
            words = input("> ")
        except (EOFError, KeyboardInterrupt):
            break
        replies = rehearsal.say(words)
        state = rehearsal.state
        script.steps.append(
            Step("me", words, got=[transcript.seen(reply) for reply in replies], got_state=state.NAME if state else "")
        )
        for reply in replies:
            typer.echo("\n" + _terminal(reply, context))
        typer.echo("")
    if save is not None:
        save.write_text(transcript.write(script), encoding="utf-8")
        typer.echo(f"\nKept in {save}; play it again with: python -m bot simulate {save}")


def _terminal(reply: Reply, context: Context) -> str:
    body = reply_to_dict(reply, state="terminal", step=0)
    parts = Terminal(context.library.media, colour=sys.stdout.isatty()).render(body)
    return "\n".join(part.text for part in parts)
