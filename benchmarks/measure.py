"""Stop watches, medians and growth."""

from __future__ import annotations

import math
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds on the wall and seconds of all cores."""

    wall: float
    cpu: float

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.wall + other.wall, self.cpu + other.cpu)


NOTHING = Spent(0.0, 0.0)


def cpu_seconds(who: int = resource.RUSAGE_SELF) -> float:
    """User and system time of this process (or its children) so far."""
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def peak_bytes() -> int:
    """The largest size this process ever had. On Linux `ru_maxrss` begins with the size of the parent: not asked."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (s for s in status.read_text(encoding="ascii").splitlines() if s.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def timed(work: Callable[[], T]) -> tuple[T, Spent]:
    """What the work gives, and what it took."""
    wall, cpu = time.perf_counter(), cpu_seconds()
    result = work()
    return result, Spent(time.perf_counter() - wall, cpu_seconds() - cpu)


def median(spent: Iterable[Spent]) -> Spent:
    """The middle of both figures."""
    found = list(spent)
    return Spent(statistics.median(s.wall for s in found), statistics.median(s.cpu for s in found))


def paired_ratio(ours: Iterable[float], theirs: Iterable[float]) -> float:
    """The median of the ratios of neighbours: what both felt of the machine falls out."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def geometric_mean(values: Iterable[float]) -> float:
    """The mean of ratios."""
    found = list(values)
    return math.exp(sum(math.log(v) for v in found) / len(found))


def growth_exponent(small: float, large: float, small_scale: float, large_scale: float) -> float:
    """1 when ten times the data takes ten times as long."""
    return math.log(large / small) / math.log(large_scale / small_scale)
