"""Subscribers, their consents, who is not to be written to, and the keys of links and hashes."""

from __future__ import annotations

import datetime as dt
import secrets

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go one version up."""
    op.create_table(
        "subscribers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("sections", TEXT, nullable=False),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscribers"),
        sa.UniqueConstraint("edition", "key", name="uq_subscribers_edition_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_subscribers_mark", "subscribers", ["mark"])
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("given_at", MOMENT, nullable=True),
        sa.Column("how", TEXT, nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("noted_by", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.id"],
            name="fk_consents_subscriber_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_subscriber_id", "consents", ["subscriber_id"])
    op.create_table(
        "suppressions",
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("edition", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("mark", "edition", name="pk_suppressions"),
    )
    keys = op.create_table(
        "keys",
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("purpose", "number", name="pk_keys"),
    )
    # The first of each is made with the tables, so that no two processes ever make it.
    now = dt.datetime.now(dt.UTC)
    op.bulk_insert(
        keys,
        [
            {"purpose": purpose, "number": 1, "secret": secrets.token_bytes(32), "made_at": now}
            for purpose in ("links", "marks")
        ],
    )
