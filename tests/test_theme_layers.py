"""Themes of one's own: a file instead of another, over another, or a theme over another theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from courier import BROADSHEET, BULLETIN, page_of, the_courier, words_of, written

from digest.errors import TemplateError
from digest.rendering import check_theme, render_issue, theme_fingerprint
from digest.rendering.layers import read_tokens, theme_layers

if TYPE_CHECKING:
    from pathlib import Path

    from digest.outgoing import Email

EXTENDS = '[theme]\nextends = "broadsheet"\n'
BASE = '{% extends "base/footer.html.j2" %}{% block why %}'


def rendered(*themes: Path) -> Email:
    return render_issue(the_courier(), themes=themes)


def theme_of_ones_own(root: Path, name: str = "ours", toml: str = EXTENDS) -> list[Path]:
    """Write a theme beside the newsroom's others, and give its folder and the built-in one."""
    return [written(root / name, {"theme.toml": toml}), BROADSHEET.with_name(name)]


def test_a_theme_that_says_only_what_it_extends_is_that_theme(tmp_path: Path) -> None:
    assert rendered(*theme_of_ones_own(tmp_path)) == rendered(BROADSHEET)


def test_a_theme_lies_on_the_one_that_it_extends_newsroom_over_built_in(tmp_path: Path) -> None:
    own, absent = theme_of_ones_own(tmp_path)
    assert theme_layers([own, absent]) == (own, absent, tmp_path / "broadsheet", BROADSHEET)


def test_base_reaches_what_lies_below_at_every_depth(tmp_path: Path) -> None:
    themes = theme_of_ones_own(tmp_path)
    mark = "{{{{ super() }}}}<p>{}</p>{{% endblock %}}"
    written(tmp_path / "ours", {"footer.html.j2": BASE + mark.format("Ours.")})
    written(tmp_path / "broadsheet", {"footer.html.j2": BASE + mark.format("The house's.")})
    words = words_of(page_of(rendered(*themes)))
    first, second, third = map(words.index, ("you signed up for it.", "The house's.", "Ours."))
    assert first < second < third


def test_base_under_the_lowest_file_is_missing_and_named_where_it_is_asked_for(
    tmp_path: Path,
) -> None:
    own = written(tmp_path, {"footer.html.j2": '\n{% include "base/colophon.html.j2" %}'})
    with pytest.raises(TemplateError, match=r"no template 'base/colophon.html.j2'") as caught:
        rendered(own, BROADSHEET)
    assert caught.value.where == f"{own / 'footer.html.j2'}:2"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (f"{BASE}\n{{{{ issue.nothing }}}}\n{{% endblock %}}", 2, "'nothing'"),
        (f"{BASE}\n\n{{{{ 1 / 0 }}}}{{% endblock %}}", 3, "ZeroDivisionError"),
        (f"{BASE}\n{{% if %}}{{% endblock %}}", 2, "Expected an expression"),
        (f"{BASE}\n", 1, "Unexpected end of template"),
    ],
)
def test_an_override_that_is_broken_in_a_block_is_named_with_its_own_line(
    tmp_path: Path, text: str, line: int, what: str
) -> None:
    own = written(tmp_path, {"footer.html.j2": text})
    with pytest.raises(TemplateError) as caught:
        rendered(own, BROADSHEET)
    assert caught.value.where == f"{own / 'footer.html.j2'}:{line}"
    assert what in caught.value.what


def test_an_override_that_is_no_text_is_named_itself(tmp_path: Path) -> None:
    own = written(tmp_path, {"footer.html.j2": ""})
    (own / "footer.html.j2").write_bytes(b"caf\xe9")
    with pytest.raises(TemplateError, match="can't decode") as caught:
        rendered(own, BROADSHEET)
    assert caught.value.where == str(own / "footer.html.j2")


