"""The out/ folder: whole or not at all, and the same bytes for the same issue."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from archive_makers import RIVER, TEMPLATES, make_saved, page, tree_of
from hypothesis import given
from hypothesis import strategies as st

from digest.archive import SavedIssue, read_inputs, read_issue, verify, write_issue
from digest.archive.pictures import picture_name
from digest.errors import DigestError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def saved() -> SavedIssue:
    return make_saved()


@pytest.fixture
def folder(tmp_path: Path, saved: SavedIssue) -> Path:
    return write_issue(tmp_path / "out", saved, templates=TEMPLATES)


def test_an_issue_is_saved_with_everything_that_is_sent_and_why(
    folder: Path, saved: SavedIssue
) -> None:
    assert folder.parts[-2:] == ("daily", "2026-11-23")
    assert set(tree_of(folder)) == {
        "email.html",
        "email.txt",
        "message.eml",
        "archive.html",
        "issue.json",
        "inputs.json.gz",
        "preflight.json",
        "preview.html",
        "manifest.json",
        picture_name(RIVER),
    }
    assert (folder / "email.html").read_bytes() == saved.email.html.encode()
    assert (folder / "message.eml").read_bytes() == saved.message
    assert read_issue(folder) == saved.issue
    assert read_inputs(folder) == saved.inputs
    assert verify(folder) == ()


def test_the_manifest_vouches_for_every_other_file_and_names_the_slots(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    files = {name: hashlib.sha256(data).hexdigest() for name, data in tree_of(folder).items()}
    del files["manifest.json"]
    assert manifest == {
        "edition": "daily",
        "date": "2026-11-23",
        "version": "0.1.0",
        "theme": "f00d",
        "slots": ["unsubscribe", "view"],
        "pictures": [],
        "files": files,
        "outgoing_sha256": _as_sha256sum_prints(files, "archive.html", "message.eml"),
    }


def _as_sha256sum_prints(files: dict[str, str], *names: str) -> str:
    lines = "".join(f"{files[name]}  {name}\n" for name in names)
    return hashlib.sha256(lines.encode()).hexdigest()


def test_a_manifest_that_contradicts_itself_vouches_for_nothing_that_leaves(folder: Path) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_bytes())
    path.write_text(json.dumps({**manifest, "outgoing_sha256": "0" * 64}), encoding="utf-8")
    assert verify(folder) == ("manifest.json",)
    del manifest["outgoing_sha256"]  # as one of old
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert verify(folder) == ()


def test_preflight_is_saved_errors_first_with_the_size(folder: Path, saved: SavedIssue) -> None:
    preflight = json.loads((folder / "preflight.json").read_bytes())
    assert [finding["level"] for finding in preflight["findings"]] == ["error", "warning"]
    assert preflight["size_bytes"] == len(saved.email.html.encode())


def test_verify_names_what_is_missing_changed_or_extra(folder: Path) -> None:
    (folder / "email.txt").unlink()
    (folder / "email.html").write_text("<p>meddled</p>")
    (folder / "images" / "smuggled.png").write_bytes(b"")
    assert verify(folder) == ("email.html", "email.txt", "images/smuggled.png")


def test_an_outbox_and_hidden_files_are_no_part_of_the_issue(
    folder: Path, saved: SavedIssue
) -> None:
    (folder / "outbox" / "new").mkdir(parents=True)
    (folder / "outbox" / "new" / "1.eml").write_bytes(b"delivered")
    (folder / ".DS_Store").write_bytes(b"litter")
    assert verify(folder) == ()
    write_issue(folder.parents[1], saved, templates=TEMPLATES)
    assert (folder / "outbox" / "new" / "1.eml").read_bytes() == b"delivered"


@pytest.mark.parametrize("manifest", [None, b"", b"[]", b"\xff{"])
def test_without_a_readable_manifest_nothing_is_vouched_for(
    folder: Path, manifest: bytes | None
) -> None:
    (folder / "manifest.json").unlink()
    if manifest is not None:
        (folder / "manifest.json").write_bytes(manifest)
    assert set(verify(folder)) == {"manifest.json", *tree_of(folder)}


def test_a_folder_that_was_never_written_is_not_whole(tmp_path: Path) -> None:
    assert verify(tmp_path / "daily" / "2026-11-24") == ("manifest.json",)


def test_what_a_former_build_left_is_removed(folder: Path, saved: SavedIssue) -> None:
    write_issue(folder.parents[1], replace(saved, pictures={}), templates=TEMPLATES)
    assert not (folder / "images").exists()
    assert verify(folder) == ()


def test_what_a_killed_run_staged_is_removed_by_the_next(folder: Path, saved: SavedIssue) -> None:
    left = folder.parent / ".2026-11-20.staging"
    (left / "images").mkdir(parents=True)
    (left / "images" / "half.jpg").write_bytes(b"\xff")
    write_issue(folder.parents[1], saved, templates=TEMPLATES)
    assert [path.name for path in folder.parent.iterdir() if path.is_dir()] == ["2026-11-23"]


def test_the_same_issue_saved_twice_is_the_same_to_the_byte(
    folder: Path, saved: SavedIssue
) -> None:
    before = tree_of(folder)
    shuffled = replace(saved, findings=saved.findings[::-1], pictures=dict(saved.pictures))
    write_issue(folder.parents[1], shuffled, templates=TEMPLATES)
    assert tree_of(folder) == before


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("inputs.json.gz", b"not gzip"),
        ("inputs.json.gz", gzip.compress(b"x" * 9999, mtime=0)[:-9]),
        ("inputs.json.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff"),
        ("issue.json", b'{"edition": "daily"}'),
        ("issue.json", b"\xff"),
    ],
    ids=["no-gzip", "cut-short", "bad-deflate", "fields-missing", "not-utf-8"],
)
def test_a_damaged_file_is_named_with_what_to_do(folder: Path, name: str, damage: bytes) -> None:
    (folder / name).write_bytes(damage)
    with pytest.raises(DigestError, match=rf"{re.escape(name)}: cannot be read.*digest build"):
        read_issue(folder) if name == "issue.json" else read_inputs(folder)


# A process of its own, so that it can be killed: it saves the pickled issues in turn.
WRITER = """
import itertools, pickle, sys
from pathlib import Path
from digest.archive import write_issue

