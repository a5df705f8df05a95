"""Compare and judge web addresses: one form for all spellings of a page, its owner's domain.

A canonical URL is a grouping hint and a key for counts; it is never what a reader is sent to.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from urllib.parse import urljoin, urlsplit

from publicsuffixlist import PublicSuffixList
from w3lib.url import canonicalize_url, url_query_cleaner

MAX_LENGTH = 2_000  # characters; longer addresses break mail clients and proxies

# Query parameters that say where a click came from, never which page it leads to.
TRACKING = frozenset(
    """
    _ga _gl cmp cmpid dclid emc fbclid gbraid gclid gclsrc icid igshid ito maca mbid mc_cid mc_eid
    mkt_tok msclkid ncid ns_campaign ns_mchannel ns_source ocid partner rss s_cid sh_kit smid smtyp
    sr_share srnd taid traffic_source twclid wbraid wt.mc_id xtor yclid
    """.split()  # noqa: SIM905  words in columns read better than a list
)
TRACKING_PREFIXES = ("at_", "hsa_", "itm_", "mtm_", "pk_", "utm_", "wt_")

# Control, space, surrogate and direction-changing characters, and the backslash, which browsers
# read as a slash and others do not.
_UNFIT = re.compile(
    r"[\x00-\x20\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ud800-\udfff\\]"
)
_WWW = re.compile(r"^(?:www\.)+(?=[^.:])")


def is_web(url: str) -> bool:
    """Tell whether `url` is an absolute http(s) address with a host, clean and of usable length.

    Hosts under .invalid never resolve (RFC 2606 §2); the placeholders of emails live there, so that
    a feed's link to one would be patched like our own.
    """
    return len(url) <= MAX_LENGTH and _is_web(url)


@functools.lru_cache(maxsize=4_096)
def _is_web(url: str) -> bool:
    if _UNFIT.search(url):
        return False
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        reachable = bool(host) and not host.endswith(".invalid") and parts.port != 0
    except ValueError:  # a bracket without its partner, a port that is no number
        return False
    return parts.scheme in {"http", "https"} and reachable


def absolute_url(url: str, *bases: str) -> str:
    """Resolve `url` against `bases`, the outermost first, or give "" if no web address results.

    Feeds' everyday slips are repaired: spaces within the path, ampersands escaped twice.
    """
    written = url.strip().replace("&amp;", "&").replace(" ", "%20")
    if written.startswith(("https://", "http://")) and is_web(written):
        return written  # as nearly all are: resolving would change nothing
    joined = ""
    for part in (*bases, written):
        try:
            joined = urljoin(joined, part)
        except ValueError:
            return ""
    if joined.startswith("//"):
        joined = f"https:{joined}"
    return joined if is_web(joined) else ""


@functools.lru_cache(maxsize=16_384)  # a morning's addresses, each asked for by several rooms
def canonical_url(url: str) -> str:
    """Give one spelling for all addresses of a page; never raises.

    Tracking parameters and the fragment go, the query is sorted, escapes are normalised, http and
    https, "www." and none, a closing slash and none become one. What is no web address comes back
    trimmed, otherwise as it is.
    """
    trimmed = url.strip()
    if not is_web(trimmed):
        return trimmed
    try:
        once = _fold(canonicalize_url(_without_tracking(trimmed)))
        # Escaping can bring to light what the next pass escapes; real addresses need one pass.
        return once if once == trimmed else canonical_url(once)
    except (ValueError, RecursionError):  # hosts that cannot be encoded
        return trimmed


def is_home(url: str) -> bool:
    """Tell whether nothing but where a click came from follows the host."""
    if urlsplit(url).path.strip("/"):
        return False
    return not urlsplit(canonical_url(url)).query


def comment_address(url: str) -> str:
    """Give one spelling for all addresses of a comment: those of its page, and its fragment."""
    page, _, fragment = url.strip().partition("#")
    return f"{canonical_url(page)}#{fragment}" if fragment else canonical_url(page)


def registrable_domain(url: str) -> str:
    """Name the domain that somebody registered ("bbc.co.uk"), the host itself for an IP address.

    Hosts with one label, such as localhost, and public suffixes stand for themselves. What is no
    web address has none: "".
    """
    if not is_web(url):
        return ""
    host = (urlsplit(canonical_url(url)).hostname or "").rstrip(".")
    if _is_ip_address(host) or "." not in host:
        return host
    return _suffixes().privatesuffix(host) or host


def _without_tracking(url: str) -> str:
    names = {pair.partition("=")[0] for pair in urlsplit(url).query.split("&")}
    tracking = [name for name in names if _is_tracking(name.lower())]
    return str(url_query_cleaner(url, tracking, remove=True, unique=False))


def _is_tracking(name: str) -> bool:
    return name in TRACKING or name.startswith(TRACKING_PREFIXES)


def _fold(url: str) -> str:
    """Drop what two spellings of one page most often differ in."""
    parts = urlsplit(url)
    host = _WWW.sub("", parts.netloc).removesuffix(":80").removesuffix(":443")
    path = parts.path.rstrip("/") or "/"
    return parts._replace(scheme="https", netloc=host, path=path).geturl()


def _is_ip_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@functools.cache
def _suffixes() -> PublicSuffixList:
    """Read the public suffix list on first use: it takes a moment."""
    return PublicSuffixList()
