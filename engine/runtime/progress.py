"""What a run is doing right now: shown on a terminal, on standard error, and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO


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


class _Live:
    """A line with a spinner, the step and, where known, its share."""

    def __init__(self, stream: TextIO, color: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        self.bars = Bars(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn(),
            console=Console(file=stream, no_color=not color), transient=True,
        )  # fmt: skip
        self.task = self.bars.add_task("", total=None)

    def step(self, words: str) -> None:
        self.bars.update(self.task, description=words, total=None, completed=0)

    def done(self, part: float | None) -> None:
        self.bars.update(self.task, total=None if part is None else 1.0, completed=part or 0.0)


@contextmanager
def shown(wanted: bool = True, color: bool = True, stream: TextIO | None = None) -> Iterator[Progress]:
    """Progress on a terminal while the block runs; silence elsewhere. rich is imported only when it is needed."""
    out = stream or sys.stderr
    if not wanted or not out.isatty():
        yield SILENT
        return
    live = _Live(out, color)
    with live.bars:
        yield live
