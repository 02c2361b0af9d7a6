"""Limits of a run, and the watch that stops a query when its time is over."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from patron.engine.runtime.errors import LimitReached, UsageError

_MEMORY = r"(?i:(\d+(?:\.\d+)?)\s*([kmgt]i?b|%))"
_TIME = r"(\d+(?:\.\d+)?)\s*(s|m|h|seconds?|minutes?|hours?)?"
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def memory(text: str, where: str = "memory") -> str:
    """A limit of memory as backends read it: `4GB`, `500 MB`."""
    found = re.fullmatch(_MEMORY, text.strip())
    if found is None:
        raise UsageError(f"{where}: `{text}` is no amount of memory", 'write it with its unit: "4GB", "500MB"')
    return found[1] + found[2].upper()


def seconds(value: str | float, where: str = "timeout") -> float:
    """A limit of time in seconds: a number, `90s`, `5 minutes`."""
    if not isinstance(value, str):
        return float(value)
    found = re.fullmatch(_TIME, value.strip())
    if found is None:
        raise UsageError(f"{where}: `{value}` is no length of time", 'write seconds, or "5 minutes"')
    return float(found[1]) * _SECONDS[(found[2] or "s")[0]]


@contextmanager
def deadline(limit: float | None, cancel: Callable[[], None], what: str = "the query") -> Iterator[None]:
    """Call `cancel` from another thread when the time is over, and raise LimitReached in this one."""
    if limit is None:
        yield
        return
    over = threading.Event()

    def stop() -> None:
        over.set()
        cancel()

    watch = threading.Timer(limit, stop)
    watch.daemon = True
    watch.start()
    try:
        yield
    except Exception as error:
        if over.is_set():
            raise _late(what, limit) from error
        raise
    finally:
        watch.cancel()
    if over.is_set():
        raise _late(what, limit)


def _late(what: str, limit: float) -> LimitReached:
    hint = "Narrow the period, or raise `timeout` in patron.toml."
    return LimitReached(f"P0902: {what} took more than {limit:g} seconds", hint)
