"""Gather: load everything that an issue is decided from, as it was known on its morning."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from digest import __version__
from digest.comparing import compare
from digest.errors import DigestError
from digest.inputs import Inputs
from digest.model import OUT
from digest.quoting import chosen_comments, unmatched_quotes, wants_quotes
from digest.wording import learn_idf

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from digest.comment import Comment
    from digest.health import SourceState
    from digest.model import Article, Image, Past, Probe, Reading, Report, Source
    from digest.newsroom import Newsroom
    from digest.recipe import Edition
    from digest.resemblance import Resemblance
    from digest.store import Store

ARCHIVE_HEADLINES = 5_000  # what the IDF is learnt from: weeks of a newsroom, 0.1 s to count
AFTER_CUTOFF_H = 1  # counts and weather pulled for a cutoff come after it; later ones are not its
LOOK_AHEAD = dt.timedelta(hours=48)  # what is dated further ahead was taken to have no date
LATE_H = 12  # how late after its date an article may show up in its feed and still be news
NAME_LENGTH = 24  # characters of a feed's title that is still its outlet's name
NO_NAME = frozenset("|>:•–—/")  # what stands between an outlet's name and a department's
QUOTABLE_DAYS = 30  # how long before the cutoff a comment may be quoted still
WEATHER_AGE_H = 3  # older weather is history


def gather(newsroom: Newsroom, date: dt.date, cutoff: dt.datetime, now: dt.datetime) -> Inputs:
    """Load everything that the issue is decided from.

    Articles are those known at `now`; counts, weather and archive are those of its own morning,
    so that a past date can be built again.
    """
    store, edition = newsroom.store, _titled(newsroom)
    morning = min(now, cutoff + dt.timedelta(hours=AFTER_CUTOFF_H))
    kept_h = max(edition.popular.hours, edition.popular.stale_after_hours)
    choices = newsroom.choices(date)
    comments = quotable_comments(newsroom, cutoff, now) if wants_quotes(choices) else ()
    stored = store.readings(edition.name, morning, dt.timedelta(hours=kept_h))
    readings = tuple((name, stored.get(name, ())) for name in newsroom.popularity)
    window = candidates(newsroom, date, cutoff, now)
    ahead = store.articles(
        [source.id for source in edition.sources], cutoff, cutoff + LOOK_AHEAD, known_by=morning
    )
    past = store.past(edition.name, date)
    span = (window_start(newsroom, date, cutoff), cutoff)
    earlier = _read_earlier(newsroom, readings, window, span, now)
    articles = _in_language(newsroom, (*ahead, *_enriched(store, window)))
    background = _in_language(newsroom, _background(newsroom, past))
    read_earlier = _in_language(newsroom, _enriched(store, earlier))
    resemblance, faults = _resemblance(newsroom, (*articles, *background, *read_earlier))
    carried = {one.image.url for one in (*articles, *background, *read_earlier) if one.image}
    chosen = {choice.image.url for choice in choices if choice.image}
    return Inputs(
        version=__version__,
        publication=newsroom.publication,
        edition=edition,
        date=date,
        cutoff=cutoff,
        articles=articles,
        background=background,
        read_earlier=read_earlier,
        resemblance=resemblance,
        first_reads=_first_reads(newsroom, window),
        # Not from the window itself: the big story of the day is no common word.
        idf=learn_idf(store.headlines(span[0], ARCHIVE_HEADLINES)),
        readings=readings,
        choices=choices,
        comments=chosen_comments(choices, comments),
        pictures=store.pictures(carried | chosen),
        past=past,
        weather=_fresh(store.report(edition.name, morning), morning),
        notices=(*faults, *(unmatched_quotes(choices, comments) if edition.comments else ())),
    )


def gather_again(newsroom: Newsroom, inputs: Inputs, now: dt.datetime) -> Inputs:
    """Give an issue's inputs with the present recipe and choices; what it chooses from stays.

    Articles of a source that the edition has no longer are left out.
    """
    edition = _titled(newsroom)
    known = {source.id for source in edition.sources}
    choices = newsroom.choices(inputs.date)
    comments = quotable_comments(newsroom, inputs.cutoff, now) if wants_quotes(choices) else ()

    about_choices = tuple(f"{choice.where}:" for choice in inputs.choices)
    notices = (notice for notice in inputs.notices if not notice.startswith(about_choices))
    unmatched = unmatched_quotes(choices, comments) if edition.comments else ()

    def still(articles: tuple[Article, ...]) -> tuple[Article, ...]:
        return tuple(article for article in articles if article.source in known)

    return replace(
        inputs,
        version=__version__,
        publication=newsroom.publication,
        edition=edition,
        articles=still(inputs.articles),
        background=still(inputs.background),
        read_earlier=still(inputs.read_earlier),
        choices=choices,
        comments=chosen_comments(choices, comments),
        notices=(*notices, *unmatched),
    )


def quotable_comments(
    newsroom: Newsroom, cutoff: dt.datetime, now: dt.datetime
) -> tuple[Comment, ...]:
    """Load the comments known at `now` that editors may quote in the issue of a cutoff."""
    rule = newsroom.edition.comments
    ids = [source.id for source in rule.sources] if rule else []
    since = cutoff - dt.timedelta(days=QUOTABLE_DAYS)
    return newsroom.store.comments(ids, since, known_by=now)


def _titled(newsroom: Newsroom) -> Edition:
    """Give the edition with every source named: by the editors, by itself, or by its domain."""
    states = newsroom.store.source_states()
    return replace(
        newsroom.edition,
        sources=tuple(
            replace(source, title=source.title or _own_name(source, states.get(source.id)))
            for source in newsroom.edition.sources
        ),
    )


def _own_name(source: Source, state: SourceState | None) -> str:
    """Take a feed's title for its outlet's name if it looks like one: "NYT > World" does not."""
    title = state.title if state else ""
    is_name = 0 < len(title) <= NAME_LENGTH and not set(title) & NO_NAME
    return title if is_name else source.owner


def candidates(
    newsroom: Newsroom, date: dt.date, cutoff: dt.datetime, now: dt.datetime
) -> tuple[Article, ...]:
    """Load the articles of the window, and those that came too late for the issue before it.

    A feed may show an article hours after its date, when the cutoff between them has passed.
    """
    store, ids = newsroom.store, [source.id for source in newsroom.edition.sources]
    since = window_start(newsroom, date, cutoff)
    found = store.articles(ids, since, cutoff, known_by=now)
    records = store.issues(newsroom.edition.name)
    built = [record.built_at for record in records if record.date < date and record.state in OUT]
    if not built:
        return found
    late = dt.timedelta(hours=LATE_H)
    return found + store.articles(ids, since - late, since, known_by=now, new_since=max(built))


def _background(newsroom: Newsroom, past: Iterable[Past]) -> tuple[Article, ...]:
    """Load the articles of the edition's sources that earlier issues placed, or named as others."""
    ids = {source.id for source in newsroom.edition.sources}
    urls = sorted({url for one in past for url in (one.url, *one.others)})
    return tuple(a for a in newsroom.store.articles_at(urls) if a.source in ids)


