"""Refresh what preflight knows of email clients: digest/preflight/clients.json, from caniemail.

    python docs/clients.py                      asks npm for the package `caniemail`
    python docs/clients.py path/to/caniemail.json

The facts are caniemail's (https://www.caniemail.com), under the MIT licence. Kept is what at least
one of our clients does not do, and how it is recognised; of each client its newest version counts.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

FACTS = Path(__file__).parent.parent / "digest" / "preflight" / "clients.json"

CLIENTS = {
    "Gmail (web)": ("gmail", "desktop-webmail"),
    "Gmail (Android)": ("gmail", "android"),
    "Gmail (iOS)": ("gmail", "ios"),
    "Outlook (Windows)": ("outlook", "windows"),
    "Outlook (Mac)": ("outlook", "macos"),
    "Outlook (web)": ("outlook", "outlook-com"),
    "Apple Mail (macOS)": ("apple-mail", "macos"),
    "Apple Mail (iOS)": ("apple-mail", "ios"),
    "Yahoo (web)": ("yahoo", "desktop-webmail"),
    "Yahoo (Android)": ("yahoo", "android"),
    "Yahoo (iOS)": ("yahoo", "ios"),
    "Samsung (Android)": ("samsung-email", "android"),
}

# How a feature is recognised where its title does not say so.
SIGNS = {
    "css-at-media-device-pixel-ratio": ["media:-webkit-device-pixel-ratio"],
    "css-at-media-hover": ["media:hover", "media:any-hover"],
    "css-at-media-orientation": ["media:orientation"],
    "css-at-media-prefers-color-scheme": ["media:prefers-color-scheme"],
    "css-at-media-prefers-reduced-motion": ["media:prefers-reduced-motion"],
    "css-block-inline-size": ["property:block-size", "property:inline-size"],
    "css-color-scheme": ["property:color-scheme"],
    "css-column-layout-properties": ["property:columns", "property:column-width"],
    "css-display-flex": ["property:display=flex", "property:display=inline-flex"],
    "css-display-grid": ["property:display=grid", "property:display=inline-grid"],
    "css-flex-direction": ["property:flex-direction"],
    "css-flex-wrap": ["property:flex-wrap"],
    "css-gap": ["property:gap", "property:column-gap", "property:row-gap"],
    "css-grid-template": [
        "property:grid-template",
        "property:grid-template-areas",
        "property:grid-template-columns",
        "property:grid-template-rows",
    ],
    "css-intrinsic-size": ["word:fit-content", "word:min-content", "word:max-content"],
    "css-left-right-top-bottom": [
        "property:left",
        "property:right",
        "property:top",
        "property:bottom",
    ],
    "css-margin-block-start-end": ["property:margin-block-start", "property:margin-block-end"],
    "css-margin-inline-block": ["property:margin-inline", "property:margin-block"],
    "css-margin-inline-start-end": ["property:margin-inline-start", "property:margin-inline-end"],
    "css-modern-color": ["function:lch", "function:oklch", "function:lab", "function:oklab"],
    "css-nesting": ["nesting"],
    "css-padding-block-start-end": ["property:padding-block-start", "property:padding-block-end"],
    "css-padding-inline-block": ["property:padding-inline", "property:padding-block"],
    "css-padding-inline-start-end": [
        "property:padding-inline-start",
        "property:padding-inline-end",
    ],
    "css-selector-adjacent-sibling": ["selector:+"],
    "css-selector-attribute": ["selector:[]"],
    "css-selector-chaining": ["selector:.."],
    "css-selector-child": ["selector:>"],
    "css-selector-general-sibling": ["selector:~"],
    "css-selector-universal": ["selector:*"],
    "css-unit-calc": ["function:calc"],
    "css-unit-initial": ["word:initial"],
    "css-variables": ["function:var", "property:--"],
    "html-anchor-links": ["link:#"],
    "html-body": [],  # every page has one
    "html-button-reset": ["element:button"],
    "html-button-submit": ["element:button"],
    "html-image-maps": ["element:map"],
    "html-meta-color-scheme": [],  # without the tag no client turns dark by our rules
    "html-semantics": [
        f"element:{name}"
        for name in ("article", "aside", "figure", "footer", "header", "main", "nav", "section")
    ],
    "html-srcset": ["attribute:srcset", "attribute:sizes"],
    "html-svg": ["element:svg"],
    "image-base64": ["image:data"],
    "image-heif": ["image:heif", "image:heic"],
    "image-tiff": ["image:tiff", "image:tif"],
    "image-mp4": ["image:mp4"],
    **{
        f"html-input-{kind}": ["element:input"]
        for kind in ("checkbox", "hidden", "radio", "reset", "submit", "text")
    },
}


def signs_of(feature: dict[str, str]) -> list[str]:
    """Say how a feature is recognised, by its title where SIGNS does not."""
    if feature["slug"] in SIGNS:
        return SIGNS[feature["slug"]]
    title = feature["title"].strip()
    patterns = {
        r"::([a-z-]+)": "element-of:{}",
        r":([a-z-]+)(?:\(\))?": "state:{}",
        r"lang\(\)": "state:lang",
        r"@([a-z-]+)": "at:{}",
        r"([a-z-]+)\(\)": "function:{}",
        r"([a-z]+) unit": "unit:{}",
        r"<([a-z]+)>(?: element)?": "element:{}",
        r"([a-z-]+) attribute": "attribute:{}",
        r"!important keyword": "word:!important",
    }
    for pattern, sign in patterns.items():
        if match := re.fullmatch(pattern, title):
            return [sign.format(*match.groups())]
    if feature["category"] == "image":
        return [f"image:{feature['slug'].removeprefix('image-')}"]
    if match := re.fullmatch(r"([a-z-]+)(?: property| shorthand)?", title):
        return [f"property:{match[1]}"] if feature["category"] == "css" else []
    return []


def newest(versions: dict[str, str]) -> str:
    """Give the letter of the newest version: y, a (in part), n, or u for nobody knows."""
    return list(versions.values())[-1].split()[0] if versions else "u"


def packed() -> dict[str, object]:
    """Have npm bring the package, and read the data in it."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "caniemail"], cwd=folder, capture_output=True, check=True)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as files:
            data = files.extractfile("package/data/caniemail.json")
            assert data
            return json.load(data)


def main() -> None:
    given = json.loads(Path(sys.argv[1]).read_text("utf-8")) if len(sys.argv) > 1 else packed()
    features = {}
    for feature in given["data"]:
        stats = feature["stats"]
        support = "".join(
            newest(stats.get(family, {}).get(platform, {})) for family, platform in CLIENTS.values()
        )
        if "n" in support and (signs := signs_of(feature)):
            features[feature["slug"]] = {
                "title": feature["title"].strip(),
                "signs": signs,
                "support": support,
            }
    lines = ",\n".join(
        f"    {json.dumps(slug)}: {json.dumps(facts, ensure_ascii=False)}"
        for slug, facts in sorted(features.items())
    )
    head = {
        "source": "https://www.caniemail.com",
        "licence": "MIT, see clients.LICENSE",
        "as_of": given["last_update_date"][:10],
        "letters": "y: yes, a: in part, n: no, u: unknown; one for each client",
        "clients": list(CLIENTS),
    }
    top = json.dumps(head, indent=2).removesuffix("\n}")
    FACTS.write_text(f'{top},\n  "features": {{\n{lines}\n  }}\n}}\n', encoding="utf-8")
    print(f"{len(features)} features that a client lacks, as of {head['as_of']}: {FACTS}")


if __name__ == "__main__":
    main()
