"""What is doubtful about dates, when sources were first read, what makes stories go on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go one version up."""
    op.add_column("sources", sa.Column("first_success", MOMENT, nullable=True))
    op.execute(
        "UPDATE sources SET first_success ="
        " (SELECT min(first_seen) FROM articles WHERE articles.source = sources.id)"
    )
    op.add_column("articles", sa.Column("date_doubt", TEXT, nullable=False, server_default=""))
    op.add_column("placements", sa.Column("began", sa.Date(), nullable=True))
    op.add_column("placements", sa.Column("others", sa.JSON(), nullable=False, server_default="[]"))
