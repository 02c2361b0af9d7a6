"""Scalar expressions of plans as SQL. Conditions are two-valued: no NULL ever decides anything.

A condition is lowered in one of two ways. Where NULL counts as false anyway (WHERE, FILTER, ON, CASE WHEN) a plain
comparison will do; under NOT, and where the value itself is kept, it is made exact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from sqlglot import exp

from patron.dsl.nodes import dataclass, field
from patron.engine.contracts import FunctionType
from patron.engine.model.terms import Lit, Op
from patron.engine.plan.nodes import Col, Expr, SortKey, WindowCall
from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.forms.bands import BANDS
from patron.engine.sql.forms.conditions import CONDITIONS
from patron.engine.sql.forms.form import Form
from patron.engine.sql.forms.shares import SHARES
from patron.engine.sql.forms.times import TIMES
from patron.engine.sql.forms.values import VALUES
from patron.engine.sql.functions import scalars
from patron.engine.sql.functions.scalars import Scalars
from patron.engine.types import BEGIN, Type, band_begins


@dataclass(frozen=True, slots=True)
class Lowering:
    """What lowering depends on: dialect and functions' context, tables with whole-number ids, plugin functions."""

    scalars: Scalars
    whole_ids: frozenset[str] = frozenset()
    functions: Mapping[str, FunctionType] = field(default_factory=dict)

    @property
    def dialect(self) -> str:
        return self.scalars.dialect


Columns = Mapping[str, E]

_FORMS: Mapping[str, Form] = {**VALUES, **TIMES, **BANDS, **SHARES}

_OF_SURE = frozenset("= < <= > >= one_of days_between start_of contains starts ends".split())
"""Conditions and values that are missing only where an argument is."""

_SURE = frozenset(("is_missing", "and", "or", "not"))

_WINDOWS: Mapping[str, Callable[..., E]] = {
    "row_number": exp.RowNumber, "dense_rank": exp.DenseRank, "count": lambda: exp.Count(this=exp.Star()),
    "min": lambda v: exp.Min(this=v), "max": lambda v: exp.Max(this=v), "sum": lambda v: exp.Sum(this=v),
    "lag": lambda v: exp.Lag(this=v), "lead": lambda v: exp.Lead(this=v), "first": lambda v: exp.FirstValue(this=v),
    "lag_apart": lambda v: exp.FirstValue(this=v), "median": lambda v: exp.Median(this=build.cast(v, "DOUBLE")),
    "last_known": lambda v: exp.IgnoreNulls(this=exp.LastValue(this=v)),
}  # fmt: skip
_UP_TO = {"kind": "ROWS", "start": "UNBOUNDED", "start_side": "PRECEDING", "end": "CURRENT ROW"}
_APART = {"kind": "GROUPS", "start": "1", "start_side": "PRECEDING", "end": "1", "end_side": "PRECEDING"}


def sql_type(type_: Type, lowering: Lowering) -> str:
    """The SQL type that holds values of a type."""
    if type_.kind == "reference":
        return "BIGINT" if type_.table in lowering.whole_ids else "VARCHAR"
    if type_.kind == "number":
        return "BIGINT" if type_.whole else "DOUBLE"
    return {
        "money": build.SUM_TYPE, "date": "DATE", "moment": "TIMESTAMP", "yesno": "BOOLEAN", "texts": "VARCHAR[]",
    }.get(type_.kind, "VARCHAR")  # fmt: skip


