"""Long runs, by `make soak`: programs killed for real, at random moments."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from publication import AT, digest, tree, write_publication

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.soak

KILLS = 24


def test_a_run_after_any_kill_makes_the_issue_that_an_undisturbed_run_makes(
    tmp_path: Path,
) -> None:
    undisturbed = tmp_path / "undisturbed"
    write_publication(undisturbed)
    started = time.monotonic()
    digest(undisturbed, "run", "--at", AT)
    whole_s = time.monotonic() - started
    expected = tree(undisturbed)
    moments = random.Random(2026)
    for n in range(KILLS):
        root = tmp_path / str(n)
        write_publication(root)
        with subprocess.Popen(
            [sys.executable, "-m", "digest", "run", "--at", AT],
            cwd=root,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            time.sleep(moments.uniform(0.1, 1.1) * whole_s)
            process.kill()
        run_when_free(root)
        assert tree(root) == expected, n


def run_when_free(root: Path) -> None:
    """Run again; a killed run may hold its lease for half a minute."""
    for _ in range(20):
        done = subprocess.run(
            [sys.executable, "-m", "digest", "run", "--at", AT],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
        if "another run is at it" not in done.stderr:
            assert done.returncode == 0, done.stderr
            return
        time.sleep(3)
    pytest.fail("the lease of a killed run did not end")
