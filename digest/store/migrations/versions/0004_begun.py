"""Whether a send of an issue began that nobody can call back: a hold of the editors is none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Go one version up. Until now only a send that died left an issue held."""
    op.add_column(
        "issues", sa.Column("begun", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    issues = sa.table("issues", sa.column("state"), sa.column("begun"))
    op.execute(issues.update().where(issues.c.state == "held").values(begun=sa.true()))
