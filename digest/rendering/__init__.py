"""An issue and a theme become an email: Jinja2 fills the templates, premailer inlines the styles.

No network and no clock: the same issue and the same theme give the same bytes.
"""

from __future__ import annotations

from digest.rendering.page import render_issue
from digest.rendering.theme import check_theme, theme_fingerprint

__all__ = ["check_theme", "render_issue", "theme_fingerprint"]
