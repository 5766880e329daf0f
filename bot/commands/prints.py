"""`booklet`, `pocket-card`: the lessons and the pocket card as files, to print and to hand out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, get_args

import typer

from bot.app import MEDIA, printer_of, read_knowledge
from bot.channels.text import said_size
from bot.commands.opening import settings_or_exit
from bot.config import Settings
from bot.conversation.prints import FORMS, is_personal
from bot.conversation.speech import WITA
from bot.conversation.types import Language, Print, PrintKind
from bot.library.load import ContentError
from bot.prints import NoPocket, TooBig
from bot.prints.booklet import Link
from bot.prints.booklet import booklet as draw_booklet
from bot.prints.words import context_on

PAPER = "paper"  # as a channel for SASAK_DRAFTS: beside, where nothing else is set

Reader = Annotated[str, typer.Option("--language", help="id or sas.")]


def booklet(
    module: Annotated[str, typer.Argument(help="A module's key, or all.")] = "all",
    language: Reader = "id",
    out: Annotated[Path, typer.Option(help="The PDF to write.")] = Path("bekal.pdf"),
    link: Annotated[
        list[str] | None, typer.Option(help="A further way to the chat as a QR code: https://t.me/… or https://wa.me/…")
    ] = None,
) -> None:
    """Write lessons, stories and quiz of a module, or of all, as an A5 booklet to print."""
    settings = settings_or_exit()
    reader = _language(language)
    now = datetime.now(UTC)
    try:
        knowledge = read_knowledge()
    except ContentError as error:
        raise _end(f"the content has {len(error.problems)} faults; see: python -m bot check") from None
    known = {one.key: one for one in knowledge.library.modules}
    if module != "all" and module not in known:
        raise typer.BadParameter(f"there is no module {module!r}; choose all or one of: {', '.join(known)}")
    printer = printer_of(knowledge, settings, now)
    context = context_on(printer.context, now.astimezone(WITA).date(), reader, settings.drafts_on(PAPER))
    chosen = known.values() if module == "all" else (known[module],)
    made = draw_booklet(context, chosen, MEDIA, _links(settings, link or []))
    _write(out, made)


def pocket_card(
    language: Reader = "id",
    out: Annotated[Path, typer.Option(help="The folder to write into.")] = Path("."),
    plain: Annotated[bool, typer.Option(help="Neutral names in the phone book.")] = False,
) -> None:
    """Write the pocket card as picture and as a sheet to print, the phone book, and the picture of the first days."""
    settings = settings_or_exit()
    reader = _language(language)
    now = datetime.now(UTC)
    try:
        printer = printer_of(read_knowledge(), settings, now)
        for kind in get_args(PrintKind):
            spec = Print(kind, reader, plain=plain and kind == "phone-book")
            if not is_personal(spec):
                drawn = printer.draw(spec, None, now.astimezone(WITA).date(), settings.drafts_on(PAPER))
                _write(out / FORMS[spec.kind].name, drawn.content)
    except ContentError as error:
        raise _end(f"the content has {len(error.problems)} faults; see: python -m bot check") from None
    except (NoPocket, TooBig) as error:
        raise _end(str(error)) from None


def _language(given: str) -> Language:
    if given == "id":
        return "id"
    if given == "sas":
        return "sas"
    raise typer.BadParameter(f"{given!r} is no language here; write id or sas")


def _links(settings: Settings, more: list[str]) -> list[Link]:
    """The web chat, WhatsApp and whatever was given by hand."""
    found = [Link("Web", f"{settings.public_base_url}/chat")] if settings.public_base_url else []
    number = settings.twilio_whatsapp_from.removeprefix("whatsapp:+")
    if number:
        found.append(Link("WhatsApp", f"https://wa.me/{number}"))
    for url in more:
        if not url.startswith("https://"):
            raise typer.BadParameter(f"{url!r} is no link; it must begin with https://")
        name = {"t.me": "Telegram", "wa.me": "WhatsApp"}.get(url.split("/")[2], url.split("/")[2])
        found.append(Link(name, url))
    return list({one.url: one for one in found}.values())


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise _end(f"{path} cannot be written: {error.strerror}") from None
    typer.echo(f"{path}: {said_size(len(content))}")


def _end(what: str) -> typer.Exit:
    typer.echo(f"error: {what}", err=True)
    return typer.Exit(2)
