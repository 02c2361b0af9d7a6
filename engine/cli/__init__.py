"""The command `patron`."""

from __future__ import annotations


def main() -> None:
    """Run the command with the arguments of this process, and end it with its exit code."""
    from patron.engine.cli.group import patron

    patron.main(prog_name="patron")