class Expressions:
    """Lowers expressions over given columns."""

    def __init__(self, lowering: Lowering, columns: Columns) -> None:
        self.lowering, self.columns = lowering, columns

    # ------------------------------------------------------------ values

    def value(self, expr: Expr) -> E:
        """A value; conditions are exact."""
        if isinstance(expr, Col):
            return build.again(self.columns[expr.name])
        if isinstance(expr, Lit):
            return self.literal(expr)
        if isinstance(expr, WindowCall):
            return self.window(expr)
        assert isinstance(expr, Op)
        if expr.type.kind == "yesno" and expr.name in CONDITIONS:
            return self.exact(expr)
        special = _FORMS.get(expr.name)
        if special is not None:
            return special(self, expr)
        return self.function(expr)

    def literal(self, lit: Lit) -> E:
        if lit.value is None:
            if lit.type.kind == "missing":
                return exp.Null()
            return build.cast(exp.Null(), sql_type(lit.type, self.lowering))
        if lit.type.kind == "reference" and lit.type.table in self.lowering.whole_ids:
            return self._whole_id(str(lit.value))
        return build.literal(lit.value, lit.type)

    def _whole_id(self, text: str) -> E:
        if text.isascii() and text.isdigit() and (text == "0" or text[0] != "0") and len(text) <= 18:
            return build.integer(int(text))
        return build.cast(exp.Null(), "BIGINT")

    def function(self, op: Op) -> E:
        args = [self.argument(a, op) for a in op.args]
        types = [a.type for a in op.args]
        plugin = self.lowering.functions.get(op.name)
        if plugin is not None and not scalars.known(op.name):
            made: E = plugin.lower(args, self.lowering.dialect)
            return made
        return scalars.lower(op.name, args, types, op.type, self.lowering.scalars)

    def argument(self, arg: Expr, op: Op) -> E:
        """Ids that are stored as numbers are texts to every function but choices among ids."""
        value = self.value(arg)
        same = op.name in ("first_known", "if") and op.type == arg.type
        if arg.type.kind == "reference" and arg.type.table in self.lowering.whole_ids and not same:
            return build.cast(value, "VARCHAR")
        return value

    def window(self, call: WindowCall) -> E:
        args = [self.value(a) for a in call.args]
        if call.func == "sum":
            args = [summable(args[0], call.args[0].type)]
        order = exp.Order(expressions=self.ordered(call.order)) if call.order else None
        first = call.upto and call.func == "min" and call.order[:1] == (SortKey(call.args[0]),)
        inner = _WINDOWS["first" if first else call.func](*args)  # the smallest so far is the first: no frame to search
        frame = _APART if call.func == "lag_apart" else _UP_TO if call.upto and order and not first else None
        spec = frame and exp.WindowSpec(**frame)
        over = exp.Window(
            this=inner, partition_by=[self.value(x) for x in call.partition] or None, order=order, spec=spec
        )
        if call.func == "sum" and call.type.kind != "money":
            return build.cast(over, "BIGINT" if call.type.whole else "DOUBLE")
        return over

    def ordered(self, keys: Sequence[SortKey]) -> list[E]:
        """What rows are ordered by. Bands sort by their bounds, and so do texts that look like bands among them."""
        found: list[E] = []
        for key in keys:
            value, labels = self.value(key.value), key.value.type.labels
            begins = band_begins(labels)
            by = [value]
            if begins:
                by = [_label_place(value, labels, begins, _begin(value)), value.copy()]
            elif labels:
                by = [_label_place(value, labels, range(len(labels)))]
            found += [exp.Ordered(this=e, desc=key.descending, nulls_first=key.missing_first) for e in by]
        return found

    # ------------------------------------------------------------ conditions

    def filter(self, expr: Expr) -> E:
        """A condition where NULL counts as false."""
        if isinstance(expr, Op):
            if expr.name == "and":
                return build.conjunction([self.filter(a) for a in expr.args])
            if expr.name == "or":
                return build.disjunction([self.filter(a) for a in expr.args])
            if expr.name == "not":
                return self.negated(expr.args[0])
            if expr.name in CONDITIONS:
                return self._plain(expr)
        return self.value(expr)

    def exact(self, expr: Expr) -> E:
        """A condition that is TRUE or FALSE, never NULL."""
        if isinstance(expr, Op) and expr.name in ("and", "or"):
            join = build.conjunction if expr.name == "and" else build.disjunction
            return join([self.exact(a) for a in expr.args])
        if isinstance(expr, Op) and expr.name == "not":
            return self.negated(expr.args[0])
        if isinstance(expr, Lit):
            return exp.Boolean(this=bool(expr.value))
        if isinstance(expr, Op) and expr.name == "is_missing":
            return self._plain(expr)
        plain = self.filter(expr)
        return plain if self._sure(expr) else build.coalesce(plain, exp.false())

    def negated(self, expr: Expr) -> E:
        """The exact complement of a condition."""
        if isinstance(expr, Op):
            if expr.name == "not":
                return self.filter(expr.args[0])
            if expr.name == "is_missing":
                return build.not_(self._plain(expr))
            if expr.name in ("=", "one_of") and self._sure(expr):
                return build.not_(self._plain(expr))
            if expr.name == "=":
                left, right = expr.args
                if isinstance(right, Lit) and right.value is not None:
                    a, b = self.sides(left, right)
                    return exp.NullSafeNEQ(this=build.paren(a), expression=build.paren(b))
            if expr.name == "one_of":
                return build.coalesce(build.not_(self._plain(expr)), exp.true())
        return build.not_(self.exact(expr))

    def _sure(self, expr: Expr) -> bool:
        """Whether a value or comparison cannot be missing."""
        if isinstance(expr, Col):
            return expr.sure
        if isinstance(expr, Lit):
            return expr.value is not None
        if not isinstance(expr, Op):
            return False
        return expr.name in _SURE or (expr.name in _OF_SURE and all(self._sure(a) for a in expr.args))

    def _plain(self, op: Op) -> E:
        return CONDITIONS[op.name](self, op)

    def sides(self, left: Expr, right: Expr) -> tuple[E, E]:
        """Both sides of a comparison in one SQL type: ids stored as numbers meet texts as ids."""
        lw, rw = self._is_whole_id(left), self._is_whole_id(right)
        if lw and isinstance(right, Lit) and right.value is not None:
            return self.value(left), self._whole_id(str(right.value))
        if rw and isinstance(left, Lit) and left.value is not None:
            return self._whole_id(str(left.value)), self.value(right)
        a, b = self.value(left), self.value(right)
        if lw and not rw:
            a = build.cast(a, "VARCHAR")
        if rw and not lw:
            b = build.cast(b, "VARCHAR")
        return a, b

    def _is_whole_id(self, expr: Expr) -> bool:
        return expr.type.kind == "reference" and expr.type.table in self.lowering.whole_ids