def _first_reads(newsroom: Newsroom, window: Iterable[Article]) -> dict[str, dt.datetime]:
    """Say when the sources with undated articles were read first."""
    undated = sorted({article.source for article in window if article.published is None})
    states = newsroom.store.source_states() if undated else {}
    firsts = {one: states[one].first_success for one in undated if one in states}
    return {one: first for one, first in firsts.items() if first}


def _read_earlier(
    newsroom: Newsroom,
    readings: Iterable[tuple[str, tuple[Reading, ...]]],
    known: Sequence[Article],
    span: tuple[dt.datetime, dt.datetime],
    now: dt.datetime,
) -> tuple[Article, ...]:
    """Load what readers chose of before the window's span: what has counts and is not known."""
    began, cutoff = span
    since = cutoff - dt.timedelta(hours=newsroom.edition.popular.hours)
    counted = [reading.url for _, given in readings for reading in given]
    ids = [source.id for source in newsroom.edition.sources]
    met = {article.identity for article in known}
    found = newsroom.store.window_at(counted, ids, since, began, known_by=now)
    return tuple(article for article in found if article.identity not in met)


def _enriched(store: Store, articles: tuple[Article, ...]) -> tuple[Article, ...]:
    """Add what was looked up of articles: their pages, and what their pictures really are."""
    pages = store.pages([article.url for article in articles])
    articles = tuple(
        replace(
            article,
            image=article.image or page.image,
            summary=article.summary or page.summary,
            body=article.body or page.body,
        )
        if (page := pages.get(article.url))
        else article
        for article in articles
    )
    probes = store.probes([article.image.url for article in articles if article.image])
    return tuple(replace(a, image=_honest(a.image, probes)) for a in articles)


def _honest(image: Image | None, probes: Mapping[str, Probe]) -> Image | None:
    """Give a picture the size that it has; None if it turned out to be of no use."""
    probe = probes.get(image.url) if image else None
    if image is None or probe is None or not (probe.fault or probe.width):
        return image
    return None if probe.fault else replace(image, width=probe.width, height=probe.height)


def _in_language(newsroom: Newsroom, articles: Iterable[Article]) -> tuple[Article, ...]:
    """Take articles whose feed states no language to be in the publication's."""
    language = newsroom.publication.language
    return tuple(a if a.language else replace(a, language=language) for a in articles)


def _resemblance(
    newsroom: Newsroom, articles: Collection[Article]
) -> tuple[Resemblance | None, tuple[str, ...]]:
    """Ask the model which articles are alike; where it fails, the words decide, and a notice."""
    try:
        return compare(newsroom, articles), ()
    except DigestError as error:
        return None, (f"Stories were grouped by their words alone: {error}",)


def window_start(newsroom: Newsroom, date: dt.date, cutoff: dt.datetime) -> dt.datetime:
    """Give the start of the window: its hours, or the last issue's cutoff if that is longer ago."""
    window = newsroom.edition.window
    since = cutoff - dt.timedelta(hours=window.hours)
    last = newsroom.store.last_cutoff(newsroom.edition.name, date) if window.since_last else None
    return max(min(since, last or since), cutoff - dt.timedelta(hours=window.max_hours))


def _fresh(report: Report | None, now: dt.datetime) -> Report | None:
    """Drop weather that is too old to print."""
    if report is None or now - report.as_of > dt.timedelta(hours=WEATHER_AGE_H):
        return None
    return report
