"""`python -m digest`: the same as the `digest` command."""

from __future__ import annotations

from digest.cli import main

main()
