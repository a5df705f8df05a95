"""Read what a site's robots.txt says to us: RFC 9309, with Protego. Nothing is fetched here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from protego import Protego

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BYTES = 500 * 1024  # RFC 9309 §2.5: at least so much is read

_AGENT = re.compile(
    r"^[ \t]*user[- ]?agents?[ \t]*:?[ \t]*([^\r\n#]*)", re.IGNORECASE | re.MULTILINE
)
_TOKEN = re.compile(r"[A-Za-z_-]+")  # RFC 9309 §2.2.1
_OTHERS = "\ufffd"  # no robot is called so


def allows(robots_txt: bytes, status: int, url: str, user_agent: str) -> bool:
    """Tell whether the robot called `user_agent` may read the page at `url`.

    `status` is the answer's for robots.txt. Where there is none (400 to 499) all may be read, where
    the server has a fault (500 and above) nothing (RFC 9309 §2.3.1). The longest rule wins, and
    one that allows wins a tie. Of a User-Agent header only the first product's name counts.
    """
    if status >= 500:  # noqa: PLR2004  unreachable
        return False
    if status >= 300:  # noqa: PLR2004  unavailable, or a redirect that led nowhere
        return True
    return Protego.parse(_addressed(robots_txt, user_agent)).can_fetch(url, _token(user_agent))


def _token(user_agent: str) -> str:
    match = _TOKEN.match(user_agent.strip())
    return match[0] if match else "*"


def _addressed(robots_txt: bytes, user_agent: str) -> str:
    """Decode robots.txt within the bound, with all other robots under one name.

    Protego keeps a list of rules for each name, which thousands of names make quadratic, and takes
    a part of a name for the whole; by the RFC a name is ours or it is not.
    """
    text = robots_txt[:MAX_BYTES].decode("utf-8-sig", "replace")
    return _AGENT.sub(_renamed(_token(user_agent).lower()), text)


def _renamed(ours: str) -> Callable[[re.Match[str]], str]:
    def rename(match: re.Match[str]) -> str:
        name = match[1].strip().lower()
        token = _TOKEN.match(name)
        meant = name == "*" or (token is not None and token[0] == ours)
        return f"User-agent: {('*' if name == '*' else ours) if meant else _OTHERS}"

    return rename
