"""the whole orientation: papers, reminders, checks, certificates, recovery, lists; lessons that moved to other modules

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None

# Lessons that moved: old module -> new module -> lessons.
_LESSONS = {
    ("documents-costs", "legal-road"): ("eight-papers", "passport-clinic", "steps"),
    ("documents-costs", "costs"): ("who-pays", "ask-for-paper", "debt", "loan"),
    ("decide", "legal-road"): ("who-may-go", "licensed-company", "orientation"),
}
_RENAME = sa.text(
    "UPDATE progress SET lesson = :new WHERE lesson = :old AND NOT EXISTS "
    "(SELECT 1 FROM progress AS moved WHERE moved.contact_id = progress.contact_id AND moved.lesson = :new)"
)
_DROP = sa.text("DELETE FROM progress WHERE lesson = :old")


def _moved() -> Iterator[tuple[str, str]]:
    for (old, new), lessons in _LESSONS.items():
        for lesson in lessons:
            yield f"{old}/{lesson}", f"{new}/{lesson}"


def upgrade() -> None:
    op.create_table(
        "certificate",
        sa.Column("lookup", sa.String(64), nullable=False),
        sa.Column("contact_id", sa.String(22), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(3), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("lookup", name=op.f("pk_certificate")),
        sa.UniqueConstraint("contact_id", name=op.f("uq_certificate_contact_id")),
    )
    op.create_table(
        "check_result",
        sa.Column("contact_id", sa.String(22), nullable=False),
        sa.Column("moment", sa.String(10), nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("contact_id", "moment", name=op.f("pk_check_result")),
    )
    op.create_table(
        "listing",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("import_id", sa.String(22), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("plain", sa.String(120), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("place", sa.String(120), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("listing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_listing_import_id"), ["import_id"], unique=False)

    op.create_table(
        "listing_import",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("source", sa.String(120), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_import")),
        sa.UniqueConstraint("kind", name=op.f("uq_listing_import_kind")),
    )
    op.create_table(
        "paper",
        sa.Column("contact_id", sa.String(22), nullable=False),
        sa.Column("paper", sa.String(40), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("contact_id", "paper", name=op.f("pk_paper")),
    )
    op.create_table(
        "recovery",
        sa.Column("contact_id", sa.String(22), nullable=False),
        sa.Column("lookup", sa.String(64), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_recovery")),
        sa.UniqueConstraint("lookup", name=op.f("uq_recovery_lookup")),
    )
    op.create_table(
        "recovery_try",
        sa.Column("address_id", sa.String(22), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("wait_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address_id", name=op.f("pk_recovery_try")),
    )
    with op.batch_alter_table("recovery_try", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_try_tried_at"), ["tried_at"], unique=False)

    op.create_table(
        "reminder",
        sa.Column("contact_id", sa.String(22), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("address_id", sa.String(22), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("after_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outbox_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("contact_id", "kind", name=op.f("pk_reminder")),
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_address_id"), ["address_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reminder_next_at"), ["next_at"], unique=False)

    # SQLite writes the table anew, so that it reads exactly as one made from the models.
    anew: Literal["always", "never"] = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("contact", recreate=anew) as batch_op:
        batch_op.add_column(sa.Column("departure_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("lesson_every", sa.String(5), nullable=True))

    for old, new in _moved():
        names = {"old": old, "new": new}
        # Who has both keeps the new one, with the day it was done on.
        op.get_bind().execute(_RENAME, names)
        op.get_bind().execute(_DROP, {"old": old})
    # The quiz of the old module was split: its result says nothing of either half.
    op.get_bind().execute(sa.text("DELETE FROM quiz_result WHERE module = 'documents-costs'"))