def test_tokens_are_taken_from_the_uppermost_layer_that_has_them(tmp_path: Path) -> None:
    themes = theme_of_ones_own(tmp_path, toml=f'{EXTENDS}[light]\naccent = "#7a1f1f"\n')
    written(
        tmp_path / "broadsheet",
        {"theme.toml": '[light]\naccent = "#000000"\nsoft = "#444444"\n'},
    )
    light = read_tokens(theme_layers(themes))["light"]
    assert (light["accent"], light["soft"], light["ink"]) == ("#7a1f1f", "#444444", "#1a1a17")


def test_the_fingerprint_follows_the_theme_that_is_extended(tmp_path: Path) -> None:
    themes = theme_of_ones_own(tmp_path)
    before = theme_fingerprint(themes)
    written(tmp_path / "broadsheet", {"footer.html.j2": "<tr></tr>"})
    assert theme_fingerprint(themes) != before


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ('"nonesuch"', "there is no theme 'nonesuch' to extend"),
        ('"../secret"', "`extends` is no theme's name: '../secret'"),
        ("7", "`extends` is no theme's name: 7"),
        ('"ours"', "the theme 'ours' extends itself"),
    ],
)
def test_a_theme_that_extends_what_it_cannot_is_named(tmp_path: Path, said: str, what: str) -> None:
    themes = theme_of_ones_own(tmp_path, toml=f"[theme]\nextends = {said}\n")
    for use in (check_theme, theme_fingerprint):
        with pytest.raises(TemplateError) as caught:
            use(themes)
        assert caught.value.what == what
        assert caught.value.where == str(tmp_path / "ours" / "theme.toml")


def test_themes_that_extend_each_other_are_named(tmp_path: Path) -> None:
    themes = theme_of_ones_own(tmp_path, toml='[theme]\nextends = "theirs"\n')
    theme_of_ones_own(tmp_path, "theirs", '[theme]\nextends = "ours"\n')
    with pytest.raises(TemplateError, match="the theme 'ours' extends itself"):
        check_theme(themes)


def test_no_template_is_read_from_outside_its_theme(tmp_path: Path) -> None:
    (tmp_path / "secret.html.j2").write_text("A secret")
    own = written(tmp_path / "own", {"footer.html.j2": '{% include "../secret.html.j2" %}'})
    with pytest.raises(TemplateError, match="no template"):
        rendered(own, BROADSHEET)


# ---------------------------------------------------------------- before any issue is built


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (f"{BASE}\n{{% if %}}{{% endblock %}}", 2, "Expected an expression"),
        ('<tr>\n{% include "colophon.html.j2" %}', 2, "no template 'colophon.html.j2'"),
        ('{% extends "base/foot.html.j2" %}', 1, "no template 'base/foot.html.j2'"),
        ('{% include "../secret.html.j2" %}', 1, "no template '../secret.html.j2'"),
        ('{% include "a:b.html.j2" %}', 1, "no template 'a:b.html.j2'"),
        ('\n\n{% extends "footer.html.j2" %}', 3, "extends itself"),
        ('\n{% import "base/mine.html.j2" as m %}', 2, "no template 'base/mine.html.j2'"),
        (f"{BASE}{{% endblock %}}\n{{% block wy %}}{{% endblock %}}", 2, "there is no block 'wy'"),
    ],
)
def test_check_finds_what_an_override_gets_wrong(
    tmp_path: Path, text: str, line: int, what: str
) -> None:
    own = written(tmp_path, {"footer.html.j2": text})
    with pytest.raises(TemplateError) as caught:
        check_theme([own, BROADSHEET])
    assert caught.value.where == f"{own / 'footer.html.j2'}:{line}"
    assert what in caught.value.what


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ('[light]\nink = "#000000"\naccent = 3', 3, "'accent' of [light] must be a colour"),
        ('[dark]\npaper = "black"', 2, "'paper' of [dark] must be a colour such as #1a1a17"),
        ('[size]\nsheet = "640px"', 2, "'sheet' of [size] must be a whole number"),
        ("[size]\nsheet = true", 2, "'sheet' of [size] must be a whole number"),
        ('[fonts]\nserif = ["Georgia"]', 2, "'serif' of [fonts] must be a text"),
        ('\n[light]\nikn = "#000000"', 3, "no template asks for 'ikn' of [light]"),
    ],
)
def test_check_finds_a_token_that_does_nothing_or_harm(
    tmp_path: Path, text: str, line: int, what: str
) -> None:
    own = written(tmp_path, {"theme.toml": text})
    with pytest.raises(TemplateError) as caught:
        check_theme([own, BROADSHEET])
    assert caught.value.where == f"{own / 'theme.toml'}:{line}"
    assert what in caught.value.what


