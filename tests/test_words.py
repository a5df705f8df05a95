"""The newsletter's own words: gettext catalogues, and dates and hours by language."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from babel import Locale
from courier import (
    BROADSHEET,
    BULLETIN,
    ROOT,
    at,
    page_of,
    the_courier,
    the_lead,
    the_popular,
    words_of,
    written,
)
from publication import digest, facts, write_publication

from digest.comment import Quote, Quotes
from digest.errors import ConfigError, TemplateError
from digest.model import Reading, Report
from digest.naming import besides, counted_basis, latest_basis, list_titles
from digest.rendering import render_issue, theme_fingerprint, words_beside, words_in
from digest.rendering.catalogs import read_catalog
from digest.rendering.untranslated import untranslated

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from digest.model import Issue

TEMPLATES = ROOT / "templates"
SHIPPED = ("ar", "de", "es", "fr")
QUOTE = Quote(
    author="",
    text="Quite so.",
    url="https://courier.example/c",
    title="Ferries",
    date=at("05:00"),
    reason="chosen",
)


def in_language(language: str) -> Issue:
    """An issue that says all that a theme can say, in a language."""
    issue = the_courier()
    return replace(
        issue,
        masthead=replace(issue.masthead, language=language),
        lead=replace(the_lead(), day=3, others=4),
        comments=Quotes(title="—", quotes=(QUOTE, replace(QUOTE, title=""))),
        popular=replace(the_popular(), title="—", basis="—"),
        breaking=True,
    )


def own_words(tmp_path: Path, language: str, text: str) -> list[Path]:
    """The folders of a theme whose newsroom has words of its own beside it."""
    written(tmp_path / "words", {f"{language}.po": text})
    return [tmp_path / "broadsheet", BROADSHEET]


# ---------------------------------------------------------------- what is shipped


@pytest.mark.parametrize("language", SHIPPED)
@pytest.mark.parametrize("theme", [BROADSHEET, BULLETIN])
def test_the_languages_that_are_shipped_lack_no_word(language: str, theme: Path) -> None:
    assert untranslated([theme], language) == ()


def test_the_list_of_words_is_that_of_the_program() -> None:
    command = [sys.executable, str(ROOT / "docs" / "words.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("language", SHIPPED)
@pytest.mark.parametrize("theme", [BROADSHEET, BULLETIN])
def test_no_english_is_left_in_another_language(language: str, theme: Path) -> None:
    template = TEMPLATES / "words" / "messages.pot"
    issue = in_language(language)
    english = render_issue(in_language("en-GB"), themes=[theme])
    email = render_issue(issue, themes=[theme])
    said = 0
    for message in read_catalog(template, template.read_bytes()):
        for text in (message.id,) if isinstance(message.id, str) else message.id:
            words = max(re.split(r"%\(\w+\)s", text), key=len).strip(" ,.:")
            if len(words.split()) > 1:  # a single word may be one of an article
                said += words in words_of(page_of(english))
                assert words not in words_of(page_of(email)), words
                assert words not in email.text, words
    assert said > 4


def test_labels_are_in_the_publications_language() -> None:
    email = render_issue(in_language("de"), themes=[BROADSHEET])
    shown = words_of(page_of(email))
    for words in (
        "leichter Regen",
        "Stand 05:40",
        "Startseite / UK, Tag 3",
        "Auch berichtet von The Thames Ledger, Estuary Radio, Eastern Post und 1 weitere",
        "Foto: Ines Calloway",
        "04:15, The London Courier und 2 weitere",
        "Sie erhalten The Daily Courier um 06:30",
        "The Daily Courier abbestellen",
    ):
        assert words in shown, words
    assert "Auch berichtet von" in email.text
    assert "und 1 weitere" in email.text


def test_arabic_has_six_plurals_and_its_own_comma() -> None:
    words = words_in([TEMPLATES], "ar")
    counted = {words.catalog.ngettext("%(number)s word", "%(number)s words", n) for n in range(12)}
    assert counted == {"%(number)s كلمة", "كلمة واحدة", "كلمتان", "%(number)s كلمات"}
    page = page_of(render_issue(in_language("ar"), themes=[BROADSHEET]))
    assert page.get("dir") == "rtl"
    assert "\u200e12.2 °C\u200e، مطر خفيف" in words_of(page)


# ---------------------------------------------------------------- what the plan says


@pytest.mark.parametrize(
    ("unit", "title", "still"),
    [
        ("read", "Les plus lus", "Toujours les plus lus"),
        ("commented", "Les plus commentés", "Toujours les plus commentés"),
        ("partagé", "Les plus : partagé", "Toujours les plus : partagé"),
    ],
)
def test_a_list_is_called_by_what_readers_did(unit: str, title: str, still: str) -> None:
    assert list_titles(unit, words_in([TEMPLATES], "fr")) == (title, still)


@pytest.mark.parametrize(
    ("hours", "basis"),
    [
        (24, "Lo que los lectores más abrieron, hora por hora, en las 24 horas hasta las 5:30"),
        (1, "Lo que los lectores más abrieron, hora por hora, en la hora hasta las 5:30"),
        (1.5, "Lo que los lectores más abrieron, hora por hora, en las 1.5 horas hasta las 5:30"),
        (None, "Lo que los lectores más abrieron, hora por hora, contado a las 5:30"),
    ],
)
def test_a_basis_is_one_sentence(hours: float | None, basis: str) -> None:
    reading = Reading(url="", count=9, unit="read", as_of=at("05:30"), hours=hours)
    assert counted_basis(reading, "Europe/London", words_in([TEMPLATES], "es")) == basis


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        (set(), ""),
        ({"a"}, ", außer dem Aufmacher"),
        ({"a", "b"}, ", außer den oben genannten"),
        ({"c"}, ", außer Geschichten mit Neuem von heute"),
        ({"a", "c"}, ", außer dem Aufmacher und Geschichten mit Neuem von heute"),
        ({"b", "c"}, ", außer den oben genannten und Geschichten mit Neuem von heute"),
    ],
)
def test_a_basis_says_what_is_left_out(left_out: set[str], said: str) -> None:
    words = words_in([TEMPLATES], "de")
    basis = besides("X", left_out, lead="a", top={"a", "b"}, words=words)
    assert basis == f"X{said}"


def test_a_publication_in_french_is_french_throughout(tmp_path: Path) -> None:
    config = write_publication(tmp_path)
    settings = config / "digest.toml"
    settings.write_text(settings.read_text().replace("en-GB", "fr"), encoding="utf-8")
    choices = config / "choices/daily/2026-11-23.toml"
    choices.parent.mkdir(parents=True)
    choices.write_text("[issue]\nbreaking = true\n", encoding="utf-8")
    digest(tmp_path, "run", "--at", "2026-11-23T05:30")
    issue = facts(tmp_path, "explain", "2026-11-23")
    assert issue["subject"].startswith("Dernière minute : ")
    page = (tmp_path / "out/daily/2026-11-23/email.html").read_text(encoding="utf-8")
    assert "lundi 23 novembre 2026" in page
    assert "Dernières nouvelles" in page or "Les plus couverts" in page
    index = (tmp_path / "out/public/index.html").read_text(encoding="utf-8")
    assert '<html lang="fr" dir="ltr">' in index
    assert "<h1>Éditions</h1>" in index
    assert "novembre 2026" in index
    assert "same" in digest(tmp_path, "replay")


# ---------------------------------------------------------------- hours and degrees


@pytest.mark.parametrize(
    ("language", "clock", "degrees"),
    [
        ("en-GB", "04:15", "12.2 °C"),
        ("en-US", "4:15 AM", "54 °F"),
        ("de-CH", "04:15", "12.2 °C"),
        ("fr", "04:15", "12,2 °C"),
        ("es", "4:15", "12,2 °C"),
    ],
)
def test_hours_and_degrees_are_those_of_the_country(
    language: str, clock: str, degrees: str
) -> None:
    issue = in_language(language)
    shown = words_of(page_of(render_issue(issue, themes=[BROADSHEET])))
    assert f"{clock}, The London Courier" in shown
    assert degrees in shown


def test_an_hour_of_the_margin_column_has_a_line_for_what_follows_it() -> None:
    html = render_issue(in_language("en-US"), themes=[BULLETIN]).html
    assert ">3:50<br>AM<" in html
    assert ">Sun<br>10:35<br>PM<" in html


def test_an_hour_is_said_as_its_language_says_it() -> None:
    until = dt.datetime(2026, 11, 23, 17, 30, tzinfo=dt.UTC)
    assert latest_basis(until, words_in([TEMPLATES], "en-US")).endswith("up to 5:30\xa0PM")


# ---------------------------------------------------------------- words of one's own


def test_a_newsrooms_words_go_before_ours_one_by_one(tmp_path: Path) -> None:
    themes = own_words(tmp_path, "de", 'msgid "Related"\nmsgstr "Lesen Sie auch"\n')
    shown = words_of(page_of(render_issue(in_language("de"), themes=themes)))
    assert "Lesen Sie auch" in shown
    assert "Auch berichtet von" in shown


def test_english_may_be_reworded_too(tmp_path: Path) -> None:
    themes = own_words(tmp_path, "en", 'msgid "Related"\nmsgstr "Read on"\n')
    assert "Read on" in words_of(page_of(render_issue(the_courier(), themes=themes)))


def test_the_words_of_a_country_go_before_those_of_its_language(tmp_path: Path) -> None:
    themes = own_words(tmp_path, "de-AT", 'msgid "Related"\nmsgstr "Weiterlesen"\n')
    assert words_beside(themes, "de-AT").say("Related") == "Weiterlesen"
    assert words_beside(themes, "de").say("Related") == "Mehr zum Thema"
    assert words_beside(themes, "de-AT").say("Home") == "Startseite"


def test_a_changed_word_is_another_theme(tmp_path: Path) -> None:
    themes = own_words(tmp_path, "de", 'msgid "Related"\nmsgstr "Eins"\n')
    before = theme_fingerprint(themes)
    own_words(tmp_path, "de", 'msgid "Related"\nmsgstr "Zwei"\n')
    assert theme_fingerprint(themes) != before
    assert "Zwei" in render_issue(in_language("de"), themes=themes).html


def test_words_of_a_newsroom_are_no_markup_in_plain_text_and_escape_what_they_hold(
    tmp_path: Path,
) -> None:
    said = 'msgid "Read the full story at %(source)s"\nmsgstr "%(source)s: <b>hin</b>"\n'
    themes = own_words(tmp_path, "de", said)
    lead = replace(the_lead(), paragraphs=(), source="A & <i>B</i>")
    issue = replace(in_language("de"), lead=lead)
    email = render_issue(issue, themes=themes)
    assert "A &amp; &lt;i&gt;B&lt;/i&gt;: <b" in email.html
    assert "A & <i>B</i>: <b>hin</b>" in email.text


@pytest.mark.parametrize("theme", [BROADSHEET, BULLETIN])
def test_a_weather_report_is_no_markup_and_no_pattern(theme: Path) -> None:
    """It is what a service or a newsroom's file said, in whatever words."""
    report = Report(temperature_c=9, condition="<b>90% cloud</b> & %(x)s", as_of=at("05:00"))
    issue = the_courier()
    issue = replace(issue, masthead=replace(issue.masthead, weather=report))
    email = render_issue(issue, themes=[theme])
    assert "&lt;b&gt;90% cloud&lt;/b&gt; &amp; %(x)s" in email.html
    assert "<b>90% cloud</b> & %(x)s" in " ".join(email.text.split())


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ('msgid "Related"\nmsgst "Unfertig"\n', 2, ""),
        ('\nmsgid "as of %(hour)s"\nmsgstr "%(hours)s"\n', 2, "as of %(hour)s"),
        ("# \n\nwhat is this\n", 3, ""),
        ('msgid "Related"\nmsgstr "Mehr\n', 2, "quotation mark"),
        ('msgid ""\n"Related"\nmsgstr ""\n"Mehr\n', 4, "quotation mark"),
        ('msgid "Related"\nmsgstr "Mehr %(hour)s"\n', 1, "unknown placeholder 'hour'"),
        ('msgid "Related"\nmsgstr "100 % Mehr"\n', 1, "written %%"),
        ('msgid "as of %(hour)s"\nmsgstr "100 % um %(hour)s"\n', 1, "written %%"),
    ],
)
def test_a_catalogue_that_cannot_be_used_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, what: str
) -> None:
    themes = own_words(tmp_path, "de", text)
    with pytest.raises(TemplateError) as caught:
        render_issue(in_language("de"), themes=themes)
    assert caught.value.where == f"{tmp_path / 'words' / 'de.po'}:{line}"
    assert what in caught.value.what


