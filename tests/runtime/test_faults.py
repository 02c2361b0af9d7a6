from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

CODE = (
    "from pathlib import Path\nfrom patron.engine.runtime.files import publish\n"
    "publish(Path('a'), '1')\npublish(Path('a'), '2')\nprint('done')"
)


def run(folder: Path, fault: str | None) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if k != "PATRON_FAULT"} | ({"PATRON_FAULT": fault} if fault else {})
    return subprocess.run(
        [sys.executable, "-c", CODE], cwd=folder, env=env, text=True, capture_output=True, check=False
    )


def test_nothing_happens_unless_a_test_says_so(tmp_path: Path) -> None:
    assert run(tmp_path, None).stdout == "done\n"


def test_the_nth_passing_is_met(tmp_path: Path) -> None:
    assert run(tmp_path, "publish.before move:2").returncode == -signal.SIGKILL
    assert (tmp_path / "a").read_text() == "1"
    assert run(tmp_path, "publish.before move:3").stdout == "done\n"


def test_a_full_disk(tmp_path: Path) -> None:
    told = run(tmp_path, "publish.before flush:1:error")
    assert told.returncode == 1
    assert "IoFailed" in told.stderr and list(tmp_path.iterdir()) == []


def test_what_is_passed_is_told(tmp_path: Path) -> None:
    assert run(tmp_path, ":0:log").stdout == "done\n"
    names = (tmp_path / "log").read_text().splitlines()
    assert names == ["publish.before flush", "publish.before move", "publish.after move"] * 2
