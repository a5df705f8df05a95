from __future__ import annotations

import datetime as dt
import functools
import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from courier import (
    BROADSHEET,
    BULLETIN,
    DATE,
    SITE,
    a_picture,
    a_placement,
    at,
    beside_the_margin,
    links_of,
    many_cards,
    page_of,
    the_courier,
    the_lead,
    words_of,
    written,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from matrix import THEMES, emails

from digest.errors import ConfigError, TemplateError
from digest.model import Credit, Issue, Report, Section
from digest.preflight import check_email
from digest.rendering import frame_pictures, render_issue, theme_fingerprint, words_beside
from digest.rendering.inlining import inline_styles
from digest.rendering.theme import open_theme
from digest.rendering.typesetting import (
    Typesetter,
    by_weight,
    fold,
    hang,
    height_at,
    is_broad,
    keep_tail,
)

if TYPE_CHECKING:
    from pathlib import Path

    from lxml import html as lxml_html

    from digest.outgoing import Email


def rendered(issue: Issue, *folders: Path) -> Email:
    return render_issue(issue, themes=[*folders, BROADSHEET])


@functools.cache
def the_email() -> Email:
    return rendered(the_courier())


@functools.cache
def all_pages() -> tuple[lxml_html.HtmlElement, ...]:
    """Give the page of every email of the matrix, both themes."""
    return tuple(map(page_of, emails().values()))


def elements(*tags: str) -> list[lxml_html.HtmlElement]:
    return [element for page in all_pages() for element in page.iter(*tags)]


# ---------------------------------------------------------------- what a reader sees


def test_the_masthead_has_city_long_date_weather_edition_and_length() -> None:
    email = the_email()
    words = words_of(page_of(email))
    assert "LondonMonday 23 November 2026" in words
    assert "12.2 °C, light rainas of 05:40" in words
    assert f"The Daily Courier {email.words} words · 3 minutes" in words


def test_the_words_of_the_stories_are_counted_not_typed(tmp_path: Path) -> None:
    own = written(
        tmp_path, {"stories.html.j2": "<tr><td>{{ lead.title }}: a ten-year-old’s</td></tr>"}
    )
    issue = replace(the_courier(), lead=replace(the_lead(), title="Two words"))
    assert rendered(issue, own).words == 4
    assert " 4 words · 1 minute" in words_of(page_of(rendered(issue, own)))


def test_every_story_and_every_link_of_the_issue_is_in_both_parts() -> None:
    issue = the_courier()
    email = rendered(issue)
    words, text = words_of(page_of(email)), beside_the_margin(email.text)
    urls = {placement.url for placement in issue.placements}
    urls |= {credit.url for credit in issue.lead.also}
    urls |= {section.url for section in issue.sections if section.url}
    urls |= {issue.masthead.url, issue.lead.section_url}
    for placement in issue.placements:
        assert placement.title in words
        assert placement.title in text
    assert urls <= set(links_of(email))
    assert urls <= set(email.text.split())
    assert set(links_of(email)) - set(email.slots) == urls


def test_there_is_one_h1_and_no_heading_level_is_skipped() -> None:
    tags = [str(e.tag) for e in page_of(the_email()).iter("h1", "h2", "h3", "h4", "h5", "h6")]
    assert tags.count("h1") == 1
    assert tags[:2] == ["h1", "h2"]
    assert set(tags) == {"h1", "h2", "h3"}


def test_the_link_on_says_where_it_goes() -> None:
    lead = the_lead()
    own = page_of(the_email()).find_class("go")[0]
    assert words_of(own) == f"Read the full report: {lead.title}"
    foreign = replace(lead, paragraphs=(), source="The Thames Ledger")
    link = page_of(rendered(the_courier(lead=foreign))).find_class("go")[0]
    assert words_of(link) == "Read the full story at The Thames Ledger"


def test_others_who_tell_the_story_are_named_and_the_rest_counted() -> None:
    assert "Also covered by The Thames Ledger, Estuary Radio and Eastern Post" in words_of(
        page_of(the_email())
    )
    lead = replace(the_lead(), others=4, also=the_lead().also[:2])
    email = rendered(the_courier(lead=lead))
    assert "Also covered by The Thames Ledger, Estuary Radio and 2 others" in words_of(
        page_of(email)
    )
    assert "and 2 others" in email.text


def test_a_picture_has_its_alt_its_size_its_caption_and_its_credit() -> None:
    page = page_of(the_email())
    photo, thumb = page.find_class("photo")[0], page.find_class("thumb")[0]
    assert photo.get("alt") == the_lead().image.alt  # type: ignore[union-attr]  # it has one
    assert (photo.get("width"), photo.get("height")) == ("592", "368")
    assert (thumb.get("width"), thumb.get("height")) == ("216", "144")
    assert "is tonight at seven. Photograph: Ines Calloway/The London Courier" in words_of(page)
    assert "Photograph: Owen Mbeki/The London Courier" in words_of(page)


def test_a_picture_of_unknown_size_declares_no_height() -> None:
    lead = replace(the_lead(), image=a_picture("river", width=None, height=None))
    photo = page_of(rendered(the_courier(lead=lead))).find_class("photo")[0]
    assert (photo.get("width"), photo.get("height")) == ("592", None)


def test_a_small_picture_stands_beside_the_standfirst_and_is_not_blown_up() -> None:
    lead = replace(the_lead(), image=a_picture("river", width=240, height=135))
    page = page_of(rendered(the_courier(lead=lead)))
    assert not page.find_class("photo")
    assert page.find_class("thumb")[0].get("height") == "122"
    assert page.find_class("standfirst")


@pytest.mark.parametrize(
    ("width", "height", "shown", "limit"),
    [
        (1184, 736, ("592", "368"), "max-width:592px"),
        (500, 311, ("500", "311"), "max-width:500px"),
        (160, 120, ("160", "120"), "max-width:160px"),
    ],
)
def test_a_picture_never_stands_wider_than_its_pixels(
    width: int, height: int, shown: tuple[str, str], limit: str
) -> None:
    lead = replace(the_lead(), image=a_picture("river", width=width, height=height))
    (image,) = rendered_pictures(the_courier(lead=lead, sections=()))
    assert (image.get("width"), image.get("height")) == shown
    assert limit in image.get("style", "").replace(" ", "")
    filling = image.get("class", "").endswith(" full")  # what a phone may enlarge
    assert filling is (width == 1184)


def rendered_pictures(issue: Issue) -> list[lxml_html.HtmlElement]:
    return list(page_of(rendered(issue)).iter("img"))


def frames(issue: Issue, *themes: Path) -> dict[int, tuple[int, int | None]]:
    found = frame_pictures(issue, themes=themes or (BROADSHEET,))
    return {number: (shape.width, shape.height) for number, shape in found.items()}


def test_a_theme_says_which_pictures_it_shows_and_how_large() -> None:
    issue = the_courier()
    shown = frames(issue)
    lead, *others = shown.items()
    assert lead == (0, (592, 368))
    assert {size for _, size in others} == {(216, 144)}
    titles = {
        placement.image.alt
        for n, placement in enumerate(issue.placements)
        if n in shown and placement.image
    }
    assert titles == {image.get("alt") for image in rendered_pictures(issue)}
    assert {shape.paper for shape in frame_pictures(issue, themes=(BROADSHEET,)).values()} == {
        "#fcfbf8"
    }
    assert frames(issue, BULLETIN) == {}


@pytest.mark.parametrize(
    ("width", "height", "place"),
    [
        (500, 400, (592, 368)),
        (160, 120, (216, 144)),
        (900, 1600, (216, 144)),
        (400, 400, (216, 144)),
        (None, None, (592, 368)),
    ],
)
def test_a_picture_s_place_is_the_same_however_few_its_pixels(
    width: int | None, height: int | None, place: tuple[int, int]
) -> None:
    lead = replace(the_lead(), image=a_picture("river", width=width, height=height))
    assert frames(the_courier(lead=lead))[0] == place


def test_a_theme_of_ones_own_has_pictures_of_its_own_measures(tmp_path: Path) -> None:
    toml = "[size]\nsheet = 560\nphoto_height = '368'\nthumb = 180\nthumb_height = 120\n"
    own = written(tmp_path / "broadsheet", {"theme.toml": toml + '[light]\npaper = "#FFFFFF"\n'})
    assert set(frames(the_courier(), own, BROADSHEET).values()) == {(512, None), (180, 120)}
    bare = written(
        tmp_path / "bare",
        {"theme.toml": '[theme]\nextends = "broadsheet"\n[light]\npaper = "white"\n'},
    )
    shapes = frame_pictures(the_courier(), themes=(bare, BROADSHEET.parent / "bare"))
    assert {shape.paper for shape in shapes.values()} == {"#ffffff"}


def test_sizes_that_are_no_numbers_crop_nothing(tmp_path: Path) -> None:
    page = '<!DOCTYPE html><html><img src="{{ lead.image.url }}" width="592"></html>'
    own = written(
        tmp_path / "plain",
        {
            "theme.toml": '[size]\nsheet = "640px"\nthumb = [1]\n',
            "email.html.j2": page,
            "email.txt.j2": "",
            "stories.html.j2": "<p>A</p>",
        },
    )
    assert set(frames(the_courier(), own).values()) == {(592, None)}


def test_a_picture_without_alt_text_is_no_link_because_nothing_would_name_it() -> None:
    lead = replace(the_lead(), image=a_picture("river", alt=""))
    photo = page_of(rendered(the_courier(lead=lead))).find_class("photo")[0]
    assert photo.get("alt") == ""
    assert not list(photo.iterancestors("a"))


def test_a_section_shows_its_judgement_as_feature_cards_and_rows() -> None:
    page = page_of(the_email())
    assert [words_of(e) for e in page.find_class("hour")] == ["05:12", "02:44", "Sun22:35"]
    assert len(page.find_class("head-2")) == 4  # a feature a section, and Most popular
    assert "Sunday 18:05, Eastern Post and 3 others" in words_of(page)


@given(said=st.lists(st.booleans(), min_size=1, max_size=9))
def test_every_card_keeps_its_place_whatever_has_a_summary(said: list[bool]) -> None:
    cards = [
        a_placement(f"Story {n}", str(n), standfirst="It says." if s else "")
        for n, s in enumerate(said)
    ]
    first, pair, rows = by_weight(cards)
    assert [first, *pair, *rows] == cards
    assert len(pair) <= 2
    assert all(card.standfirst for card in pair)


def test_most_popular_is_a_numbered_list_with_its_basis() -> None:
    page = page_of(the_email())
    assert [words_of(e) for e in page.find_class("numeral")] == ["1", "2", "3", "4"]
    assert len(page.findall(".//ol/li")) == 4
    assert "What readers opened most in the 24 hours to 05:30" in words_of(page)


def test_the_footer_says_who_why_and_how_to_leave() -> None:
    email = the_email()
    assert email.slots == (
        "https://placeholder.invalid/preferences",
        "https://placeholder.invalid/unsubscribe",
        "https://placeholder.invalid/view",
    )
    words = words_of(page_of(email))
    assert "The London Courier1 Fleet Street, London" in words
    assert "You get The Daily Courier at 06:30 because you signed up for it." in words


def test_the_editors_note_stands_before_the_lead_and_is_absent_without_one() -> None:
    note = "Good morning.\n\nTomorrow is a holiday."
    words = words_of(page_of(rendered(the_courier(note=note))))
    assert words.index("Good morning.") < words.index("Tomorrow is") < words.index("Home / UK")
    assert "Good morning" not in the_email().text
    assert "Tomorrow is a holiday." in rendered(the_courier(note=note)).text


def test_breaking_news_is_called_so_above_its_headline_in_both_parts() -> None:
    email = rendered(the_courier(breaking=True))
    word = page_of(email).xpath("//p[.//span[@aria-hidden='true']][contains(., 'Breaking')]")[0]
    assert words_of(word) == "■ Breaking"
    assert word.getnext().tag == "h1"
    assert "\n■ Breaking\nNight ferries return" in email.text
    calm = the_email()
    assert "Breaking" not in calm.html + calm.text


def test_how_long_a_story_has_gone_on_is_said_beside_its_sources_in_both_parts() -> None:
    issue = the_courier()
    section = issue.sections[0]
    card = replace(section.cards[0], day=2)
    email = rendered(
        replace(
            issue,
            lead=replace(issue.lead, day=3),
            sections=(replace(section, cards=(card, *section.cards[1:])), *issue.sections[1:]),
        )
    )
    told = words_of(page_of(email))
    assert f"{issue.lead.section}, day 3" in told
    assert ", day 2" in told.replace("\xa0", " ")
    assert ", day 2" in email.text
    assert not re.search(r", day \d", the_email().text)


def test_the_preheader_is_the_issues_and_comes_first() -> None:
    email = the_email()
    assert email.preheader == the_courier().preheader
    assert words_of(next(page_of(email).iter("body"))).startswith(email.preheader)
    assert "preheader" not in rendered(the_courier(preheader="")).html.partition("<body")[2]


# ---------------------------------------------------------------- issues of every shape


def test_an_issue_without_weather_has_no_trace_of_it() -> None:
    masthead = replace(the_courier().masthead, weather=None)
    email = rendered(the_courier(masthead=masthead))
    for words in (words_of(page_of(email)), email.text):
        assert "°C," not in words
        assert "as of" not in words


def test_weather_without_a_condition_has_no_comma() -> None:
    weather = Report(temperature_c=-0.04, as_of=at("22:40", 22))
    email = rendered(the_courier(masthead=replace(the_courier().masthead, weather=weather)))
    assert "0 °Cas of Sunday 22:40" in words_of(page_of(email))


def test_an_issue_of_one_bare_story_is_whole() -> None:
    lead = a_placement("The river rose", "river", slot="lead")
    email = rendered(the_courier(lead=lead, related=(), sections=(), popular=None, preheader=""))
    page = page_of(email)
    assert [words_of(e) for e in page.iter("h1", "h2", "h3")] == ["The river rose"]
    assert not list(page.iter("img"))
    assert links_of(email).count(lead.url) == 2
    assert "\n\n\n\n" not in email.text


def test_sixty_stories_are_all_there() -> None:
    email = rendered(the_courier(sections=many_cards(60)))
    assert {f"{SITE}/story-{n}" for n in range(60)} <= set(links_of(email))


def test_fifty_cards_stay_below_the_size_at_which_gmail_clips() -> None:
    assert len(rendered(the_courier(sections=many_cards(50))).html.encode()) < 100_000


def test_fifty_cards_are_set_and_looked_over_in_less_than_400_ms() -> None:
    issue = the_courier(sections=many_cards(50))
    taken = []
    for _ in range(3):
        started = time.process_time()
        check_email(rendered(issue))
        taken.append(time.process_time() - started)
    assert min(taken) < 0.4


def test_all_styles_in_the_head_stay_below_gmails_limit() -> None:
    styles = page_of(the_email()).findall(".//style")
    assert len(styles) == 1
    assert len((styles[0].text or "").encode()) < 16_384


def test_a_right_to_left_language_turns_the_page() -> None:
    masthead = replace(the_courier().masthead, language="ar")
    page = page_of(rendered(the_courier(masthead=masthead)))
    assert (page.get("lang"), page.get("dir")) == ("ar", "rtl")
    article = page.xpath("//*[@role='article']")[0]
    assert (article.get("lang"), article.get("dir")) == ("ar", "rtl")
    assert page.find_class("in")[0].get("align") == "right"
    assert "padding-left:24px" in str(page.find_class("pad-pic")[0].get("style"))


def test_in_a_paper_that_runs_to_the_left_a_foreign_headline_runs_as_it_was_written() -> None:
    shown = page_of(emails()["arabic-broadsheet"])
    foreign = next(e for e in shown.iter("h3") if words_of(e).startswith("Talks on"))
    assert foreign.get("dir") == "auto"
    assert next(e for e in shown.iter("p") if words_of(e) == "The ships wait.").get("dir") == "auto"
    assert not any(e.get("dir") for e in page_of(the_email()).iter("h1", "h2", "h3", "p"))


@pytest.mark.parametrize("theme", [BROADSHEET, BULLETIN])
def test_so_does_all_else_that_another_wrote(theme: Path) -> None:
    issue = the_courier(masthead=replace(the_courier().masthead, language="ar"))
    shown = page_of(render_issue(issue, themes=[theme]))
    told = [e for name in ("standfirst", "brief", "text") for e in shown.find_class(name)]
    written_by_others = {*issue.lead.paragraphs, *(one.standfirst for one in issue.placements)}
    found = [e for e in told if words_of(e) in written_by_others]
    assert found
    assert {e.get("dir") for e in found} == {"auto"}


# ---------------------------------------------------------------- hostile texts

UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
HOSTILE = "{{ 7 * 7 }} {% raw %} <script>alert(1)</script> \"quoted\" & 'so' <!-- -->"


def test_markup_and_jinja_in_feed_texts_are_shown_as_text() -> None:
    lead = replace(
        the_lead(),
        title=HOSTILE,
        standfirst=HOSTILE,
        paragraphs=(HOSTILE,),
        section=HOSTILE,
        image=a_picture("river", alt=HOSTILE, caption=HOSTILE, credit=HOSTILE),
        also=(Credit(title=HOSTILE, url="https://ledger.example/a?b=1&c='2'"),),
    )
    card = a_placement(HOSTILE, "card", standfirst=HOSTILE, kicker=HOSTILE, source=HOSTILE)
    sections = (Section(title=HOSTILE, cards=(card, card, card, card)),)
    email = rendered(the_courier(lead=lead, sections=sections, preheader=HOSTILE))
    page = page_of(email)
    assert not list(page.iter("script"))
    assert words_of(next(page.iter("h1"))) == HOSTILE
    assert words_of(page.find_class("title")[0]) == HOSTILE
    assert page.find_class("photo")[0].get("alt") == HOSTILE
    assert "https://ledger.example/a?b=1&c='2'" in links_of(email)
    assert HOSTILE in " ".join(email.text.split())


def test_subject_and_preheader_are_single_lines() -> None:
    issue = the_courier(subject="Ferries\r\nBcc: all@example.org", preheader="One\ntwo\x00")
    email = rendered(issue)
    assert email.subject == "Ferries Bcc: all@example.org"
    assert email.preheader == "One two"


@settings(max_examples=20, deadline=None)
@given(title=st.text(st.characters(exclude_categories=[]), min_size=1, max_size=60))
def test_any_headline_at_all_is_shown_and_breaks_nothing(title: str) -> None:
    email = rendered(the_courier(lead=replace(the_lead(), title=title), sections=()))
    shown = "".join(words_of(next(page_of(email).iter("h1"))).split())
    assert shown == UNPRINTABLE.sub("", "".join(title.split()))
    assert "Unsubscribe from The Daily Courier" in words_of(page_of(email))
    email.text.encode()


def test_long_words_may_break_instead_of_widening_the_page() -> None:
    outermost = page_of(the_email()).find_class("paper")
    assert len(outermost) == 2
    assert all("word-break:break-word" in str(element.get("style")) for element in outermost)


# ---------------------------------------------------------------- the plain part


def test_plain_text_is_wrapped_at_72_columns_but_for_addresses() -> None:
    long = f"{SITE}/{'a' * 100}"
    lead = replace(the_lead(), url=long)
    text = rendered(the_courier(lead=lead, note="So it is. " * 30)).text
    assert long in text.split("\n")
    assert [line for line in text.splitlines() if len(line) > 72 and long not in line] == []
    assert text.endswith("/view\n")
    assert not re.search(r"[ \t]\n|\n{4}|^\n", text)


def test_hours_and_numerals_hang_in_the_margin_of_the_plain_part() -> None:
    text = the_email().text
    assert "\n05:12   Pilots’ strike" in text
    assert "\nSun     Kesh’s exiled orchestra" in text
    assert "\n22:35   " in text
    assert "\n1       The last lamplighter" in text


@given(text=st.text(max_size=300), width=st.integers(min_value=10, max_value=80))
def test_folding_loses_no_word(text: str, width: int) -> None:
    assert fold(text, width).split() == text.split()


@pytest.mark.parametrize(
    ("mark", "first", "second"),
    [
        ("04:15", "04:15   The tea", "        is cold"),
        ("12. Nov.", "12.     The tea", "Nov.    is cold"),
        ("12 نوفمبر", "12      The tea", "نوفمبر  is cold"),
        ("الأربعاء\n9:30", "الأربعاء The tea", "9:30    is cold"),
        ("", "        The tea", "        is cold"),
    ],
)
def test_what_hangs_in_the_margin_never_touches_the_text(
    mark: str, first: str, second: str
) -> None:
    assert hang("The tea\nis cold", mark).splitlines() == [first, second]


def test_a_no_break_space_is_no_place_to_fold() -> None:
    assert fold("It is 14\u00a0°C", 9) == "It is\n14\u00a0°C"


# ---------------------------------------------------------------- the typesetter


def typesetter(language: str = "en-GB") -> Typesetter:
    return Typesetter.of(the_courier().masthead, words_beside([BROADSHEET], language))


@pytest.mark.parametrize(
    ("moment", "hour", "margin"),
    [
        (at("00:05"), "00:05", ("00:05",)),
        (at("21:30", 22), "Sunday 21:30", ("Sun", "21:30")),
        (at("09:00", 17), "Tuesday 09:00", ("Tue", "09:00")),
        (at("09:00", 16), "16 November", ("16 Nov",)),
        (dt.datetime(2025, 6, 1, 23, 30, tzinfo=dt.UTC), "2 June 2025", ("2 Jun", "2025")),
    ],
)
def test_an_hour_says_its_day_where_that_is_not_the_issues(
    moment: dt.datetime, hour: str, margin: tuple[str, ...]
) -> None:
    assert typesetter().hour(moment) == hour
    assert typesetter().margin_hour(moment) == margin


@pytest.mark.parametrize(
    ("language", "date"),
    [
        ("en-GB", "Monday 23 November 2026"),
        ("en-US", "Monday, November 23, 2026"),
        ("de", "Montag, 23. November 2026"),
        ("fr-FR", "lundi 23 novembre 2026"),
    ],
)
def test_the_long_date_is_in_the_publications_language(language: str, date: str) -> None:
    assert typesetter(language).long_date(DATE) == date


def test_temperatures_and_numbers_keep_the_languages_signs() -> None:
    assert typesetter("fr").temperature(12.24) == "12,2\u00a0°C"
    assert typesetter().temperature(-3.0) == "\u22123\u00a0°C"
    assert typesetter().number(12786) == "12,786"


def test_an_unknown_language_is_an_error_of_the_configuration() -> None:
    with pytest.raises(ConfigError, match=r"publication.language: .*'xx'.* en-GB"):
        typesetter("xx")


@given(st.text(max_size=80))
def test_a_headlines_tail_changes_nothing_but_its_last_space(headline: str) -> None:
    assert keep_tail(headline).split() == headline.split()


def test_a_headlines_last_two_words_stay_together_unless_they_are_long() -> None:
    assert keep_tail("The river rose again") == "The river rose\u00a0again"
    assert keep_tail("On constitutional responsibilities") == "On constitutional responsibilities"


@pytest.mark.parametrize(
    ("width", "height", "at_592", "broad"),
    [
        (1184, 736, 368, True),
        (None, 736, None, True),
        (1184, None, None, True),
        (0, 0, None, True),
        (240, 135, 333, False),
        (1000, 1500, 888, False),
    ],
)
def test_a_pictures_height_and_place_follow_its_declared_size(
    width: int | None, height: int | None, at_592: int | None, *, broad: bool
) -> None:
    image = a_picture("river", width=width, height=height)
    assert height_at(image, 592) == at_592
    assert is_broad(image) is broad


@pytest.mark.parametrize(
    ("text", "credit", "line"),
    [
        ("A boat", "Ines Calloway", "A boat. Photograph: Ines Calloway"),
        ("A boat.", "Photograph: Ines Calloway", "A boat. Photograph: Ines Calloway"),
        ("A boat", "", "A boat"),
        ("", "Ines Calloway", "Photograph: Ines Calloway"),
    ],
)
def test_a_caption_is_a_sentence_and_a_credit(text: str, credit: str, line: str) -> None:
    assert typesetter().caption(a_picture("boat", caption=text, credit=credit)) == line


# ---------------------------------------------------------------- premailer's traps


def test_a_lower_case_doctype_is_not_dropped() -> None:
    page = inline_styles("\n<!doctype html><html><body><p>Here</p></body></html>")
    assert page.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    "page", ["", "  ", '<?xml version="1.0"?><!DOCTYPE html><html></html>', "<p>Here</p>"]
)
def test_a_page_that_premailer_cannot_read_is_a_template_error(page: str) -> None:
    with pytest.raises(TemplateError, match="does not begin with <!DOCTYPE html>"):
        inline_styles(page)


