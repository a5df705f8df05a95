"""What an article means, as a model's vector."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Go one version up."""
    op.create_table(
        "vectors",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("guid", TEXT, nullable=False),
        sa.Column("model", TEXT, nullable=False),
        sa.Column("text_sha256", TEXT, nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source", "guid"],
            ["articles.source", "articles.guid"],
            name="fk_vectors_source",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("source", "guid", name="pk_vectors"),
    )
