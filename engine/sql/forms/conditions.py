"""Conditions: comparisons, membership, texts. Two-valued ways of reading them are in `expressions`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from patron.engine.model.terms import Lit, Op
from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.forms.form import Form

if TYPE_CHECKING:
    from patron.engine.sql.expressions import Expressions

_OPS: Mapping[str, type[exp.Binary]] = {"=": exp.EQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE}


def _bare(op: Op) -> Op:
    """`first_known(x, 0) >= 2` without the 0: missing fails either way, and a join can then drop the row."""
    left, right = op.args
    if not (isinstance(left, Op) and left.name == "first_known" and len(left.args) == 2 and isinstance(right, Lit)):
        return op
    inner, default = left.args
    if not (isinstance(default, Lit) and default.value == 0 and isinstance(right.value, (int, Decimal))):
        return op
    fails = {">": right.value >= 0, ">=": right.value > 0, "=": right.value != 0}.get(op.name, False)
    return Op(op.name, (inner, right), op.type) if fails else op


def _comparison(x: Expressions, op: Op) -> E:
    op = _bare(op)
    left, right = x.sides(op.args[0], op.args[1])
    return build.binary(_OPS[op.name], left, right)


def _one_of(x: Expressions, op: Op) -> E:
    value, *options = op.args
    like_it = Lit(None, value.type)  # what an option is cast to hangs on the type alone
    left, _ = x.sides(value, options[0])
    return exp.In(this=build.paren(left), expressions=[x.sides(like_it, o)[1] for o in options])


def _is_missing(x: Expressions, op: Op) -> E:
    return build.is_null(x.value(op.args[0]))


def _contains(x: Expressions, op: Op) -> E:
    value, pattern = (x.argument(a, op) for a in op.args)
    return build.binary(exp.GT, exp.StrPosition(this=value, substr=pattern), build.integer(0))


def _starts(x: Expressions, op: Op) -> E:
    value, pattern = (x.argument(a, op) for a in op.args)
    return build.binary(exp.EQ, exp.Left(this=value, expression=exp.Length(this=pattern)), pattern.copy())


def _ends(x: Expressions, op: Op) -> E:
    value, pattern = (x.argument(a, op) for a in op.args)
    return build.binary(exp.EQ, exp.Right(this=value, expression=exp.Length(this=pattern)), pattern.copy())


def _matches(x: Expressions, op: Op) -> E:
    value, pattern = (x.argument(a, op) for a in op.args)
    return exp.RegexpLike(this=value, expression=pattern)


def _has_text(x: Expressions, op: Op) -> E:
    return exp.ArrayContains(this=x.value(op.args[0]), expression=x.value(op.args[1]))


def _named(x: Expressions, op: Op) -> E:
    """A row by its name; by its id where no row has that name."""
    label, key, table, wanted = op.args
    assert isinstance(table, Lit) and isinstance(wanted, Lit)
    by_name = build.binary(exp.EQ, x.value(label), x.value(wanted))
    left, right = x.sides(key, wanted)
    found = exp.Select(expressions=[build.integer(1)]).from_(build.table(str(table.value)))
    found = found.where(build.binary(exp.EQ, build.col("name"), x.value(wanted)), dialect="duckdb")
    nobody = build.not_(exp.Exists(this=found))
    return build.disjunction([by_name, build.conjunction([build.binary(exp.EQ, left, right), nobody])])


def _joined(x: Expressions, op: Op) -> E:
    return x.filter(op)


CONDITIONS: Mapping[str, Form] = {
    **dict.fromkeys(_OPS, _comparison), **dict.fromkeys(("and", "or", "not"), _joined), "one_of": _one_of,
    "is_missing": _is_missing, "contains": _contains, "starts": _starts, "ends": _ends, "matches": _matches,
    "has_text": _has_text, "named": _named,
}  # fmt: skip