def test_responsive_rules_keep_their_important() -> None:
    head = the_email().html.partition("</head>")[0]
    assert ".col { max-width: 100% !important; }" in head
    assert "@media (prefers-color-scheme: dark)" in head
    assert "[data-ogsc] .head-1" in head


def test_responsive_rules_outside_the_ignored_block_keep_their_important_too() -> None:
    page = inline_styles(
        "<!DOCTYPE html><html><head><style>@media (max-width: 9px) { .a { color: red !important } }"
        '</style></head><body><p class="a">Here</p></body></html>'
    )
    assert re.search(r"color: red !important", page)


def test_a_stylesheet_elsewhere_is_not_fetched() -> None:
    page = inline_styles(
        '<!DOCTYPE html><html><head><link rel="stylesheet" href="http://127.0.0.1:9/a.css"></head>'
        "<body><p>Here</p></body></html>"
    )
    assert "<p>Here</p>" in page


def test_rules_that_match_nothing_stay_in_the_head() -> None:
    bare = the_courier(lead=a_placement("Here", "here"), related=(), sections=(), popular=None)
    head, _, body = rendered(bare).html.partition("</head>")
    assert 'class="thumb' not in body
    assert ".full { max-width: 100% !important; }" in head


def test_an_images_width_of_100_per_cent_does_not_replace_its_width_attribute() -> None:
    for image in elements("img"):
        assert str(image.get("width")).isdigit()
        assert "width:100%" in str(image.get("style"))


