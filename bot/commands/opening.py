"""Open the store for a short command, beside a running server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from bot.app import contexts_of, read_knowledge
from bot.config import ConfigError, Settings, read_settings
from bot.library.load import ContentError
from bot.store.session import Store, is_database_away, is_retryable
from bot.store.vault import VaultError, load_or_make_secret
from bot.workers.contexts import Contexts


def settings_or_exit() -> Settings:
    """The settings, or a clear end of the command."""
    try:
        return read_settings()
    except ConfigError as error:
        typer.echo(f"error: a setting is wrong.\n{error}", err=True)
        raise typer.Exit(2) from None


def open_store(settings: Settings) -> Store:
    """The store of the settings; on SQLite the key beside it is made when missing."""
    if settings.embedded:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    secret = settings.secret() or load_or_make_secret(settings.data_dir)
    return Store(settings.store_url, secret)


@contextmanager
def store_or_exit() -> Iterator[tuple[Settings, Store]]:
    """The store, up to date: an embedded one is migrated, another one must have been (`migrate`). What an operator can
    mend ends the command with a sentence and status 2."""
    settings = settings_or_exit()
    try:
        store = open_store(settings)
    except (ValueError, OSError) as error:
        _end(f"the data folder {settings.data_dir} cannot be used: {error}")
    try:
        if not store.is_current():
            if not settings.embedded:
                _end("the database is not up to date. Run: python -m bot migrate")
            store.migrate()
        yield settings, store
    except VaultError:
        _end("what is stored cannot be read with this SECRET_KEY; put back the one it was written with")
    except Exception as error:
        if not (is_database_away(error) or is_retryable(error)):
            raise
        _end("the database cannot be reached or is busy; see that DATABASE_URL is right and try again")
    finally:
        store.close()


def contexts_or_exit(settings: Settings) -> Contexts:
    """What messages to people are made of; ends the command where the content has faults."""
    try:
        return contexts_of(read_knowledge(), settings)
    except ContentError as error:
        _end(f"the content has {len(error.problems)} faults; see: python -m bot check")


def _end(what: str) -> NoReturn:
    typer.echo(f"error: {what}", err=True)
    raise typer.Exit(2) from None
