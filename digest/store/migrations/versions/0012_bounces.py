"""Bounces and complaints: what came back, of which issue, about whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Go one version up."""
    op.create_table(
        "bounces",
        sa.Column("answer", TEXT, nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("edition", TEXT, nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grade", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("detail", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("answer", "mark", name="pk_bounces"),
    )
    op.create_index("ix_bounces_mark_edition_date", "bounces", ["mark", "edition", "date"])
