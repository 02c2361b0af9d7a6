"""Values that depend on others: a choice, whole quotients, the bucket of an id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlglot import exp

from patron.engine.model.terms import Lit, Op
from patron.engine.plan.nodes import Expr
from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.forms.form import Form, arguments
from patron.engine.sql.functions.conversions import double

if TYPE_CHECKING:
    from patron.engine.sql.expressions import Expressions


def _choice(x: Expressions, op: Op) -> E:
    """A chain of choices is one CASE: an engine copies what an inner one gives once for every level around it."""
    branches: list[tuple[E, E]] = []
    rest: Expr = op
    while isinstance(rest, Op) and rest.name == "if":
        condition, then, rest = rest.args
        branches.append((x.filter(condition), x.value(then)))
    return build.case(branches, x.value(rest))


def _int_div(x: Expressions, op: Op) -> E:
    left, right = arguments(x, op)
    divided = build.binary(exp.Div, double(left), build.null_if(double(right), build.integer(0)))
    return build.cast(exp.Floor(this=divided), "BIGINT")


def _bucket(x: Expressions, op: Op) -> E:
    """md5 of `salt:id`, its first 8 hex digits as a number, modulo."""
    key, of, salt = op.args
    assert isinstance(of, Lit)
    assert isinstance(of.value, int)
    assert isinstance(salt, Lit)
    text = exp.Concat(
        expressions=[build.text(f"{salt.value}:"), build.cast(x.value(key), "VARCHAR")], safe=False, coalesce=False
    )
    digits = exp.Left(this=exp.MD5(this=text), expression=build.integer(8))
    number: E
    if x.lowering.dialect == "spark":
        number = build.cast(build.anonymous("CONV", digits, build.integer(16), build.integer(10)), "BIGINT")
    else:
        number = build.cast(exp.Concat(expressions=[build.text("0x"), digits], safe=False, coalesce=False), "BIGINT")
    return build.binary(exp.Mod, number, build.integer(of.value))


VALUES: Mapping[str, Form] = {"if": _choice, "int_div": _int_div, "bucket": _bucket}
