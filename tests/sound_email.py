"""An email in which preflight finds nothing, and how a test spoils it."""

from __future__ import annotations

from dataclasses import replace

from digest.outgoing import Email
from digest.preflight import check_email

UNSUBSCRIBE = "https://placeholder.invalid/unsubscribe"
STORY = "https://courier.example/thames"
PICTURE = (
    '<img src="https://courier.example/t.jpg" alt="The barrier, closed" width="592" height="333">'
)
SOUND = Email(
    subject="Thames barrier closes for the third time",
    preheader="And nine other stories",
    html="<!DOCTYPE html><html lang='en-GB' dir='ltr'><head><title>The Daily Courier</title></head>"
    "<body><div lang='en-GB' dir='ltr'><div style='display:none'>And nine other stories</div>"
    f"<h1>Barrier closes</h1>{PICTURE}<h2>London</h2>"
    f"<p><a href='{STORY}'>Read on about the barrier</a></p>"
    f"<p><a href='{UNSUBSCRIBE}'>Unsubscribe from the Courier</a></p></div></body></html>",
    text=f"Barrier closes\n\n{STORY}\n\nUnsubscribe: {UNSUBSCRIBE}.\n",
    language="en-GB",
    slots=(UNSUBSCRIBE,),
)


def with_body(extra: str) -> Email:
    return replace(SOUND, html=SOUND.html.replace("</body>", f"{extra}</body>"))


def found(email: Email) -> list[tuple[str, str]]:
    return [(finding.level, finding.rule) for finding in check_email(email)]


def with_head(extra: str) -> Email:
    return replace(SOUND, html=SOUND.html.replace("</head>", f"{extra}</head>"))
