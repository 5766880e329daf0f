"""Drafts a new revision: compares the models with an empty database that was brought to the newest revision."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

from bot.store.migrations import config, migrate
from bot.store.session import Store


def main(message: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder)}/empty.sqlite3", b"-" * 32)
        if ScriptDirectory.from_config(config()).get_current_head() is not None:
            migrate(store.engine)
        settings = config()
        with store.engine.begin() as connection:
            settings.attributes["connection"] = connection
            number = len(list(ScriptDirectory.from_config(config()).walk_revisions())) + 1
            command.revision(settings, message, autogenerate=True, rev_id=f"{number:04d}")
        store.close()


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]) or "change")
