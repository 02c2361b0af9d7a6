"""Examining what is kept of sources and models: stored loads, and what was learned. What is damaged and is made again
from what there is, is removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from patron.engine.runner.config import Config
from patron.engine.runner.examining import Finding
from patron.engine.runtime.errors import Damaged, PatronError

if TYPE_CHECKING:
    from patron.engine.runner.project import Project

_REPLAY = (
    "Put the state folder back from a backup; without one, remove the file: `--as-of` then sees the time before as it "
    "is known now."
)


def loads(config: Config) -> Iterator[Finding]:
    """The stored loads and their history: is every byte what was written."""
    from patron.engine.load import history, stored

    folder = config.state_folder / "loads"
    needed = history.needed(folder)
    whole = 0
    for path in sorted({p.with_suffix(".duckdb") for p in (*folder.glob("*.duckdb"), *folder.glob("*.json"))}):
        fault = stored.fault(path)
        if not fault:
            whole += 1
        elif path.stem not in needed:
            stored.remove(path)
            yield Finding("mended", f"removed {path}, a stored load that {fault}", "It is made again from the sources.")
    if whole:
        yield Finding("fine", f"{_counted(whole, 'stored load')} as made")
    yield from _histories(folder)


def freshness(project: Project) -> Iterator[Finding]:
    """Whether the sources are what was loaded last."""
    from patron.engine.load import newest_holds

    folder = project.config.state_folder / "loads"
    if not any(folder.glob("*.duckdb")) or any(p.stops for p in project.check()):
        return
    try:
        holds = newest_holds(project.bound, folder)
    except PatronError as error:
        yield Finding("noted", f"the sources cannot be looked at: {error.message}", error.hint)
        return
    if holds is False:
        yield Finding(
            "noted", "out of date: the sources changed since the newest load", "The next question reads them."
        )


def _histories(folder: Path) -> Iterator[Finding]:
    from patron.engine.load.history import FOLDER, History, histories

    for shape in histories(folder):
        history = History(folder, shape)
        faults = list(history.faults())
        for fault in faults:
            yield Finding("broken", fault, _REPLAY, Damaged.exit_code)
        if not faults and len(history.entries) > 1:
            since = history.entries[0].made_at
            yield Finding("fine", f"{_counted(len(history.entries), 'load')} since {since:%Y-%m-%d} can be replayed")
    for lost in sorted((folder.parent / FOLDER).glob("*.lost")):
        lost.unlink()
        yield Finding("mended", f"removed {lost}, a history whose newest load is gone", "Its loads cannot be replayed.")


def specs(config: Config) -> Iterator[Finding]:
    """The specs as they were: is every byte what was written."""
    from patron.engine.runner import past_specs

    try:
        faults = past_specs.faults(config)
    except Damaged as error:
        faults = [error.message]
    for fault in faults:
        yield Finding("broken", fault, "Put the state folder back from a backup.", Damaged.exit_code)


def learned(config: Config) -> Iterator[Finding]:
    """What models learned: is it what was written."""
    from patron.engine.report.learning import read_kept

    files = sorted((config.state_folder / "learned").glob("*.json"))
    broken = [file for file in files if not _reads(read_kept, file)]
    for file in broken:
        file.unlink()
        yield Finding("mended", f"removed {file}, which is not what was written", "It is learned again.")
    if len(files) > len(broken):
        yield Finding("fine", f"{_counted(len(files) - len(broken), 'model')} as learned")


def _reads(read: object, file: Path) -> bool:
    try:
        read(file)  # type: ignore[operator]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return True


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count > 1 else ''}"
