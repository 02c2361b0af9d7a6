"""What a report or a tab takes over from the report it is like (docs: reports).

A clause written here replaces the other's of its kind, `only` narrows further. A tab or section with the title of one
of the other's replaces that one in its place; everything else comes after. A tab takes the other's parts and parameters
alone, without its clauses and exports.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from patron.dsl import tree
from patron.dsl.problems import suggest
from patron.engine.model.binder import Binder
from patron.engine.model.files import Declaration

Parts = tuple[tree.Part, ...]


def parts(items: Parts) -> Iterator[tree.Part]:
    """Every part of a report, nested ones included, in order."""
    for item in items:
        yield item
        if isinstance(item, tree.Tab):
            yield from parts(item.parts)


def laid_out(b: Binder, declaration: Declaration) -> tree.ReportDecl:
    """A report's statement with all that it and its tabs take over; rings are P0207."""
    node = declaration.statement
    assert isinstance(node, tree.ReportDecl)
    if node.like is None and not any(isinstance(p, tree.Tab) and p.like for p in parts(node.parts)):
        return _needs_no_other(b, node)
    made: tree.ReportDecl = b.define("report", declaration, declaration.span, lambda: _like(b, declaration, node))
    return made


def _needs_no_other(b: Binder, node: tree.ReportDecl) -> tree.ReportDecl:
    for clause in node.clauses:
        if isinstance(clause, tree.Without):
            raise b.fail("P0201", clause.span, f"`{node.name.text}` is like no other report: nothing to leave out",
                         f"Write `report {node.name.text} like OTHER {{`.")  # fmt: skip
    return node


def _like(b: Binder, declaration: Declaration, node: tree.ReportDecl) -> tree.ReportDecl:
    of_tabs = [_other(b, declaration, p.like) for p in parts(node.parts) if isinstance(p, tree.Tab) and p.like]
    own = replace(node, parts=_filled(b, declaration, node.parts), params=_params(*of_tabs, node), like=None)
    if node.like is None:
        return _needs_no_other(b, own)
    other = _other(b, declaration, node.like)
    said = {type(c) for c in node.clauses if not isinstance(c, tree.Only)}
    clauses = (*(c for c in other.clauses if type(c) not in said), *node.clauses)
    return replace(
        own,
        title=node.title or other.title,
        describe=node.describe or other.describe,
        params=_params(*of_tabs, other, node),
        clauses=tuple(c for c in clauses if not isinstance(c, tree.Without)),
        parts=_together(_kept(b, node, other), own.parts),
    )


def _other(b: Binder, declaration: Declaration, path: tree.Path) -> tree.ReportDecl:
    return laid_out(b, b.find("report", str(path), path.span, declaration.prefix))


def _params(*reports: tree.ReportDecl) -> tuple[tree.ReportParam, ...]:
    """The parameters of all of them; a later default replaces an earlier one."""
    return tuple({p.name.key: p for report in reports for p in report.params}.values())


def _filled(b: Binder, declaration: Declaration, items: Parts) -> Parts:
    """The parts with those of the reports that their tabs are like."""
    return tuple(_tab(b, declaration, p) if isinstance(p, tree.Tab) else p for p in items)


def _tab(b: Binder, declaration: Declaration, tab: tree.Tab) -> tree.Tab:
    own = _filled(b, declaration, tab.parts)
    if tab.like is None:
        return replace(tab, parts=own)
    other = _other(b, declaration, tab.like)
    shown = tuple(p for p in other.parts if not isinstance(p, tree.Export))
    return replace(tab, parts=_together(shown, own), like=None)


def _kept(b: Binder, node: tree.ReportDecl, other: tree.ReportDecl) -> Parts:
    """What the other shows, without what this one leaves out."""
    titles = {t for p in parts(other.parts) if (t := _title(p))}
    gone = [t for c in node.clauses if isinstance(c, tree.Without) for t in c.titles]
    for title in gone:
        if title.value not in titles:
            raise b.fail(
                "P0201", title.span, f'`{node.like}` has nothing called "{title.value}"', suggest(title.value, titles)
            )
    return tuple(_pruned(other.parts, {t.value for t in gone}))


def _pruned(items: Parts, gone: set[str]) -> Iterator[tree.Part]:
    """A tab that nothing is left of goes with its last part."""
    for item in items:
        if _title(item) in gone:
            continue
        if not isinstance(item, tree.Tab):
            yield item
        elif left := tuple(_pruned(item.parts, gone)):
            yield replace(item, parts=left)


def _together(first: Parts, own: Parts) -> Parts:
    anew = {p.title.value: p for p in own if isinstance(p, tree.Tab)}
    placed = [anew.pop(p.title.value, p) if isinstance(p, tree.Tab) else p for p in first]
    return (*placed, *(p for p in own if not isinstance(p, tree.Tab) or p.title.value in anew))


def _title(part: tree.Part) -> str:
    found = getattr(part, "title", None)
    return found.value if isinstance(found, tree.Text) else found or ""
