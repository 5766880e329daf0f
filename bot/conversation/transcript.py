"""Conversations as data: read a transcript, play it in memory, show where it differs.

    title: From halo to the menu
    given: {language: id, consent: true}
    turns:
      - me: halo                       # or  tap: next  |  send: voice  |  old: next (a button from before)
        bekal:
          - |-
            What stands on the screen.
            [1 Belajar] [2 Tanya]
        state: menu

`given` may hold: language, consent, role, kabupaten, channel, drafts, staff (hours or false), alerts, operator, contact,
seats, now, away_days, safe_to_write, departure, certificate, reminders, lesson_every, checks, lessons and quizzes (a list
and a mapping, or `all`), listed (an imported list: source, day, rows with kind, name, number, place, until). The clock
stands at 25 November 2026, 09.00 WITA, unless `now` says otherwise.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from bot.conversation.menu import Menu
from bot.conversation.rehearsal import NO_LISTS, Lists, Rehearsal
from bot.conversation.speech import WITA
from bot.conversation.types import Contact, Context, Event, Listed, Message, Operator, Reply, Staff

CLOCK = datetime(2026, 11, 25, 9, 0, tzinfo=WITA)
HOURS = "Senin-Jumat 08.00-16.00 WITA"
_MOVES = ("me", "tap", "send", "old")


class TranscriptError(ValueError):
    """A transcript cannot be read; the message names the file, the place and the remedy."""


@dataclass
class Step:
    """One inbound message and, if given, what is expected."""

    move: str  # me, tap, send, old
    words: str
    expected: list[str] | None = None
    state: str | None = None
    got: list[str] = field(default_factory=list)
    got_state: str = ""


@dataclass
class Transcript:
    title: str
    given: dict[str, Any]
    steps: list[Step]
    path: Path | None = None


def read(path: Path) -> Transcript:
    """The transcript of a YAML file.

    Raises:
        TranscriptError: with file, place and remedy.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise TranscriptError(f"{path}: not YAML: {error}") from error
    if not isinstance(data, dict) or not isinstance(data.get("turns"), list):
        raise TranscriptError(f"{path}: needs `title` and a list `turns`")
    steps = []
    for number, turn in enumerate(data["turns"], 1):
        moves = [move for move in _MOVES if isinstance(turn, dict) and move in turn]
        if len(moves) != 1:
            raise TranscriptError(f"{path}: turn {number}: give exactly one of {', '.join(_MOVES)}")
        steps.append(Step(moves[0], str(turn[moves[0]]), turn.get("bekal"), turn.get("state")))
    return Transcript(str(data.get("title", path.stem)), dict(data.get("given") or {}), steps, path)


def play(transcript: Transcript, context: Context) -> list[Step]:
    """Play it from the beginning; each step gets `got` and `got_state`."""
    known = given(transcript.given, context)
    # Who has a language has been here before; the conversation begins in the menu.
    rehearsal = Rehearsal(known, Menu() if known.contact.language else None, lists(transcript.given.get("listed")))
    for step in transcript.steps:
        match step.move:
            case "me":
                replies = rehearsal.say(step.words)
            case "tap":
                replies = rehearsal.tap(step.words)
            case "old":
                replies = rehearsal.tap(step.words, stamp=-1)
            case _:
                replies = rehearsal.hear(Message(step.words, media="ref"))  # type: ignore[arg-type]
        step.got = [seen(reply) for reply in replies]
        state = rehearsal.state
        step.got_state = state.NAME if state else ""
    return transcript.steps


def seen(reply: Reply) -> str:
    """A reply as somebody reads it off a screen."""
    rows = [reply.text]
    if reply.sound:
        rows.append(f"(suara: {reply.sound})")
    if reply.picture:
        rows.append(f"(gambar: {reply.picture})")
    if reply.document:
        rows.append(f"(berkas: {reply.document.name})")
    if reply.print:
        drawn = " ".join(filter(None, (reply.print.kind, reply.print.code, "netral" if reply.print.plain else "")))
        rows.append(f"(cetakan: {drawn})")
    if reply.choices:
        rows.append(" ".join(f"[{number} {choice.label}]" for number, choice in enumerate(reply.choices, 1)))
    return "\n".join(row.rstrip() for row in "\n".join(rows).split("\n"))


