"""Which readers' comments an issue quotes: those that editors chose, in their writers' own words.

Nothing is quoted that nobody chose, and nobody is misquoted: an excerpt that is not the comment's
own words is told to the editors and not printed. Pure.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from digest.comment import Quote, Quotes
from digest.excerpts import beginning_of, excerpt_of
from digest.matching import find_comments, naming_address
from digest.urls import canonical_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digest.comment import Comment
    from digest.inputs import Inputs
    from digest.model import Placement
    from digest.recipe import Choice, CommentsRule
    from digest.words import Words

SHOWN = 80  # characters of an excerpt that are repeated to the editors
_COMMENT_PAGE = re.compile(r"/comment-page-\d+$")  # WordPress's, of an article with many comments


def wants_quotes(choices: Sequence[Choice]) -> bool:
    """Tell whether any choice is about a comment."""
    return bool(_quotes(choices))


def chosen_comments(choices: Sequence[Choice], comments: Sequence[Comment]) -> tuple[Comment, ...]:
    """Give those of `comments` that a choice to "quote" names, in the order given."""
    wanted = [one for choice in _quotes(choices) for one in find_comments(choice.url, comments)]
    return tuple(comment for comment in comments if comment in wanted)


def unmatched_quotes(choices: Sequence[Choice], comments: Sequence[Comment]) -> tuple[str, ...]:
    """Say which choices name no comment, each with the nearest there are, or more than one."""
    urls = sorted({comment.url for comment in comments})
    problems = []
    for choice in _quotes(choices):
        found = find_comments(choice.url, comments)
        if not found:
            near = difflib.get_close_matches(choice.url, urls, n=3, cutoff=0.5)
            hint = f"; the nearest are {', '.join(near)}" if near else ""
            problems.append(f"{choice.where}: no comment has the address {choice.url}{hint}")
        elif len(found) > 1:
            names = [name for one in found if (name := naming_address(one, comments))]
            hint = (
                f"these guids name one: {', '.join(names)}" if names else "no guid tells them apart"
            )
            problems.append(
                f"{choice.where}: several comments have the address {choice.url}; {hint}"
            )
    return tuple(problems)


def faulty_quotes(
    choices: Sequence[Choice], comments: Sequence[Comment], rule: CommentsRule | None
) -> tuple[str, ...]:
    """Say all that keeps choices from being quoted."""
    unmatched = unmatched_quotes(choices, comments) if rule else ()
    return (*unmatched, *_quote(choices, comments, rule, {})[1])


def quote_comments(
    inputs: Inputs, placements: Iterable[Placement], words: Words
) -> tuple[Quotes | None, tuple[str, ...]]:
    """Quote what the editors chose, in their order; and say what could not be quoted, and why.

    An article is called what `placements` call it, else what its source does, else what the
    comments feed does. None where nothing is quoted.
    """
    articles = (*inputs.background, *inputs.articles)
    titles = {canonical_url(article.url): article.title for article in articles}
    titles |= {canonical_url(one.url): one.title for one in placements}
    rule = inputs.edition.comments
    quotes, problems = _quote(inputs.choices, inputs.comments, rule, titles)
    if rule is None or not quotes:
        return None, problems
    title = rule.title or words.say("From the comments")
    return Quotes(title=title, quotes=quotes), problems


def _quote(
    choices: Sequence[Choice],
    comments: Sequence[Comment],
    rule: CommentsRule | None,
    titles: dict[str, str],
) -> tuple[tuple[Quote, ...], tuple[str, ...]]:
    quotes: list[Quote] = []
    problems: list[str] = []
    for choice in _quotes(choices):
        found = find_comments(choice.url, comments)
        if rule is None:
            problems.append(f"{choice.where}: this edition has no [comments] to quote from")
        elif len(found) != 1:
            continue  # `unmatched_quotes` has told
        elif not (text := _words(choice, found[0])):
            problems.append(_misquoted(choice))
        elif len(quotes) == rule.count:
            problems.append(f"{choice.where}: not quoted, [comments] count is {rule.count}")
        else:
            quotes.append(_shown(choice, found[0], text, titles))
    return tuple(quotes), tuple(problems)


def _quotes(choices: Sequence[Choice]) -> list[Choice]:
    return [choice for choice in choices if choice.do == "quote"]


def _words(choice: Choice, comment: Comment) -> str:
    return excerpt_of(comment.text, choice.text) if choice.text else beginning_of(comment.text)


def _misquoted(choice: Choice) -> str:
    said = choice.text if len(choice.text) <= SHOWN else f"{choice.text[:SHOWN]}…"
    return (
        f"{choice.where}: not quoted, because these are not the comment's own words: “{said}”; "
        "copy them from `digest comments --json`, and mark what you leave out with “…”"
    )


def _shown(choice: Choice, comment: Comment, text: str, titles: dict[str, str]) -> Quote:
    page = _COMMENT_PAGE.sub("", canonical_url(comment.url))
    return Quote(
        author=comment.author,
        text=text,
        url=comment.url,
        title=titles.get(canonical_url(page)) or comment.on_title,
        date=comment.dated,
        reason=f"chosen by the editors ({choice.where})",
    )
