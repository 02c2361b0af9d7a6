"""`export` in reports: its formats, what it is made of, and the settings of its exporters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from patron.dsl import tree
from patron.dsl.problems import Problem, suggest
from patron.engine.catalog import Lacking, require_setting
from patron.engine.contracts import ExporterType
from patron.engine.model.given import given_value

if TYPE_CHECKING:
    from patron.engine.model.binder import Binder
    from patron.engine.model.files import Declared

ORDER_DETAILS, PEOPLE = "order_details", "people"


def check_export(b: Binder, node: tree.Export, titles: Iterable[str]) -> None:
    """Every problem of one export."""
    exporters: list[ExporterType] = []
    for path in node.formats:
        found = b.declared.catalog.require_exporter(str(path))
        if isinstance(found, Lacking):
            b.problems.append(found.at(path.span))
        else:
            exporters.append(found)
    _check_part(b, node, exporters, sorted(titles))
    if len(exporters) == len(node.formats):
        _check_settings(b, node, exporters)
    if node.to is not None:
        target = b.declared.catalog.require_target(str(node.to.call.function))
        if isinstance(target, Lacking):
            b.problems.append(target.at(node.to.call.function.span))


def details(declared: Declared) -> tuple[str, ...]:
    """The tables of rows that an export may be made of."""
    catalog = declared.catalog
    return (ORDER_DETAILS, PEOPLE, *(f"{pack}.changes" for pack in declared.packs if catalog.packs[pack].changes))


def _check_part(b: Binder, node: tree.Export, exporters: Sequence[ExporterType], titles: Sequence[str]) -> None:
    if isinstance(node.of, tree.Path) and node.of.key not in details(b.declared):
        raise b.fail("P0201", node.of.span, f"there is no detail called `{node.of}`",
                     suggest(str(node.of), details(b.declared)))  # fmt: skip
    if isinstance(node.of, tree.Text) and node.of.value not in titles:
        hint = f"Shows: {', '.join(titles) or 'none has a title'}."
        raise b.fail("P0201", node.of.span, f'there is no show called "{node.of.value}" in this report', hint)
    for exporter in exporters:
        if exporter.takes and node.of is not None and tree.fold(_said(node.of)) != exporter.takes:
            hint = f"Leave `of` out, or write `of {exporter.takes}`."
            b.problem("P0802", node.of.span, f"`{exporter.name}` is made of `{exporter.takes}`", hint)


def _said(of: tree.Path | tree.Text) -> str:
    return of.value if isinstance(of, tree.Text) else str(of)


def _check_settings(b: Binder, node: tree.Export, exporters: Sequence[ExporterType]) -> None:
    """A setting is one of any of the formats; its value is what that format takes."""
    known = {s.name: s for e in exporters for s in e.settings}
    for setting in node.settings:
        lacking = require_setting(", ".join(e.name for e in exporters), known.values(), setting.key.text)
        if isinstance(lacking, Lacking):
            b.problems.append(lacking.at(setting.key.span))
    for exporter in exporters:
        b.problems.extend(export_settings(exporter, node.settings)[1])


def export_settings(
    exporter: ExporterType, given: Sequence[tree.Setting]
) -> tuple[Mapping[str, object], tuple[Problem, ...]]:
    """The settings of one exporter: what the spec says, else the default. Those of other formats are theirs."""
    specs = {s.name: s for s in exporter.settings}
    values: dict[str, object] = {name: spec.default for name, spec in specs.items()}
    problems: list[Problem] = []
    said: set[str] = set()
    for setting in given:
        spec = specs.get(setting.key.key)
        if spec is None:
            continue
        if spec.name in said:
            problems.append(Problem("P0110", setting.key.span, f"`{spec.name}` may be said once"))
            continue
        said.add(spec.name)
        value = given_value(setting, spec, {}, lambda *told: problems.append(Problem(*told)))
        values[spec.name] = spec.default if value is None else value
    return values, tuple(problems)
