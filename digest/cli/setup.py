"""The verbs that set up: init, check, schema."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from digest.cli.printing import many
from digest.cli.shared import config_option, json_option, print_json, reader_faces, shown
from digest.errors import ConfigError, DigestError, TemplateError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from digest.health import SourceState
    from digest.newsroom import Newsroom
    from digest.pulling import SourceResult
    from digest.recipe import Choice
    from digest.settings import Configuration, Recipe

LAST_MOMENT = datetime.max.replace(tzinfo=UTC)
SCHEMAS = ("digest", "edition", "choices")
MISSING_SHOWN = 3  # messages without a translation that are named


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--sample", is_flag=True, help="Bring the sample publication, feeds and pictures.")
@click.option("--name", default="My Newspaper", help="The publication's name.")
@click.option("--url", default="https://news.example", help="Its site.")
@click.option("--city", default="London", help="The city in the masthead.")
@click.option("--timezone", default="Europe/London", help="Its time zone, an IANA name.")
@click.option("--language", default="en-GB", help="Its language, a BCP 47 tag.")
@click.option("--feed", "feeds", multiple=True, metavar="URL", help="A feed to read; repeatable.")
def init(folder: Path, *, sample: bool, feeds: tuple[str, ...], **facts: str) -> None:
    """Start a publication, empty or with the sample edition.

    It is written into FOLDER (default: here). Nothing that exists is overwritten.
    """
    from digest.resources import bundled

    config = folder / "config"
    if config.exists():
        raise ConfigError(
            "there is a configuration already", where=shown(config), hint="Choose another folder"
        )
    if sample:
        shutil.copytree(bundled("config"), config, ignore=shutil.ignore_patterns("secrets"))
    else:
        _start(config, feeds or ("https://news.example/rss.xml",), facts)
    place = "" if folder == Path() else f"cd {folder} && "
    click.echo(f"Wrote {shown(config)}")
    moment = " --at 2026-11-23T05:30" if sample else ""  # the morning of the sample's feeds
    click.echo(f"Next: {place}digest check && digest run{moment}")


def _start(config: Path, feeds: tuple[str, ...], facts: dict[str, str]) -> None:
    """Write a first configuration; one that cannot be read is told of and not left behind."""
    from digest.settings import load_configuration

    with TemporaryDirectory() as scratch:
        draft = Path(scratch) / "config"
        _write_starter(draft, feeds, facts)
        try:
            load_configuration(draft)
        except ConfigError as error:
            message = str(error).replace(f"{scratch}/", "")
            raise ConfigError(message, where="nothing was written") from error
        shutil.copytree(draft, config)


def _write_starter(config: Path, feeds: tuple[str, ...], facts: dict[str, str]) -> None:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from digest.resources import bundled

    env = Environment(  # noqa: S701  TOML, not HTML; every value goes through `toml`
        loader=FileSystemLoader(bundled("templates") / "init"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
    )
    env.filters["toml"] = lambda text: json.dumps(text, ensure_ascii=False)
    host = (urlsplit(facts["url"]).hostname or "news.example").removeprefix("www.")
    for name, target in (("digest", "digest.toml"), ("daily", "editions/daily.toml")):
        path = config / target
        path.parent.mkdir(parents=True, exist_ok=True)
        text = env.get_template(f"{name}.toml.j2").render(**facts, feeds=feeds, host=host)
        path.write_text(text, encoding="utf-8")
    _write_schemas(config / "schema")


@click.command()
@config_option
@click.option(
    "--online",
    is_flag=True,
    help="Also pull what is due, ask for your own pages, and knock at the mail server.",
)
@json_option
def check(config_dir: Path, *, online: bool, as_json: bool) -> None:
    """Read the whole configuration and say what is wrong with it."""
    from digest.settings import load_configuration

    configuration = load_configuration(config_dir)
    problems = [
        f"{shown(path)}: there is no edition of this name"
        for path in sorted((configuration.folder / "choices").glob("*/"))
        if path.name not in configuration.editions
    ]
    problems += _broken_pages(configuration)
    notes = _exposed_key(configuration)
    for name, recipe in configuration.editions.items():
        found = _check(configuration, recipe, online=online)
        problems += [f"{name}: {problem}" for problem in found]
        notes += [f"{name}: {note}" for note in _untranslated(configuration, recipe)]
    if as_json:
        facts = {"problems": problems, "notes": notes}
        print_json({"editions": list(configuration.editions), **facts})
    else:
        _tell_check(configuration, problems, notes)
    if problems:
        raise ConfigError(many(len(problems), "problem"), where=shown(config_dir))


def _tell_check(configuration: Configuration, problems: list[str], notes: list[str]) -> None:
    for name, recipe in configuration.editions.items():
        edition = recipe.edition
        sources = many(len(edition.sources), "source")
        click.echo(f"{name}: {sources}, {many(len(edition.sections), 'section')}")
    for note in notes:
        click.echo(f"  {note}")
    for problem in problems:
        click.echo(f"  {problem}", err=True)
    if not problems:
        click.echo("The configuration is sound.")


def _broken_pages(configuration: Configuration) -> list[str]:
    """Render the pages that readers' links lead to, and those for when something went wrong."""
    from digest.web import message_pages

    faces = reader_faces(configuration)
    try:
        message_pages(faces.publication, faces.templates)
        faces.rehearse(datetime.now(UTC).date())
    except TemplateError as error:
        return [str(error)]
    return []


