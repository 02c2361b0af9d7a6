"""Rows, and a project's files read into typed rows (sections 2, 5 and 6)."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.oracle.canon import DEFAULTS, KIND_SPELLINGS, REFERENCES, column_type
from tests.oracle.moments import Moment, read_moment
from tests.oracle.speak import Node
from tests.oracle.speak_files import Declared, declarations
from tests.oracle.tokens import NotExpressible

_TRUTHS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(slots=True, eq=False)
class Row:
    """A row of a canonical table."""

    table: str
    id: str
    cells: dict[str, object]
    number: int = 0


@dataclass(slots=True)
class Project:
    """A project folder: what it declares and the rows of its tables."""

    folder: Path
    declared: Declared
    zone: ZoneInfo
    tables: dict[str, list[Row]] = field(default_factory=dict)

    def setting(self, name: str, default: str) -> str:
        return self.declared.settings.get(name, default)


def load(folder: Path, name: str = "world.patron") -> Project:
    """Read a project's file and the CSV files it maps."""
    if not (folder / name).is_file():
        raise NotExpressible(f"projects without {name}")
    declared = Declared()
    declarations((folder / name).read_text(encoding="utf-8"), declared)
    project = Project(folder, declared, ZoneInfo(declared.settings["timezone"]))
    if any(piece.startswith("table") for piece in declared.untold):
        raise NotExpressible(declared.untold[0])
    for kind in sorted(declared.tables, key=lambda t: t[0] != "stores"):
        project.tables.setdefault(kind[0], []).extend(_rows(project, kind))
    _customers(project)
    _drop_dangling(project)
    _merge(project)
    _compute(project)
    return project


def _rows(project: Project, kind: Node) -> list[Row]:
    table, (source, file), columns, _ = kind
    if source not in project.declared.sources:
        raise NotExpressible(f"source {source}")
    settings = project.declared.sources[source]
    path = project.folder / str(settings.get("folder", ".")) / f"{file}.csv"
    zone = ZoneInfo(str(settings["timezone"])) if "timezone" in settings else None
    with path.open(encoding="utf-8", newline="") as lines:
        raw = list(csv.DictReader(lines))
    found = []
    for number, cells in enumerate(raw):
        texts = {name.strip().lower(): text or None for name, text in cells.items()}
        found.append(_typed(project, table, _mapped(texts, columns), zone, number))
    return found


def _mapped(texts: dict[str, str | None], columns: Node) -> dict[str, object]:
    mapped: dict[str, object] = dict(texts)
    for name, node in columns:
        mapped[name] = _raw(node, texts)
    return mapped


def _raw(node: Node, texts: dict[str, str | None]) -> object:
    """The few mapping expressions that the oracle's worlds use."""
    match node:
        case ("path", (name,)):
            return texts[name]
        case ("lit", literal):
            return literal
        case ("compare", "=", left, right):
            first, second = _raw(left, texts), _raw(right, texts)
            return first is not None and first == second
        case ("call", "number", (inner,)):
            text = _raw(inner, texts)
            return None if text is None else _number(str(text))
    raise NotExpressible(f"mapping {node}")


def _typed(project: Project, table: str, texts: dict[str, object], source_zone: ZoneInfo | None, number: int) -> Row:
    zone = _zone(project, texts)
    cells: dict[str, object] = {}
    for name, text in texts.items():
        cells[name] = _cell(column_type(table, name), text, zone, source_zone)
        if cells[name] is None and (table, name) in DEFAULTS:
            cells[name] = DEFAULTS[table, name]
    if table == "actions" and isinstance(cells.get("kind"), str):
        spoken = str(cells["kind"]).lower()
        cells["kind"] = KIND_SPELLINGS.get(spoken, spoken)
    return Row(table, str(cells.get("id") or number), cells, number)


def _zone(project: Project, texts: dict[str, object]) -> ZoneInfo:
    """The zone of the row's store, else of the project (section 3)."""
    store = texts.get("store")
    for row in project.tables.get("stores", []):
        if row.id == store and row.cells.get("timezone"):
            return ZoneInfo(str(row.cells["timezone"]))
    return project.zone


def _cell(kind: str, text: object, zone: ZoneInfo, source_zone: ZoneInfo | None) -> object:
    if not isinstance(text, str):
        return text
    match kind:
        case "money":
            return Decimal(text).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        case "number":
            return _number(text)
        case "moment":
            return read_moment(text, zone, source_zone)
        case "date":
            return dt.date.fromisoformat(text)
        case "yesno":
            return _TRUTHS[text.lower()]
        case "texts":
            return tuple(piece.strip() for piece in text.split(";"))
    return text


def _number(text: str) -> int | float:
    return int(text) if text.lstrip("-").isdigit() else float(text)


def _customers(project: Project) -> None:
    """Without the table the customers met in orders; `add missing from` adds those not here."""
    known = {row.id for row in project.tables.get("customers", [])}
    added = [path for kind in project.declared.tables if kind[0] == "customers" for path in kind[3]]
    if "customers" not in project.tables:
        added = [("orders", "customer")]
    rows = project.tables.setdefault("customers", [])
    for table, column in added:
        for row in project.tables.get(table, []):
            met = row.cells.get(column)
            if isinstance(met, str) and met not in known:
                known.add(met)
                rows.append(Row("customers", met, {"id": met}, len(rows)))


def _drop_dangling(project: Project) -> None:
    """A reference that finds no row is missing everywhere (section 5)."""
    ids = {table: {row.id for row in rows} for table, rows in project.tables.items()}
    for table, rows in project.tables.items():
        for column, target in REFERENCES.get(table, {}).items():
            for row in rows:
                if target in ids and row.cells.get(column) is not None and row.cells[column] not in ids[target]:
                    row.cells[column] = None


def _merge(project: Project) -> None:
    """Facts of a merged person move to the survivor (section 6, customers.merged_into)."""
    into = {row.id: row.cells.get("merged_into") for row in project.tables["customers"]}

    def survivor(person: object) -> object:
        while into.get(str(person)) is not None:
            person = into[str(person)]
        return person

    for table, rows in project.tables.items():
        columns = [c for c, target in REFERENCES.get(table, {}).items() if target == "customers"]
        for row in rows:
            for column in columns:
                if column != "merged_into" and row.cells.get(column) is not None:
                    row.cells[column] = survivor(row.cells[column])


def _compute(project: Project) -> None:
    """Computed columns: net_sales, the staff of a line (section 6)."""
    for row in project.tables.get("orders", []):
        if "net_sales" not in row.cells:
            total = row.cells.get("total")
            parts = [row.cells.get(name) or Decimal(0) for name in ("tax", "shipping", "tip")]
            row.cells["net_sales"] = None if total is None else total - sum(parts)
        for name in ("status", "kind"):
            row.cells.setdefault(name, DEFAULTS["orders", name])
    for row in project.tables.get("lines", []):
        row.cells.setdefault("quantity", 1)


def as_of_moment(project: Project, when: str) -> Moment:
    """An `as of`: a date means the end of that date."""
    if len(when) > 10:
        return read_moment(when, project.zone)
    day = dt.date.fromisoformat(when) + dt.timedelta(days=1)
    end = read_moment(day.isoformat(), project.zone)
    step = dt.timedelta(microseconds=1)
    return Moment(end.at - step, (end.at - step).astimezone(project.zone).replace(tzinfo=None))
