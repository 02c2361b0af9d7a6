"""Other machines, as far as a process can tell: of another name, started at another time, with processes of their own.

    left = Host(root, "left", tmp_path)
    ended(left.begin("tick", when))                          a process there; its exit code
    ended(left.begin("tick", when, "make.computed:1"))       killed there

What runs there is this module: `tick` does what is due, `hold` holds the project until it is killed, `sweep` makes a
scratch folder, as every load does.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent.parent
BOOT = "/proc/sys/kernel/random/boot_id"
BECOME = f'hostname "$1" && mount --bind "$2" {BOOT} && for i in $3; do /bin/true; done; shift 3 && "$@"; exit $?'


@dataclass(frozen=True)
class Running:
    """A clock that was set when its process began."""

    moment: dt.datetime
    begun: float

    def now(self) -> dt.datetime:
        return self.moment + dt.timedelta(seconds=time.monotonic() - self.begun)


class Host:
    """A machine called `name` that works in `root`. `alone`: nobody sees the processes of others."""

    def __init__(self, root: Path, name: str, files: Path, *, alone: bool = True) -> None:
        self.root, self.name, self.alone = root, name, alone
        self.boot = files / f"boot-{uuid.uuid4().hex}"
        self.boot.write_text(f"{uuid.uuid4()}\n")
        self.begun: list[subprocess.Popen[str]] = []

    def begin(self, what: str, when: dt.datetime, fault: str = "", after: str = "") -> subprocess.Popen[str]:
        """A process there; where they count by themselves, all have one number, or one more for each word of `after`.
        What it tells are lines of JSON."""
        apart = ["--pid", "--fork", "--mount-proc", "--kill-child"] if self.alone else []
        process = subprocess.Popen(
            ["unshare", "--uts", "--mount", *apart, "sh", "-c", BECOME, "sh", self.name, self.boot, after,
             sys.executable, "-m", "tests.reliability.hosts", what, self.root, when.isoformat(), fault],
            text=True, stdout=subprocess.PIPE, start_new_session=True, cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        )  # fmt: skip
        self.begun.append(process)
        return process

    def off(self) -> None:
        """The power fails."""
        for process in self.begun:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def ended(process: subprocess.Popen[str]) -> tuple[int, list[dict[str, str]]]:
    """The exit code of a process and what it told."""
    out, _ = process.communicate(timeout=120)
    return process.returncode, [json.loads(line) for line in out.splitlines()]


def possible() -> bool:
    """Whether this process may make other machines of itself."""
    if os.geteuid() != 0 or shutil.which("unshare") is None or not Path(BOOT).exists():
        return False
    trial = ["unshare", "--uts", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c",
             f'hostname other && mount --bind "$0" {BOOT}', __file__]  # fmt: skip
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


# ---------------------------------------------------------------- there


def main(what: str, root: str, when: str, fault: str) -> int:
    """In a process there."""
    from patron.engine.runtime import faults
    from tests.reliability.forked import perform

    faults._armed = fault or None
    moment = dt.datetime.fromisoformat(when)
    clock = Running(moment, time.monotonic())
    told = {"process": str(os.getpid())}
    if what == "tick":
        sys.stdout.write(json.dumps(told) + "\n")
        return perform(Path(root), moment, clock)
    for more in _hold(Path(root), clock) if what == "hold" else _sweep(Path(root)):
        sys.stdout.write(json.dumps(told | more) + "\n")
        sys.stdout.flush()
    return 0


def _hold(root: Path, clock: Running) -> Iterator[dict[str, str]]:
    from patron.engine.runner.project import open_project
    from patron.engine.runner.schedule.leases import leased
    from patron.engine.runtime.scratch import working_folder

    with open_project(root, clock=clock) as project:
        temp, beat = project.config.limits.temp_folder, project.config.heartbeat
        assert temp is not None
        with leased(project.state, project.clock, beat), working_folder(temp) as scratch:
            yield {"scratch": str(scratch)}
            time.sleep(600)


def _sweep(root: Path) -> Iterator[dict[str, str]]:
    from patron.engine.runner.project import open_project
    from patron.engine.runtime.scratch import working_folder

    with open_project(root) as project:
        assert project.config.limits.temp_folder is not None
        with working_folder(project.config.limits.temp_folder) as scratch:
            yield {"scratch": str(scratch)}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