def _check(configuration: Configuration, recipe: Recipe, *, online: bool) -> list[str]:
    """Collect what loading alone cannot see: plugs, theme, files, choices that match nothing."""
    from digest.app import open_newsroom
    from digest.cli.rehearsing import dead_pages, theme_problems

    specs = [*(spec for _, spec in recipe.popularity), *filter(None, [recipe.weather])]
    paths = [str(spec.options["path"]) for spec in specs if "path" in spec.options]
    problems = [
        f"there is no file {path}"
        for path in paths
        if "://" not in path and not (configuration.root / path).is_file()
    ]
    with open_newsroom(configuration, recipe) as newsroom:
        problems += theme_problems(newsroom)
        problems += _unusable_model(newsroom)
        problems += _faulty_choices(newsroom, configuration)
        if online:
            problems += asyncio.run(_unreadable_sources(newsroom))
            problems += dead_pages(newsroom)
            problems += _closed_door(newsroom)
    return problems


def _exposed_key(configuration: Configuration) -> list[str]:
    """Warn of a key that everybody on this machine may sign with."""
    key = configuration.dkim
    if key is None or not key.exposed:
        return []
    return [f"everybody on this machine may read the key of [dkim]: chmod 600 {shown(key.file)}"]


def _closed_door(newsroom: Newsroom) -> list[str]:
    """Open a session as a send does, logging in where that is asked for, and take leave again."""
    try:
        with newsroom.deliverer.open():
            return []
    except DigestError as error:
        return [str(error)]


def _untranslated(configuration: Configuration, recipe: Recipe) -> list[str]:
    """Say which of the newsletter's own words stay English; no mistake, but worth knowing."""
    from digest.app import template_folders
    from digest.rendering import untranslated

    language = configuration.publication.language
    folders = template_folders(configuration)
    try:
        missing = untranslated([folder / recipe.edition.theme for folder in folders], language)
    except DigestError:
        return []  # told among the problems
    if not missing:
        return []
    shown_ones = ", ".join(f"“{message}”" for message in missing[:MISSING_SHOWN])
    more = f" and {len(missing) - MISSING_SHOWN} more" if len(missing) > MISSING_SHOWN else ""
    file = shown(folders[0] / "words" / f"{language}.po")
    return [f"no words in {language} for {shown_ones}{more}: they stay English; add them in {file}"]


