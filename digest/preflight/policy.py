"""What we make of the facts about clients: what may never be used, and what need not be told.

Keys are caniemail's names of features, in clients.json. What is in neither list is a warning where
a client lacks it.
"""

from __future__ import annotations

# An email that needs one of these is broken somewhere, or read as broken by a filter.
NEVER = frozenset(
    {
        "css-animation",
        "css-at-font-face",
        "css-at-import",
        "css-at-keyframes",
        "css-at-supports",
        "css-box-shadow",
        "css-display-flex",
        "css-display-grid",
        "css-function-clamp",
        "css-function-max",
        "css-function-min",
        "css-left-right-top-bottom",
        "css-nesting",
        "css-opacity",
        "css-position",
        "css-transform",
        "css-unit-calc",
        "css-unit-rem",
        "css-variables",
        "html-audio",
        "html-button-submit",
        "html-dialog",
        "html-form",
        "html-input-text",
        "html-link",
        "html-object",
        "html-select",
        "html-svg",
        "html-textarea",
        "html-video",
    }
)

# An email that uses one of these is right without it; each with what a client shows that lacks it.
ENHANCEMENTS = {
    "css-at-media": "the inlined page, right at every width",
    "css-at-media-prefers-color-scheme": "the light page, or the client's own dark one",
    "css-at-media-prefers-reduced-motion": "nothing moves anyway",
    "css-border-radius": "square corners",
    "css-color-scheme": "the light page, or the client's own dark one",
    "css-height": "the height of what is inside, or the height attribute",
    "css-max-height": "the preheader stays hidden by display and mso-hide",
    "css-orphans": "a line alone, in print",
    "css-overflow": "the preheader stays hidden by display and mso-hide",
    "css-overflow-wrap": "a very long word widens its column",
    "css-pseudo-class-hover": "a link that does not change under the pointer",
    "css-rgba": "the colour that is declared before it",
    "css-selector-attribute": "the light page: such rules are Outlook.com's dark ones",
    "css-text-wrap": "headlines whose lines differ in length",
    "css-widows": "a line alone, in print",
    "css-word-break": "a very long word widens its column, or breaks by overflow-wrap",
    "html-aria-hidden": "a mark that is read out",
    "html-aria-label": "the text itself is read out",
    "html-picture": "the <img> that is in it",
    "html-srcset": "the picture that src names",
    "image-webp": "the picture's alt text; a source's picture is linked as it is",
}

# What every client takes out, and many filters hold against an email; caniemail does not list them.
TAKEN_OUT = frozenset({"script", "iframe", "frame", "embed", "applet", "base"})