def test_no_attribute_lands_on_an_element_that_may_not_carry_it() -> None:
    for element in elements("img", "div", "p", "a", "h1", "h2", "h3"):
        assert not {"valign", "bgcolor", "align"} & set(element.keys())


def test_placeholders_come_through_untouched() -> None:
    for email in emails().values():
        assert len(email.slots) == 3
        for slot in email.slots:
            assert f'href="{slot}"' in email.html
            assert f"\n{slot}\n" in email.text


def test_gaps_are_padding_on_cells_only_because_word_knows_no_other() -> None:
    for element in elements("p", "h1", "h2", "h3", "div", "a"):
        assert "padding" not in str(element.get("style")), element.attrib


def test_no_link_is_empty_as_one_around_a_table_would_be() -> None:
    for link in elements("a"):
        alts = [image.get("alt") for image in link.iter("img")]
        assert words_of(link) or any(alts)


def test_no_inlined_rule_is_important_because_it_would_defeat_dark_mode() -> None:
    assert not [e for e in elements() if "!important" in str(e.get("style", "")).lower()]


@pytest.mark.parametrize("folder", THEMES.values(), ids=THEMES)
def test_no_rule_to_inline_relies_on_a_fallback_pair_of_which_only_the_last_is_kept(
    folder: Path,
) -> None:
    theme = open_theme([folder], typesetter())
    css = theme.get_template("inline.css.j2").render()
    rules = re.findall(r"\{([^}]*)\}", css)
    assert len(rules) > 30
    for rule in rules:
        names = [part.partition(":")[0].strip() for part in rule.split(";") if part.strip()]
        assert len(names) == len(set(names)), rule


