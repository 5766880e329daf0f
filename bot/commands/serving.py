"""`serve`, `web`, `worker`, `migrate`."""

from __future__ import annotations

import asyncio
import contextlib

import typer

from bot.app import Program, configure_logs, read_knowledge
from bot.commands.opening import open_store, settings_or_exit
from bot.config import Settings
from bot.library.load import ContentError
from bot.store.session import AlreadyServing, Store, serving_lock
from bot.web.deps import Limits


def serve() -> None:
    """Web, webhooks, web chat, turns and senders in one process; an embedded database is brought up to date."""
    run(web=True, work=True)


def web() -> None:
    """Web, webhooks and web chat only; turns and senders run in `worker`. For PostgreSQL."""
    run(web=True, work=False)


def worker() -> None:
    """Turns and senders only. For PostgreSQL."""
    run(web=False, work=True)


def migrate() -> None:
    """Bring the database up to date; safe to repeat."""
    settings = settings_or_exit()
    store = open_store(settings)
    try:
        typer.echo(f"the database is at revision {store.migrate()}")
    finally:
        store.close()


def run(*, web: bool, work: bool, limits: Limits | None = None) -> None:
    """Run until told to stop; ends with a sentence and a status when something is not as it must be."""
    settings = settings_or_exit()
    configure_logs(settings.log_level)
    if settings.embedded and not (web and work):
        typer.echo("error: web and worker apart need PostgreSQL; on SQLite use: python -m bot serve", err=True)
        raise typer.Exit(2)
    with contextlib.ExitStack() as opened:
        store = _store(settings, opened)
        try:
            knowledge = read_knowledge()
        except ContentError as error:
            for problem in error.problems:
                typer.echo(str(problem), err=True)
            raise typer.Exit(1) from None
        program = Program(settings, store, knowledge, web=web, work=work, limits=limits)
        asyncio.run(program.run(_say_hello))


def _store(settings: Settings, opened: contextlib.ExitStack) -> Store:
    store = open_store(settings)
    opened.callback(store.close)
    if settings.embedded:
        if store.path is not None:
            try:
                opened.enter_context(serving_lock(store.path))
            except AlreadyServing as error:
                typer.echo(f"error: {error}", err=True)
                raise typer.Exit(2) from None
        store.migrate()
    elif not store.is_current():
        typer.echo("error: the database is not up to date. Run: python -m bot migrate", err=True)
        raise typer.Exit(2)
    return store


def _say_hello(address: str) -> None:
    typer.echo(f"Bekal is ready. Open {address}/chat", err=True)
