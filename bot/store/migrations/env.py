"""Run by alembic for each command. Connection and transaction are the caller's (`bot.store.migrations`)."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from bot.store import tables


def render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Drafts name SQLAlchemy's own types: a migration must still run when our classes have changed."""
    if kind == "type" and isinstance(item, tables.Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String({item.length})"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=True,  # SQLite cannot alter a column in place
    compare_type=True,
    render_item=render,
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
