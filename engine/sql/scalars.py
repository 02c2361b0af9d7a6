"""Scalar functions and arithmetic as sqlglot trees: one meaning on every engine.

What a caller passes for time: functions that read a day (`year quarter month week day weekday start_of_*
days_between months_between years_between age date`) want the *local date* expression of a moment; `hour` wants the
local hour; everything else wants the instant (naive UTC). `moment`, `parse_date` and `parse_time` give what the text
says: a naive local time, an instant only when the format holds `%z`.

Money comes and goes as DECIMAL; money times or divided by a number is DECIMAL(38, 6), rounded half away from zero.
Other quotients are DOUBLE. A quotient by zero and anything of a missing value are missing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlglot import exp

from patron.engine.model.functions import band_labels
from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.types import NUMBER, TEXT, Type

EARTH_KM = Decimal("6371.0088")
KM_A_MILE = Decimal("1.609344")
BLANKS = " \t\n\r\v\f\u00a0\u3000"
NUMBER_PATTERN = r"^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?\s*$"
_ODD_BLANKS = "^[\t\n\r\v\f\u00a0\u3000]|[\t\n\r\v\f\u00a0\u3000]$"
_GROUPED = r"^[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$"
_SIGNS = r"^[-+]?\s*([A-Z]{3}|[$€£¥₹₩₽₺₫฿])?\s*|\s*([A-Z]{3}|[$€£¥₹₩₽₺₫฿])?$"
_FRACTION = 15
"""Decimals kept of a number that money is multiplied with or divided by."""


@dataclass(frozen=True, slots=True)
class Scalars:
    """What functions depend on besides their arguments. `week_start` is the ISO number of the project's first
    weekday (1 Monday ... 7 Sunday); `now` is naive UTC."""

    dialect: str = "duckdb"
    week_start: int = 1
    today: dt.date | None = None
    now: dt.datetime | None = None
    zone: str = "UTC"


Lower = Callable[[Sequence[E], Sequence[Type], Type, Scalars], E]


def lower(op: str, args: Sequence[E], types: Sequence[Type], result: Type, context: Scalars) -> E:
    """The expression of operator or function `op`; KeyError when it is none of ours."""
    copies = [a.copy() for a in args]
    return _LOWER[op](copies, types, result, context)


def known(op: str) -> bool:
    """Whether `lower` knows this operator or function."""
    return op in _LOWER


# ---------------------------------------------------------------- conversions


def as_text(value: E, type_: Type) -> E:
    """A value as people write it: whole numbers without `.0`, money with two decimals at least, ISO dates."""
    if type_.textual or type_.kind == "missing" or (isinstance(value, exp.Literal) and value.is_string):
        return value
    if type_.kind == "number":
        if type_.whole:
            return build.cast(value, "VARCHAR")
        whole = build.binary(exp.EQ, build.cast(value.copy(), "DOUBLE"), exp.Floor(this=build.cast(value.copy(), "DOUBLE")))
        small = build.binary(exp.LT, exp.Abs(this=value.copy()), build.cast(build.text("1e15"), "DOUBLE"))
        plain = build.cast(build.cast(value.copy(), "BIGINT"), "VARCHAR")
        return build.case([(exp.And(this=whole, expression=small), plain)], build.cast(value, "VARCHAR"))
    if type_.kind == "money":
        cents = build.binary(exp.EQ, value.copy(), _round(value.copy(), 2))
        short = build.cast(build.cast(value.copy(), "DECIMAL(38, 2)"), "VARCHAR")
        return build.case([(cents, short)], build.func("rtrim", build.cast(value, "VARCHAR"), build.text("0")))
    if type_.kind == "yesno":
        return build.case([(build.is_null(value.copy()), exp.Null()), (value, build.text("yes"))], build.text("no"))
    if type_.kind == "texts":
        return build.func("array_to_string", value, build.text(";"))
    return build.cast(value, "VARCHAR")


def try_cast(value: E, type_: str, dialect: str) -> E:
    """A cast that gives missing where it fails."""
    if dialect == "duckdb":
        return exp.TryCast(this=value, to=exp.DataType.build(type_, dialect="duckdb"))
    # sqlglot writes a plain CAST for Spark, which raises; the call below prints the words Spark knows.
    to = exp.DataType.build(type_, dialect="duckdb").sql(dialect=dialect)
    return exp.Anonymous(this="TRY_CAST", expressions=[exp.Alias(this=value, alias=exp.Var(this=to))])


def matches(value: E, pattern: str) -> E:
    """Whether a regular expression is found in a text."""
    return build.func("regexp_matches", value, build.text(pattern))


def plain_number(text: E) -> E:
    """A text without what people write around a number: blanks, a currency, commas between groups of three."""
    bare = exp.func("regexp_replace", strip_all(text), build.text(r"^\((.*)\)$"), build.text(r"-\1"), dialect="duckdb")
    sign = build.case([(build.func("starts_with", bare.copy(), build.text("-")), build.text("-"))], build.text(""))
    shorn = build.func("regexp_replace", bare, build.text(_SIGNS), build.text(""), build.text("g"))
    signed = build.func("concat", sign, shorn)
    ungrouped = exp.Replace(this=signed.copy(), expression=build.text(","), replacement=build.text(""))
    return build.case([(matches(signed.copy(), _GROUPED), ungrouped)], signed)


def strip(text: E) -> E:
    """A text without blanks at its ends."""
    return exp.Trim(this=text)


def strip_all(text: E) -> E:
    """A text without blanks, tabs, line ends and no-break spaces at its ends. Looking for a set of characters is slow,
    so that is done where one of the odd ones stands at an end."""
    bare = strip(text)
    odd = matches(bare.copy(), _ODD_BLANKS)
    return build.case([(odd, exp.Trim(this=text.copy(), expression=build.text(BLANKS)))], bare)


def number_from_text(text: E, type_: str, dialect: str) -> E:
    """A plain number text (`1234.50`, `-1e3`, blanks around it) as a number of an SQL type, missing when it is none."""
    return build.case([(matches(text.copy(), NUMBER_PATTERN), try_cast(text, type_, dialect))])


def _from_any_text(text: E, type_: str, dialect: str) -> E:
    """A number text in a plain form, or as people write it."""
    simple = (matches(text.copy(), NUMBER_PATTERN), try_cast(text, type_, dialect))
    return build.case([simple], number_from_text(plain_number(text.copy()), type_, dialect))


def exact(value: E, type_: Type, sql_type: str = build.RATIO_TYPE) -> E:
    """A number as a DECIMAL. A double goes through its shortest text, so that 1.005 is 1.005."""
    if isinstance(value, exp.Literal) or type_.whole or type_.kind == "money":
        return build.cast(value, sql_type)
    return build.cast(build.cast(value, "VARCHAR"), sql_type)


def _double(value: E) -> E:
    return build.cast(value, "DOUBLE")


def _integer(value: E) -> E:
    """A count as an INTEGER; fractions are cut off."""
    if isinstance(value, exp.Literal) and value.this.isdigit():
        return value
    return build.cast(exp.Floor(this=build.paren(value)), "INTEGER")


def _round(value: E, digits: int) -> E:
    return exp.Round(this=value, decimals=build.integer(digits))


# ---------------------------------------------------------------- arithmetic


def _plus_minus(kind: type[exp.Binary]) -> Lower:
    def make(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
        if result.kind == "number" and not (t[0].whole and t[1].whole):
            return build.binary(kind, _double(a[0]), _double(a[1]))
        value = build.binary(kind, a[0], a[1])
        return build.cast(value, "DATE") if result.kind == "date" else value

    return make


def _times(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    if result.kind != "money":
        both = t[0].whole and t[1].whole
        return build.binary(exp.Mul, *(a if both else map(_double, a)))
    money, number = (0, 1) if t[0].kind == "money" else (1, 0)
    return money_times(a[money], a[number], t[number])


def money_times(money: E, number: E, type_: Type) -> E:
    """Money times a number, exact, then rounded half away from zero to six decimals."""
    if type_.whole and not isinstance(number, exp.Literal):
        product = build.binary(exp.Mul, money, build.cast(number, "DECIMAL(38, 0)"))
        return build.cast(product, build.RATIO_TYPE)
    digits = _decimals(number) if isinstance(number, exp.Literal) else _FRACTION
    product = build.binary(exp.Mul, money, exact(number, type_, f"DECIMAL(38, {digits})"))
    return build.cast(_round(product, 6), build.RATIO_TYPE)


def _divided(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    if result.kind == "money":
        return money_divided(a[0], a[1], t[1], c.dialect)
    return build.binary(exp.Div, _double(a[0]), build.null_if(_double(a[1]), build.integer(0)))


def money_divided(money: E, number: E, type_: Type, dialect: str = "duckdb") -> E:
    """Money divided by a number: the exact quotient, rounded half away from zero to six decimals."""
    digits = _decimals(number) if isinstance(number, exp.Literal) else 0 if type_.whole else _FRACTION
    divisor = exact(number, type_, f"DECIMAL(38, {digits})")
    if dialect != "duckdb":
        quotient = exp.Div(this=build.cast(money, build.SUM_TYPE), expression=build.null_if(divisor, build.integer(0)))
        return build.cast(_round(quotient, 6), build.RATIO_TYPE)
    # DuckDB divides decimals as doubles: count in whole units of twice a millionth, then halve and round.
    units = build.binary(exp.Mul, build.cast(money, build.RATIO_TYPE), build.integer(2_000_000))
    dividend = _whole_units(units, digits)
    quotient = build.func("divide", dividend, build.null_if(_whole_units(divisor, digits), build.integer(0)))
    halved = build.binary(exp.Mul, build.cast(quotient, "DECIMAL(38, 0)"), build.decimal(Decimal("0.0000005")))
    return build.cast(_round(halved, 6), build.RATIO_TYPE)


def _whole_units(value: E, digits: int) -> E:
    """value × 10^digits as an integer of 128 bits."""
    whole = build.cast(value, "HUGEINT") if digits == 0 else None
    if whole is not None:
        return whole
    if isinstance(value, exp.Cast):  # the divisor: it has exactly `digits` decimals
        return build.cast(build.binary(exp.Mul, value, build.integer(10**digits)), "HUGEINT")
    return build.binary(exp.Mul, build.cast(value, "HUGEINT"), build.cast(build.integer(10**digits), "HUGEINT"))


def _decimals(literal: exp.Expression) -> int:
    return len(str(literal.this).partition(".")[2])


def _negative(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    return exp.Neg(this=build.paren(a[0]))


def _if(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    return build.case([(a[0], a[1])], a[2])


# ---------------------------------------------------------------- texts


def _on_text(make: Callable[[E], E]) -> Lower:
    return lambda a, t, result, c: make(a[0])


def _replace(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    return exp.Replace(this=a[0], expression=a[1], replacement=a[2])


def _at_least_0(value: E) -> E:
    if isinstance(value, exp.Literal):
        return _integer(value)
    return exp.Greatest(this=_integer(value), expressions=[build.integer(0)], ignore_nulls=True)


def _left(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    return exp.Substring(this=a[0], start=build.integer(1), length=_at_least_0(a[1]))


def _right(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    return exp.Right(this=a[0], expression=_at_least_0(a[1]))


def _part(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    """The n-th part between separators, from the end when n is negative; missing where there is none."""
    count = a[2] if isinstance(a[2], (exp.Literal, exp.Neg)) else _integer(a[2])
    return build.null_if(build.func("split_part", a[0], a[1], count), build.text(""))


def _text_join(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    """The known values with the separator between; missing when none is known."""
    parts = [as_text(v, type_) for v, type_ in zip(a[1:], t[1:], strict=True)]
    joined = build.func("concat_ws", a[0], *parts)
    if any(isinstance(v, exp.Literal) for v in a[1:]):
        return joined
    nothing = build.conjunction([build.is_null(v.copy()) for v in a[1:]])
    return build.case([(nothing, exp.Null())], joined)


# ---------------------------------------------------------------- choice and numbers


def _first_known(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    return build.coalesce(*a)


def _missing_if(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    return build.case([(exp.In(this=build.paren(a[0].copy()), expressions=list(a[1:])), exp.Null())], a[0])


def _abs(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    return exp.Abs(this=a[0])


def _rounded(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    digits = a[1] if len(a) > 1 else build.integer(0)
    if t[0].kind == "money":
        return build.cast(exp.Round(this=a[0], decimals=digits), build.RATIO_TYPE)
    value: E = exp.Round(this=_double(a[0]), decimals=digits)
    return build.cast(value, "BIGINT") if result.whole else value


def _to_whole(kind: type[exp.Expression]) -> Lower:
    def make(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
        return a[0] if t[0].whole else build.cast(kind(this=_double(a[0])), "BIGINT")

    return make


def _extreme(kind: type[exp.Expression]) -> Lower:
    """least, greatest: missing values are passed over, as `min` and `max` do."""
    return lambda a, t, result, c: kind(this=a[0], expressions=list(a[1:]), ignore_nulls=True)


def _number(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    if t[0].textual:
        return _from_any_text(a[0], "DOUBLE", c.dialect)
    return a[0] if t[0].kind == "number" else _double(a[0])


def _money(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    if t[0].textual:
        return _from_any_text(a[0], build.MONEY_TYPE, c.dialect)
    return a[0] if t[0].kind == "money" else exact(a[0], t[0], build.MONEY_TYPE)


def _band(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    labels = result.labels or band_labels([_literal_value(b) for b in a[1:]], t[0].whole)
    branches: list[tuple[E, E]] = [(build.is_null(a[0].copy()), exp.Null())]
    for bound, label in zip(a[1:], labels[:-1], strict=True):
        branches.append((build.binary(exp.LT, a[0].copy(), bound), build.text(label)))
    return build.case(branches, build.text(labels[-1]))


def _literal_value(value: E) -> Decimal:
    literal = value.find(exp.Literal)
    return Decimal(literal.this) if literal is not None else Decimal(0)


# ---------------------------------------------------------------- dates


def _extract(unit: str) -> Lower:
    return lambda a, t, result, c: _part_of(unit, a[0])


def _part_of(unit: str, value: E) -> E:
    return exp.Extract(this=exp.Var(this=unit), expression=value)


def _week(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    """The ISO number of the week, of weeks that begin on the project's first day."""
    return _part_of("WEEK", _shift(a[0], (8 - c.week_start) % 7))


