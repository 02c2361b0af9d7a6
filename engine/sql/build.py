"""Small builders of sqlglot trees, so that no SQL is ever made by joining strings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from functools import cache

from sqlglot import Dialect, exp

from patron.engine.types import Type

E = exp.Expr

MONEY_TYPE = "DECIMAL(18, 4)"
SUM_TYPE = "DECIMAL(38, 4)"
RATIO_TYPE = "DECIMAL(38, 6)"


def name(text: str) -> exp.Identifier:
    """A quoted identifier."""
    return exp.Identifier(this=text, quoted=True)


def col(column: str, table: str | None = None) -> exp.Column:
    return exp.Column(this=name(column), table=name(table) if table else None)


def named(value: E, column: str) -> exp.Alias:
    """A value under the quoted name of a column; the value itself, where sqlglot's own would make a copy."""
    return exp.Alias(this=value, alias=name(column))


def again(value: E) -> E:
    """The same expression once more: a tree has each of its parts once."""
    if type(value) is exp.Column:  # most are, and sqlglot's copy knows nothing of them
        return col(value.name, value.table or None)
    return value.copy()


def func(function: str, *args: E) -> E:
    """A function call by its DuckDB name; sqlglot's typed node where it has one."""
    return exp.func(function, *args, dialect=_duckdb())


def anonymous(function: str, *args: E) -> E:
    """A function call passed through by name: only for functions that every dialect spells alike."""
    return exp.Anonymous(this=function, expressions=list(args))


def cast(value: E, type_: str) -> E:
    return exp.Cast(this=value, to=sql_type(type_))


def sql_type(text: str) -> exp.DataType:
    """A type by its DuckDB name."""
    return _type(text).copy()


@cache
def _type(text: str) -> exp.DataType:
    """A type from its DuckDB name; read once, for there are few and they are written often."""
    return exp.DataType.build(text, dialect=_duckdb())


@cache
def _duckdb() -> Dialect:
    return Dialect.get_or_raise("duckdb")


def text(value: str) -> E:
    return exp.Literal.string(value)


def integer(value: int) -> E:
    literal = exp.Literal.number(str(abs(int(value))))
    return exp.Neg(this=literal) if value < 0 else literal


def decimal(value: Decimal) -> E:
    """A number written out in digits, never in exponent form."""
    plain = format(abs(value), "f")
    literal = exp.Literal.number(plain)
    return exp.Neg(this=literal) if value < 0 else literal


def date(value: dt.date) -> E:
    return cast(text(value.isoformat()), "DATE")


def moment(value: dt.datetime) -> E:
    return cast(text(value.isoformat(sep=" ")), "TIMESTAMP")


def literal(value: object, type_: Type) -> E:
    """A literal by its type; None is NULL of that type."""
    if value is None:
        return exp.Null()
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, dt.datetime):
        return moment(value)
    if isinstance(value, dt.date):
        return date(value)
    if isinstance(value, (int, Decimal)):
        number = decimal(value) if isinstance(value, Decimal) else integer(value)
        return cast(number, MONEY_TYPE) if type_.kind == "money" else number
    if isinstance(value, dt.timedelta):
        return exp.Interval(this=text(str(int(value.total_seconds()))), unit=exp.Var(this="SECOND"))
    return text(str(value))


def paren(value: E) -> E:
    """The value in brackets unless it needs none."""
    if isinstance(value, exp.Connector):
        return exp.Paren(this=value)
    return (
        value if isinstance(value, (exp.Column, exp.Literal, exp.Paren, exp.Func, exp.Cast)) else exp.Paren(this=value)
    )


def conjunction(items: Sequence[E]) -> E:
    """`a AND b AND ...`, flat however long (deep trees break the generator)."""
    return _chain(exp.And, items, exp.true())


def disjunction(items: Sequence[E]) -> E:
    return _chain(exp.Or, items, exp.false())


def _chain(kind: type[exp.Connector], items: Sequence[E], empty: E) -> E:
    """A balanced tree: the generator recurses, and a chain of a thousand would break it."""
    if not items:
        return empty
    if len(items) == 1:
        return items[0]
    middle = len(items) // 2
    return kind(
        this=_wrap(kind, _chain(kind, items[:middle], empty)),
        expression=_wrap(kind, _chain(kind, items[middle:], empty)),
    )


def _wrap(kind: type[exp.Connector], value: E) -> E:
    return exp.Paren(this=value) if isinstance(value, exp.Connector) and not isinstance(value, kind) else value


def coalesce(*values: E) -> E:
    return exp.Coalesce(this=values[0], expressions=list(values[1:]))


def null_if(value: E, other: E) -> E:
    return exp.Nullif(this=value, expression=other)


def case(branches: Sequence[tuple[E, E]], default: E | None = None) -> E:
    return exp.Case(ifs=[exp.If(this=c, true=v) for c, v in branches], default=default)


def is_null(value: E) -> E:
    return exp.Is(this=paren(value), expression=exp.Null())


def not_(value: E) -> E:
    return exp.Not(this=paren(value))


def binary(kind: type[exp.Binary], left: E, right: E) -> E:
    return kind(this=paren(left), expression=paren(right))


def table(text: str, alias: str | None = None) -> exp.Table:
    """A table by its quoted name."""
    named = exp.TableAlias(this=name(alias)) if alias else None
    return exp.Table(this=name(text), alias=named)


def table_in(database: str, text: str, alias: str | None = None) -> exp.Table:
    """A table of an attached database; of the one at hand when none is named."""
    if not database:
        return table(text, alias)
    found = exp.Table(this=name(text), db=name("main"), catalog=name(database))
    if alias:
        found.set("alias", exp.TableAlias(this=name(alias)))
    return found


def within(value: E, ids: str) -> E:
    """Whether a value is in a table of ids."""
    wanted = exp.select(col("id")).from_(table(ids), copy=False)
    return exp.In(this=value, query=exp.Subquery(this=wanted))


def subquery(query: E, alias: str) -> exp.Subquery:
    """A SELECT in brackets under a quoted name."""
    return exp.Subquery(this=query, alias=exp.TableAlias(this=name(alias)))
