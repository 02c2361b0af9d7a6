"""What a run is doing right now: shown on a terminal, on standard error, and nowhere else."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TextIO


class Progress(Protocol):
    """Told by long work what it does."""

    def step(self, words: str) -> None:
        """A new step begins: "reading shop.orders"."""

    def done(self, part: float | None) -> None:
        """The share of this step that is done, 0 to 1; None when nobody knows."""


class Silent:
    """Nobody watches."""

    def step(self, words: str) -> None:
        """Say nothing."""

    def done(self, part: float | None) -> None:
        """Say nothing."""


SILENT = Silent()


DELAY = 0.5
"""Seconds before anything is shown: what is quick needs no progress, and does not pay for it."""


class _Later:
    """A line with a spinner, the step and, where known, its share; it appears when the work takes a while."""

    def __init__(self, stream: TextIO, color: bool) -> None:
        self._stream, self._color = stream, color
        self._words = ""
        self._part: float | None = None
        self._bars: Any = None
        self._closed = False
        self._lock = threading.Lock()
        self._timer = threading.Timer(DELAY, self._appear)
        self._timer.daemon = True
        self._timer.start()

    def step(self, words: str) -> None:
        with self._lock:
            self._words, self._part = words, None
            self._refresh()

    def done(self, part: float | None) -> None:
        with self._lock:
            self._part = part
            self._refresh()

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._timer.cancel()
        with self._lock:
            self._closed = True
            if self._bars is not None:
                self._bars.stop()

    def _appear(self) -> None:
        from rich.console import Console
        from rich.progress import Progress as Bars
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        with self._lock:
            if self._closed:
                return
            console = Console(file=self._stream, no_color=not self._color)
            columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
            self._bars = Bars(*columns, console=console, transient=True)
            self._task = self._bars.add_task("", total=None)
            self._refresh()
            self._bars.start()

    def _refresh(self) -> None:
        if self._bars is not None:
            share = "" if self._part is None else f" {self._part:.0%}"
            self._bars.update(self._task, description=f"{self._words}{share}")


@contextmanager
def shown(wanted: bool = True, color: bool = True, stream: TextIO | None = None) -> Iterator[Progress]:
    """Progress on a terminal while the block runs; silence elsewhere, and where a line cannot be taken back, as it
    would stay there empty or not by how long the work took. rich is imported only when it is needed."""
    out = stream or sys.stderr
    if not wanted or not out.isatty() or os.environ.get("TERM") in ("dumb", "unknown"):
        yield SILENT
        return
    later = _Later(out, color)
    try:
        yield later
    finally:
        later.close()
