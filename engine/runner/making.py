"""Making a report's files: each format by its exporter, all published together, a manifest of hashes last."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import patron
from patron.dsl import tree
from patron.dsl.nodes import dataclass, field
from patron.dsl.problems import Problem
from patron.engine.catalog import Lacking
from patron.engine.contracts import ExportError, ExporterType, ExportJob
from patron.engine.model.classes import WORDS
from patron.engine.model.exports import PEOPLE, export_settings
from patron.engine.results import Figure, Report
from patron.engine.runner.lateness import late_lines
from patron.engine.runner.made import CANNOT, Broken, Made, broken_of
from patron.engine.runner.permissions.rights import ROWS
from patron.engine.runtime.errors import (
    SpecError,
    UsageError,
)
from patron.engine.runtime.extras import absent
from patron.engine.runtime.faults import point
from patron.engine.runtime.files import io_errors, move_in, sha256, slug
from patron.engine.runtime.scratch import working_folder

if TYPE_CHECKING:
    from patron.engine.runner.permissions.grants import Action
    from patron.engine.runner.project import Project

MANIFEST = "manifest.json"
PREFERRED = ("html", "csv", "json")
"""Formats for a report that names none: the first that is installed."""

CONTACTS = frozenset({"email", "phone"})
"""What an exporter that takes people knows them by."""

Entry: TypeAlias = Mapping[str, object]
"""A file as a manifest tells of it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One file to make: a format, its name, and which part of the report it holds.

    `only` is a show's title, `detail` a table of rows (`order_details`, a pack's), neither: the whole report.
    """

    format: str
    stem: str
    only: str | None = None
    detail: str | None = None
    to: tree.Target | None = None
    span: tree.Span = tree.NOWHERE
    settings: tuple[tree.Setting, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """What to make of a report: its parameters, the formats asked, and whether its own exports are made too."""

    name: str
    params: Mapping[str, object] = field(default_factory=dict)
    formats: tuple[str, ...] = ()
    exports: bool = True
    out: Path | None = None


def make(project: Project, order: Order) -> Made:
    """Compute a report once and write every file asked of it."""
    with project.grants.action("report", order.name) as asked:
        return _made(project, order, asked)


def _made(project: Project, order: Order, asked: Action) -> Made:
    from patron.engine.runner.delivering import deliver

    decl = project.layout(order.name)
    pieces, skipped = pieces_of(project, decl, order)
    exporters = {p.format: _exporter(project, p) for p in pieces}
    refused = {p: problem for p in pieces if (problem := _withheld(project, p, exporters[p.format])) is not None}
    pieces, skipped = tuple(p for p in pieces if p not in refused), (*skipped, *refused.values())
    lacking = {p: problem for p in pieces if (problem := _lacking(exporters[p.format], p)) is not None}
    pieces, skipped = tuple(p for p in pieces if p not in lacking), (*skipped, *lacking.values())
    folder = (order.out or project.config.output_folder) / folder_name(order)
    if (lacking or refused) and not pieces:  # told before anybody waited for the numbers
        return Made(order.name, folder, (), skipped)
    asked.record(pieces=[_account(p) for p in pieces], folder=folder.name)
    project.progress.step(f"report {order.name}")
    report = project.report(order.name, **order.params)
    broken = tuple(broken_of(report.parts))
    point("make.computed")
    files: list[Path] = []
    with working_folder(folder.parent) as shop, io_errors(shop):
        sent: list[tuple[Piece, list[Path]]] = []
        told: list[str] = []
        for number, piece in enumerate(pieces):
            project.progress.step(f"{order.name} as {piece.format}")
            bench = shop / str(number)
            bench.mkdir()
            found = _exported(project, exporters[piece.format], report, order, piece, bench, told.append)
            if isinstance(found, Problem):
                skipped = (*skipped, found)
            else:
                sent.append((piece, found))
                point("make.written")
        asked.deliver()
        here = [f for piece, made in sent if piece.to is None for f in made]
        for piece, made in sent:
            if piece.to is not None:
                deliver(project, piece.to, made, f"{order.name} {piece.stem} {piece.format}")
                asked.made(made, str(piece.to.call.function))
        with project.turn():
            before = _listed(folder / MANIFEST)
            kept = () if order.exports else _others(before, here, folder)
            manifest = _manifest(shop, report, here, told, kept, broken)
            point("make.before publishing")
            files.extend(move_in((*here, manifest), folder)[:-1])
            point("make.published")
            asked.made(files, folder.name)
            _sweep(folder, {*before} - {f.name for f in here} - {str(entry["name"]) for entry in kept}, files)
    return Made(order.name, folder, tuple(files), skipped, (*report.notes, *told), broken=broken)


def pieces_of(
    project: Project, decl: tree.ReportDecl | None, order: Order
) -> tuple[tuple[Piece, ...], tuple[Problem, ...]]:
    """The files to make, and the exports that the roles of whoever asks may not make."""
    grants = project.grants
    pieces: list[Piece] = []
    skipped: list[Problem] = []
    for export in _exports(decl) if order.exports else ():
        grants.decided = grants.decided or bool(export.allow)
        if export.allow and not grants.rights.has(a.key for a in export.allow):
            allowed = ", ".join(str(a) for a in export.allow)
            message = f'{grants.rights.words} may not export "{export.title.value}"'
            skipped.append(Problem("P0805", export.span, message, f"Allowed: {allowed}."))
            grants.refused("export", f"{order.name}/{export.title.value}", skipped[-1])
        elif (late := late_lines(project, export.span)) is not None:
            skipped.append(late)
        else:
            pieces.extend(_of_export(export, {p.stem.casefold() for p in pieces}))
    pieces[:0] = [_as_asked(order.name, form, pieces) for form in dict.fromkeys(order.formats)]
    if not pieces and not skipped:
        pieces = [Piece(_default_format(project), slug(order.name))]
    return tuple(dict.fromkeys(pieces)), tuple(skipped)


def _withheld(project: Project, piece: Piece, exporter: ExporterType) -> Problem | None:
    """Why a table of rows may not be made by whoever asks: `allow` lets roles make an export, rows ask for more."""
    grants = project.grants
    if not (piece.detail or exporter.takes):
        return None
    if not grants.rights.rows:
        message = f"{grants.rights.words} may not see rows about single people"
        problem = Problem(ROWS, piece.span, message, "A role that may `export` can make it.")
    elif exporter.takes and grants.instead("customers").keys() >= CONTACTS:
        message = f"{grants.rights.words} may not see whom {exporter.name} would be about: nobody could be matched"
        problem = Problem(ROWS, piece.span, message, "A role that may `see_pii` can make it.")
    else:
        return None
    grants.refused("export", piece.stem, problem)
    return problem


def _account(piece: Piece) -> Mapping[str, str]:
    """A piece as the audit log tells of it."""
    of = piece.detail or piece.only or "report"
    to = str(piece.to.call.function) if piece.to is not None else "folder"
    return {"format": piece.format, "name": piece.stem, "of": of, "to": to}


def _as_asked(report: str, form: str, exports: Sequence[Piece]) -> Piece:
    """The whole report in a format: an export of all of it is enough, under its own title. Names differ by more than
    case, for disks that know no case."""
    there = [p for p in exports if p.format == form]
    whole = next((p for p in there if (p.only, p.detail, p.to) == (None, None, None)), None)
    return whole or Piece(form, slug(report, {p.stem.casefold() for p in there}))


def _of_export(export: tree.Export, taken: set[str]) -> Iterator[Piece]:
    stem = slug(export.title.value, taken)
    only = export.of.value if isinstance(export.of, tree.Text) else None
    detail = str(export.of) if isinstance(export.of, tree.Path) else None
    for form in export.formats:
        yield Piece(str(form).lower(), stem, only, detail, export.to, form.span, export.settings)


def _exports(part: tree.ReportDecl | tree.Tab | None) -> Iterator[tree.Export]:
    for inner in part.parts if part is not None else ():
        if isinstance(inner, tree.Export):
            yield inner
        elif isinstance(inner, tree.Tab):
            yield from _exports(inner)


def _default_format(project: Project) -> str:
    known = project.catalog.exporters
    found = next((f for f in PREFERRED if f in known), None) or next(iter(sorted(known)), None)
    if found is None:
        raise UsageError("no exporter is installed", "`patron plugins` shows what there is")
    return found


def _exporter(project: Project, piece: Piece) -> ExporterType:
    found = project.catalog.require_exporter(piece.format)
    if not isinstance(found, Lacking):
        return found
    if piece.span == tree.NOWHERE:
        raise UsageError(found.message, found.hint)
    raise SpecError([found.at(piece.span)])


def _exported(
    project: Project, exporter: ExporterType, report: Report, order: Order, piece: Piece, bench: Path,
    tell: Callable[[str], None],
) -> list[Path] | Problem:  # fmt: skip
    """The files of one piece, or why its exporter cannot make them."""
    settings, _ = export_settings(exporter, piece.settings)
    job = ExportJob(bench, piece.stem, only=piece.only, settings=settings, tell=tell)
    try:
        part = _part(project, report, order, piece.detail or exporter.takes, piece.stem)
        if piece.detail:
            _tell_masked(project, part, piece, tell)
        return list(exporter.export(part, job))
    except ExportError as error:
        return Problem(CANNOT, piece.span, f"{exporter.name} cannot be made: {error.message}", error.hint)
    except ImportError as error:
        if (error.name or "patron").partition(".")[0] == "patron":
            raise
        return _uninstalled(exporter, piece, str(error.name))


def _lacking(exporter: ExporterType, piece: Piece) -> Problem | None:
    library = absent(exporter.needs) if exporter.needs else ""
    return _uninstalled(exporter, piece, library) if library else None


def _uninstalled(exporter: ExporterType, piece: Piece, library: str) -> Problem:
    hint = f"pip install 'patron[{exporter.needs}]'" if exporter.needs else ""
    return Problem(CANNOT, piece.span, f"{exporter.name} cannot be made: {library} is not installed", hint)


def _part(project: Project, report: Report, order: Order, detail: str, stem: str) -> Report:
    """The report, or a report of the one table of rows asked for."""
    if not detail:
        return report
    rows = project.detail(order.name, detail, **order.params)
    return replace(report, title=stem, parts=(Figure("table", detail, f"{report.name}/{detail}", rows),))


def _tell_masked(project: Project, part: Report, piece: Piece, tell: Callable[[str], None]) -> None:
    """Which columns of people hold something else than they are called."""
    (figure,) = part.parts
    assert isinstance(figure, Figure)
    assert figure.result is not None
    instead = project.grants.instead("customers")
    found = [f"{WORDS[instead[c.name]]} for `{c.name}`" for c in figure.result.columns if c.name in instead]
    if piece.detail == PEOPLE and found:
        tell(f"{piece.stem}: {project.grants.rights.words} may not see them as they are: {', '.join(found)}")


def folder_name(order: Order) -> str:
    """The folder of a report: its name, and the parameters that tell it from others of the same name."""
    said = "".join(f"-{name}-{value}" for name, value in sorted(order.params.items()))
    return slug(f"{order.name}{said}")


def _manifest(
    shop: Path,
    report: Report,
    files: Sequence[Path],
    told: Sequence[str],
    kept: Sequence[Entry],
    broken: Sequence[Broken],
) -> Path:
    """What belongs to this report, with hashes, what its exporters said of it and what it lacks; files of earlier runs
    with their own moment and specs."""
    made = [{"name": f.name, "size": f.stat().st_size, "sha256": sha256(f)} for f in files]
    body = {
        "report": report.name, "title": report.title, "as_of": report.provenance.as_of,
        "spec_hash": report.provenance.spec_hash, "patron": patron.__version__, "files": [*made, *kept],
        **({"notes": list(told)} if told else {}),
        **({"broken": [b.words for b in broken]} if broken else {}),
    }  # fmt: skip
    path = shop / MANIFEST
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return path


def _listed(manifest: Path) -> dict[str, Entry]:
    """What a manifest says of each file, by name."""
    try:
        body = json.loads(manifest.read_text(encoding="utf-8"))
        of_all = {name: body[name] for name in ("as_of", "spec_hash") if name in body}
        return {str(f["name"]): {**of_all, **f} for f in body["files"]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _others(before: Mapping[str, Entry], made: Sequence[Path], folder: Path) -> tuple[Entry, ...]:
    """Files of earlier runs that stay beside those of a format asked for once; names of another case are the same."""
    names = {f.name.casefold() for f in made}
    there = {path.name for path in folder.iterdir()} if before else set()
    return tuple(entry for name, entry in before.items() if name in there and name.casefold() not in names)


def _sweep(folder: Path, gone: Iterable[str], files: Sequence[Path]) -> None:
    """Remove files that are no longer the report's. On some disks one of them is a new one by another case."""
    for name in gone:
        path = folder / name
        if Path(name).name == name and path.exists() and not any(path.samefile(file) for file in files):
            path.unlink()
