"""What readers wrote, as comments feeds gave it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go one version up."""
    op.create_table(
        "comments",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("guid", TEXT, nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("on_title", TEXT, nullable=False),
        sa.Column("published", MOMENT, nullable=True),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("dated", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name="fk_comments_source"),
        sa.PrimaryKeyConstraint("source", "guid", name="pk_comments"),
    )
    op.create_index("ix_comments_source_dated", "comments", ["source", "dated"])
