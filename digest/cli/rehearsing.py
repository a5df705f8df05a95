"""What `check` finds in a theme: its files, and how a made-up issue comes out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from digest.archive import page_on_web
from digest.cli.printing import finding_line
from digest.errors import DigestError
from digest.preflight import check_email, located
from digest.reaching import check_reach
from digest.rehearsal import rehearse
from digest.rendering import check_theme, render_issue, render_web, theme_sources

if TYPE_CHECKING:
    from digest.newsroom import Newsroom


def theme_problems(newsroom: Newsroom) -> list[str]:
    """Read a theme's files, render a made-up issue with them, and give preflight's errors.

    Its page in the public archive is rendered too: what breaks there breaks a build.
    """
    issue = rehearse(newsroom.publication, newsroom.edition)
    web = page_on_web(newsroom.publication, issue.edition, issue.date)
    try:
        check_theme(newsroom.themes)
        email = render_issue(issue, themes=newsroom.themes)
        render_web(issue, web, themes=newsroom.themes)
    except DigestError as error:
        return [str(error)]
    findings = located(check_email(email), theme_sources(newsroom.themes))
    return [
        f"the theme {newsroom.edition.theme}: {finding_line(one)}"
        for one in findings
        if one.level == "error"
    ]


def dead_pages(newsroom: Newsroom) -> list[str]:
    """Ask for the publication's own pages that every issue leads to, and give those not there."""
    pages = [newsroom.publication.url, *(rule.url for rule in newsroom.edition.sections)]

    async def work() -> list[str]:
        async with newsroom.http() as http:
            findings = await check_reach(http, list(dict.fromkeys(filter(None, pages))))
        return [finding_line(one) for one in findings if one.level == "error"]

    return asyncio.run(work())
