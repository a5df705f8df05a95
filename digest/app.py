"""The composition root: the one place where configuration becomes working parts.

A plug is a class. It is handed what it asks for by the names of its parameters (`source`, `root`,
`out`, `timezone`, `sandbox`, `clicks`, `relay`, `ses`, `sender`, a secret) and the options that
the editors wrote beside `use`.
"""

from __future__ import annotations

import datetime as dt
import importlib
import inspect
from contextlib import contextmanager
from dataclasses import replace
from email.utils import parseaddr
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from digest.errors import ConfigError, DigestError
from digest.newsroom import Newsroom
from digest.resources import bundled
from digest.sandbox import Sandbox
from digest.settings import load_choices
from digest.signing import signer
from digest.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from digest.http import Client
    from digest.protocols import Embedder, Enricher
    from digest.recipe import Edition
    from digest.settings import Configuration, PlugSpec, Recipe

# What the sandbox's workers have imported before they are needed.
READERS = ("digest.sources.parsing",)

BUILT_IN = {
    ("source", "feed"): "digest.sources.feed:Feed",
    ("source", "sitemap"): "digest.sources.sitemap:Sitemap",
    ("source", "page"): "digest.sources.page:Page",
    ("comments", "feed"): "digest.sources.comments:CommentsFeed",
    ("popularity", "feed_counts"): "digest.popularity.feed_counts:FeedCounts",
    ("popularity", "table"): "digest.popularity.table:Table",
    ("popularity", "plausible"): "digest.popularity.plausible:Plausible",
    ("popularity", "matomo"): "digest.popularity.matomo:Matomo",
    ("popularity", "clicks"): "digest.popularity.clicks:Clicks",
    ("weather", "open_meteo"): "digest.weather.open_meteo:OpenMeteo",
    ("weather", "file"): "digest.weather.file:File",
    ("delivery", "folder"): "digest.delivery.folder:Folder",
    ("delivery", "maildir"): "digest.delivery.maildir:Maildir",
    ("delivery", "smtp"): "digest.delivery.smtp:Smtp",
    ("delivery", "ses"): "digest.delivery.ses:Ses",
}


@contextmanager
def open_newsroom(configuration: Configuration, recipe: Recipe) -> Iterator[Newsroom]:
    """Wire one edition and open its store; the store is closed behind it.

    Raises ConfigError for a plug that cannot be made or a key that cannot sign, StoreError for a
    database that cannot be opened.
    """
    described = _described(configuration, recipe)
    sign = signer(configuration.dkim) if configuration.dkim else bytes
    with Sandbox(preload=READERS) as sandbox, Store.open(configuration.store_url) as store:
        yield Newsroom(
            store=store,
            clock=lambda: dt.datetime.now(dt.UTC),
            http=lambda: make_client(configuration),
            sandbox=sandbox,
            enricher=_enricher(sandbox) if recipe.reads_pages else None,
            embedder=_embedder(recipe.edition) if recipe.embeds else None,
            sign=sign,
            **described,
            **make_plugs(configuration, recipe, sandbox, store),
        )


def redescribed(newsroom: Newsroom, configuration: Configuration, recipe: Recipe) -> Newsroom:
    """Give a newsroom as it is described now; its store and its plugs stay as they were wired.

    Raises ConfigError for a theme that there is not.
    """
    return replace(newsroom, **_described(configuration, recipe))


def _described(configuration: Configuration, recipe: Recipe) -> dict[str, Any]:
    """Give what files say of an edition without any plug, by the `Newsroom` field it belongs to."""
    templates = template_folders(configuration)
    _require_theme(recipe.edition, templates)
    return {
        "publication": configuration.publication,
        "edition": recipe.edition,
        "out": configuration.out,
        "templates": templates,
        "pictures": recipe.pictures,
        "bounce_address": configuration.bounce_address,
        "resend": recipe.resend,
        "warm_up": configuration.warm_up,
        "alerts_to": configuration.alerts_to,
        "choices": lambda date: load_choices(configuration.folder, recipe.edition, date),
    }


