"""The command `patron`."""

from __future__ import annotations

import gc
import sys

from patron.engine.runtime.stopping import pass_on, stoppable

MANY = 50_000
"""Objects made before Python looks for circles among them: a spec is made of many that stay, and of few circles."""


def main() -> None:
    """Run the command with the arguments of this process, and end it with its exit code."""
    gc.set_threshold(MANY, 20, 20)
    try:
        with stoppable():
            _main()
    except KeyboardInterrupt:  # while Patron was still being imported, or already ending
        raise SystemExit(130) from None
    finally:
        if "duckdb" not in sys.modules:  # which complains of what it gave out and nobody gave back
            gc.freeze()  # the process ends: a last look at every object would find nothing worth its time


def _main() -> None:
    try:
        from patron.engine.cli.group import patron

        patron.main(prog_name="patron")
    except Exception as error:
        pass_on(error)
        raise
