"""How many errors preflight found in an issue, and who released it all the same."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Go one version up. Until now errors were told, and held nothing."""
    op.add_column(
        "issues", sa.Column("errors", sa.Integer(), nullable=False, server_default="0")
    )
    for name in ("released_by", "released_sha256"):
        op.add_column("issues", sa.Column(name, TEXT, nullable=False, server_default=""))
