"""Who this process is, and whether another one is still there: a number alone may be somebody else's by now."""

from __future__ import annotations

import os
import platform
import time
import zlib
from contextlib import suppress
from pathlib import Path

from patron.dsl.nodes import dataclass


@dataclass(frozen=True, slots=True)
class Process:
    """A process for everybody who can read this. `host` also tells apart containers with one name; `boot` is another
    one after a restart of the machine; `begun` is when the process was started, as its system says it."""

    number: int
    host: str
    boot: str = ""
    begun: str = ""

    def __str__(self) -> str:
        return f"process {self.number} on {self.host.partition(' ')[0]}"


def this_process() -> Process:
    """The process that asks."""
    return Process(os.getpid(), _host(), _boot(), _begun(os.getpid()))


def in_file_names() -> str:
    """This process in the name of what it makes: its number, and a piece of what names its host."""
    return f"{os.getpid()}@{zlib.crc32(_host().encode()):08x}"


def is_gone(other: Process) -> bool:
    """Whether that process is surely not there any more. One on another host may be, for all that is known here; so may
    one of another start of this host: many a host is called `localhost`, and it may be another one's start."""
    if (other.host, other.boot) != (_host(), _boot()):
        return False
    try:
        os.kill(other.number, 0)
    except ProcessLookupError:
        return True
    except OSError:  # it is there, and not ours
        return False
    return bool(other.begun) and _begun(other.number) not in ("", other.begun)


def uptime() -> float:
    """Seconds on the clock that nobody sets, the same for all processes since the machine was started."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _host() -> str:
    """The name of the host; with that of the process's name space where there are some (containers)."""
    with suppress(OSError):
        return f"{platform.node()} {Path('/proc/self/ns/pid').readlink()}"
    return platform.node()


def _boot() -> str:
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


def _begun(number: int) -> str:
    """When a process was started, in ticks since the machine was; empty where the system does not say."""
    with suppress(OSError, IndexError):
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[19]
    return ""
