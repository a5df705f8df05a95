"""Rendering asks nothing of any network, and gives the same bytes whoever renders, and how."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from courier import ROOT
from matrix import THEMES, emails, issue_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digest.outgoing import Email

OFFLINE = ROOT / "tests" / "oracles" / "offline.py"


def rendered_offline(names: Iterable[str], *, seed: int, threads: int = 1) -> dict[str, Email]:
    """Render emails in another process, with its own seed of hashes and without a network."""
    jobs = {name: (issue_of(name), THEMES[name.rpartition("-")[2]]) for name in names}
    done = subprocess.run(
        [sys.executable, str(OFFLINE)],
        env=os.environ | {"PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)},
        input=pickle.dumps((threads, list(jobs.values()))),
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return dict(zip(jobs, pickle.loads(done.stdout), strict=True))


def test_eight_threads_without_a_network_give_the_bytes_of_one_with_it() -> None:
    assert rendered_offline(emails(), seed=0, threads=8) == emails()


@pytest.mark.parametrize("seed", [1, 2, 3, 4711, 2**32 - 1])
def test_no_hash_seed_changes_a_byte(seed: int) -> None:
    some = [name for name in emails() if name.startswith(("everything", "hostile", "arabic"))]
    found = rendered_offline(some, seed=seed)
    assert found == {name: emails()[name] for name in found}
