"""The finding of every kind of condition, and those of a whole audience."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from patron.dsl import tree
from patron.dsl.format import format_expr
from patron.engine.model.binder import Binder, Scope
from patron.engine.model.literals import whole_number
from patron.engine.model.names import path_term
from patron.engine.model.terms import Lit, Ranked
from patron.engine.plan.nodes import Col
from patron.engine.report import valued
from patron.engine.report.belonging import Bucket, Membership, People
from patron.engine.report.clauses import PEOPLE, Clauses
from patron.engine.report.findings import Finding, Joined, Opposite, Plain, Told, timeless
from patron.engine.report.happenings import happening
from patron.engine.report.placed import Placed

Make = Callable[[Binder, Scope, Any], Finding]


def finding(b: Binder, scope: Scope, node: tree.Expr) -> Finding:
    """The finding of a condition as written."""
    make = _FINDINGS.get(type(node))
    return make(b, scope, node) if make is not None else Plain(b.condition(scope, node))


# ---------------------------------------------------------------- membership


def _in_audience(b: Binder, scope: Scope, node: tree.InAudience) -> Finding:
    name = node.audience.text
    return Membership(b.condition(scope, node), f"audience {name}", name if b.has("audience", name) else "")


def _in_list(b: Binder, scope: Scope, node: tree.InList) -> Finding:
    version = f" version {node.version}" if node.version is not None else ""
    return Membership(b.condition(scope, node), f"list {node.list.text}{version}", fixed=True)


def _in_bucket(b: Binder, scope: Scope, node: tree.InBucket) -> Finding:
    return Bucket(b.condition(scope, node), whole_number(b, scope, node.of, "a bucket"), node.salt.value)


def _in_top(b: Binder, scope: Scope, node: tree.InTop) -> Finding:
    term = b.condition(scope, node)
    assert isinstance(term, Ranked)
    fixed = term.audience is None and timeless(b, scope, node.value)
    of = f" of audience {node.audience.text}" if node.audience is not None else ""
    return Placed(term, term.value, format_expr(node.value), term.top, term.active, of, fixed)


# ---------------------------------------------------------------- combinations and names


def _joined(b: Binder, scope: Scope, node: tree.And | tree.Or) -> Finding:
    parts = tuple(finding(b, scope, i) for i in node.items)
    return Joined(b.condition(scope, node), isinstance(node, tree.And), parts)


def _not(b: Binder, scope: Scope, node: tree.Not) -> Finding:
    return Opposite(b.condition(scope, node), finding(b, scope, node.item))


def _path(b: Binder, scope: Scope, node: tree.Path) -> Finding:
    """A yes/no name: what its filter says, or the column's value."""
    known = b.members.get("customers", {})
    declaration = known.get(scope.prefix + node.key) or known.get(node.key)
    statement = declaration.statement if declaration is not None else None
    if declaration is not None and isinstance(statement, tree.FilterDecl):
        inner = Scope("customers", prefix=declaration.prefix)
        return finding(b, inner, statement.condition)
    value = path_term(b, scope, node)
    fixed = timeless(b, scope, node)
    return valued.Valued(b.condition(scope, node), format_expr(node), value, asked="yes", unasked="no", fixed=fixed)


_FINDINGS: Mapping[type, Make] = {
    tree.Compare: valued.comparison, tree.Order: valued.order, tree.Between: valued.between,
    tree.OneOf: valued.one_of, tree.TextTest: valued.text_test, tree.IsMissing: valued.presence,
    tree.DateIn: valued.dated, tree.InAudience: _in_audience, tree.InList: _in_list, tree.InBucket: _in_bucket,
    tree.InTop: _in_top, tree.And: _joined, tree.Or: _joined, tree.Not: _not, tree.Path: _path, tree.Has: happening,
}  # fmt: skip


# ---------------------------------------------------------------- a whole audience


def audiences_in(found: Finding | None) -> tuple[str, ...]:
    """The other audiences that a condition asks for."""
    match found:
        case Membership(audience=name):
            return (name,) if name else ()
        case Joined(parts=parts):
            return tuple(name for part in parts for name in audiences_in(part))
        case Opposite(part=part):
            return audiences_in(part)
    return ()


def findings_of(clauses: Clauses) -> Told:
    """A finding for every line that is a condition."""
    found: dict[int, Finding] = {}
    for place, line in enumerate(clauses.lines):
        if line.side == PEOPLE:
            found[place] = People.of(clauses)
        elif line.node is None:
            found[place] = _rank(clauses)
        elif not isinstance(line.node, (tree.Group, tree.Everyone)):
            found[place] = finding(clauses.binder, clauses.scope, line.node)
    asks = dict.fromkeys(t for f in found.values() for t in f.asks() if not isinstance(t, Lit))
    rows = dict.fromkeys(r for f in found.values() for r in f.rows())
    return Told(found, tuple(asks), tuple(rows))


def _rank(clauses: Clauses) -> Finding:
    keep = clauses.audience.keep
    assert keep is not None
    last = clauses.lines[-1]
    assert isinstance(last.truth, Col)
    term = clauses.columns[last.truth.name]
    return Placed(term, keep.value, last.words.partition(" of ")[2], last.words.startswith("keep top"))
