"""Which of caniemail's features are a property, a value or an at-rule of CSS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

SIDES = "(-(top|right|bottom|left))?"
UNITS = "ch cm em ex in mm pc pt px rem vh vmax vmin vw"
LOGICAL = "(inline|block)"

# Most properties are a slug's own name ("css-float"); these slugs stand for several.
GROUPS = {
    "css-animation": r"animation(-.*)?",
    "css-block-inline-size": r"(block|inline)-size",
    "css-border": rf"border{SIDES}(-(width|style|color))?",
    "css-border-image": r"border-image-.*",
    "css-border-inline-block": rf"border-{LOGICAL}",
    "css-border-inline-block-individual": rf"border-{LOGICAL}-(start|end)",
    "css-border-inline-block-longhand": rf"border-{LOGICAL}(-(start|end))?-(width|style|color)",
    "css-border-radius": r"border-(top|bottom)-(left|right)-radius",
    "css-border-radius-logical": r"border-(start|end)-(start|end)-radius",
    "css-column-count": r"columns",
    "css-column-layout-properties": r"column-(fill|gap|rule(-.*)?|span|width)|columns",
    "css-flex-direction": r"flex-flow",
    "css-gap": r"(row|column)-gap",
    "css-grid-template": r"grid-template(-.*)?",
    "css-left-right-top-bottom": r"left|right|top|bottom",
    "css-margin": rf"margin{SIDES}",
    "css-margin-block-start-end": r"margin-block-(start|end)",
    "css-margin-inline-block": rf"margin-{LOGICAL}",
    "css-margin-inline-start-end": r"margin-inline-(start|end)",
    "css-mask-image": r"mask(-.*)?",
    "css-outline": r"outline-(color|style|width)",
    "css-overflow": rf"overflow-(x|y|{LOGICAL})",
    "css-padding": rf"padding{SIDES}",
    "css-padding-block-start-end": r"padding-block-(start|end)",
    "css-padding-inline-block": rf"padding-{LOGICAL}",
    "css-padding-inline-start-end": r"padding-inline-(start|end)",
    "css-scroll-snap": r"scroll-(snap|margin|padding)(-.*)?",
    "css-text-emphasis": r"text-emphasis-(style|color)",
    "css-text-wrap": r"text-wrap-(mode|style)",
    "css-transform": r"transform-.*|rotate|scale|translate",
    "css-transition": r"transition-.*",
}

# Sought in "property: value", whose words are parted by single spaces and whose sizes are 1.
VALUES = {
    "css-border-collapse": r"^border-collapse:",
    "css-conic-gradient": r"conic-gradient\(",
    "css-display-flex": r"^display:.*\bflex\b",
    "css-display-grid": r"^display:.*\bgrid\b",
    "css-display-none": r"^display: none",
    "css-function-clamp": r"\bclamp\(",
    "css-function-light-dark": r"\blight-dark\(",
    "css-function-max": r"\bmax\(",
    "css-function-min": r"\bmin\(",
    "css-intrinsic-size": r"\b(min-content|max-content|fit-content)\b",
    "css-linear-gradient": r"linear-gradient\(",
    # Colours whose parts no comma parts, and those of newer spaces.
    "css-modern-color": r"\b(rgba?|hsla?)\( [^,)]*\)|\b(ok)?(lab|lch)\(|\b(hwb|color|color-mix)\(",
    "css-radial-gradient": r"radial-gradient\(",
    "css-rgb": r"\brgb\(",
    "css-rgba": r"\brgba\(",
    "css-sytem-ui": r"^font(-family)?:.*\bsystem-ui\b",
    "css-unit-calc": r"\bcalc\(",
    "css-unit-initial": r": initial\b",
    "css-variables": r"\bvar\(",
    "css-unit-percent": r"\b1%",
    "image-base64": r"url\(data:\)",
    **{f"css-unit-{unit}": rf"\b1{unit}\b" for unit in UNITS.split()},
}

AT_RULES = {
    "css-at-font-face": r"^@font-face",
    "css-at-import": r"^@import",
    "css-at-keyframes": r"^@(-webkit-)?keyframes",
    "css-at-media": r"^@media",
    "css-at-media-device-pixel-ratio": r"^@media.*(device-pixel-ratio|resolution)",
    "css-at-media-hover": r"^@media.*\((any-)?(hover|pointer)",
    "css-at-media-orientation": r"^@media.*\(orientation",
    "css-at-media-prefers-color-scheme": r"^@media.*prefers-color-scheme",
    "css-at-media-prefers-reduced-motion": r"^@media.*prefers-reduced-motion",
    "css-at-supports": r"^@supports",
}


def of_property(name: str, known: AbstractSet[str]) -> Iterator[str]:
    """Give the features that a property is, or "property NAME" where caniemail knows none."""
    bare = re.sub(r"^-(webkit|moz|ms|o)-", "", name)
    found = [slug for slug, pattern in GROUPS.items() if re.fullmatch(pattern, bare)]
    if f"css-{bare}" in known:
        found.append(f"css-{bare}")
    yield from found or [f"property {name}"]
