"""What a column holds, told from its values: ids, money, quantities, ratios, places, dates, choices, texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from patron.engine.runner.proposal.dates import DateForm, date_form, nearly_all, unreadable
from patron.engine.runner.proposal.names import ID_WORDS, has_any, quoted, words

JUNK = frozenset("error unknown na n/a null none nan nil undefined - ? #n/a (null)".split())
"""Texts, in small letters, that mean that nothing is known."""

_NUMBER = re.compile(r"[-+]?(\d+(,\d{3})*|\d*)(\.\d+)?")
_MIDNIGHT = re.compile(r"(^|\D)0?0:00(:00(\.0+)?)?\s*$|^\S+$")
_SIGNS = "$€£¥"
_YESNO = frozenset("yes no true false y n t f 0 1".split())
_SWAPPED = str.maketrans(".,", ",.")
_WANTED_SHARE = 0.85
_LOOKED_AT = 5000


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file with what its values say.

    kind: empty, whole, decimal, date, moment, time, yesno or text. `typed`: the source knows the type itself.
    `sign` is a currency sign in its texts, `percent` a percent sign. `bad` counts values that are not of the kind,
    `first_bad` is the first of them.
    `comma`: the source reads a comma as the decimal sign. `low` and `high` are of numbers; `negative` the share below
    zero. `junk` are texts that stand for nothing.
    """

    name: str
    kind: str
    rows: int
    distinct: int
    missing: int
    typed: bool = False
    form: DateForm | None = None
    sign: str = ""
    thousands: bool = False
    percent: bool = False
    bad: int = 0
    first_bad: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    negative: float = 0.0
    junk: tuple[str, ...] = ()
    comma: bool = False
    values: Counter[str] = field(default_factory=Counter, compare=False, repr=False)

    @property
    def unique(self) -> bool:
        """Whether every row has a value and no two have the same."""
        return self.rows > 0 and self.missing == 0 and self.distinct == self.rows

    @property
    def numeric(self) -> bool:
        return self.kind in ("whole", "decimal")

    def names_rows(self, share: float) -> bool:
        """Whether it could be the key of its rows: there and different in at least this share of them."""
        fitting = self.kind == "text" or (self.kind == "whole" and (self.low or 0) >= 0)
        return fitting and self.rows > 0 and self.distinct >= share * self.rows

    @property
    def dated(self) -> bool:
        return self.kind in ("date", "moment")

    @property
    def clocked(self) -> bool:
        """Whether moments have a time of day, and not midnight always."""
        return self.kind == "moment" and not all(_MIDNIGHT.search(v) for v in self.values)

    @property
    def place(self) -> bool:
        """A latitude or longitude: a number that is never added up."""
        limit = 90 if has_any(self.name, ("latitude",)) else 180
        return has_any(self.name, ("latitude", "longitude")) and self._within(-limit, limit)

    @property
    def rating(self) -> bool:
        """A rating: a number that is averaged, never added up."""
        return has_any(self.name, ("rating", "stars", "score")) and self._within(0, 10)

    @property
    def ratio(self) -> bool:
        """A share of something: written with a percent sign, or from 0 to 1 under a name that says so."""
        named = has_any(self.name, ("rate", "ratio", "percent", "pct", "share", "discount"))
        some = self.high is not None and self.high > 0 and not has_any(self.name, ("amount", "value", "total"))
        return self.percent or (named and some and self._within(0, 1) and self.kind == "decimal")

    @property
    def identifier(self) -> bool:
        """A number or text that names something."""
        return has_any(self.name, ID_WORDS) or has_any(self.name, ("postcode", "phone", "year"))

    @property
    def adds_up(self) -> bool:
        """Whether a sum of it means something."""
        return self.numeric and not (self.place or self.rating or self.ratio or self.identifier)

    def _within(self, low: float, high: float) -> bool:
        return self.numeric and self.low is not None and self.high is not None and low <= self.low <= self.high <= high

    # ------------------------------------------------------------ as it stands in a spec

    @property
    def written(self) -> str:
        return quoted(self.name)

    @property
    def clean(self) -> str:
        """The expression that gives its number as text: without currency signs, blanks and thousands."""
        out = self.written
        if self.typed:
            return out
        if self.sign or self.percent or self.thousands:
            out = f"trim({out})"
        group = "." if self.comma else ","
        for gone in filter(None, (self.sign, group if self.thousands else "", "%" if self.percent else "")):
            out = f'replace({out}, "{gone}", "")'
        return out

    @property
    def as_money(self) -> str:
        """The expression that gives it as money, for arithmetic."""
        return self.written if self.typed else f"money({self.clean})"

    @property
    def as_number(self) -> str:
        """The expression that gives it as a number, for arithmetic."""
        return self.written if self.typed else f"number({self.clean})"

    @property
    def as_date(self) -> str:
        """The expression that gives it as a date or moment."""
        if self.form is None or self.form.pattern is None:
            return self.written
        call = "parse_date" if self.form.kind == "date" else "parse_time"
        return f'{call}({self.written}, "{self.form.pattern}")'


