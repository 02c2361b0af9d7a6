"""Scalar expressions of plans as SQL. Conditions are two-valued: no NULL ever decides anything.

A condition is lowered in one of two ways. Where NULL counts as false anyway (WHERE, FILTER, ON, CASE WHEN) a plain
comparison will do; under NOT, and where the value itself is kept, it is made exact.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from sqlglot import exp

from patron.dsl.nodes import dataclass, field
from patron.engine.contracts import FunctionType
from patron.engine.model.periods import to_local
from patron.engine.model.terms import Lit, Op
from patron.engine.plan.nodes import Col, Expr, SortKey, WindowCall
from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.functions import scalars
from patron.engine.sql.functions.scalars import Scalars
from patron.engine.types import Type


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
        if expr.type.kind == "yesno" and expr.name in _CONDITIONS:
            return self.exact(expr)
        special = _VALUES.get(expr.name)
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
            return plugin.lower(args, self.lowering.dialect)  # type: ignore[no-any-return]
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
        inner: E
        if call.func == "row_number":
            inner = exp.RowNumber()
        elif call.func == "count":
            inner = exp.Count(this=exp.Star())
        elif call.func == "min":
            inner = exp.Min(this=args[0])
        elif call.func == "max":
            inner = exp.Max(this=args[0])
        elif call.func == "sum":
            inner = exp.Sum(this=_summable(args[0], call.args[0].type))
        elif call.func == "lag":
            inner = exp.Lag(this=args[0])
        else:
            inner = exp.IgnoreNulls(this=exp.LastValue(this=args[0]))
        order = exp.Order(expressions=[self.ordered(k) for k in call.order]) if call.order else None
        spec = None
        if call.upto and order is not None:
            spec = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
        over = exp.Window(
            this=inner, partition_by=[self.value(x) for x in call.partition] or None, order=order, spec=spec
        )
        if call.func == "sum" and call.type.kind != "money":
            return build.cast(over, "BIGINT" if call.type.whole else "DOUBLE")
        return over

    def ordered(self, key: SortKey) -> E:
        value = self.value(key.value)
        if key.value.type.labels:
            value = self._label_place(value, key.value.type.labels)
        return exp.Ordered(this=value, desc=key.descending, nulls_first=key.missing_first)

    def _label_place(self, value: E, labels: Sequence[str]) -> E:
        """Bands sort by their bounds."""
        places = [
            (build.binary(exp.EQ, value.copy(), build.text(label)), build.integer(i)) for i, label in enumerate(labels)
        ]
        other = build.case([(build.not_(build.is_null(value.copy())), build.integer(len(labels)))])
        return build.case(places, other)

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
            if expr.name in _CONDITIONS:
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
        if isinstance(expr, Op) and expr.name in (
            "=",
            "<",
            "<=",
            ">",
            ">=",
            "one_of",
            "days_between",
            "start_of",
            "contains",
            "starts",
            "ends",
        ):
            return all(self._sure(a) for a in expr.args)
        return isinstance(expr, Op) and expr.name in ("is_missing", "and", "or", "not")

    def _plain(self, op: Op) -> E:
        return _CONDITIONS[op.name](self, op)

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


def _summable(value: E, type_: Type) -> E:
    """Sums must not depend on the order of rows: fractions are added as decimals."""
    if type_.kind == "number" and not type_.whole:
        return build.cast(exp.Round(this=value, decimals=build.integer(9)), "DECIMAL(38, 9)")
    return value


summable = _summable

# ---------------------------------------------------------------- comparisons

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
    sides = [x.sides(value, o)[1] for o in options]
    left = x.sides(value, options[0])[0]
    return exp.In(this=build.paren(left), expressions=sides)


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
    found = exp.Select(expressions=[build.integer(1)]).from_(exp.Table(this=build.name(str(table.value))))
    found = found.where(build.binary(exp.EQ, build.col("name"), x.value(wanted)), dialect="duckdb")
    nobody = build.not_(exp.Exists(this=found))
    return build.disjunction([by_name, build.conjunction([build.binary(exp.EQ, left, right), nobody])])


def _if_condition(x: Expressions, op: Op) -> E:
    condition, then, otherwise = op.args
    return build.case([(x.filter(condition), x.value(then))], x.value(otherwise))


_CONDITIONS: Mapping[str, Callable[[Expressions, Op], E]] = {
    **dict.fromkeys(_OPS, _comparison), "one_of": _one_of, "is_missing": _is_missing, "contains": _contains,
    "starts": _starts, "ends": _ends, "matches": _matches, "has_text": _has_text, "named": _named,
    "and": lambda x, op: x.filter(op), "or": lambda x, op: x.filter(op), "not": lambda x, op: x.filter(op),
}  # fmt: skip


# ---------------------------------------------------------------- values with a form of their own


def _args(x: Expressions, op: Op) -> list[E]:
    return [x.value(a) for a in op.args]


def _micros(x: Expressions, value: E) -> E:
    """Microseconds since 1970 of a naive UTC moment."""
    if x.lowering.dialect == "spark":
        return build.anonymous("UNIX_MICROS", build.cast(value, "TIMESTAMPTZ"))
    return build.anonymous("EPOCH_US", value)


def _elapsed(x: Expressions, start: E, end: E) -> E:
    return exp.Paren(this=build.binary(exp.Sub, _micros(x, end), _micros(x, start)))


def _later(x: Expressions, op: Op) -> E:
    start, length = op.args
    if isinstance(length, Lit):
        assert isinstance(length.value, dt.timedelta | int)
        seconds = length.value.total_seconds() if isinstance(length.value, dt.timedelta) else length.value
        amount: E = build.integer(int(seconds))
    else:
        amount = x.value(length)
    one = exp.Interval(this=build.text("1"), unit=exp.Var(this="SECOND"))
    return build.binary(exp.Add, x.value(start), exp.Mul(this=build.paren(amount), expression=one))


def _whole_days(x: Expressions, op: Op) -> E:
    start, end = _args(x, op)
    day = build.cast(build.integer(86_400_000_000), "DOUBLE")
    return build.cast(exp.Floor(this=build.binary(exp.Div, _elapsed(x, start, end), day)), "BIGINT")


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


def _start_of(x: Expressions, op: Op) -> E:
    part, day = op.args
    assert isinstance(part, Lit)
    unit = str(part.value)
    if unit == "quarter":
        quarter = exp.DateTrunc(this=x.value(day), unit=exp.Var(this="QUARTER"))  # type: ignore[no-untyped-call]
        return build.cast(quarter, "DATE")
    if unit in ("day", "date"):
        return x.value(day)
    return scalars.lower(f"start_of_{unit}", [x.value(day)], [day.type], op.type, x.lowering.scalars)


def _hour_start(x: Expressions, op: Op) -> E:
    return exp.TimestampTrunc(this=x.value(op.args[0]), unit=exp.Var(this="HOUR"))


def _month_and_day(x: Expressions, op: Op) -> E:
    (day,) = _args(x, op)
    month = build.binary(exp.Mul, exp.Month(this=day), build.integer(100))
    return build.binary(exp.Add, month, exp.Day(this=day.copy()))


def _local(x: Expressions, op: Op) -> E:
    """What the clock of the project shows at a moment written in the spec."""
    (moment,) = op.args
    if not (isinstance(moment, Lit) and isinstance(moment.value, dt.datetime)):
        raise NotImplementedError(f"{op.name} of a computed moment")
    local = to_local(moment.value, x.lowering.scalars.zone)
    return build.date(local.date()) if op.name == "local_date" else build.integer(local.hour)


def _seconds_of_days(x: Expressions, op: Op) -> E:
    (days,) = _args(x, op)
    return build.cast(exp.Round(this=build.binary(exp.Mul, build.cast(days, "DOUBLE"), build.integer(86400))), "BIGINT")


def _dates_of_seconds(x: Expressions, op: Op) -> E:
    (seconds,) = _args(x, op)
    days = exp.Ceil(
        this=build.binary(exp.Div, build.cast(seconds, "DOUBLE"), build.cast(build.integer(86400), "DOUBLE"))
    )
    return exp.Greatest(this=build.cast(days, "BIGINT"), expressions=[build.cast(build.integer(1), "BIGINT")])


def _days_of_seconds(x: Expressions, op: Op) -> E:
    (seconds,) = _args(x, op)
    return build.binary(exp.Div, build.cast(seconds, "DOUBLE"), build.cast(build.integer(86400), "DOUBLE"))


def _band_place(x: Expressions, op: Op) -> E:
    """How many bounds a value has reached."""
    return _banded(x, op, [build.integer(i) for i in range(len(op.args))])


def _band(x: Expressions, op: Op) -> E:
    """The name of the band a value is in."""
    return _banded(x, op, [build.text(label) for label in op.type.labels])


def _banded(x: Expressions, op: Op, names: Sequence[E]) -> E:
    value, *bounds = op.args
    if isinstance(value, Op) and value.name == "years_between" and isinstance(value.args[1], Lit):
        return _aged(x, value, bounds, names)
    inner = x.value(value)
    ifs = [(build.binary(exp.LT, inner.copy(), x.value(b)), name) for b, name in zip(bounds, names, strict=False)]
    return build.case(ifs, build.case([(build.not_(build.is_null(inner.copy())), names[-1])]))


def _aged(x: Expressions, years: Op, bounds: Sequence[Expr], names: Sequence[E]) -> E:
    """Bands of completed years up to a written date: younger than n is born after the day n years before."""
    start, end = years.args
    assert isinstance(end, Lit) and isinstance(end.value, dt.date)
    born = x.value(start)
    ifs = []
    for bound, name in zip(bounds, names, strict=False):
        assert isinstance(bound, Lit) and isinstance(bound.value, (int, Decimal))
        edge = build.date(_years_before(end.value, int(-(-bound.value // 1))))
        ifs.append((build.binary(exp.GT, born.copy(), edge), name))
    return build.case(ifs, build.case([(build.not_(build.is_null(born.copy())), names[-1])]))


def _years_before(day: dt.date, years: int) -> dt.date:
    """The last birth date of somebody who has completed so many years; 29 February falls on the 28th."""
    year = max(1, day.year - years)
    if (day.month, day.day) == (2, 28) and not calendar.isleap(day.year) and calendar.isleap(year):
        return dt.date(year, 2, 29)
    return dt.date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


def _years_between(x: Expressions, op: Op) -> E:
    """Completed years; to a written date in one comparison of month and day."""
    start, end = op.args
    if not (isinstance(end, Lit) and isinstance(end.value, dt.date)):
        return x.function(op)
    until = end.value
    edge = until.month * 100 + until.day
    if edge == 228 and not calendar.isleap(until.year):
        edge = 229
    day = x.value(start)
    number = build.binary(
        exp.Add, build.binary(exp.Mul, exp.Month(this=day), build.integer(100)), exp.Day(this=day.copy())
    )
    late = build.case([(build.binary(exp.GT, number, build.integer(edge)), build.integer(1))], build.integer(0))
    years = build.binary(exp.Sub, build.integer(until.year), exp.Year(this=day.copy()))
    return build.cast(build.binary(exp.Sub, years, late), "BIGINT")


def _int_div(x: Expressions, op: Op) -> E:
    left, right = _args(x, op)
    divided = build.binary(
        exp.Div, build.cast(left, "DOUBLE"), build.null_if(build.cast(right, "DOUBLE"), build.integer(0))
    )
    return build.cast(exp.Floor(this=divided), "BIGINT")


def _halved(x: Expressions, op: Op) -> E:
    """2 to the power of minus (elapsed / half-life)."""
    start, end, half_life = _args(x, op)
    micros = build.binary(exp.Mul, build.cast(half_life, "DOUBLE"), build.cast(build.integer(1_000_000), "DOUBLE"))
    lives = build.binary(exp.Div, build.cast(_elapsed(x, start, end), "DOUBLE"), micros)
    return exp.Pow(this=build.cast(build.integer(2), "DOUBLE"), expression=exp.Neg(this=exp.Paren(this=lives)))


def _cents(x: Expressions, op: Op) -> E:
    amount, unit = _args(x, op)
    whole = build.binary(exp.Mul, build.cast(amount, "DECIMAL(30, 4)"), build.cast(unit, "DECIMAL(8, 0)"))
    return build.cast(exp.Floor(this=whole), "BIGINT")


def _from_cents(x: Expressions, op: Op) -> E:
    cents, _ = _args(x, op)
    unit = op.args[1]
    assert isinstance(unit, Lit) and isinstance(unit.value, int)
    digits = len(str(unit.value)) - 1
    part = build.cast(build.text("0." + "0" * (digits - 1) + "1" if digits else "1"), f"DECIMAL(8, {digits})")
    return build.cast(build.binary(exp.Mul, build.cast(cents, "DECIMAL(26, 0)"), part), build.SUM_TYPE)


def _share_floor(x: Expressions, op: Op) -> E:
    cents, num, den = _args(x, op)
    if op.args[1].type.whole:
        exact = build.binary(exp.Sub, _product(cents, num), _remainder(cents, num, den))
        divided = build.binary(exp.Div, build.cast(exact, "DOUBLE"), build.cast(den.copy(), "DOUBLE"))
        return build.cast(exp.Round(this=divided), "BIGINT")
    return build.cast(exp.Floor(this=_parts(cents, num, den)), "BIGINT")


def _share_left(x: Expressions, op: Op) -> E:
    cents, num, den = _args(x, op)
    if op.args[1].type.whole:
        return build.cast(_remainder(cents, num, den), "DOUBLE")
    whole = _parts(cents, num, den)
    return exp.Round(this=build.binary(exp.Sub, whole, exp.Floor(this=whole.copy())), decimals=build.integer(9))


def _product(cents: E, num: E) -> E:
    return build.binary(exp.Mul, build.cast(cents.copy(), "DECIMAL(24, 0)"), build.cast(num.copy(), "DECIMAL(12, 0)"))


def _remainder(cents: E, num: E, den: E) -> E:
    """What is left of the product after whole parts: never negative, also where money was given back."""
    whole = build.cast(den, "DECIMAL(12, 0)")
    left = build.binary(exp.Mod, _product(cents, num), whole)
    return build.binary(exp.Mod, build.binary(exp.Add, left, whole.copy()), whole.copy())


def _parts(cents: E, num: E, den: E) -> E:
    product = build.binary(exp.Mul, build.cast(cents, "DOUBLE"), num)
    return build.binary(exp.Div, exp.Paren(this=product), build.null_if(den, build.integer(0)))


_VALUES: Mapping[str, Callable[[Expressions, Op], E]] = {
    "if": _if_condition, "later": _later, "whole_days": _whole_days, "bucket": _bucket, "start_of": _start_of,
    "hour_start": _hour_start, "month_and_day": _month_and_day, "local_date": _local, "local_hour": _local,
    "seconds_of_days": _seconds_of_days, "dates_of_seconds": _dates_of_seconds, "days_of_seconds": _days_of_seconds,
    "int_div": _int_div, "band_place": _band_place, "band": _band, "years_between": _years_between,
    "halved": _halved, "cents": _cents, "from_cents": _from_cents, "share_floor": _share_floor,
    "share_left": _share_left,
}  # fmt: skip
