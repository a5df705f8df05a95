"""How often readers opened pages from the newsletter; a morning's readings by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go one version up."""
    op.create_index("ix_readings_edition_as_of", "readings", ["edition", "as_of"])
    op.create_table(
        "clicks",
        sa.Column("edition", TEXT, nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("edition", "date", "url", "hour", name="pk_clicks"),
    )
    op.create_index("ix_clicks_edition_hour", "clicks", ["edition", "hour"])