def test_a_per_cent_sign_is_written_twice(tmp_path: Path) -> None:
    said = 'msgid "Related"\nmsgstr "100 %% dazu"\n\nmsgid "light rain"\nmsgstr "\\"Niesel\\""\n'
    email = render_issue(in_language("de"), themes=own_words(tmp_path, "de", said))
    assert "100 % dazu" in email.text
    assert '"Niesel"' in email.text


def test_bytes_that_are_no_text_are_an_error_too(tmp_path: Path) -> None:
    themes = own_words(tmp_path, "de", "")
    (tmp_path / "words" / "de.po").write_bytes(b'msgid "Related"\nmsgstr "\xff"\n')
    with pytest.raises(TemplateError, match=r"de\.po"):
        words_beside(themes, "de")


def test_a_language_that_nobody_knows_is_an_error_of_the_configuration() -> None:
    with pytest.raises(ConfigError, match="'xx-yy'"):
        words_in([TEMPLATES], "xx-yy")


# ---------------------------------------------------------------- what is missing


def missing(tmp_path: Path, language: str, themes: Sequence[Path] = (BROADSHEET,)) -> set[str]:
    return set(untranslated([tmp_path / "broadsheet", *themes], language))


def test_a_language_without_a_catalogue_is_english_with_its_own_dates(tmp_path: Path) -> None:
    shown = words_of(page_of(render_issue(in_language("it"), themes=[BROADSHEET])))
    assert "lunedì 23 novembre 2026" in shown
    assert "Also covered by" in shown
    assert {"Related", "Most popular", "Years", "light rain"} <= missing(tmp_path, "it")


