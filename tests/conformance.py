"""Judge a run of the conformance suite: `run.py --json | conformance.py PENDING`.

PENDING names, one a line, the cases that a later change finishes. The run fails when any other case fails, when a
pending case passes or is not there, and when the suite did not come to its end. Standard library only.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path


def pending_names(text: str) -> list[str]:
    """The names of a list file; `#` begins a remark."""
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def judged(lines: Iterable[str], pending: Iterable[str]) -> tuple[list[str], bool]:
    """What there is to say of a run, and whether it is as it should be."""
    said: list[str] = []
    waiting = dict.fromkeys(pending, False)
    passed, failed, pended, ended = 0, 0, 0, False
    for line in lines:
        if not line.startswith("{"):
            ended = ended or line.strip().endswith(" failed")
            continue
        case = json.loads(line)
        name = f"{case['group']}/{case['name']}"
        if name in waiting:
            waiting[name] = True
        if name in waiting and not case["passed"]:
            pended += 1
            said.append(f"pending {name}: {case['why']}")
        elif name in waiting:
            failed += 1
            said.append(f"FAIL {name}: it passes, so it is pending no longer; take it off the list")
        elif case["passed"]:
            passed += 1
        else:
            failed += 1
            said.append(f"FAIL {name}: {case['asked']} -> {case['why']}".replace("\n", " "))
    gone = [name for name, seen in waiting.items() if not seen]
    said += [f"FAIL {name}: it is pending, but the suite did not ask it" for name in gone]
    if not ended:
        said.append("FAIL the suite did not come to its end")
    said.append(f"{passed} passed, {failed + len(gone)} failed, {pended} pending")
    return said, ended and not failed and not gone


def main() -> int:
    said, good = judged(sys.stdin, pending_names(Path(sys.argv[1]).read_text(encoding="utf-8")))
    sys.stdout.write("\n".join(said) + "\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
