"""The command `patron`."""

from __future__ import annotations


def main() -> None:
    """Run the command with the arguments of this process, and end it with its exit code."""
    try:
        from patron.engine.cli.group import patron

        patron.main(prog_name="patron")
    except KeyboardInterrupt:  # while Patron was still being imported, or already ending
        raise SystemExit(130) from None
