"""What tests share: databases; nothing skipped in CI; golden emails updated on demand."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from databases import server, store, template, url

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["server", "store", "template", "url"]


def pytest_addoption(parser: pytest.Parser) -> None:
    told = "write the golden emails as they are now"
    parser.addoption("--update-golden", action="store_true", help=told)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and os.environ.get("DIGEST_NO_SKIP"):
        report.outcome = "failed"
        report.longrepr = f"skipped, where nothing may be: {report.longrepr}"
    return report