def test_only_conditional_comments_stay() -> None:
    comments = re.findall(r"<!--.*?-->", the_email().html, re.DOTALL)
    assert comments
    assert not [c for c in comments if not re.match(r"<!--(\[if|<!\[endif|>)", c)]
    page = inline_styles(
        "<!DOCTYPE html><html><body><!-- mine --><!--[if !mso]><!--><p>all</p><!--<![endif]-->"
        "<!--[if mso]><p>Word</p><![endif]--><!-- and\nthis --></body></html>"
    )
    assert "mine" not in page
    assert "this" not in page
    assert "<!--[if !mso]><!--><p>all</p><!--<![endif]-->" in page
    assert "<!--[if mso]><p>Word</p><![endif]-->" in page


def test_every_colour_of_text_has_a_dark_counterpart() -> None:
    for page in all_pages():
        dark = str(page.findtext("head/style")).partition("prefers-color-scheme: dark")[2]
        for element in page.iter():
            if element.get("class") != "preheader" and re.search(
                r"(^|[ ;])(color|background-color):", str(element.get("style", ""))
            ):
                classes = str(element.get("class", "")).split()
                assert any(f".{name}" in dark for name in classes), element.attrib


# ---------------------------------------------------------------- themes


def test_a_file_of_ones_own_replaces_the_built_in_one(tmp_path: Path) -> None:
    own = written(tmp_path, {"footer.html.j2": "<tr><td>Our own foot</td></tr>"})
    email = rendered(the_courier(), own)
    assert "Our own foot" in email.html
    assert "Unsubscribe" not in email.html
    assert the_lead().title in words_of(page_of(email))


