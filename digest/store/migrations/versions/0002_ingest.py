"""When sources may be asked again and how they are; articles' views; what was looked up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go one version up."""
    op.add_column("sources", sa.Column("due", MOMENT, nullable=True))
    op.add_column("sources", sa.Column("failing_since", MOMENT, nullable=True))
    op.add_column("sources", sa.Column("disabled", TEXT, nullable=False, server_default=""))
    op.add_column("articles", sa.Column("views", sa.BigInteger(), nullable=True))
    op.create_table(
        "pulls",
        sa.Column("edition", TEXT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("edition", name="pk_pulls"),
    )
    op.create_table(
        "pages",
        sa.Column("url", TEXT, nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.Column("summary", TEXT, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("image", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("url", name="pk_pages"),
    )
    op.create_table(
        "probes",
        sa.Column("url", TEXT, nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("fault", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("url", name="pk_probes"),
    )
