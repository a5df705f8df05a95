"""The JSON Schema of every kind of file, and the reference page that is made from it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from digest.settings.choices_file import ChoicesFile
from digest.settings.digest_file import DigestFile
from digest.settings.edition_file import EditionFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

Schema = dict[str, Any]  # JSON, of the shape that JSON Schema gives it

MODELS: dict[str, type[BaseModel]] = {
    "digest": DigestFile,
    "edition": EditionFile,
    "choices": ChoicesFile,
}
FILES = {
    "digest": "config/digest.toml",
    "edition": "config/editions/<name>.toml",
    "choices": "config/choices/<edition>/<date>.toml",
}
DRAFT = "http://json-schema.org/draft-07/schema#"
TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "`true` or `false`",
    "object": "table",
}
FORMATS = {"uri": "address", "date": "date"}
PREAMBLE = """\
# Configuration

<!-- Made from the descriptions in digest/settings/*_file.py: change those, not this page. -->

Everything is in TOML files in the folder `config/`. A key that is not listed here is an error, and
so is a value of another kind. In error messages the entries of a list are counted from 1:
`sources[2].weight` is the weight of the second source. Paths are relative to the publication's
root, the folder that holds `config/`.

The first line of each file, such as `#:schema ../schema/edition.json`, makes editors that know TOML
complete the keys and explain them.

The keys of `config/digest.toml` may also be set from outside, without touching the file. What
stands first here wins:

1. the command line;
2. the environment: `DIGEST_PUBLICATION__CITY=Leeds` sets `city` in `[publication]`;
3. the secrets folder, `config/secrets` or the one that `DIGEST_SECRETS_DIR` names: the content of
   its file `DIGEST_STORE__URL` sets `url` in `[store]`;
4. the file.

A plug is named by `use`. Besides the built-in names, `use = "package.module:Class"` names a class
of your own, and `options` in the same table is what it is made with.
"""


def json_schemas() -> dict[str, Schema]:
    """Give the JSON Schema of each kind of file, by its name, references written out."""
    return {name: _file_schema(name) for name in MODELS}


def _file_schema(name: str) -> Schema:
    raw = MODELS[name].model_json_schema()
    schema = _plain(raw, raw.pop("$defs", {}))
    return {"$schema": DRAFT, "title": FILES[name], **schema}


def _plain(node: Any, tables: Schema) -> Any:  # noqa: ANN401  JSON
    """Write references out, and drop what TOML or a reader has no use for: null, made-up titles."""
    if isinstance(node, list):
        return [_plain(each, tables) for each in node]
    if not isinstance(node, dict):
        return node
    if {"type": "null"} in node.get("anyOf", ()):
        only = next(each for each in node["anyOf"] if each != {"type": "null"})
        node = {key: value for key, value in node.items() if key != "anyOf"} | only
    if "$ref" in node:
        table = tables[node["$ref"].rpartition("/")[2]]
        node = table | {key: value for key, value in node.items() if key != "$ref"}
    return {
        key: _plain(value, tables)
        for key, value in node.items()
        if not (key == "title" and isinstance(value, str))
        and not (key == "default" and value in (None, "", []))
    }


def reference() -> str:
    """Give the page: for each TOML table its keys, in the order of the schema."""
    parts = [PREAMBLE]
    for name, schema in json_schemas().items():
        parts.append(f"## `{FILES[name]}`\n\n{schema['description']}\n")
        parts.extend(_sections(schema, ""))
    return "\n".join(parts)


def _sections(schema: Schema, path: str) -> Iterator[str]:
    """Write a table's own keys, then each table within it under a heading of its own."""
    required = schema.get("required", ())
    properties = schema["properties"].items()
    rows = [_row(key, v, key in required) for key, v in properties if not _table(v)]
    if rows:
        yield "\n".join(["| key | type | default | meaning |", "|---|---|---|---|", *rows, ""])
    for key, value in properties:
        if table := _table(value):
            name = f"{path}{key}"
            heading = f"[[{name}]]" if value["type"] == "array" else f"[{name}]"
            needed = " Required." if key in required else ""
            yield f"### `{heading}`\n\n{table['description']}{needed}\n"
            yield from _sections(table, f"{name}.")


def _table(schema: Schema) -> Schema | None:
    """Give the table that a key stands for, or that each entry of its list is."""
    schema = schema.get("items", schema)
    return schema if "properties" in schema else None


def _row(key: str, schema: Schema, required: bool) -> str:  # noqa: FBT001  private, and read once
    default = "required" if required else ""
    if "default" in schema:
        default = f"`{json.dumps(schema['default'])}`"
    return f"| `{key}` | {_type(schema)} | {default} | {schema['description']} |"


def _type(schema: Schema) -> str:
    if "items" in schema:
        return f"list of {_type(schema['items'])}"
    if words := schema.get("enum") or ([schema["const"]] if "const" in schema else []):
        return ", ".join(f"`{word}`" for word in words)
    return FORMATS.get(schema.get("format", ""), TYPES[schema["type"]]) + _bounds(schema)


def _bounds(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if "exclusiveMinimum" in schema:
        return f" above {schema['exclusiveMinimum']}"
    if low is None:
        return ""
    return f", {low} to {high}" if high is not None else f", at least {low}"