def make_client(configuration: Configuration) -> Client:
    """Make the HTTP client as the publication configured it, not yet open."""
    from digest.http import Client

    return Client(contact=configuration.contact, allow=configuration.allow)


def _enricher(sandbox: Sandbox) -> Enricher:
    from digest.sources.article_page import ArticlePage

    return ArticlePage(sandbox)


def _embedder(edition: Edition) -> Callable[[], Embedder]:
    """Give what makes the model of headlines, once, when it is first asked for.

    That raises ConfigError where it is not installed.
    """

    @cache
    def make() -> Embedder:
        try:
            from digest.embedding import MiniLM
        except Exception as error:  # a package that is there may fail in any way on this machine
            raise ConfigError(
                f"grouping by embeddings needs packages that cannot be imported ({error})",
                where=f"the edition {edition.name}, [grouping] use",
                hint="Install them: pip install 'digest-newsletter[embeddings]'",
            ) from error
        return MiniLM()

    return make


def make_plugs(
    configuration: Configuration, recipe: Recipe, sandbox: Sandbox, store: Store | None = None
) -> dict[str, Any]:
    """Make every plug of an edition, by the `Newsroom` field that it belongs to.

    A plug that counts clicks needs the `store`, and is handed no more of it than these.
    """
    clicks = partial(store.clicks, recipe.edition.name) if store else None
    context = {
        "clicks": clicks,
        "root": configuration.root,
        "out": configuration.out,
        "timezone": configuration.publication.timezone,
        "sandbox": sandbox,
        "relay": configuration.relay,
        "ses": configuration.ses,
        "sender": parseaddr(configuration.publication.sender)[1],
        **configuration.secrets,
    }
    edition = recipe.edition
    return {
        "sources": {
            source.id: _make("source", recipe.sources[source.id], {**context, "source": source})
            for source in edition.sources
        },
        "comments": {
            source.id: _make("comments", recipe.comments[source.id], {**context, "source": source})
            for source in (edition.comments.sources if edition.comments else ())
        },
        "popularity": {
            name: _make("popularity", spec, context) for name, spec in recipe.popularity
        },
        "weather": recipe.weather and _make("weather", recipe.weather, context),
        "deliverer": _make("delivery", recipe.delivery, context),
    }


def template_folders(configuration: Configuration) -> tuple[Path, ...]:
    """Give the folders in which templates are looked for: the user's, then the built-in ones."""
    folders = (configuration.templates, bundled("templates"))
    return tuple(dict.fromkeys(folder.resolve() for folder in folders))


def _require_theme(edition: Edition, templates: tuple[Path, ...]) -> None:
    """Raise ConfigError for a theme that no folder holds, naming those that there are."""
    known = sorted({path.parent.name for root in templates for path in root.glob("*/theme.toml")})
    if edition.theme not in known:
        raise ConfigError(
            f"there is no theme called {edition.theme!r}",
            where=f"the edition {edition.name}",
            hint=f"Themes here: {', '.join(known)}",
        )


def _make(kind: str, spec: PlugSpec, context: Mapping[str, object]) -> Any:  # noqa: ANN401  anyone's class
    plug = _load(kind, spec.use)
    parameters = inspect.signature(plug).parameters
    asked = {name: value for name, value in context.items() if name in parameters}
    try:
        return plug(**asked, **spec.options)
    except DigestError:
        raise
    except Exception as error:  # a constructor of anyone's may raise anything
        raise ConfigError(
            f"the {kind} plug cannot be made with these options: {error}", where=spec.use
        ) from error


def _load(kind: str, use: str) -> type:
    module, _, name = BUILT_IN.get((kind, use), use).partition(":")
    try:
        plug = getattr(importlib.import_module(module), name)
    except Exception as error:  # importing anyone's module may raise anything
        raise ConfigError(
            f"the {kind} plug cannot be imported: {error}",
            where=use,
            hint='Write use = "package.module:Class", with the package installed beside digest',
        ) from error
    if not isinstance(plug, type):
        raise ConfigError(f"the {kind} plug is no class", where=use)
    return plug
