"""`digest choose list`: what is decided for a day, and what each decision is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from digest.cli.comment_choice import fault_of
from digest.cli.decisions import ABOUT_STORED, told
from digest.cli.printing import printable
from digest.cli.shared import print_json, shown
from digest.matching import find_articles, find_comments, nearest_articles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.cli.decisions import Day
    from digest.comment import Comment
    from digest.model import Article
    from digest.recipe import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A decision by its number or key, with the article that it is about, else the nearest.

    A quote has its comment instead, and what keeps it from being printed.
    """

    key: str
    choice: Choice
    comment: Comment | None = None
    fault: str = ""
    article: Article | None = None
    nearest: tuple[Article, ...] = ()

    @property
    def is_astray(self) -> bool:
        """Whether it is about an article that there is not."""
        return self.choice.do in ABOUT_STORED and self.article is None


def list_choices(day: Day, *, as_json: bool) -> None:
    """Print the decisions of a day. Raises ConfigError for a file that cannot be read."""
    choices = day.newsroom.choices(day.date)
    rows = [_row(day, choice, choices) for choice in choices]
    path = day.draft().path
    if as_json:
        facts = [_facts(day, row) for row in rows]
        edition = day.newsroom.edition.name
        print_json({"edition": edition, "date": day.date, "file": str(path), "choices": facts})
        return
    click.secho(f"{day.date:%A %-d %B %Y}: {shown(path)}", bold=True)
    for row in rows:
        click.echo(f"  {row.key:<10}  {_told(day, row)}")
    if not rows:
        click.echo("  Nothing is decided")


def _row(day: Day, choice: Choice, choices: Sequence[Choice]) -> Row:
    key = choice.where.rpartition(", ")[2].removeprefix("issue.").removeprefix("choice ")
    if choice.do == "quote":
        quoted = find_comments(choice.url, day.comments)
        comment = quoted[0] if len(quoted) == 1 else None
        return Row(key=key, choice=choice, comment=comment, fault=fault_of(day, choice, choices))
    found = find_articles(choice.url, day.articles) if choice.url else ()
    near = nearest_articles(choice.url, day.articles) if choice.url and not found else ()
    near = near if choice.do in ABOUT_STORED else ()
    return Row(key=key, choice=choice, article=found[0] if found else None, nearest=near)


def _told(day: Day, row: Row) -> str:
    choice = row.choice
    if choice.do in {"breaking", "sombre"}:
        return "off" if choice.text == "false" else "on"
    if not choice.url:
        return printable(choice.text)
    image = choice.image.url if choice.image and not choice.text else ""
    keys = {"do": choice.do, "url": choice.url, "to": choice.to, "text": choice.text or image}
    line = told(day, keys)
    if not row.is_astray:
        return f"{line} ({row.fault})" if row.fault else line
    if not day.articles:
        return f"{line} (nothing is stored yet that it may be about)"
    near = ", ".join(article.url for article in row.nearest)
    return f"{line} (no article has that address{f'; the nearest are {near}' if near else ''})"


def _facts(day: Day, row: Row) -> dict[str, object]:
    choice, article, comment = row.choice, row.article, row.comment
    source = day.newsroom.edition.source(article) if article else None
    return {
        "key": row.key,
        "do": choice.do,
        "url": choice.url,
        "to": choice.to,
        "text": choice.text,
        "standfirst": choice.standfirst,
        "source": choice.source,
        "image": choice.image.url if choice.image else "",
        "where": choice.where,
        "article": {
            "url": article.url,
            "title": article.title,
            "source": source.title or source.owner,
        }
        if article and source
        else None,
        "comment": {
            "url": comment.url,
            "author": comment.author,
            "on": comment.on_title,
            "text": comment.text,
        }
        if comment
        else None,
        "fault": row.fault,
        "nearest": [one.url for one in row.nearest],
    }