def test_a_file_of_ones_own_may_extend_the_built_in_one(tmp_path: Path) -> None:
    foot = '{% extends "base/footer.html.j2" %}{% block why %}<p>Since 1911.</p>{% endblock %}'
    page = (
        '{% extends "base/stories.html.j2" %}'
        "{% block popular %}{{ super() }}<tr><td>A crossword</td></tr>{% endblock %}"
    )
    email = rendered(
        the_courier(), written(tmp_path, {"footer.html.j2": foot, "stories.html.j2": page})
    )
    words = words_of(page_of(email))
    assert "Since 1911." in words
    assert "because you signed up" not in words
    assert words.index("A soup for wet Mondays") < words.index("A crossword")
    assert "Unsubscribe from The Daily Courier" in words


def test_one_token_of_ones_own_leaves_the_others(tmp_path: Path) -> None:
    own = written(tmp_path, {"theme.toml": '[light]\naccent = "#7a1f1f"\n'})
    email = rendered(the_courier(), own)
    assert "#7a1f1f" in email.html
    assert "#1c5a49" not in email.html
    assert "#5c5a52" in email.html


def test_a_theme_may_be_changed_between_two_renderings(tmp_path: Path) -> None:
    before = rendered(the_courier(), tmp_path)
    written(tmp_path, {"footer.html.j2": "<tr><td>New</td></tr>"})
    assert "<td>New</td>" in rendered(the_courier(), tmp_path).html
    (tmp_path / "footer.html.j2").unlink()
    assert rendered(the_courier(), tmp_path) == before


