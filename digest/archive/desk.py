"""How the staff's pages are rendered: templates, dates and numbers in words.

A template such as `desk/…` is looked for in the given folders in order, so that a newsroom's own
file replaces ours of the same name. Whatever came from a feed is escaped, whatever the file's name.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import jinja2
from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from digest.errors import TemplateError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from digest.model import Factor


STOPS = (".", "!", "?", "…")
OPENING_WORD = re.compile(r"[a-z]+(?=[ ,:;])")  # and not the name of a file or a key


def desk_page(name: str, templates: Sequence[Path], **context: object) -> str:
    """Render `desk/<name>`. Raises TemplateError naming file and line when it is broken."""
    name = f"desk/{name}"
    environment = _environment(tuple(templates))
    try:
        return environment.get_template(name).render(context)
    except jinja2.TemplateNotFound as error:
        searched = ", ".join(str(folder) for folder in templates) or "no folder at all"
        raise TemplateError(
            f"no such template (searched: {searched})",
            where=str(error.name),
            hint="Copy the one that ships with the program, or remove what refers to it",
        ) from error
    except jinja2.TemplateError as error:
        raise TemplateError(error.message or "broken", where=_place(error, name)) from error


def long_date(date: dt.date) -> str:
    """Write a date as "Monday 23 November 2026"."""
    return format_date(date, "EEEE d MMMM y", locale="en_GB")


def clock(moment: dt.datetime, zone: str) -> str:
    """Write the local time as "05:49"."""
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M}"


def clock_on(moment: dt.datetime, zone: str, date: dt.date) -> str:
    """Write the local time, with its day when that is not `date`: "Sun 22 Nov, 21:30"."""
    local = moment.astimezone(ZoneInfo(zone))
    if local.date() == date:
        return f"{local:%H:%M}"
    pattern = "EEE d MMM" if local.year == date.year else "d MMM y"
    return f"{format_date(local, pattern, locale='en_GB')}, {local:%H:%M}"


def weekday(date: dt.date) -> str:
    """Write the day of the week: "Monday"."""
    return format_date(date, "EEEE", locale="en_GB")


def date_in(moment: dt.datetime, zone: str) -> dt.date:
    """Give the local date of a moment."""
    return moment.astimezone(ZoneInfo(zone)).date()


def kilobytes(size_bytes: int) -> str:
    """Write a size in thousands of bytes, rounded up, so that 100 kB is never more than that."""
    return f"{-(-size_bytes // 1000)}"


def multiplier(value: float) -> str:
    """Write a factor or a score to two places, or two figures where those would hide it."""
    return f"{value:.2f}" if value == 0 or abs(value) >= 0.1 else f"{value:.2g}"  # noqa: PLR2004


def counted(number: int, noun: str) -> str:
    """Write "1 article", "212 articles", "1,204 articles"; the plural of `noun` ends in s."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def sentence(text: str) -> str:
    """Write a phrase as a sentence: a capital first where it begins with a word, a stop last."""
    begun = f"{text[0].upper()}{text[1:]}" if OPENING_WORD.match(text) else text
    return begun if begun.endswith(STOPS) else f"{begun}."


def web_link(url: str) -> str:
    """Give a web address as it is, and "#" for anything that a browser might run instead."""
    return url if url.lower().startswith(("https://", "http://")) else "#"


def direction(language: str) -> str:
    """Give the direction in which a language (BCP 47) is written: "ltr" or "rtl"."""
    try:
        return Locale.parse(language, sep="-").text_direction
    except (ValueError, UnknownLocaleError):
        return "ltr"


def neutral(factor: Factor) -> bool:
    """Whether a factor leaves the score as it is."""
    return round(factor.value, 2) == 1


@cache
def _environment(templates: tuple[Path, ...]) -> jinja2.Environment:
    """Set up Jinja, once for the same folders: it keeps templates compiled until they change."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        autoescape=True,  # explicitly: `.j2` says nothing to select_autoescape
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        long_date=long_date,
        weekday=weekday,
        date_in=date_in,
        clock=clock,
        clock_on=clock_on,
        kilobytes=kilobytes,
        multiplier=multiplier,
        counted=counted,
        sentence=sentence,
        web_link=web_link,
        direction=direction,
    )
    environment.tests["neutral"] = neutral
    return environment


def _place(error: jinja2.TemplateError, name: str) -> str:
    """Say which file and line broke: a syntax error knows, an undefined name is in the trace."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return f"{error.filename or error.name}:{error.lineno}"
    place, trace = name, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith(".j2"):
            place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