def test_what_a_newsrooms_own_template_says_may_be_missing_too(tmp_path: Path) -> None:
    own = (
        '{% extends "base/footer.html.j2" %}{% block why %}{{ _("Ours since 1911") }}{% endblock %}'
    )
    written(tmp_path / "broadsheet", {"footer.html.j2": own})
    assert missing(tmp_path, "de") == {"Ours since 1911"}
    own_words(tmp_path, "de", 'msgid "Ours since 1911"\nmsgstr "Seit 1911"\n')
    assert missing(tmp_path, "de") == set()
    themes = [tmp_path / "broadsheet", BROADSHEET]
    assert "Seit 1911" in render_issue(in_language("de"), themes=themes).html


def test_check_tells_of_words_that_stay_english_and_calls_them_no_mistake(tmp_path: Path) -> None:
    config = write_publication(tmp_path)
    assert facts(tmp_path, "check")["notes"] == []
    settings = config / "digest.toml"
    settings.write_text(settings.read_text().replace("en-GB", "it"), encoding="utf-8")
    said = digest(tmp_path, "check")
    assert "no words in it for “" in said
    assert "templates/words/it.po" in said
    (note,) = facts(tmp_path, "check")["notes"]
    assert note.startswith("daily: no words in it for")


def test_check_finds_a_catalogue_that_cannot_be_read(tmp_path: Path) -> None:
    write_publication(tmp_path)
    (tmp_path / "templates").mkdir()
    own_words(tmp_path / "templates", "en", 'msgid "Related"\nmsgst "Re"\n')
    assert "words/en.po:2" in digest(tmp_path, "check", code=2)


def test_every_catalogue_is_named_after_a_language() -> None:
    for path in (TEMPLATES / "words").glob("*.po"):
        assert Locale.parse(path.stem).english_name
