"""Examining an installation and a project: what is there, whether it is whole, and what was tidied up."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from patron.dsl.nodes import dataclass
from patron.engine.runner.making import MANIFEST
from patron.engine.runtime.errors import IoFailed, PatronError
from patron.engine.runtime.files import abandoned, sha256

if TYPE_CHECKING:
    from patron.engine.catalog import Catalog
    from patron.engine.runner.config import Config
    from patron.engine.runner.project import Project

LIBRARIES = ("click", "duckdb", "filelock", "pluggy", "python-dateutil", "rich", "sqlalchemy", "sqlglot", "tenacity")
EXTRAS = ("babel", "jinja2", "pandas", "psycopg", "pyarrow", "pyspark", "scikit-learn", "sqlglotc", "vl-convert-python")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was examined. state: fine, noted, mended, or broken (then `exit_code` says how badly)."""

    state: str
    what: str
    advice: str = ""
    exit_code: int = 0


def installation(catalog: Catalog) -> Iterator[Finding]:
    """Python, libraries and plugins."""
    version = platform.python_version()
    fine = sys.version_info >= (3, 11)
    yield Finding(
        "fine" if fine else "broken", f"Python {version}", "" if fine else "Patron needs 3.11.", int(not fine)
    )
    for name in LIBRARIES:
        yield _library(name)
    extras = {name: _version(name) for name in EXTRAS}
    there = ", ".join(f"{n} {v}" for n, v in extras.items() if v)
    yield Finding("noted", f"extras installed: {there or 'none'}")
    lacking = ", ".join(n for n, v in extras.items() if not v)
    if lacking:
        yield Finding(
            "noted", f"extras not installed: {lacking}", "Only what uses them is off: pip install 'patron[all]'."
        )
    for text in catalog.problems:
        yield Finding("broken", text, "", 1)


def _library(name: str) -> Finding:
    found = _version(name)
    if found:
        return Finding("fine", f"{name} {found}")
    return Finding("broken", f"{name} is not installed", f"pip install {name}", 1)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def state(config: Config) -> Iterator[Finding]:
    """The folders a project writes to: may they be written, is something left of a run that was stopped."""
    for folder in (config.state_folder, config.output_folder):
        if folder.exists() and not os.access(folder, os.W_OK):
            yield Finding("broken", f"{folder} may not be written", "Look at its owner and rights.", IoFailed.exit_code)
        for left in _left_over(folder):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
            yield Finding("mended", f"removed {left}, left by a run that was stopped")
        yield from _manifests(folder)


def _left_over(folder: Path) -> list[Path]:
    """Half-made files of processes that are gone."""
    if not folder.is_dir():
        return []
    found = [*folder.glob(".making-*"), *folder.rglob(".*.part")]
    return [p for p in found if abandoned(p)]


def _manifests(folder: Path) -> Iterator[Finding]:
    for manifest in sorted(folder.glob(f"*/{MANIFEST}")):
        try:
            listed = json.loads(manifest.read_text(encoding="utf-8"))["files"]
            wrong = [f["name"] for f in listed if sha256(manifest.parent / f["name"]) != f["sha256"]]
        except (OSError, ValueError, KeyError, TypeError, PatronError):
            wrong = [MANIFEST]
        if wrong:
            told = f"{manifest.parent}: {', '.join(wrong)} changed since it was made"
            yield Finding("noted", told, f"`patron run {manifest.parent.name}` makes it again.")
        else:
            yield Finding("fine", f"{manifest.parent}: {len(listed)} files as they were made")


def results(project: Project) -> Iterator[Finding]:
    """The reports that were not made by the specs and settings as they are now."""
    if any(p.stops for p in project.check()):
        return
    for manifest in sorted(project.config.output_folder.glob(f"*/{MANIFEST}")):
        try:
            made = json.loads(manifest.read_text(encoding="utf-8"))
            name = str(made["report"])
            by = {str(made["spec_hash"]), *(str(f["spec_hash"]) for f in made["files"] if "spec_hash" in f)}
        except (OSError, ValueError, KeyError, TypeError):
            continue  # told with the files
        if by != {project.spec_hash}:
            advice = f"`patron run {name}` makes it again."
            yield Finding(
                "noted", f"{manifest.parent}: out of date, made by other specs or settings than those at hand", advice
            )


def specs(project: Project) -> Iterator[Finding]:
    """The specs: how many, and whether they are right."""
    stopping = [p for p in project.check() if p.stops]
    if stopping:
        yield Finding(
            "broken", f"{len(project.files)} specs with {len(stopping)} errors", "`patron check` shows them.", 3
        )
    else:
        yield Finding("fine", f"{len(project.files)} specs without errors")
