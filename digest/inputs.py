"""Everything that one issue is decided from, in one value that can be kept and replayed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from digest.comment import Comment
from digest.counts import Counts, judge_counts
from digest.model import Article, Past, Reading, Report
from digest.picture import Picture
from digest.recipe import Choice, Edition, Publication
from digest.resemblance import Resemblance
from digest.wording import Idf


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Everything that one issue is decided from; the same inputs give the same issue.

    `articles` are those of the window, and those that were known before their date; `background`
    those that earlier issues placed or named, so that a story that goes on is recognised.
    `resemblance` is what a model says of all these, None where stories are grouped by words alone.
    `read_earlier` are those of before the window that readers still chose. `first_reads` says when
    sources with undated articles were read first, by id. `readings` is (provider, its readings) in
    the editors' order. `comments` are those that choices name. `pictures` are those that were made
    ready, without their bytes. `version` is the program's.
    """

    version: str
    publication: Publication
    edition: Edition
    date: dt.date
    cutoff: dt.datetime
    articles: tuple[Article, ...]
    background: tuple[Article, ...] = ()
    read_earlier: tuple[Article, ...] = ()
    resemblance: Resemblance | None = None
    first_reads: Mapping[str, dt.datetime] = field(default_factory=dict)
    idf: Idf
    readings: tuple[tuple[str, tuple[Reading, ...]], ...] = ()
    choices: tuple[Choice, ...] = ()
    comments: tuple[Comment, ...] = ()
    pictures: tuple[Picture, ...] = ()
    past: tuple[Past, ...] = ()
    weather: Report | None = None
    notices: tuple[str, ...] = ()


def judged_counts(inputs: Inputs) -> tuple[Counts, ...]:
    """Judge what each provider counted of the articles at hand."""
    articles = (*inputs.articles, *inputs.read_earlier)
    return judge_counts(inputs.readings, articles, edition=inputs.edition, cutoff=inputs.cutoff)
