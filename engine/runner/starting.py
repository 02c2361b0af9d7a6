"""Starting a project: files proposed, brought into form, checked, and whatever does not hold taken out again."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from patron.dsl import tree
from patron.dsl.nodes import dataclass
from patron.dsl.problems import Problem
from patron.engine.runner.formatting import formatted
from patron.engine.runner.project import open_project
from patron.engine.runner.proposal import Proposal, propose
from patron.engine.runner.proposal.template import settings, template
from patron.engine.runner.spec_files import spec_files
from patron.engine.runtime.errors import UsageError
from patron.engine.runtime.files import publish

_KEPT = (tree.ProjectDecl, tree.LanguageDecl, tree.SourceDecl)
"""Statements without which nothing else would hold."""

_PLACES = frozenset({"data", "csv", "raw", "files", "input", "export", "exports", "download", "downloads"})
"""Names of folders that hold files of anybody."""

ROUNDS = 12
"""How often a proposal is checked and mended before it is handed over as it is."""


@dataclass(frozen=True, slots=True)
class Started:
    """A new project: the files written, what was found, what was taken out of the proposal, what is still wrong.

    `take` is the command that takes the list of its second report, when it has one.
    """

    folder: Path
    files: tuple[str, ...]
    found: tuple[str, ...] = ()
    take: str = ""
    taken_out: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for: where, from which data, called what."""

    folder: Path
    data: Path | None = None
    title: str | None = None
    timezone: str | None = None
    currency: str | None = None
    force: bool = False


def start(wish: Wish) -> Started:
    """Write a new project. Nothing that is there is overwritten unless `force`."""
    title = wish.title or _title(wish)
    if wish.data is None:
        proposal = Proposal(template(title, wish.timezone or "UTC", wish.currency or "USD"), ())
    else:
        proposal = _from_data(wish, wish.data, title)
    files = proposal.files
    _refuse_overwriting(wish, files)
    _refuse_strangers(wish)
    for name, text in files.items():
        publish(wish.folder / name, _in_form(name, text))
    taken_out, problems = _mend(wish.folder, [n for n in files if n.endswith(".patron")])
    return Started(wish.folder, tuple(files), proposal.found, proposal.take, tuple(taken_out), problems)


def _title(wish: Wish) -> str:
    """A title from the name of the folder; where files lie says nothing, so there the folder around it counts."""
    data = wish.data.resolve() if wish.data is not None else wish.folder.resolve()
    own = data.parent if data.name.lower() in _PLACES else data
    name = own.name if wish.folder == Path() else wish.folder.resolve().name
    return re.sub(r"[\W_]+", " ", name).strip().capitalize() or "My shop"


def _from_data(wish: Wish, data: Path, title: str) -> Proposal:
    if not data.is_dir():
        raise UsageError(
            f"there is no folder {data}", "--from names a folder of csv, parquet, json, sqlite or duckdb files."
        )
    root = wish.folder.resolve()
    beside = Path(os.path.relpath(data.resolve(), root)).as_posix()
    proposal = propose(data.resolve(), beside, title, timezone=wish.timezone, currency=wish.currency)
    outside = not data.resolve().is_relative_to(root)
    return replace(proposal, files={**proposal.files, "patron.toml": settings(beside if outside else None)})


def _refuse_overwriting(wish: Wish, files: Mapping[str, str]) -> None:
    specs = sorted(p.name for p in wish.folder.glob("*.patron")) if wish.folder.is_dir() else []
    there = [n for n in files if (wish.folder / n).exists()] + specs
    if there and not wish.force:
        raise UsageError(
            f"{wish.folder / there[0]} is there already", "Name another folder, or say --force to write over it."
        )


def _refuse_strangers(wish: Wish) -> None:
    """Specs in folders below would belong to the new project, with everything that is wrong or doubled in them."""
    below = [name for name in spec_files(wish.folder.resolve()) if "/" in name]
    if below and not wish.force:
        more = f" and {len(below) - 1} more" if len(below) > 1 else ""
        raise UsageError(
            f"{below[0]}{more} would belong to the new project",
            "Every .patron file below a project's folder is a part of it. Name a folder of its own, "
            "`patron init shop --from DIR`, or say --force to take them in.",
        )


def _in_form(name: str, text: str) -> str:
    """A spec in its canonical form."""
    if not name.endswith(".patron"):
        return text
    return formatted(text.encode("utf-8"), name).after


# ---------------------------------------------------------------- mending


def _mend(folder: Path, names: Sequence[str]) -> tuple[list[str], tuple[Problem, ...]]:
    """Check what was written; parts that do not hold become comments, so that the rest works at once."""
    taken_out: list[str] = []
    for _ in range(ROUNDS):
        with open_project(folder) as project:
            stopping = [p for p in project.check() if p.stops]
            parts = [x for p in stopping if (x := _part_at(project.documents, p, names)) is not None]
        if not stopping:
            return taken_out, ()
        if not parts:
            return taken_out, tuple(stopping)
        for file, span, problem in dict.fromkeys(parts):
            taken_out.append(f"{file}:{span.line}: {problem.message}")
            _comment_out(folder / file, span, problem)
    with open_project(folder) as project:
        return taken_out, tuple(p for p in project.check() if p.stops)


def _part_at(
    documents: Sequence[tree.Document], problem: Problem, names: Sequence[str]
) -> tuple[str, tree.Span, Problem] | None:
    """The smallest statement or part of a report that holds a problem and can be left out."""
    document = next((d for d in documents if d.file == problem.span.file and d.file in names), None)
    if document is None:
        return None
    for statement in document.statements:
        if _holds(statement.span, problem.span) and not isinstance(statement, _KEPT):
            inner = _inner(statement.parts, problem.span) if isinstance(statement, tree.ReportDecl) else None
            return document.file, (inner or statement).span, problem
    return None


def _inner(parts: Sequence[tree.Part], place: tree.Span) -> tree.Part | None:
    for part in parts:
        if _holds(part.span, place):
            return (_inner(part.parts, place) if isinstance(part, tree.Tab) else None) or part
    return None


def _holds(span: tree.Span, place: tree.Span) -> bool:
    return (span.line, span.column) <= (place.line, place.column) <= (span.end_line, span.end_column)


def _comment_out(path: Path, span: tree.Span, problem: Problem) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    indent = " " * (span.column - 1)
    for number in range(span.line - 1, span.end_line):
        lines[number] = f"{indent}# {lines[number][len(indent) :]}"
    lines.insert(span.line - 1, f"{indent}# left out, {problem.code}: {problem.message}")
    publish(path, "\n".join(lines))
