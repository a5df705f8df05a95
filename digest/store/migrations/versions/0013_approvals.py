"""Who approved an issue and when, why a send is paused, and which alerts went to the editors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Go one version up. A release is an approval in spite of errors, and is kept as one.

    What was released before is the hash of a message, which is no manifest's: such an issue, where
    it has yet to be sent, is held for its errors again; what is being sent goes on.
    """
    for old, new in (("released_by", "approved_by"), ("released_sha256", "approved_sha256")):
        op.alter_column("issues", old, new_column_name=new)
    op.execute("UPDATE issues SET approved_sha256 = '' WHERE state IN ('sending', 'sent')")
    op.add_column("issues", sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("issues", sa.Column("paused", TEXT, nullable=False, server_default=""))
    op.create_table(
        "alerts",
        sa.Column("edition", TEXT, nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.Column("hint", TEXT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("edition", "date", "kind", "sha256", name="pk_alerts"),
    )
