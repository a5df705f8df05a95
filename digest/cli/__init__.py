"""The command line. Each verb's module is imported when that verb is called, so that help is quick.

Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 skipped, 4 held.
"""

from __future__ import annotations

import importlib
import sys
from typing import cast

import click

from digest import __version__
from digest.errors import DigestError

VERBS = {
    "init": ("setup", "Start a publication, empty or with the sample edition."),
    "check": ("setup", "Read the whole configuration and say what is wrong with it."),
    "check-email": ("emails", "Look over any email, and say what would break in a reader's hands."),
    "pull": ("work", "Ask every source that is due what is new, and store it."),
    "build": ("work", "Build an issue from what is stored, and save it as a draft."),
    "sources": ("sources", "See, test, find and add the sources of an edition."),
    "choose": ("choosing", "Write down what the editors decide for a day, or take it back."),
    "run": ("work", "Pull, build and send one issue, now."),
    "send": (
        "sending",
        "Send a saved issue now: the publication's own copy, then each subscriber's.",
    ),
    "approve": ("approving", "Approve an issue as it was built, and say who did."),
    "hold": ("holding", "Hold an issue now, or pause its send, and say who does and why."),
    "release": ("releasing", "Let go an issue that is held or paused, and say who did."),
    "settle": (
        "settling",
        "Say what became of deliveries that may have left: they arrived, or go once more.",
    ),
    "comments": ("commenting", "List the readers' comments that an issue may quote."),
    "explain": ("look", "Say why each story stands where it stands."),
    "preview": (
        "previewing",
        "Show an issue's preview in the browser, made anew whenever you save a file.",
    ),
    "status": ("look", "Show the newest issues and the health of every source."),
    "replay": ("look", "Build a stored issue again and compare every byte."),
    "schedule": ("timetable", "Publish every edition by its timetable."),
    "popular": ("popular", "See what readers chose, and bring counts of your own."),
    "subscribers": (
        "subscribers",
        "Keep who gets an edition, how they asked for it, and who left.",
    ),
    "keys": ("keys", "See and renew the keys that subscribers' links are signed with."),
    "bounce": (
        "bounce",
        "Take in what comes back: bounces, complaints, wishes to unsubscribe.",
    ),
    "web": ("web", "Serve the public archive, and what readers' links lead to."),
    "schema": ("setup", "Print the JSON Schema of a configuration file."),
}


class _Verbs(click.Group):
    """A group whose commands are imported when called; their one-line helps stand above."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  likewise
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"digest.cli.{VERBS[cmd_name][0]}")
        return cast("click.Command", getattr(module, cmd_name.replace("-", "_")))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  likewise
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, text) for verb, (_, text) in VERBS.items()])


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="digest")
def cli() -> None:
    """Make a newsroom's daily newsletter.

    Pulls articles, finds the stories, lays out a front page, renders email, and delivers or saves
    it. Start with `digest init`, then `digest run`.
    """


def main() -> None:
    """Run the program; an error of ours becomes one line and its exit code."""
    try:
        cli(prog_name="digest")
    except DigestError as error:
        click.echo(f"digest: {error}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        click.echo(f"digest: {error}", err=True)
        sys.exit(1)