out, templates, rounds = Path(sys.argv[1]), (Path(sys.argv[2]),), int(sys.argv[3])
issues = pickle.loads(sys.stdin.buffer.read())
for one in itertools.islice(itertools.cycle(issues), rounds):
    write_issue(out, one, templates=templates)
"""


def run_writer(
    tmp_path: Path, titles: str, rounds: int, seed: str = "0"
) -> subprocess.Popen[bytes]:
    """Start saving an issue for each letter of `titles`, over and over, in `tmp_path`/out."""
    command = [sys.executable, "-c", WRITER, str(tmp_path / "out"), *map(str, TEMPLATES)]
    environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    writer = subprocess.Popen([*command, str(rounds)], stdin=subprocess.PIPE, env=environment)
    assert writer.stdin
    with writer.stdin as pipe:
        pipe.write(pickle.dumps([make_saved(title=title) for title in titles]))
    return writer


def whole_copies(tmp_path: Path) -> list[dict[str, bytes]]:
    """Save both issues elsewhere, to compare with."""
    copies = []
    for title in "AB":
        one = make_saved(title=title)
        copies.append(tree_of(write_issue(tmp_path / "whole" / title, one, templates=TEMPLATES)))
    return copies


def test_a_writer_killed_at_any_moment_leaves_no_half_file_and_verify_tells(tmp_path: Path) -> None:
    a, b = whole_copies(tmp_path)
    folder = tmp_path / "out" / "daily" / "2026-11-23"
    for delay_s in (0.003, 0.011, 0.023, 0.041):
        writer = run_writer(tmp_path, "AB", rounds=100_000)
        while not (folder / "manifest.json").exists():
            assert writer.poll() is None
            time.sleep(0.005)
        time.sleep(delay_s)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        left = tree_of(folder)
        assert all(data in (a[name], b[name]) for name, data in left.items())
        whole = left in (a, b)
        assert (verify(folder) == ()) is whole
        write_issue(tmp_path / "out", make_saved(title="A"), templates=TEMPLATES)
        assert tree_of(folder) == a
        assert list(folder.parent.glob(".*.staging")) == []
        (folder / "manifest.json").unlink()


def test_writers_of_one_issue_wait_for_each_other(tmp_path: Path) -> None:
    writers = [run_writer(tmp_path, titles, rounds=4) for titles in ("AB", "BA")]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert verify(tmp_path / "out" / "daily" / "2026-11-23") == ()


def test_the_hash_seed_changes_no_byte(tmp_path: Path) -> None:
    writers = [run_writer(tmp_path / seed, "A", 1, seed) for seed in "12"]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert tree_of(tmp_path / "1" / "out") == tree_of(tmp_path / "2" / "out")


@given(st.text(max_size=80))
def test_a_picture_is_given_a_safe_name(url: str) -> None:
    safe = r"images/[a-z0-9][a-z0-9-]{0,39}-[0-9a-f]{12}\.(avif|gif|jpe?g|png|webp|bin)"
    assert re.fullmatch(safe, picture_name(url))
    assert picture_name(url) == picture_name(url)
    assert picture_name(url) != picture_name(f"{url}?")


@pytest.mark.parametrize(
    ("url", "pattern"),
    [
        (RIVER, r"images/river-\w{12}\.jpg"),
        ("https://x.example/%2e%2e/%2e%2e/etc/passwd", r"images/passwd-\w{12}\.bin"),
        ("https://x.example/logo.svg", r"images/logo-\w{12}\.bin"),
        ("https://[broken/é.png", r"images/picture-\w{12}\.bin"),
        ("https://x.example/日本.webp", r"images/picture-\w{12}\.webp"),
    ],
)
def test_a_picture_keeps_a_readable_stem_and_no_dangerous_suffix(url: str, pattern: str) -> None:
    assert re.fullmatch(pattern, picture_name(url))


def test_a_picture_without_a_copy_is_left_out_and_the_preview_says_so(
    tmp_path: Path, saved: SavedIssue
) -> None:
    lost = replace(saved, pictures={})
    folder = write_issue(tmp_path / "out", lost, templates=TEMPLATES)
    assert not (folder / "images").exists()
    assert "1 picture has no local copy" in page(folder / "preview.html").text_content()