def test_check_lets_be_a_token_that_a_template_of_ones_own_asks_for(tmp_path: Path) -> None:
    why = f"{BASE}{{{{ size.logo }}}}{{% endblock %}}"
    check_theme(
        [written(tmp_path, {"theme.toml": "[size]\nlogo = 3", "footer.html.j2": why}), BROADSHEET]
    )


def test_check_names_the_blocks_that_there_are(tmp_path: Path) -> None:
    own = written(
        tmp_path,
        {"footer.html.j2": '{% extends "base/footer.html.j2" %}{% block wy %}{% endblock %}'},
    )
    with pytest.raises(TemplateError, match="Its blocks: choices, rule, sender, why"):
        check_theme([own, BROADSHEET])


@pytest.mark.parametrize(
    "text",
    [
        f"{BASE}{{% block within %}}{{% endblock %}}{{% endblock %}}",
        '{% include "colophon.html.j2" ignore missing %}',
        '{% include ["colophon.html.j2", "footer.html.j2"] %}',
        "{% include 5 %}",
        '{% set p = "base/footer.html.j2" %}{% extends p %}{% block any %}{% endblock %}',
        (
            '{% if lang %}{% extends "base/lead.html.j2" %}{% else %}'
            '{% extends "base/footer.html.j2" %}{% endif %}{% block choices %}{% endblock %}'
        ),
        f"{BASE}{{{{ self.helper() }}}}{{% endblock %}}{{% block helper %}}{{% endblock %}}",
    ],
)
def test_check_lets_be_what_may_be_meant(tmp_path: Path, text: str) -> None:
    check_theme([written(tmp_path, {"footer.html.j2": text}), BROADSHEET])


def test_what_is_no_file_is_no_part_of_a_theme(tmp_path: Path) -> None:
    own = written(tmp_path, {})
    (own / ".#lead.html.j2").symlink_to("somebody@here.1")  # an editor's lock
    (own / "parts.j2").mkdir()
    check_theme([own, BROADSHEET])
    assert rendered(own, BROADSHEET) == rendered(BROADSHEET)


def test_rules_of_ones_own_stand_beside_those_of_the_bulletin(tmp_path: Path) -> None:
    """Whether the newsroom writes them for the broadsheet, below, or for the bulletin itself."""
    css = '{% extends "base/inline.css.j2" %}{% block own %}.go { color: #123456; }{% endblock %}'
    for name in ("broadsheet", "bulletin"):
        themes = [tmp_path / name / "bulletin", BULLETIN]
        (tmp_path / name).mkdir()
        written(tmp_path / name / name, {"inline.css.j2": css})
        html = rendered(*themes).html
        assert "#123456" in html
        assert html.replace("#123456", "").count("padding:11px 0 12px") == (
            rendered(BULLETIN).html.count("padding:11px 0 12px")
        )


def test_a_footer_that_is_all_ones_own_stands_in_the_bulletin_too(tmp_path: Path) -> None:
    footer = "<tr><td>{% block rule %}{% endblock %}Ours since 1911</td></tr>"
    for text in (footer, footer.replace("rule", "sender")):
        written(tmp_path / "broadsheet", {"footer.html.j2": text})
        check_theme([tmp_path / "bulletin", BULLETIN])
        assert "Ours since 1911" in rendered(tmp_path / "bulletin", BULLETIN).html
