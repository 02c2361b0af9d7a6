"""Readings: a source value as SQL, with how to tell that it could not be read, and for moments what it is.

A moment is three expressions: the time as written, whether that is already an instant in UTC, and whether it came
from a date. `bad` are conditions that are true for a row with an unreadable value; `counts` add up over groups.
"""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from patron.dsl.nodes import dataclass
from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.functions import scalars
from patron.engine.types import DATE, MOMENT, NUMBER, TEXT, Type

_DATE_TEXT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_MOMENT_TEXT = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?( ?(Z|z|[+-][0-9]{2}:?[0-9]{2}))?$"
)
_BEFORE_ZONE = r"^(.{10}[T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?)"
_ZONE = r"(Z|z|[+-][0-9]{2}:?[0-9]{2})$"


@dataclass(frozen=True, slots=True)
class Reading:
    """A value of a type in SQL."""

    e: E
    type: Type
    zoned: E | None = None
    day_only: E | None = None
    bad: tuple[E, ...] = ()
    counts: tuple[E, ...] = ()
    exact: bool = False
    """A number that lies in decimal digits."""

    def marked(self, mark: str, value: E) -> Reading:
        """The value with `zoned` or `day_only` said."""
        return replace(self, zoned=value) if mark == "zoned" else replace(self, day_only=value)

    def having(self, *others: Reading) -> Reading:
        """This value, with the faults of what it was made of."""
        return replace(
            self,
            bad=(*self.bad, *(b for o in others for b in o.bad)),
            counts=(*self.counts, *(c for o in others for c in o.counts)),
        )

    def fault_count(self) -> E | None:
        """How many values behind this one could not be read; None when none can be unreadable."""
        parts: list[E] = list(self.counts)
        if self.bad:
            parts.append(
                build.case([(build.disjunction([b.copy() for b in self.bad]), build.integer(1))], build.integer(0))
            )
        if not parts:
            return None
        total = parts[0]
        for part in parts[1:]:
            total = build.binary(exp.Add, total, part)
        return build.cast(total, "INTEGER")


