"""The verb that looks an email over, whoever made it: check-email."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.printing import finding_line, many
from digest.cli.shared import config_option, json_option, print_json
from digest.errors import DigestError

if TYPE_CHECKING:
    from digest.preflight import Finding

MAX_BYTES = 25 * 1024 * 1024  # what mail servers take


@click.command("check-email")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--online", is_flag=True, help="Also ask every link whether it leads anywhere.")
@config_option
@json_option
def check_email(file: Path, config_dir: Path, *, online: bool, as_json: bool) -> None:
    """Look over any email, and say what would break in a reader's hands.

    FILE is its HTML, or a whole message (.eml); - reads standard input. Errors end with exit code
    1. Only --online reads the configuration: it says whom to contact about our requests.
    """
    html, findings = _look_over(file)
    if online:
        findings = (*findings, *_dead_links(html, config_dir))
    errors = sum(finding.level == "error" for finding in findings)
    if as_json:
        print_json({"errors": errors, "findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            click.echo(finding_line(finding))
    if errors:
        raise DigestError(many(errors, "error"), where=str(file))
    if not as_json:
        click.echo(many(len(findings), "warning") if findings else "No errors, no warnings.")


def _look_over(file: Path) -> tuple[str, tuple[Finding, ...]]:
    """Give the HTML of a file and what was found: of a message in both its parts."""
    from digest.preflight import check_email, check_html
    from digest.unpacking import is_message, unpack

    data = _read(file)
    if file.suffix.lower() == ".eml" or (str(file) == "-" and is_message(data)):
        email = unpack(data, str(file))
        return email.html, check_email(email)
    html = data.decode("utf-8", errors="replace")
    return html, check_html(html)


def _read(file: Path) -> bytes:
    try:
        if str(file) == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with file.open("rb") as opened_file:
                data = opened_file.read(MAX_BYTES + 1)
    except OSError as failure:
        raise DigestError(
            f"it cannot be read: {failure.strerror}",
            where=str(file),
            hint="Give an HTML file or an .eml, or - for standard input",
        ) from failure
    if len(data) > MAX_BYTES:
        raise DigestError("it is larger than any email", where=str(file))
    return data


def _dead_links(html: str, config_dir: Path) -> tuple[Finding, ...]:
    from digest.app import make_client
    from digest.preflight import links_in
    from digest.reaching import check_reach
    from digest.settings import load_configuration

    configuration = load_configuration(config_dir)

    async def work() -> tuple[Finding, ...]:
        async with make_client(configuration) as http:
            return await check_reach(http, links_in(html))

    return asyncio.run(work())
