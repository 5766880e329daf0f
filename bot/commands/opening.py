"""Open the store for a short command, beside a running server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from bot.config import ConfigError, Settings, read_settings
from bot.store.session import Store
from bot.store.vault import load_or_make_secret


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
    """The store, up to date: an embedded one is migrated, another one must have been (`migrate`)."""
    settings = settings_or_exit()
    store = open_store(settings)
    try:
        if not store.is_current():
            if not settings.embedded:
                typer.echo("error: the database is not up to date. Run: python -m bot migrate", err=True)
                raise typer.Exit(2)
            store.migrate()
        yield settings, store
    finally:
        store.close()
