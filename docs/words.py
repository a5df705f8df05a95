"""Collect the words that readers see, and bring every catalogue up to date: `make words`.

`templates/words/messages.pot` lists them all, as they are said in English. A catalogue keeps what
it has of them; what is new there waits for a translation. With --check nothing is written, and the
exit code says whether all is up to date.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

TOP = Path(__file__).parents[1]
WORDS = TOP / "templates" / "words"
METHODS = [("digest/**.py", "python"), ("templates/**.j2", "jinja2")]
OPTIONS = {"templates/**.j2": {"trimmed": "true"}}
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "say": None,
    "say_many": (1, 2),
    "later": None,
}


def collected() -> Catalog:
    """Every message of the program and its templates, with the files that say it."""
    said: dict[str | tuple[str, ...], set[str]] = {}
    for file, _, message, *_ in extract_from_dir(TOP, METHODS, OPTIONS, keywords=KEYWORDS):
        said.setdefault(message, set()).add(file)
    catalog = Catalog()
    for message, files in said.items():
        catalog.add(message, locations=[(file, 0) for file in sorted(files)])
    return catalog


def updated(path: Path, template: Catalog) -> bytes:
    """A catalogue with what it has of the messages of today."""
    catalog = read_po(BytesIO(path.read_bytes()), locale=path.stem.replace("-", "_"))
    catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    head = (
        f"# {catalog.locale.english_name}.\n"
        'msgid ""\nmsgstr ""\n'
        f'"Language: {path.stem}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    return head.encode() + written(catalog)


def written(catalog: Catalog) -> bytes:
    data = BytesIO()
    write_po(data, catalog, width=0, sort_output=True, omit_header=True, include_lineno=False)
    return data.getvalue()


def main() -> None:
    template = collected()
    files = {WORDS / "messages.pot": written(template)}
    files |= {path: updated(path, template) for path in sorted(WORDS.glob("*.po"))}
    old = [path for path, data in files.items() if path.read_bytes() != data]
    for path in old:
        print(path.relative_to(TOP).as_posix())
        if "--check" not in sys.argv:
            path.write_bytes(files[path])
    if old and "--check" in sys.argv:
        sys.exit("not up to date: make words")


if __name__ == "__main__":
    main()