def differences(transcript: Transcript) -> str:
    """A readable diff between what was expected and what was played; empty when there is none."""
    found = []
    for number, step in enumerate(transcript.steps, 1):
        head = f"turn {number} ({step.move}: {step.words})"
        if step.expected is None:
            found.append(f"{head}: nothing is expected here yet; run `make goldens` and read the diff")
            continue
        expected = [text.rstrip("\n") for text in step.expected]
        if expected != step.got:
            rows = difflib.unified_diff(
                "\n---\n".join(expected).split("\n"),
                "\n---\n".join(step.got).split("\n"),
                "expected",
                "played",
                lineterm="",
            )
            found.append(head + "\n" + "\n".join(rows))
        if step.state is not None and step.state != step.got_state:
            found.append(f"{head}: the state is {step.got_state!r}, expected {step.state!r}")
    return "\n\n".join(found)


def given(known: dict[str, Any], context: Context) -> Context:
    """The context with what a transcript says of the person and the deployment."""
    contact = Contact(
        language=known.get("language"),
        consent=known.get("consent"),
        role=known.get("role"),
        kabupaten=known.get("kabupaten"),
        away_days=known.get("away_days", 0),
        safe_to_write=known.get("safe_to_write"),
        departure=known.get("departure"),
        certificate=known.get("certificate"),
        reminders=frozenset(known.get("reminders", ())),
        lesson_every=known.get("lesson_every"),
        checks={moment: (right, total) for moment, (right, total) in known.get("checks", {}).items()},
        lessons=every_lesson(context) if known.get("lessons") == "all" else frozenset(known.get("lessons", ())),
        quizzes=every_quiz(context) if known.get("quizzes") == "all" else _results(known.get("quizzes", {})),
    )
    staff_hours = known.get("staff", HOURS)
    return replace(
        context,
        now=datetime.fromisoformat(str(known["now"])) if "now" in known else CLOCK,
        contact=contact,
        channel=known.get("channel", "webchat"),
        drafts=known.get("drafts", "show"),
        operator=Operator(known.get("operator"), known.get("contact")),
        staff=Staff(bool(staff_hours), bool(known.get("alerts", False)), staff_hours or None),
        seats=known.get("seats", "on"),
        events=events(context) if known.get("events", True) else (),
    )


def every_lesson(context: Context) -> frozenset[str]:
    """What somebody has done who has done all lessons."""
    return frozenset(
        f"{module.key}/{lesson.key}" for module in context.library.modules for lesson in module.lessons
    )  # fmt: skip


def every_quiz(context: Context) -> dict[str, tuple[int, int]]:
    """The results of somebody who answered every quiz without a fault."""
    return {module.key: (len(module.quiz), len(module.quiz)) for module in context.library.modules}


def _results(given_results: dict[str, list[int]]) -> dict[str, tuple[int, int]]:
    return {module: (right, total) for module, (right, total) in given_results.items()}


def events(context: Context) -> tuple[Event, ...]:
    """Three made-up events relative to the transcripts' clock, one of them full."""

    def event(key: str, kind: Any, title: str, about: str, days: int, place: str, left: int | None) -> Event:
        return Event(key, kind, {"id": title}, {"id": about}, CLOCK + timedelta(days=days), place, left)

    return (
        event("orientasi", "session", "Orientasi pekerja sawit", "Contoh acara.", 10, "Aula Disnaker, Mataram", 2),
        event("diskusi", "talk", "Diskusi desa", "Contoh acara.", 17, "Balai Desa Anjani", 0),
        event("lomba", "contest", "Lomba menulis 18 Desember", "Contoh acara.", 23, "Dikirim dari rumah", None),
    )


def lists(known: dict[str, Any] | None) -> Lists:
    """The made-up list of a transcript; its days are written as YAML dates."""
    if not known:
        return NO_LISTS
    rows = tuple(
        Listed(row["kind"], row["name"], row.get("number", ""), row.get("place", ""), row.get("until"))
        for row in known["rows"]
    )
    kinds = dict.fromkeys(row.kind for row in rows)
    return rows, tuple((kind, known["source"], known["day"]) for kind in kinds)


class _Block(str):
    """A text that is written as a block."""


def write(transcript: Transcript) -> str:
    """The transcript as YAML with what was played, for goldens and for `python -m bot chat`."""

    class Dumper(yaml.SafeDumper):
        pass

    def block(dumper: yaml.SafeDumper, data: _Block) -> yaml.Node:
        return dumper.represent_scalar("tag:yaml.org,2002:str", str(data), style="|")

    Dumper.add_representer(_Block, block)
    turns = [
        {step.move: step.words, "bekal": [_Block(text) for text in step.got], "state": step.got_state}
        for step in transcript.steps
    ]
    head: dict[str, Any] = {"title": transcript.title}
    if transcript.given:
        head["given"] = transcript.given
    words = yaml.dump(head, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=110)
    body = yaml.dump({"turns": turns}, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=10_000)
    return words + body
