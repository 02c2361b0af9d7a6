"""`python -m tests.reliability.killed ROOT AT COMMAND...`: the command, killed at its AT-th writing call (0: never)."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from tests.reliability.faults import fault


def _die(_path: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    root, at, *command = sys.argv[1:]
    from patron.engine.cli.group import patron

    os.chdir(root)
    with fault(Path(root), int(at), _die):
        patron.main(args=command, prog_name="patron")


if __name__ == "__main__":
    main()