@dataclass(frozen=True, slots=True)
class Reader:
    """How values of one source are read: its decimal sign, the zone of the project, and of its times without one."""

    zone: str = "UTC"
    source_zone: str | None = None
    decimal: str = "."
    dialect: str = "duckdb"

    # ------------------------------------------------------------ columns

    def column(self, e: E, type_: Type, stored: str = "") -> Reading:
        """A source column: moments with what their type says about zones."""
        if type_.kind == "date":
            return Reading(e, DATE)
        if type_.kind != "moment":
            return Reading(e, type_, exact=stored.startswith("DECIMAL"))
        if "TIME ZONE" in stored:
            return Reading(at_zone("UTC", e), MOMENT, exp.true(), exp.false())
        return self.local(Reading(build.cast(e, "TIMESTAMP"), MOMENT, exp.false(), exp.false()))

    def local(self, r: Reading) -> Reading:
        """A time without zone, made an instant when the source says in which zone it is; dates stay dates."""
        if self.source_zone is None or r.zoned is None or r.day_only is None:
            return r
        instant = to_utc(self.source_zone, r.e.copy())
        stays = build.disjunction([r.zoned.copy(), r.day_only.copy()])
        zoned = build.disjunction([r.zoned.copy(), build.not_(r.day_only.copy())])
        return replace(r, e=_choose(stays, r.e, instant), zoned=zoned)

    # ------------------------------------------------------------ conversions

    def convert(self, r: Reading, to: Type) -> Reading:
        """The value as another type; what cannot be read is missing and counted."""
        if to.textual:
            return replace(self.as_text(r), type=to)
        if to.kind == "number":
            return self.number(r)
        if to.kind == "money":
            return self.money(r)
        if to.kind == "date":
            return self.date(r)
        if to.kind == "moment":
            return self.moment(r)
        if to.kind == "yesno":
            return self.yesno(r)
        if to.kind == "texts":
            return self.texts(r)
        return r

    def as_text(self, r: Reading) -> Reading:
        if r.type.kind == "moment":
            return replace(r, e=build.cast(r.e, "VARCHAR"), type=TEXT, zoned=None, day_only=None)
        return replace(r, e=scalars.as_text(r.e, r.type), type=TEXT)

    def _plain(self, text: E) -> E:
        if self.decimal == ",":
            bare = exp.Replace(this=text, expression=build.text("."), replacement=build.text(""))
            text = exp.Replace(this=bare, expression=build.text(","), replacement=build.text("."))
        return text

    def number(self, r: Reading) -> Reading:
        if r.type.textual:
            read = scalars.number_from_text(self._plain(r.e.copy()), "DOUBLE", self.dialect)
            return _checked(r, read, NUMBER)
        if r.type.kind == "money":
            return replace(r, e=build.cast(r.e, "DOUBLE"), type=NUMBER)
        return r

    def money(self, r: Reading) -> Reading:
        if r.type.textual:
            read = scalars.number_from_text(self._plain(r.e.copy()), build.MONEY_TYPE, self.dialect)
        elif r.exact or r.type.whole or r.type.kind == "money":
            read = scalars.try_cast(r.e.copy(), build.MONEY_TYPE, self.dialect)
        else:
            read = scalars.try_cast(build.cast(r.e.copy(), "VARCHAR"), build.MONEY_TYPE, self.dialect)
        return _checked(r, read, Type("money"))

    def date(self, r: Reading) -> Reading:
        if r.type.textual:
            text = scalars.strip(r.e.copy())
            read = build.case(
                [(scalars.matches(text.copy(), _DATE_TEXT), scalars.try_cast(text, "DATE", self.dialect))]
            )
            return _checked(r, read, DATE)
        if r.type.kind == "moment" and r.zoned is not None:
            here = build.cast(from_utc(self.zone, r.e.copy()), "DATE")
            local = _choose(r.zoned.copy(), here, build.cast(r.e.copy(), "DATE"))
            return replace(r, e=local, type=DATE, zoned=None, day_only=None)
        return replace(r, type=DATE)

    def moment(self, r: Reading) -> Reading:
        if r.type.textual:
            return self._moment_text(r)
        if r.type.kind == "date":
            return replace(r, e=build.cast(r.e, "TIMESTAMP"), type=MOMENT, zoned=exp.false(), day_only=exp.true())
        return r

    def _moment_text(self, r: Reading) -> Reading:
        """`2026-05-31`, `2026-05-31 06:00:00` the quick way; other forms, with zones too, by their pattern."""
        text = r.e if isinstance(r.e, exp.Column) else scalars.strip(r.e)

        def s() -> E:
            return text.copy()

        dashes = build.conjunction([_char_is(s(), 5, "-"), _char_is(s(), 8, "-")])
        is_date = build.conjunction([_length_is(s(), 10), dashes])
        is_plain = build.conjunction(
            [_length_is(s(), 19), dashes.copy(), _char_is(s(), 14, ":"), _char_is(s(), 17, ":")]
        )
        fits = scalars.matches(scalars.strip(s()), _MOMENT_TEXT)
        zone = _extract(scalars.strip(s()), _ZONE)
        base = scalars.try_cast(_extract(scalars.strip(s()), _BEFORE_ZONE), "TIMESTAMP", self.dialect)
        shifted = build.binary(exp.Sub, base, exp.Paren(this=_offset(zone)))
        day = build.cast(scalars.try_cast(s(), "DATE", self.dialect), "TIMESTAMP")
        plain = scalars.try_cast(s(), "TIMESTAMP", self.dialect)
        read = build.case([(is_date.copy(), day), (is_plain.copy(), plain), (fits, shifted)])
        quick = build.disjunction([is_date.copy(), is_plain])
        has_zone = build.conjunction([build.not_(quick), build.binary(exp.NEQ, zone.copy(), build.text(""))])
        zoned, day_only = (
            build.coalesce(exp.Paren(this=has_zone), exp.false()),
            build.coalesce(exp.Paren(this=is_date), exp.false()),
        )
        return self.local(replace(_checked(r, read, MOMENT), zoned=zoned, day_only=day_only))

    def yesno(self, r: Reading) -> Reading:
        if r.type.kind == "yesno":
            return r
        text = exp.Lower(this=scalars.strip(self.as_text(replace(r, e=r.e.copy())).e))
        yes = exp.In(this=text.copy(), expressions=[build.text(t) for t in ("yes", "true", "1", "y", "t")])
        no = exp.In(this=text, expressions=[build.text(t) for t in ("no", "false", "0", "n", "f")])
        return _checked(r, build.case([(yes, exp.true()), (no, exp.false())]), Type("yesno"))

    def texts(self, r: Reading) -> Reading:
        if r.type.kind == "texts":
            return r
        return replace(r, e=split_texts(r.e), type=Type("texts"))


