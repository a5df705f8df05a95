"""The versions of the store's tables, and the way from each to the next (Alembic).

Alembic is imported only when there is something to migrate: it costs more than all the rest of
opening a store.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Column, MetaData, String, Table, func, inspect, select

from digest.errors import StoreError

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

HEAD = "0013"  # the newest file in versions/; a test compares them

_MIGRATING = 0x_D16E57  # the number of PostgreSQL's advisory lock: any, as long as it is ours
_alembic_version = Table("alembic_version", MetaData(), Column("version_num", String(32)))


def version(connection: Connection) -> str | None:
    """Give the version of the tables, or None where there are none yet."""
    if not inspect(connection).has_table(_alembic_version.name):
        return None
    return connection.scalar(select(_alembic_version.c.version_num))


def upgrade(connection: Connection) -> None:
    """Bring the tables to HEAD inside the transaction of `connection`: wholly or not at all.

    Raises StoreError when the tables are of a version that this program does not know.
    """
    from alembic import command
    from alembic.script import ScriptDirectory

    if connection.dialect.name == "postgresql":  # SQLite's writers exclude each other anyway
        connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))
    current = version(connection)
    settings = config(connection)
    known = {step.revision for step in ScriptDirectory.from_config(settings).walk_revisions()}
    if current is not None and current not in known:
        raise StoreError(
            f"the store is of version {current}, and this program knows none after {HEAD}",
            where=connection.engine.url.render_as_string(),
            hint="Upgrade digest: a newer one has opened this store",
        )
    command.upgrade(settings, "head")


def config(connection: Connection) -> Config:
    """Give Alembic's configuration for an open connection."""
    from alembic.config import Config

    settings = Config(attributes={"connection": connection})
    folder = str(Path(__file__).parent)
    settings.set_main_option("script_location", folder.replace("%", "%%"))  # configparser's escape
    settings.set_main_option("path_separator", "os")
    return settings
