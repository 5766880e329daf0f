"""the topic that a question for a person was taken for

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None

_LAST = sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'question'")
_FORGET = sa.text("DELETE FROM sqlite_sequence WHERE name = 'question'")
_KEEP = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('question', :seq)")


def upgrade() -> None:
    # SQLite writes the table anew, so that it reads exactly as one made from the models; no number is given twice.
    sqlite = op.get_bind().dialect.name == "sqlite"
    last = op.get_bind().execute(_LAST).scalar() if sqlite else None
    anew: Literal["always", "never"] = "always" if sqlite else "never"
    with op.batch_alter_table("question", recreate=anew, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("topic", sa.LargeBinary(), nullable=True))
    if last is not None:
        op.get_bind().execute(_FORGET)
        op.get_bind().execute(_KEEP, {"seq": last})