def _checked(r: Reading, read: E, type_: Type) -> Reading:
    """A reading that may fail: known before, missing after."""
    if isinstance(r.e, exp.Null):
        return replace(r, e=read, type=type_, zoned=None, day_only=None)
    failed = build.conjunction([build.not_(build.is_null(r.e.copy())), build.is_null(read.copy())])
    return Reading(read, type_, bad=(*r.bad, failed), counts=r.counts)


def split_texts(text: E) -> E:
    """The texts between semicolons, blanks around them and empty ones left out."""
    pieces = build.func("string_split", text, build.text(";"))
    trimmed = build.anonymous(
        "list_transform", pieces, exp.Lambda(this=scalars.strip(exp.column("x")), expressions=[exp.to_identifier("x")])
    )
    known = exp.Lambda(
        this=build.binary(exp.NEQ, exp.column("x"), build.text("")), expressions=[exp.to_identifier("x")]
    )
    return build.anonymous("list_filter", trimmed, known)


def _choose(condition: E, yes: E, no: E) -> E:
    if condition == exp.true():
        return yes
    if condition == exp.false():
        return no
    return build.case([(condition, yes)], no)


def _length_is(text: E, length: int) -> E:
    return build.binary(exp.EQ, exp.Length(this=text), build.integer(length))


def _char_is(text: E, at: int, char: str) -> E:
    one = exp.Substring(this=text, start=build.integer(at), length=build.integer(1))
    return build.binary(exp.EQ, one, build.text(char))


def _extract(text: E, pattern: str) -> E:
    return build.anonymous("regexp_extract", text, build.text(pattern), build.integer(1))


def _offset(zone: E) -> E:
    """The offset of `Z`, `+02:00` or `-0530` as an interval; nothing is none."""
    minutes = build.binary(exp.Add, build.binary(exp.Mul, _digits(zone, 2), build.integer(60)), _digits(zone, -2))
    negative = build.binary(
        exp.EQ, exp.Substring(this=zone.copy(), start=build.integer(1), length=build.integer(1)), build.text("-")
    )
    signed = build.case([(negative, exp.Neg(this=exp.Paren(this=minutes.copy())))], minutes)
    none = exp.In(this=zone.copy(), expressions=[build.text(t) for t in ("", "Z", "z")])
    count = build.case([(none, build.integer(0))], signed)
    return build.binary(
        exp.Mul, build.cast(count, "INTEGER"), exp.Interval(this=build.text("1"), unit=exp.Var(this="MINUTE"))
    )


def _digits(zone: E, start: int) -> E:
    piece: E
    if start < 0:
        piece = exp.Right(this=zone.copy(), expression=build.integer(-start))
    else:
        piece = exp.Substring(this=zone.copy(), start=build.integer(start), length=build.integer(2))
    return exp.TryCast(this=piece, to=build.sql_type("INTEGER"))


# ---------------------------------------------------------------- zones, one row at a time (rare)


def at_zone(zone: str, e: E) -> E:
    return build.anonymous("timezone", build.text(zone), e)


def from_utc(zone: str, instant: E) -> E:
    """The local time of an instant."""
    return instant if zone == "UTC" else at_zone(zone, at_zone("UTC", instant))


def to_utc(zone: str, local: E) -> E:
    """The instant of a local time: the first of two, moved forward over a gap."""
    if zone == "UTC":
        return local
    later = at_zone("UTC", at_zone(zone, local.copy()))
    branches: list[tuple[E, E]] = []
    for minutes in (60, 30):
        earlier = build.binary(
            exp.Sub, later.copy(), exp.Interval(this=build.text(str(minutes)), unit=exp.Var(this="MINUTE"))
        )
        branches.append((build.binary(exp.EQ, from_utc(zone, earlier.copy()), local.copy()), earlier))
    return build.case(branches, later)
