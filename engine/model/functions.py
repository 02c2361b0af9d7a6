"""Scalar functions of the language: names, what they take, what they give (language reference, section 8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from patron.dsl.nodes import dataclass
from patron.engine.types import DATE, MISSING, MOMENT, MONEY, NUMBER, TEXT, WHOLE, Type

Kinds = frozenset[str]
TEXTUAL: Kinds = frozenset({"text", "choice", "reference"})
NUMERIC: Kinds = frozenset({"number"})
AMOUNT: Kinds = frozenset({"number", "money"})
TIMELY: Kinds = frozenset({"date", "moment"})
ANY: Kinds = frozenset(
    {"text", "choice", "reference", "number", "money", "date", "moment", "yesno", "texts", "duration"}
)


@dataclass(frozen=True, slots=True)
class Function:
    """A function's signature. The last of `takes` repeats when `repeats`; `optional` arguments may be left out.

    `gives` is a type, or a function of the argument types.
    """

    name: str
    takes: tuple[Kinds, ...]
    gives: Type | Callable[[Sequence[Type]], Type]
    signature: str
    repeats: bool = False
    optional: int = 0
    literal: frozenset[int] = frozenset()
    """Arguments that must be written out, as formats and patterns are."""

    def accepts(self, types: Sequence[Type]) -> int | None:
        """The number of the first argument that does not fit (len(types) when some are missing), or None."""
        least = len(self.takes) - self.optional
        for i, t in enumerate(types):
            if i >= len(self.takes) and not self.repeats:
                return i
            kinds = self.takes[min(i, len(self.takes) - 1)]
            if t.kind != "missing" and t.kind not in kinds:
                return i
        return len(types) if len(types) < least else None

    def result(self, types: Sequence[Type]) -> Type:
        return self.gives if isinstance(self.gives, Type) else self.gives(types)


def common(types: Sequence[Type]) -> Type | None:
    """The one type that all these values share (missing fits everything), or None."""
    known = [t for t in types if t.kind != "missing"]
    if not known:
        return MISSING
    first = known[0]
    if all(t.kind == first.kind and t.table == first.table for t in known):
        labels = next((t.labels for t in known if t.labels), ())
        words = next((t.words for t in known if t.words), ())
        return Type(first.kind, first.table, all(t.whole for t in known), labels, words)
    if all(t.textual for t in known):
        return TEXT
    if all(t.timely for t in known):
        return MOMENT
    return None


def _common(types: Sequence[Type]) -> Type:
    return common(types) or TEXT


def _nth(types: Sequence[Type]) -> Type:
    return common(types[1:]) or TEXT


def _first(types: Sequence[Type]) -> Type:
    return types[0]


def _whole_if_whole(types: Sequence[Type]) -> Type:
    return types[0]


def _rounded(types: Sequence[Type]) -> Type:
    if types[0].kind == "money":
        return MONEY
    return WHOLE if len(types) == 1 else NUMBER


def _table(*functions: Function) -> Mapping[str, Function]:
    return {f.name: f for f in functions}


FUNCTIONS: Mapping[str, Function] = _table(
    Function("lower", (TEXTUAL,), TEXT, "lower(text)"),
    Function("upper", (TEXTUAL,), TEXT, "upper(text)"),
    Function("trim", (TEXTUAL,), TEXT, "trim(text)"),
    Function("length", (TEXTUAL,), WHOLE, "length(text)"),
    Function("replace", (TEXTUAL, TEXTUAL, TEXTUAL), TEXT, "replace(text, from, to)"),
    Function("left", (TEXTUAL, NUMERIC), TEXT, "left(text, n)"),
    Function("right", (TEXTUAL, NUMERIC), TEXT, "right(text, n)"),
    Function("part", (TEXTUAL, TEXTUAL, NUMERIC), TEXT, "part(text, separator, n)"),
    Function("text_join", (TEXTUAL, ANY), TEXT, "text_join(separator, a, b, ...)", repeats=True),
    Function("first_known", (ANY,), _common, "first_known(a, b, ...)", repeats=True),
    Function("missing_if", (ANY, ANY), _first, "missing_if(a, x, ...)", repeats=True),
    Function("abs", (AMOUNT,), _whole_if_whole, "abs(number)"),
    Function("round", (AMOUNT, NUMERIC), _rounded, "round(number, digits)", optional=1),
    Function("floor", (NUMERIC,), WHOLE, "floor(number)"),
    Function("ceil", (NUMERIC,), WHOLE, "ceil(number)"),
    Function("least", (ANY,), _common, "least(a, b, ...)", repeats=True),
    Function("greatest", (ANY,), _common, "greatest(a, b, ...)", repeats=True),
    Function("power", (NUMERIC, NUMERIC), NUMBER, "power(number, exponent)"),
    Function("nth", (NUMERIC, ANY), _nth, "nth(n, a, b, ...)", repeats=True, literal=frozenset({0})),
    Function("in_order", (TEXTUAL, TEXTUAL), TEXT, "in_order(text, first, second, ...)", repeats=True),
    Function("shown_as", (TEXTUAL, TEXTUAL, TEXTUAL), _first, "shown_as(text, value, words)"),
    Function("number", (TEXTUAL | AMOUNT,), NUMBER, "number(text)"),
    Function("money", (TEXTUAL | AMOUNT,), MONEY, "money(text)"),
    Function("band", (AMOUNT, AMOUNT), TEXT, "band(value, bound, bound, ...)", repeats=True),
    Function("date", (TIMELY | TEXTUAL,), DATE, "date(moment)"),
    Function("moment", (TIMELY | TEXTUAL, TEXTUAL), MOMENT, "moment(date, time)"),
    Function("parse_date", (TEXTUAL, TEXTUAL), DATE, 'parse_date(text, "%m/%d/%Y")', literal=frozenset({1})),
    Function("parse_time", (TEXTUAL, TEXTUAL), MOMENT, 'parse_time(text, "%d/%m/%Y %H:%M")', literal=frozenset({1})),
    Function("year", (TIMELY,), WHOLE, "year(date)"),
    Function("quarter", (TIMELY,), WHOLE, "quarter(date)"),
    Function("month", (TIMELY,), WHOLE, "month(date)"),
    Function("week", (TIMELY,), WHOLE, "week(date)"),
    Function("day", (TIMELY,), WHOLE, "day(date)"),
    Function("weekday", (TIMELY,), WHOLE, "weekday(date)"),
    Function("hour", (frozenset({"moment"}),), WHOLE, "hour(moment)"),
    Function("start_of_month", (TIMELY,), DATE, "start_of_month(date)"),
    Function("start_of_week", (TIMELY,), DATE, "start_of_week(date)"),
    Function("start_of_year", (TIMELY,), DATE, "start_of_year(date)"),
    Function("days_between", (TIMELY, TIMELY), WHOLE, "days_between(a, b)"),
    Function("months_between", (TIMELY, TIMELY), WHOLE, "months_between(a, b)"),
    Function("years_between", (TIMELY, TIMELY), WHOLE, "years_between(a, b)"),
    Function("add_days", (TIMELY, NUMERIC), DATE, "add_days(date, n)"),
    Function("days", (frozenset({"duration"}),), NUMBER, "days(duration)", literal=frozenset({0})),
    Function("age", (TIMELY,), WHOLE, "age(birth_date)"),
    Function("distance_km", (NUMERIC,) * 4, NUMBER, "distance_km(latitude, longitude, latitude, longitude)"),
    Function("distance_miles", (NUMERIC,) * 4, NUMBER, "distance_miles(latitude, longitude, latitude, longitude)"),
    Function("cell", (NUMERIC, NUMERIC, NUMERIC), TEXT, "cell(latitude, longitude, degrees)"),
)

AGGREGATES: Mapping[str, str] = {
    "sum": "sum(table.column where condition)",
    "count": "count(table where condition)",
    "unique": "unique(table.column where condition)",
    "average": "average(table.column where condition)",
    "min": "min(table.column where condition)",
    "max": "max(table.column where condition)",
    "median": "median(table.column where condition)",
    "percentile": "percentile(table.column, 90% where condition)",
    "first": "first(table.column where condition)",
    "last": "last(table.column where condition)",
    "most_common": "most_common(table.column where condition)",
}


def aggregate_type(func: str, value: Type | None) -> Type:
    """The type of an aggregate over values of a type."""
    if func in ("count", "unique") or value is None:
        return WHOLE
    if func in ("average", "median", "percentile"):
        return value if value.kind in ("money", "date", "moment") else NUMBER
    return value


def band_labels(bounds: Sequence[Decimal], whole: bool) -> tuple[str, ...]:
    """The texts of `band`: `under 18`, `18-24`, `65+`; `10 to <20` when values may lie between whole bounds."""
    texts = [format(b.normalize(), "f") for b in bounds]
    between = [
        f"{a}-{format((b - 1).normalize(), 'f')}" if whole and b == b.to_integral_value() else f"{a} to <{t}"
        for a, b, t in zip(texts, bounds[1:], texts[1:], strict=False)
    ]
    return (f"under {texts[0]}", *between, f"{texts[-1]}+")


OVERALL: Mapping[str, str] = {
    "overall": "overall(aggregate or metric)",
    "overall_before": "overall_before(aggregate, date of its rows, date of this row)",
    "overall_for": "overall_for(aggregate, value of its rows, value of this row)",
}
"""Aggregates over everybody, and what they take."""
