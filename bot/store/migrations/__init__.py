"""The schema's history (alembic), run from the programme: all steps in one transaction, on both engines.

A new revision: change `tables.py`, then `python -m bot.store.migrations "what changes"` writes a draft to read and
correct. Add first, fill, switch; drop a release later.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

_HERE = Path(__file__).parent
_LOCK = 0x62656B616C  # "bekal": two processes never migrate PostgreSQL at once


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made


@cache
def head() -> str:
    """The revision this code wants."""
    found = ScriptDirectory.from_config(config()).get_current_head()
    if found is None:
        raise RuntimeError(f"no migrations in {_HERE}: the programme is not installed whole")
    return found


def revision(engine: Engine) -> str | None:
    """The revision a database is at; None: empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(engine: Engine, to: str = "head") -> str:
    """Upgrades to `to` in one transaction: if a step fails, none happened. Returns the revision reached."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        settings = config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, to)
        reached = MigrationContext.configure(connection).get_current_revision()
    return reached or ""
