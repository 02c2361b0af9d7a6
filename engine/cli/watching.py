"""A project opened while somebody may be watching: progress on a terminal, and what it warns of."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from patron.engine.cli.options import Options, takes_color

if TYPE_CHECKING:
    from patron.engine.runner.project import Project
    from patron.engine.runtime.progress import Progress


@contextmanager
def progress_of(options: Options) -> Iterator[Progress]:
    """Progress on standard error while the block runs, for who wants to see it."""
    from patron.engine.runtime.progress import shown

    with shown(not options.quiet and not options.json, takes_color(sys.stderr, options.no_color)) as progress:
        yield progress


@contextmanager
def watched(options: Options) -> Iterator[Project]:
    """The project, with progress on standard error while the block runs and its warnings afterwards."""
    from patron.engine.cli import problems

    with progress_of(options) as progress:
        project = options.project(progress)
        try:
            yield project
        finally:
            _tell_enforcement(project, options)
    if not options.quiet:
        problems.brief(project.warnings, options)
        problems.remind(project.earlier_warnings, options)


def _tell_enforcement(project: Project, options: Options) -> None:
    """Where a permission decided: what it keeps from whoever asks, and where the audit log ends now."""
    grants = project.__dict__.get("grants")
    if grants is None or not grants.decided or options.quiet:
        return
    from patron.engine.cli import problems

    problems.note(grants.enforcement, options)
    if grants.head is not None:
        problems.note(f"audit: head {grants.head}", options)