def _shift(value: E, days: int) -> E:
    if days == 0:
        return value
    kind = exp.Add if days > 0 else exp.Sub
    return build.binary(kind, build.cast(value, "DATE"), build.integer(abs(days)))


def day_difference(start: E, end: E) -> E:
    """Calendar days from one date to another."""
    return exp.DateDiff(this=build.paren(end), expression=build.paren(start), unit=exp.Var(this="DAY"))


def _weekday(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    first = dt.date(1, 1, 1) + dt.timedelta(days=c.week_start - 1)  # 0001-01-01 is a Monday
    days = exp.Mod(this=exp.Paren(this=day_difference(build.date(first), a[0])), expression=build.integer(7))
    return build.binary(exp.Add, exp.Paren(this=days), build.integer(1))


def truncated(unit: str, value: E, week_start: int = 1) -> E:
    """The first date of the value's week, month, quarter or year."""
    if unit == "week":
        moved = _shift(value, (8 - week_start) % 7)
        return _shift(_truncate("WEEK", moved), -((8 - week_start) % 7))
    return value if unit == "day" else _truncate(unit.upper(), value)


def _truncate(unit: str, value: E) -> E:
    return build.cast(exp.TimestampTrunc(this=value, unit=exp.Var(this=unit)), "DATE")


def _start(unit: str) -> Lower:
    return lambda a, t, result, c: truncated(unit, a[0], c.week_start)


def _days_between(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    return day_difference(a[0], a[1])


def _months_between(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    years = _difference("YEAR", a[0], a[1])
    months = _difference("MONTH", a[0], a[1])
    return build.binary(exp.Add, build.binary(exp.Mul, years, build.integer(12)), months)


def _difference(unit: str, start: E, end: E) -> E:
    return build.binary(exp.Sub, _part_of(unit, end.copy()), _part_of(unit, start.copy()))


def _years_between(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    """Completed years; somebody born on 29 February completes one on 28 February of other years."""
    earlier = build.binary(exp.LT, _day_of_year(a[1]), _day_of_year(a[0]))
    leap_day = build.conjunction([
        build.binary(exp.EQ, _day_of_year(a[0]), build.integer(229)),
        build.binary(exp.EQ, _day_of_year(a[1]), build.integer(228)),
        build.binary(exp.EQ, _part_of("MONTH", _shift(a[1].copy(), 1)), build.integer(3)),
    ])  # fmt: skip
    not_yet = build.case([(leap_day, build.integer(0)), (earlier, build.integer(1))], build.integer(0))
    return build.binary(exp.Sub, _difference("YEAR", a[0], a[1]), not_yet)


def _day_of_year(value: E) -> E:
    """month × 100 + day: the place of a date in its year, leap years or not."""
    month = build.binary(exp.Mul, _part_of("MONTH", value.copy()), build.integer(100))
    return build.binary(exp.Add, month, _part_of("DAY", value.copy()))


def _age(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    today = build.date(c.today) if c.today else build.cast(exp.Null(), "DATE")
    return _years_between([a[0], today], t, result, c)


def _date(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    return try_cast(strip(a[0]), "DATE", c.dialect) if t[0].textual else build.cast(a[0], "DATE")


def _moment(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    """A day and a time of day as a naive timestamp; a missing or unreadable part makes it missing."""
    day = a[0] if t[0].textual else build.cast(build.cast(a[0], "DATE"), "VARCHAR")
    joined = exp.DPipe(this=exp.DPipe(this=strip(day), expression=build.text(" ")), expression=strip(a[1]))
    return try_cast(exp.Paren(this=joined), "TIMESTAMP", c.dialect)


def _parse(to: str) -> Lower:
    def make(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
        text = strip(a[0])
        if c.dialect == "duckdb":
            read = build.func("try_strptime", text, a[1])
        else:
            read = exp.Anonymous(this="TRY_TO_TIMESTAMP", expressions=[text, build.text(_java_format(str(a[1].this)))])
        return build.cast(read, to)

    return make


_JAVA = {
    "%Y": "yyyy", "%y": "yy", "%m": "M", "%d": "d", "%H": "H", "%I": "h", "%p": "a", "%M": "mm", "%S": "ss",
    "%f": "SSSSSS", "%z": "XX", "%b": "MMM", "%B": "MMMM", "%%": "%",
}  # fmt: skip


def _java_format(format_: str) -> str:
    """strptime letters as the pattern letters of Java's DateTimeFormatter; other text is quoted."""
    out, i = "", 0
    while i < len(format_):
        pair = format_[i : i + 2]
        out += _JAVA.get(pair) or (f"'{pair[0]}'" if pair[0].isalpha() else "''" if pair[0] == "'" else pair[0])
        i += 2 if pair in _JAVA else 1
    return out


# ---------------------------------------------------------------- places


def _distance(scale: Decimal) -> Lower:
    """Great-circle distance (haversine) on a sphere of the earth's mean radius."""

    def make(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
        lat1, lon1, lat2, lon2 = (build.anonymous("RADIANS", _double(v)) for v in a)
        up = _half_sine_squared(lat1, lat2)
        across = _half_sine_squared(lon1, lon2)
        cosines = build.binary(exp.Mul, build.anonymous("COS", lat1.copy()), build.anonymous("COS", lat2.copy()))
        chord = build.binary(exp.Add, up, build.binary(exp.Mul, cosines, across))
        bounded = exp.Least(this=chord, expressions=[_double(build.integer(1))], ignore_nulls=True)
        arc = build.anonymous("ASIN", exp.Sqrt(this=bounded))
        # least() passes over a missing chord; the multiplication by it keeps a missing place missing
        distance = build.binary(exp.Mul, arc, _double(build.decimal(2 * EARTH_KM / scale)))
        some_missing = build.disjunction([build.is_null(v.copy()) for v in a])
        return build.case([(some_missing, exp.Null())], distance)

    return make


def _half_sine_squared(a: E, b: E) -> E:
    half = build.binary(exp.Div, build.binary(exp.Sub, b.copy(), a.copy()), _double(build.integer(2)))
    sine = build.anonymous("SIN", half)
    return build.binary(exp.Mul, sine, sine.copy())


_UNITS = 10_000_000
"""Ten-millionths of a degree: places are counted in whole units so that engines agree on every edge."""


def _cell(a: Sequence[E], t: Sequence[Type], result: Type, c: Scalars) -> E:
    """The south-west corner of the square a place lies in: `40/-74`, with 0.1 degrees `40.7/-74`."""
    size = _scaled(a[2])
    lat, lon = (_corner(_scaled(v), size) for v in a[:2])
    return exp.DPipe(this=exp.DPipe(this=lat, expression=build.text("/")), expression=lon)


def _scaled(value: E) -> E:
    if isinstance(value, exp.Literal) and not value.is_string:
        return build.integer(int(Decimal(value.this) * _UNITS))
    return build.cast(exp.Round(this=build.binary(exp.Mul, _double(value), build.integer(_UNITS))), "BIGINT")


def _corner(value: E, size: E) -> E:
    bottom = build.null_if(size.copy(), build.integer(0))
    once = exp.Mod(this=build.paren(value.copy()), expression=bottom)
    inside = exp.Mod(this=exp.Paren(this=exp.Add(this=exp.Paren(this=once), expression=size.copy())), expression=bottom.copy())
    edge = build.cast(build.binary(exp.Sub, value, exp.Paren(this=inside)), "DECIMAL(18, 0)")
    degrees = build.cast(build.binary(exp.Mul, edge, build.decimal(Decimal("0.0000001"))), "VARCHAR")
    return build.func("rtrim", build.func("rtrim", degrees, build.text("0")), build.text("."))


_LOWER: Mapping[str, Lower] = {
    "+": _plus_minus(exp.Add), "-": _plus_minus(exp.Sub), "*": _times, "/": _divided, "neg": _negative, "if": _if,
    "lower": _on_text(lambda v: exp.Lower(this=v)), "upper": _on_text(lambda v: exp.Upper(this=v)),
    "trim": _on_text(strip_all), "length": _on_text(lambda v: exp.Length(this=v)),
    "replace": _replace, "left": _left, "right": _right, "part": _part, "text_join": _text_join,
    "first_known": _first_known, "missing_if": _missing_if, "abs": _abs, "round": _rounded,
    "floor": _to_whole(exp.Floor), "ceil": _to_whole(exp.Ceil),
    "least": _extreme(exp.Least), "greatest": _extreme(exp.Greatest),
    "number": _number, "money": _money, "band": _band,
    "date": _date, "moment": _moment, "parse_date": _parse("DATE"), "parse_time": _parse("TIMESTAMP"),
    "year": _extract("YEAR"), "quarter": _extract("QUARTER"), "month": _extract("MONTH"), "day": _extract("DAY"),
    "week": _week, "weekday": _weekday, "hour": lambda a, t, result, c: a[0],
    "start_of_month": _start("month"), "start_of_week": _start("week"), "start_of_year": _start("year"),
    "days_between": _days_between, "months_between": _months_between, "years_between": _years_between, "age": _age,
    "distance_km": _distance(Decimal(1)), "distance_miles": _distance(KM_A_MILE), "cell": _cell,
}  # fmt: skip

__all__ = [
    "NUMBER", "TEXT", "Scalars", "as_text", "day_difference", "exact", "known", "lower", "matches", "money_divided",
    "money_times", "number_from_text", "plain_number", "strip", "truncated", "try_cast",
]  # fmt: skip
