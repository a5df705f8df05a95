"""Checkers that others wrote, and what they need: see `.ci/oracles`."""