def column_of(name: str, values: Sequence[str | None], type_kind: str = "text", *, comma: bool = False) -> Column:
    """What a column holds. `type_kind` is the source's own type, text when it has none."""
    counts = Counter({v: n for v, n in Counter(values).items() if v is not None and v.strip()})
    rows, missing = len(values), len(values) - counts.total()
    if type_kind != "text":
        return _typed(name, counts, rows, missing, type_kind)
    junk = tuple(sorted(v for v in counts if v.strip().lower() in JUNK and counts[v] > 1))
    good = {v: n for v, n in counts.items() if v not in junk}
    looked_at = list(good)[:_LOOKED_AT]
    base = {"rows": rows, "distinct": len(counts), "missing": missing, "junk": junk, "values": counts, "comma": comma}
    if not good:
        return Column(name, "empty", **base)  # type: ignore[arg-type]
    sign = next((s for s in _SIGNS if sum(s in v for v in looked_at) >= _WANTED_SHARE * len(looked_at)), "")
    percent = all(v.strip().endswith("%") for v in looked_at)
    numbers = {v: n for v in looked_at if (n := _number(v, sign, comma=comma)) is not None}
    form = date_form({v: good[v] for v in looked_at})
    if form is not None and not _plain_whole(form, words(name)):
        bad = {v: n for v, n in good.items() if unreadable(form, v)}
        return Column(name, form.kind, form=form, bad=sum(bad.values()), first_bad=next(iter(bad), ""), **base)  # type: ignore[arg-type]
    if {v.strip().lower() for v in good} <= _YESNO and len(good) == 2:
        return Column(name, "yesno", **base)  # type: ignore[arg-type]
    if len(numbers) >= _WANTED_SHARE * len(looked_at) or _in_nearly_all_rows(numbers, good, looked_at):
        return _numeric(name, numbers, good, base, sign, percent=percent, comma=comma)
    return Column(name, "text", **base)  # type: ignore[arg-type]


def _in_nearly_all_rows(numbers: Collection[str], good: Mapping[str, int], looked_at: Sequence[str]) -> bool:
    """Whether what is no number is in few rows, though it is much of what is different. One number beside words is a
    word too: `0` for no coupon."""
    return nearly_all({v: good[v] for v in looked_at}, numbers.__contains__) and 2 * len(numbers) > len(looked_at)


def _plain_whole(form: DateForm, said: tuple[str, ...]) -> bool:
    """`19970101` may be a number: it is a date unless the name says that it is an id."""
    return form.pattern == "%Y%m%d" and not ID_WORDS.isdisjoint(said)


def _number(value: str, sign: str, *, comma: bool = False) -> Decimal | None:
    text = value.strip().replace(sign, "").strip().rstrip("%") if sign else value.strip().rstrip("%")
    if comma:
        text = text.translate(_SWAPPED)
    if not text or not _NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None


def _numeric(
    name: str, numbers: dict[str, Decimal], good: dict[str, int], base: dict[str, object], sign: str, *,
    percent: bool, comma: bool,
) -> Column:  # fmt: skip
    plain = list(numbers.values())
    whole = all(n == n.to_integral_value() for n in plain) and not any(("," if comma else ".") in v for v in numbers)
    bad = {v: n for v, n in good.items() if v not in numbers and _number(v, sign, comma=comma) is None}
    return Column(
        name, "whole" if whole and not sign else "decimal", sign=sign, percent=percent,
        thousands=any(("." if comma else ",") in v for v in numbers), bad=sum(bad.values()),
        first_bad=next(iter(bad), ""), low=min(plain), high=max(plain),
        negative=sum(n < 0 for n in plain) / len(plain), **base,  # type: ignore[arg-type]
    )  # fmt: skip


def _typed(name: str, counts: Counter[str], rows: int, missing: int, type_kind: str) -> Column:
    """A column of a source that knows its types."""
    base = {"rows": rows, "distinct": len(counts), "missing": missing, "typed": True, "values": counts}
    if type_kind in ("number", "money"):
        plain = [n for v in list(counts)[:_LOOKED_AT] if (n := _number(v, "")) is not None]
        if plain:
            whole = all(n == n.to_integral_value() for n in plain)
            return Column(
                name, "whole" if whole else "decimal", low=min(plain), high=max(plain),
                negative=sum(n < 0 for n in plain) / len(plain), **base,  # type: ignore[arg-type]
            )  # fmt: skip
    kinds = {"date": "date", "moment": "moment", "yesno": "yesno", "number": "decimal", "money": "decimal"}
    return Column(name, kinds.get(type_kind, "text"), **base)  # type: ignore[arg-type]