def summable(value: E, type_: Type) -> E:
    """Sums must not depend on the order of rows: fractions are added as decimals."""
    if type_.kind == "number" and not type_.whole:
        return build.cast(exp.Round(this=value, decimals=build.integer(9)), "DECIMAL(38, 9)")
    return value


_LAST = 10**9
"""The place of a text without a number among bands."""


def _label_place(value: E, labels: Sequence[str], places: Sequence[float], other: E | None = None) -> E:
    """The place of a label; of another text `other`, or after all of them."""
    known = [
        (build.binary(exp.EQ, value.copy(), build.text(label)), build.decimal(Decimal(str(place)).normalize()))
        for label, place in zip(labels, places, strict=True)
    ]
    rest = build.integer(len(labels)) if other is None else build.coalesce(other, build.integer(_LAST))
    return build.case(known, build.case([(build.not_(build.is_null(value.copy())), rest)]))


def _begin(value: E) -> E:
    """Where a text begins that looks like a band: `types.band_begin` as SQL."""
    number = exp.RegexpExtract(this=value.copy(), expression=build.text(BEGIN), group=build.integer(0))
    first = exp.RegexpExtract(this=value.copy(), expression=build.text(f"^{BEGIN}"), group=build.integer(0))
    below = build.case([(build.binary(exp.EQ, first, build.text("")), build.decimal(Decimal("0.5")))], build.integer(0))
    return exp.Sub(this=build.cast(build.null_if(number, build.text("")), "DOUBLE"), expression=below)
