"""Texts, numbers and money turned into each other, the same on every engine."""

from __future__ import annotations

from sqlglot import exp

from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.types import Type

BLANKS = " \t\n\r\v\f\u00a0\u3000"
NUMBER_PATTERN = r"^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?\s*$"
_ODD_BLANKS = "^[\t\n\r\v\f\u00a0\u3000]|[\t\n\r\v\f\u00a0\u3000]$"
_GROUPED = r"^[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$"
_SIGNS = r"^[-+]?\s*([A-Z]{3}|[$€£¥₹₩₽₺₫฿])?\s*|\s*([A-Z]{3}|[$€£¥₹₩₽₺₫฿])?$"


def as_text(value: E, type_: Type) -> E:
    """A value as people write it: whole numbers without `.0`, money with two decimals at least, ISO dates."""
    if type_.textual or type_.kind == "missing" or (isinstance(value, exp.Literal) and value.is_string):
        return value
    if type_.kind == "number":
        if type_.whole:
            return build.cast(value, "VARCHAR")
        whole = build.binary(
            exp.EQ, build.cast(value.copy(), "DOUBLE"), exp.Floor(this=build.cast(value.copy(), "DOUBLE"))
        )
        small = build.binary(exp.LT, exp.Abs(this=value.copy()), build.cast(build.text("1e15"), "DOUBLE"))
        plain = build.cast(build.cast(value.copy(), "BIGINT"), "VARCHAR")
        return build.case([(exp.And(this=whole, expression=small), plain)], build.cast(value, "VARCHAR"))
    if type_.kind == "money":
        cents = build.binary(exp.EQ, value.copy(), rounded(value.copy(), 2))
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


def number_from_any_text(text: E, type_: str, dialect: str) -> E:
    """A number text in a plain form, or as people write it."""
    simple = (matches(text.copy(), NUMBER_PATTERN), try_cast(text, type_, dialect))
    return build.case([simple], number_from_text(plain_number(text.copy()), type_, dialect))


def exact(value: E, type_: Type, sql_type: str = build.RATIO_TYPE) -> E:
    """A number as a DECIMAL. A double goes through its shortest text, so that 1.005 is 1.005."""
    if isinstance(value, exp.Literal) or type_.whole or type_.kind == "money":
        return build.cast(value, sql_type)
    return build.cast(build.cast(value, "VARCHAR"), sql_type)


def double(value: E) -> E:
    return build.cast(value, "DOUBLE")


def whole_count(value: E) -> E:
    """A count as an INTEGER; fractions are cut off."""
    if isinstance(value, exp.Literal) and value.this.isdigit():
        return value
    return build.cast(exp.Floor(this=build.paren(value)), "INTEGER")


def rounded(value: E, digits: int) -> E:
    return exp.Round(this=value, decimals=build.integer(digits))
