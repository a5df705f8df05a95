"""A whole issue, timed: the sample, and a real morning of 28 feeds (wants DIGEST_DATA).

    python benchmarks/issue.py [--keep FOLDER]

Prints seconds by wall clock, each beside its target, and who leads.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
AT = "2026-02-18T05:30+00:00"


def timed(folder: Path, *arguments: str) -> tuple[float, str]:
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "digest", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return time.perf_counter() - start, done.stdout


def sample(folder: Path) -> None:
    timed(folder, "init", "--sample")
    first, _ = timed(folder, "run", "--at", "2026-11-23T05:30")
    second, _ = timed(folder, "run", "--at", "2026-11-23T05:30")
    help_s = min(timed(folder, "--help")[0] for _ in range(5))
    print(f"sample, first run          {first:6.2f} s   target 5")
    print(f"sample, second run         {second:6.2f} s   target 5")
    print(f"digest --help              {help_s:6.2f} s   target 0.3")


def morning(folder: Path, data: Path) -> None:
    (folder / "config/editions").mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "config/digest.toml", folder / "config")
    with (data / "feeds/index.tsv").open(encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file, delimiter="\t")
            if "sameday-A" in row["note"] and row["kind"] != "json"
        ]
    sources = "".join(
        f'[[sources]]\nuse = "feed"\nurl = "file:{data}/feeds/{row["file"]}"\nsection = "News"\n'
        f'title = "{row["note"].partition(";")[0]}"\n'
        for row in rows
    )
    edition = f'title = "A real morning"\n{sources}[[sections]]\ntitle = "News"\ncount = 20\n'
    (folder / "config/editions/daily.toml").write_text(edition, encoding="utf-8")
    seconds, printed = timed(folder, "run", "--at", AT, "--json")
    facts = json.loads(printed)
    failed = [source for source in facts["pull"]["sources"] if source["error"]]
    print(f"a morning of {len(rows)} feeds      {seconds:6.2f} s   target 10")
    print(
        f"{facts['articles']} articles in {facts['stories']} stories, {facts['placed']} placed, "
        f"{len(failed)} sources failed"
    )
    print(timed(folder, "explain")[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="keep the morning's publication here")
    keep = parser.parse_args().keep
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "sample").mkdir()
        sample(Path(scratch) / "sample")
        if data := os.environ.get("DIGEST_DATA"):
            morning(keep or Path(scratch) / "morning", Path(data).resolve())
        else:
            print("a real morning: not run, DIGEST_DATA is unset")


if __name__ == "__main__":
    main()
