"""Run by Alembic: migrates the connection that it is handed.

`digest.store.migrations.upgrade` hands one over. To write a new migration after a change of
`tables.py`:

    alembic -x url=sqlite:///scratch.db revision --autogenerate --rev-id 0002 -m "what changes"

on a store that is at the version before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from alembic import context
from sqlalchemy import create_engine

from digest.store.columns import Lines, PlainText, UtcDateTime
from digest.store.tables import metadata

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from sqlalchemy import Connection


def written(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types as SQLAlchemy's: a migration must not change when they do."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, (PlainText, Lines)):
        return 'sa.Text().with_variant(sa.Text(collation="C"), "postgresql")'
    return False


def migrate(connection: Connection) -> None:
    """Run what Alembic was asked for."""
    # SQLite alters a table by copying it: hence batches.
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_item=written,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


handed = context.config.attributes.get("connection")
if handed is not None:
    migrate(handed)
else:
    engine = create_engine(context.get_x_argument(as_dictionary=True)["url"])
    with engine.begin() as opened:
        migrate(opened)
    engine.dispose()