def _unusable_model(newsroom: Newsroom) -> list[str]:
    """Try the model: it may not be there, be damaged, or another than it should be."""
    from digest.comparing import embedder_of

    try:
        embedder = embedder_of(newsroom)
        if embedder:
            embedder.embed(["Ferries return"])
    except DigestError as error:
        return [str(error)]
    return []


def _faulty_choices(newsroom: Newsroom, configuration: Configuration) -> list[str]:
    """Read every day's choices, and match those that stored articles can answer to."""
    import datetime as dt

    folder = configuration.folder / "choices"
    problems = []
    for path in sorted((folder / newsroom.edition.name).glob("*.toml")):
        try:
            date = dt.date.fromisoformat(path.stem)
        except ValueError:
            date = None
        if date is None or date.isoformat() != path.stem:
            problems.append(f"{shown(path)}: the file's name is no date like 2026-11-23.toml")
            continue
        try:
            problems += _unmatched_on(newsroom, date)
        except ConfigError as error:
            problems.append(str(error))
    return problems


def _unmatched_on(newsroom: Newsroom, date: dt.date) -> list[str]:
    """Match a day's choices against all that an issue of that day might still choose from."""
    import datetime as dt

    from digest.overruling import unmatched_choices

    choices = newsroom.choices(date)
    until = dt.datetime.combine(date, dt.time(), dt.UTC) + dt.timedelta(days=2)
    since = until - dt.timedelta(hours=96 + newsroom.edition.window.max_hours)
    ids = [source.id for source in newsroom.edition.sources]
    articles = newsroom.store.articles(ids, since, until, known_by=LAST_MOMENT)
    unmatched = unmatched_choices(choices, articles) if articles else []
    return [*unmatched, *_unquotable_on(newsroom, choices, until)]


def _unquotable_on(
    newsroom: Newsroom, choices: Sequence[Choice], until: dt.datetime
) -> tuple[str, ...]:
    """Match a day's quotes against the comments that are stored, if there are any."""
    from digest.gathering import quotable_comments
    from digest.quoting import faulty_quotes

    comments = quotable_comments(newsroom, until, LAST_MOMENT)
    rule = newsroom.edition.comments
    return faulty_quotes(choices, comments, rule) if comments or rule is None else ()


async def _unreadable_sources(newsroom: Newsroom) -> list[str]:
    """Pull what is due; of a source that was asked within the hour, tell how it was then."""
    import datetime as dt

    from digest.pulling import pull

    def tell(result: SourceResult) -> None:
        click.echo(f"  {result.source}: {result.outcome}, {result.read} articles", err=True)

    async with newsroom.http() as http:
        report = await pull(newsroom, http, dt.datetime.now(dt.UTC), tell)
    states = newsroom.store.source_states()
    problems = [result.error or _of_old(result, states) for result in report.sources]
    problems += [_of_old(result, states) for result in report.comments]
    warnings = [f"{r.source}: {warning}" for r in report.sources for warning in r.warnings]
    return [*filter(None, problems), *warnings, *report.notices]


def _of_old(result: SourceResult, states: Mapping[str, SourceState]) -> str:
    """Give the failure of a source that is resting, "" if it was well."""
    return states[result.source].last_error if result.resting else ""


@click.command()
@click.argument("kind", type=click.Choice(SCHEMAS), required=False)
@click.option("--write", is_flag=True, help="Write all schemas into the configuration folder.")
@config_option
def schema(config_dir: Path, kind: str | None, *, write: bool) -> None:
    """Print the JSON Schema of a configuration file.

    KIND is digest, edition or choices. The shipped files name these schemas in their first line, so
    that editors complete them.
    """
    from digest.settings import json_schemas

    if write:
        click.echo(f"Wrote {shown(_write_schemas(config_dir / 'schema'))}")
    elif kind is None:
        raise click.UsageError("say which: digest, edition or choices; or --write for all")
    else:
        print_json(json_schemas()[kind])


def _write_schemas(folder: Path) -> Path:
    from digest.settings import json_schemas

    folder.mkdir(parents=True, exist_ok=True)
    for name, content in json_schemas().items():
        text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    return folder
