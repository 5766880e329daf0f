"""The staff's desk until the console exists: events, announcements, questions, staff."""

from __future__ import annotations

import contextlib
import getpass
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
import yaml

from bot.channels.text import said_size
from bot.commands.opening import contexts_or_exit, store_or_exit
from bot.config import ROOT
from bot.conversation.speech import WITA, day_in_words, time_in_words
from bot.store import broadcasts, events, inbox, questions, staff
from bot.workers.answers import send_answer
from bot.workers.pushes import push_approval, push_promotion

event_app = typer.Typer(no_args_is_help=True, help="Events that people can register for.")
questions_app = typer.Typer(no_args_is_help=True, help="Questions handed over to a person.")
staff_app = typer.Typer(no_args_is_help=True, help="Who reads the questions.")


def who_sits_here() -> str:
    """Who sits at this machine, for the audit log."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return "cli"


def _when(words: str) -> datetime:
    try:
        at = datetime.fromisoformat(words)
    except ValueError:
        raise typer.BadParameter(f"{words!r} is no ISO date and time; write 2026-12-18T08:30") from None
    return at if at.tzinfo else at.replace(tzinfo=WITA)


def _plain(words: str) -> str:
    """What people wrote, without characters that would command the terminal."""
    return "".join(char for char in words if char.isprintable() or char == "\n")


# --- events ----------------------------------------------------------------------------------------------------------


@event_app.command("create")
def event_create(
    title: Annotated[str, typer.Option(help="Title in Indonesian.")],
    starts: Annotated[str, typer.Option(help="Start, ISO; without a zone it is WITA: 2026-12-18T08:30")],
    place: Annotated[str, typer.Option(help="Place in words.")],
    capacity: Annotated[int | None, typer.Option(min=1, help="Seats; none: no limit.")] = None,
    title_sas: Annotated[str, typer.Option(help="Title in Sasak.")] = "",
    about: Annotated[str, typer.Option(help="What it is, for whom, what to bring.")] = "",
    kind: Annotated[str, typer.Option(help="session, contest or talk")] = "session",
    deadline: Annotated[str, typer.Option(help="Last day to register, ISO.")] = "",
) -> None:
    """Make an event; it can be taken by people at once."""
    if kind not in ("session", "contest", "talk"):
        raise typer.BadParameter("kind is session, contest or talk")
    begins, now = _when(starts), datetime.now(UTC)
    if begins <= now:
        raise typer.BadParameter(f"{starts} is in the past")
    for name, words, longest in (("title", title, 80), ("title-sas", title_sas, 80), ("about", about, 500)):
        if len(words) > longest:
            raise typer.BadParameter(f"the {name} must have at most {longest} characters")
    if not place.strip() or len(place) > 200:
        raise typer.BadParameter("the place must have 1 to 200 characters")
    titles = {"id": title} | ({"sas": title_sas} if title_sas else {})
    with store_or_exit() as (_, store), store.begin() as session:
        try:
            event_id = events.create_event(
                session,
                title=titles,
                starts=begins,
                place=place,
                now=now,
                capacity=capacity,
                about=about,
                kind=kind,  # type: ignore[arg-type]
                deadline=_last_moment(deadline) if deadline else None,
            )
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
        staff.audit(session, "event.created", who_sits_here(), event_id, now)
    typer.echo(f"{event_id}  {title}  {day_in_words(begins)}, {time_in_words(begins)}")


def _last_moment(words: str) -> datetime:
    """Of a day, its end: who reads "until Tuesday" may come on Tuesday."""
    at = _when(words)
    return at + timedelta(hours=23, minutes=59) if len(words) == len("2026-12-18") else at


@event_app.command("list")
def event_list() -> None:
    """Upcoming events, the seats left, and how many wait for approval."""
    with store_or_exit() as (_, store), store.read() as session:
        found, to_approve = events.upcoming(session, datetime.now(UTC)), events.to_approve(session)
        for event in found:
            left = "no limit" if event.seats_left is None else f"{event.seats_left} left"
            if event.id in to_approve:
                left += f", {to_approve[event.id]} to approve"
            typer.echo(f"{event.id}  {event.title['id']}  {day_in_words(event.starts)}  {left}")
    if not found:
        typer.echo("No upcoming event.")


@event_app.command("seats")
def event_seats(event: str) -> None:
    """Who has a seat, who stands in the waiting list, and who waits for approval. For staff: it names people."""
    with store_or_exit() as (_, store), store.begin() as session:
        card = events.find_event(session, event)
        if card is None:
            raise typer.BadParameter(f"there is no event {event!r} (see: event list)")
        rows = events.seats_of(session, store, event)
        staff.audit(session, "event.seats_listed", who_sits_here(), event, datetime.now(UTC))
    of = {status: [row for row in rows if row.status == status] for status in ("seat", "waiting", "approval")}
    off = ", called off" if card.cancelled else ""
    typer.echo(f"{card.title['id']}  {day_in_words(card.starts)}, {time_in_words(card.starts)}{off}")
    for status, words in (
        ("seat", "Seats" + (f", of {card.capacity}" if card.capacity is not None else "")),
        ("waiting", "Waiting list"),
        ("approval", f"To approve, with: event approve {event} CODE"),
    ):
        typer.echo(f"\n{words}: {len(of[status])}")
        for row in of[status]:
            typer.echo(f"  {_seat_line(row)}")


def _seat_line(row: events.SeatRow) -> str:
    who = _plain(", ".join(part for part in (row.name, row.village) if part)) or "(name not kept)"
    place = f"{row.position}. " if row.position else ""
    return f"{row.code}  {place}{who}  {row.channel or '-'}" + (", registered by somebody else" if row.other else "")


@event_app.command("approve")
def event_approve(event: str, code: Annotated[str, typer.Argument(help="The four digits.")]) -> None:
    """Confirm a seat that was taken in the public web chat (WEBCHAT_SEATS=approve); the person is told."""
    now = datetime.now(UTC)
    with store_or_exit() as (settings, store):
        contexts = contexts_or_exit(settings)
        with store.begin() as session:
            card = events.find_event(session, event)
            if card is None:
                raise typer.BadParameter(f"there is no event {event!r} (see: event list)")
            if card.cancelled or card.starts <= now:
                raise typer.BadParameter("the event was called off" if card.cancelled else "the event has begun")
            done = events.approve_by_code(session, store, event_id=event, code=code, now=now)
            told = False
            if done is not None:
                told = push_approval(session, store, contexts, *done, now)
                staff.audit(session, "seat.approved", who_sits_here(), event, now)
    if done is None:
        typer.echo(f"nobody with that code waits for approval (see: event seats {event})")
        raise typer.Exit(1)
    taken = done[0]
    where = f"number {taken.position} in the waiting list" if taken.waiting else "a seat is kept"
    typer.echo(f"approved: {where}; " + ("the person is told" if told else "nobody can be told any more"))


@event_app.command("cancel-seat")
def event_cancel_seat(event: str, code: Annotated[str, typer.Argument(help="The four digits.")]) -> None:
    """At the desk: cancel the seat of somebody who brings her code; the first in line moves up."""
    now = datetime.now(UTC)
    with store_or_exit() as (settings, store):
        contexts = contexts_or_exit(settings)
        with store.begin() as session:
            done, promotion = events.cancel_by_code(session, store, event_id=event, code=code, now=now)
            if promotion is not None:
                push_promotion(session, store, contexts, promotion, now)
            if done.done:
                staff.audit(session, "seat.cancelled", who_sits_here(), event, now)
    typer.echo("cancelled" if done.done else "no seat with that code")
    if not done.done:
        raise typer.Exit(1)


# --- announcements ---------------------------------------------------------------------------------------------------


def broadcast(
    segment: Annotated[
        str, typer.Option(help="all, lang:sas, channel:telegram, kabupaten:lombok-timur, joined by commas")
    ],
    text: Annotated[str, typer.Option(help="The announcement in Indonesian, at most 500 characters.")],
    text_sas: Annotated[str, typer.Option(help="The same in Sasak.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Send without asking.")] = False,
) -> None:
    """Announce something: shown first, then put into the outbox; a running server or worker sends it."""
    if not text.strip() or len(text) > 500 or len(text_sas) > 500:
        raise typer.BadParameter("the text must have 1 to 500 characters in each language")
    if len(segment) > 200:
        raise typer.BadParameter("the segment must have at most 200 characters")
    now = datetime.now(UTC)
    words = {"id": text} | ({"sas": text_sas} if text_sas else {})
    with store_or_exit() as (_, store):
        try:
            wanted = broadcasts.parse_segment(segment, places=_places())
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
        with store.read() as session:
            count = broadcasts.recipients(session, wanted)
        typer.echo(f"To {count} people ({segment}):\n\n{text}\n" + (f"\n{text_sas}\n" if text_sas else ""))
        if not yes and not typer.confirm("Send it?"):
            raise typer.Exit(1)
        with store.begin() as session:
            made = broadcasts.create(session, segment=segment, text=words, now=now)
            staff.audit(session, "broadcast.created", who_sits_here(), made, now)
        from bot.workers.planner import expand_all

        expand_all(store, now)
        with store.read() as session:
            progress = broadcasts.progress(session, made)
    typer.echo(f"{made}: {progress.recipients} messages wait in the outbox; a running server or worker sends them.")


def _places() -> list[str]:
    return list(yaml.safe_load((ROOT / "content" / "places.yaml").read_text(encoding="utf-8"))["places"])


# --- questions -------------------------------------------------------------------------------------------------------


@questions_app.command("list")
def questions_list() -> None:
    """Open questions, oldest first, and messages that could not be played."""
    with store_or_exit() as (_, store), store.read() as session:
        found = questions.list_open(session, store)
        for question in found:
            at = question.created_at.astimezone(WITA).strftime("%Y-%m-%d %H.%M")
            first = "may be written to" if question.safe_to_write else "waits until the person writes"
            typer.echo(f"{question.number}  {at}  {question.channel}, {question.language or '-'}, {first}")
            if question.topic:
                typer.echo(f"    (taken for the topic {question.topic})")
            typer.echo(f"    {_plain(question.text or '') or '(erased)'}")
            if question.voice is not None:
                typer.echo(f"    {_voice_line(question)}")
            typer.echo("")
        stuck = inbox.parked(session)
        for row in stuck:
            typer.echo(f"not played: message {row.id}, {row.error}")
    if not found and not stuck:
        typer.echo("No open question.")


_FAULTS = {
    "too-large": "it is larger than 16 MB",
    "not-a-sound": "it is no sound",
    "unreadable": "it cannot be read with this key",
}


def _voice_line(question: questions.OpenQuestion) -> str:
    about = question.about
    if question.voice == "waiting":
        return "voice note, not here yet: a running server or worker fetches it"
    if question.voice == "failed":
        why = _FAULTS.get(about.fault or "", f"the provider did not give it: {about.fault}")
        return f"voice note that could not be had ({why}); ask for it in words"
    return f"voice note ({_length(about)}), get it with: questions voice {question.number}"


def _length(about: questions.VoiceAbout) -> str:
    seconds = f"{about.seconds} s / " if about.seconds is not None else ""
    return seconds + said_size(about.size)


@questions_app.command("voice")
def questions_voice(
    number: str,
    out: Annotated[Path, typer.Option(help="File to write; must not exist. Readable by you alone.")],
) -> None:
    """Write the voice note of a question to a file, to listen to it."""
    now = datetime.now(UTC)
    with store_or_exit() as (_, store), _new_file(out) as file:
        try:
            with store.begin() as session:
                kept = questions.voice_of(session, store, number)
                staff.audit(session, "question.voice_taken", who_sits_here(), questions.canonical(number), now)
        except questions.NoSuchQuestion as error:
            raise typer.BadParameter(str(error)) from None
        file.write(kept.sound)
    typer.echo(f"{out}: {_length(kept.about)}, {kept.about.mime}. Delete the file when you have heard it.")


@contextlib.contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that did not exist before, of mode 0600; when something fails it is taken away again."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise typer.BadParameter(f"{path} exists already; name another file") from None
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be written: {error.strerror}") from None
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@questions_app.command("answer")
def questions_answer(number: str, text: str) -> None:
    """Answer a question; it goes to the person's chat, or waits there until the person writes."""
    if not text.strip() or len(text) > 1000:
        raise typer.BadParameter("the answer must have 1 to 1000 characters")
    now = datetime.now(UTC)
    with store_or_exit() as (settings, store):
        contexts = contexts_or_exit(settings)
        try:
            with store.begin() as session:
                answered = questions.answer(session, store, number, text.strip(), now)
                sent = send_answer(session, store, contexts, answered, now)
                staff.audit(session, "question.answered", who_sits_here(), answered.number, now)
        except questions.NoSuchQuestion as error:
            raise typer.BadParameter(str(error)) from None
    typer.echo(
        "in the outbox" if sent else "kept; shown when the person writes JAWABAN (writing first is not safe there)"
    )


@staff_app.command("add")
def staff_add(
    name: str,
    organisation: Annotated[str, typer.Option(help="For example: Disnakertrans NTB")],
    hours: Annotated[str, typer.Option(help="As people read it: Senin-Jumat 08.00-16.00 WITA")] = "",
) -> None:
    """Somebody reads what is handed over; from now on Bekal offers to ask a person."""
    now = datetime.now(UTC)
    with store_or_exit() as (_, store), store.begin() as session:
        try:
            made = staff.add_staff(session, name, organisation, hours, now)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
        staff.audit(session, "staff.added", who_sits_here(), made, now)
    typer.echo(f"{made}  {name}")
