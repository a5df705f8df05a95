"""An issue and a theme become an email: Jinja2 fills the templates, premailer inlines the styles.

The same templates make the issue's page on the web.

No network and no clock: the same issue and the same theme give the same bytes.
"""

from __future__ import annotations

from digest.rendering.catalogs import languages_in, words_beside, words_in
from digest.rendering.checking import check_theme
from digest.rendering.framing import frame_pictures
from digest.rendering.page import WebPage, render_issue, render_web
from digest.rendering.reader_pages import reader_page
from digest.rendering.theme import theme_files, theme_fingerprint, theme_sources
from digest.rendering.untranslated import untranslated

__all__ = [
    "WebPage",
    "check_theme",
    "frame_pictures",
    "languages_in",
    "reader_page",
    "render_issue",
    "render_web",
    "theme_files",
    "theme_fingerprint",
    "theme_sources",
    "untranslated",
    "words_beside",
    "words_in",
]