def test_the_fingerprint_follows_every_name_and_byte(tmp_path: Path) -> None:
    own = tmp_path / "own"
    plain = theme_fingerprint([own, BROADSHEET])
    assert plain == theme_fingerprint([BROADSHEET])
    written(own, {"notes.txt": "not a template"})
    assert theme_fingerprint([own, BROADSHEET]) == plain
    written(own, {"footer.html.j2": "<tr></tr>"})
    changed = theme_fingerprint([own, BROADSHEET])
    (own / "footer.html.j2").rename(own / "header.html.j2")
    assert len({plain, changed, theme_fingerprint([own, BROADSHEET])}) == 3


@pytest.mark.parametrize(
    ("name", "text", "line", "what"),
    [
        ("footer.html.j2", "<tr>\n{% if %}\n</tr>", 2, "Expected an expression"),
        ("footer.html.j2", "\n\n{{ issue.nothing }}", 3, "'nothing'"),
        ("footer.html.j2", "{{ 1 / 0 }}", 1, "ZeroDivisionError"),
        ("email.txt.j2", 'Here\n{% include "absent.txt.j2" %}', 2, "'absent.txt.j2'"),
        ("inline.css.j2", "p { color: {{ light.pink }} }", 1, "'pink'"),
    ],
)
def test_a_broken_template_is_named_with_its_line(
    tmp_path: Path, name: str, text: str, line: int, what: str
) -> None:
    own = written(tmp_path, {name: text})
    with pytest.raises(TemplateError) as caught:
        rendered(the_courier(), own)
    assert caught.value.where == f"{own / name}:{line}"
    assert what in caught.value.what


@pytest.mark.parametrize("text", ["[light\n", 'accent = "#7a1f1f"\n', "[light]\nink = 1\nink = 2"])
def test_a_broken_theme_toml_is_named(tmp_path: Path, text: str) -> None:
    own = written(tmp_path, {"theme.toml": text})
    with pytest.raises(TemplateError) as caught:
        rendered(the_courier(), own)
    assert caught.value.where == str(own / "theme.toml")


def test_a_missing_theme_is_an_error_that_names_the_folders(tmp_path: Path) -> None:
    themes = [tmp_path / "mine", tmp_path / "built-in"]
    for use in (
        lambda: render_issue(the_courier(), themes=themes),
        lambda: theme_fingerprint(themes),
    ):
        with pytest.raises(TemplateError) as caught:
            use()
        assert all(str(folder) in caught.value.where for folder in themes)
    with pytest.raises(TemplateError):
        render_issue(the_courier(), themes=[])
