"""The versions of a theme that issues were set in, kept so that the last can be compared with.

    out/.themes/<theme>/history.txt            the versions, oldest first, and since which issue
    out/.themes/<theme>/<fingerprint>/0/…      its files, by the folder of templates from below
    out/.themes/<theme>/<fingerprint>/1/…

A copy whose fingerprint is not its name any more was cut short or changed, and does not count.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.archive.atomic import alone, place
from digest.archive.differences import Difference, difference
from digest.errors import TemplateError
from digest.rendering import theme_files, theme_fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from digest.outgoing import Email

THEMES_FOLDER = ".themes"
HISTORY = "history.txt"
KEPT = 10
_VERSION = re.compile(r"([0-9a-f]{64}) (\d{4}-\d\d-\d\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerVersion:
    """What the last other version of the theme makes of an issue: its email, or why it makes none.

    `files` are those in which it differs from the present one.
    """

    email: Email | None
    fault: str
    files: tuple[Difference, ...]


def former_themes(out: Path, themes: Sequence[Path], date: dt.date) -> tuple[Path, ...]:
    """Give the folders of the last other version of a theme, () where there is nothing to tell.

    That is so once an issue of an earlier date was set in the present version: what changed is
    news on one morning only. Raises TemplateError when there is no theme.
    """
    present = theme_fingerprint(themes)
    folder = _folder(out, themes)
    history = _read_history(folder)
    if history and history[-1][0] == present:
        if history[-1][1] < date:
            return ()
        history = history[:-1]
    if not history:
        return ()
    former = _snapshot_themes(folder / history[-1][0], themes[0].name)
    return former if _is_whole(former, history[-1][0]) else ()


def keep_version(out: Path, themes: Sequence[Path], date: dt.date) -> None:
    """Remember the present version of a theme, in which the issue of a date was just set.

    The newest ten are kept. Raises TemplateError when there is no theme.
    """
    present = theme_fingerprint(themes)
    folder = _folder(out, themes)
    if (history := _read_history(folder)) and history[-1][0] == present:
        return
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder):
        _copy(themes, folder / present)
        history = [one for one in _read_history(folder) if one[0] != present]
        history = [*history, (present, date)][-KEPT:]
        lines = "".join(f"{version} {since}\n" for version, since in history)
        place(folder / HISTORY, lines.encode())
        known = {version for version, _ in history}
        for left in folder.iterdir():
            if left.is_dir() and left.name not in known:
                shutil.rmtree(left, ignore_errors=True)


def changed_files(former: Sequence[Path], themes: Sequence[Path]) -> tuple[Difference, ...]:
    """Say how the files of a theme differ from those of its former version, by name."""
    before, now = _texts(former), _texts(themes)
    several = max(len(former), len(themes)) > 1
    found = (
        difference(
            f"{name} (built in)" if several and level == 0 else name,
            before.get((level, name), "").splitlines(),
            now.get((level, name), "").splitlines(),
        )
        for level, name in sorted(before.keys() | now.keys(), key=lambda key: (-key[0], key[1]))
    )
    return tuple(one for one in found if one)


def _texts(themes: Sequence[Path]) -> dict[tuple[int, str], str]:
    """Give the texts of a theme's files by folder of templates, from below, and name there."""
    roots = [theme.parent for theme in reversed(themes)]
    return {
        (roots.index(folder.parent), path.relative_to(folder.parent).as_posix()): path.read_text(
            encoding="utf-8", errors="replace"
        )
        for _, folder, path in theme_files(themes)
    }


def _copy(themes: Sequence[Path], target: Path) -> None:
    """Copy a theme's files: whole, or under a name that does not count."""
    aside = target.with_name(f".{target.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    roots = [theme.parent for theme in reversed(themes)]
    for number in range(len(roots)):
        (aside / str(number)).mkdir(parents=True)
    for _, folder, path in theme_files(themes):
        copied = aside / str(roots.index(folder.parent)) / path.relative_to(folder.parent)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copied)
    shutil.rmtree(target, ignore_errors=True)
    aside.replace(target)


def _snapshot_themes(snapshot: Path, theme: str) -> tuple[Path, ...]:
    """Give the folders of a kept version, the uppermost first, as `themes` elsewhere."""
    number = len(list(snapshot.glob("[0-9]")))
    return tuple(snapshot / str(level) / theme for level in reversed(range(number)))


def _is_whole(themes: Sequence[Path], fingerprint: str) -> bool:
    try:
        return theme_fingerprint(themes) == fingerprint
    except TemplateError:
        return False


def _folder(out: Path, themes: Sequence[Path]) -> Path:
    return out / THEMES_FOLDER / themes[0].name


def _read_history(folder: Path) -> list[tuple[str, dt.date]]:
    """Read which versions there were, oldest first, each with the first issue that it set."""
    try:
        text = (folder / HISTORY).read_text(encoding="utf-8", errors="replace")
        return [(one[1], dt.date.fromisoformat(one[2])) for one in _VERSION.finditer(text)]
    except (OSError, ValueError):  # a damaged history tells nothing
        return []
