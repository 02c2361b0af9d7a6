"""Terms of a mapping as SQL over the staged rows of its source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlglot import exp

from patron.dsl.nodes import dataclass, field
from patron.engine.contracts import FunctionType
from patron.engine.model.mapping import Aggregate, Converted, Lookup, MapTerm, OfRow
from patron.engine.model.terms import Field, Lit, Op
from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.functions import scalars
from patron.engine.sql.load.readings import Reader, Reading, from_utc
from patron.engine.types import DATE, MOMENT, TEXT, YESNO, Type

_COMPARE: Mapping[str, type[exp.Binary]] = {"=": exp.EQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE}
_LOCAL_DATE = frozenset(
    "year quarter month week day weekday start_of_month start_of_week start_of_year "
    "days_between months_between years_between date".split()
)


@dataclass(frozen=True, slots=True)
class Join:
    """A left join that a value needs: the subquery's alias, its SELECT, the condition."""

    alias: str
    query: E
    on: E


@dataclass(slots=True)
class Rows:
    """Rows that terms are evaluated for: `alias` is the table, `column` finds a column of it.

    `settled` answers for terms that are columns already (keys and aggregates of groups); `lookup` and `follow` give
    the reading of a value from elsewhere and the join it needs.
    """

    reader: Reader
    scalars: scalars.Scalars
    column: Callable[[str, Type], Reading]
    settled: Callable[[MapTerm], Reading | None] = lambda term: None
    lookup: Callable[[Lookup, Sequence[Reading], str], tuple[Reading, Join]] | None = None
    follow: Callable[[OfRow, str], tuple[Reading, Sequence[Join]]] | None = None
    functions: Mapping[str, FunctionType] = field(default_factory=dict)
    joins: dict[object, tuple[Reading, list[Join]]] = field(default_factory=dict)
    prefix: str = "j"

    def read(self, term: MapTerm) -> Reading:
        """The reading of a term."""
        found = self.settled(term)
        if found is not None:
            return found
        match term:
            case Lit():
                return self._literal(term)
            case Field():
                return self.column(term.column, term.type)
            case Converted():
                return self._converted(term)
            case Lookup():
                return self._lookup(term)
            case OfRow():
                return self._follow(term)
            case Op():
                return self._operation(term)
        raise TypeError(f"{type(term).__name__} has no place in a mapping")

    def condition(self, term: MapTerm) -> E:
        """A condition that is never missing."""
        r = self.read(term)
        return build.coalesce(r.e, exp.false()) if isinstance(term, (Field, Converted, OfRow, Lookup)) else r.e

    def all_joins(self) -> list[Join]:
        return [j for _, joins in self.joins.values() for j in joins]

    # ------------------------------------------------------------ leaves

    def _literal(self, term: Lit) -> Reading:
        if term.type.kind == "moment":
            return Reading(build.literal(term.value, term.type), MOMENT, exp.false(), exp.false())
        return Reading(build.literal(term.value, term.type), term.type)

    def _converted(self, term: Converted) -> Reading:
        inner = self.read(term.value)
        read = self.reader.convert(inner, term.type)
        if isinstance(term.value, Lookup) and term.type.kind in ("number", "money"):
            return replace(read, bad=(*read.bad, self.no_value(term.value)))
        return read

    def _lookup(self, term: Lookup) -> Reading:
        if term not in self.joins:
            keys = [self.read(v) for _, v in term.keys]
            assert self.lookup is not None
            reading, join = self.lookup(term, keys, f"{self.prefix}{len(self.joins)}")
            self.joins[term] = (reading, [join])
        return _copied(self.joins[term][0])

    def no_value(self, term: Lookup) -> E:
        """Whether a lookup with known keys gave nothing, no row or an empty value: a rate that cannot be read."""
        return build.conjunction([*self._known_keys(term), build.is_null(self.read(term).e)])

    def no_row(self, term: Lookup) -> E:
        """Whether no row has the keys of a lookup, all of them known."""
        self.read(term)
        _, (at,) = self.joins[term]
        return build.conjunction([*self._known_keys(term), build.is_null(build.col("k0", at.alias))])

    def _known_keys(self, term: Lookup) -> list[E]:
        return [build.not_(build.is_null(self.read(v).e.copy())) for _, v in term.keys]

    def _follow(self, term: OfRow) -> Reading:
        if term not in self.joins:
            assert self.follow is not None
            reading, joins = self.follow(term, f"{self.prefix}{len(self.joins)}")
            self.joins[term] = (reading, list(joins))
        return _copied(self.joins[term][0])

    # ------------------------------------------------------------ operators and functions

    def _operation(self, term: Op) -> Reading:
        name = term.name
        if name in ("and", "or", "not"):
            return self._connective(term)
        if name in _TESTS:
            return _TESTS[name](self, term)
        if name == "if":
            return self._if(term)
        args = [self.read(a) for a in _inner(term)]
        if name in ("first_known", "missing_if") and term.type.kind == "moment":
            return _moments(name, [self.reader.moment(a) for a in args])
        if name in ("parse_date", "parse_time", "number", "money", "date", "moment"):
            return self._parsed(term, args)
        if name == "first_known":
            return self._first_known(term, args)
        if name in _LOCAL_DATE:
            args = [self.reader.date(a) if a.type.kind == "moment" else a for a in args]
        if name == "hour":
            args = [replace(a, e=self._hour(a)) for a in args]
        value = self._lower(name, args, term.type)
        return Reading(value, term.type).having(*args)

    def _lower(self, name: str, args: Sequence[Reading], result: Type) -> E:
        if not scalars.known(name):
            made: E = self.functions[name].lower([a.e for a in args], self.scalars.dialect)
            return made
        return scalars.lower(name, [a.e.copy() for a in args], [a.type for a in args], result, self.scalars)

    def _hour(self, r: Reading) -> E:
        local = (
            build.case([(r.zoned.copy(), from_utc(self.reader.zone, r.e.copy()))], r.e.copy())
            if r.zoned is not None
            else r.e
        )
        return exp.Extract(this=exp.Var(this="HOUR"), expression=local)

    def _if(self, term: Op) -> Reading:
        test, *branches = _inner(term)
        condition = self.condition(test)
        then, otherwise = (self.read(b) for b in branches)
        if term.type.kind == "moment":
            then, otherwise = self.reader.moment(then), self.reader.moment(otherwise)

        def pick(a: E, b: E) -> E:
            return build.case([(condition.copy(), a)], b)

        bad = tuple(build.conjunction([condition.copy(), b]) for b in then.bad)
        bad += tuple(build.conjunction([build.not_(condition.copy()), b]) for b in otherwise.bad)
        found = Reading(pick(then.e, otherwise.e), term.type, bad=bad, counts=(*then.counts, *otherwise.counts))
        if term.type.kind != "moment":
            return found
        zoned, day_only = (
            pick(a or exp.false(), b or exp.false())
            for a, b in ((then.zoned, otherwise.zoned), (then.day_only, otherwise.day_only))
        )
        return replace(found, zoned=zoned, day_only=day_only)

    def _first_known(self, term: Op, args: Sequence[Reading]) -> Reading:
        """What one way could not read, another may have read: only a value that stays missing is unreadable."""
        value = self._lower("first_known", args, term.type)
        found = Reading(value, term.type).having(*args)
        if not found.bad:
            return found
        unread = build.conjunction([build.is_null(value.copy()), build.disjunction(list(found.bad))])
        return replace(found, bad=(unread,))

    def _parsed(self, term: Op, args: Sequence[Reading]) -> Reading:
        """Functions that read a text: what they cannot read counts."""
        name, first = term.name, args[0]
        if name == "date" and first.type.kind == "moment":
            return self.reader.date(first)
        if name == "date" and first.type.textual:
            return self.reader.convert(first, DATE)
        if name == "number" and first.type.kind in ("number", "money"):
            return self.reader.number(first)
        if name == "money" and first.type.kind in ("number", "money"):
            return self.reader.money(first)
        if name == "moment":
            args = [self.reader.date(first) if first.type.kind == "moment" else first, *args[1:]]
        lowered = [
            replace(a, e=self._decimal(a.e)) if name in ("number", "money") and i == 0 else a
            for i, a in enumerate(args)
        ]
        value = self._lower(name, lowered, term.type)
        given = build.conjunction(
            [build.not_(build.is_null(a.e.copy())) for a in args if not isinstance(a.e, exp.Literal)]
        )
        failed = build.conjunction([given, build.is_null(value.copy())])
        of = _inner(term)[0]
        bad = (failed, self.no_value(of)) if isinstance(of, Lookup) else (failed,)
        found = Reading(value, term.type, bad=bad).having(*args)
        if term.type.kind == "moment":
            zoned = exp.true() if name == "parse_time" and "%z" in str(args[1].e) else exp.false()
            return self.reader.local(replace(found, zoned=zoned, day_only=exp.false()))
        return found

    def _decimal(self, text: E) -> E:
        if self.reader.decimal != ",":
            return text
        return build.func("translate", text, build.text(".,"), build.text(",."))

    def _connective(self, term: Op) -> Reading:
        args = [self.condition(a) for a in _inner(term)]
        if term.name == "not":
            return Reading(build.not_(args[0]), YESNO)
        joined = build.conjunction(args) if term.name == "and" else build.disjunction(args)
        return Reading(exp.Paren(this=joined), YESNO)


def _inner(term: Op) -> tuple[MapTerm, ...]:
    """The arguments of an operator, which may be terms of mappings too."""
    return term.args


def _copied(r: Reading) -> Reading:
    return replace(r, e=r.e.copy())


def _moments(name: str, args: Sequence[Reading]) -> Reading:
    """first_known and missing_if of moments: time and marks from the same argument."""
    first = args[0]
    if name == "missing_if":
        same = exp.In(this=build.paren(first.e.copy()), expressions=[a.e for a in args[1:]])
        return replace(first.having(*args[1:]), e=build.case([(same, exp.Null())], first.e))

    def pick(parts: list[E]) -> E:
        branches = [(build.not_(build.is_null(a.e.copy())), p) for a, p in zip(args, parts, strict=True)]
        return build.case(branches, exp.Null())

    zoned = pick([a.zoned.copy() if a.zoned is not None else exp.false() for a in args])
    day_only = pick([a.day_only.copy() if a.day_only is not None else exp.false() for a in args])
    value = build.coalesce(*(a.e.copy() for a in args))
    bad = [b for a in args for b in a.bad]
    unread = (build.conjunction([build.is_null(value.copy()), build.disjunction(bad)]),) if bad else ()
    return Reading(value, MOMENT, build.coalesce(zoned, exp.false()), build.coalesce(day_only, exp.false()), unread)


# ---------------------------------------------------------------- conditions, two-valued


def _sides(rows: Rows, term: Op) -> list[Reading]:
    """Both sides, comparable: instants with instants, texts with texts."""
    args = [rows.read(a) for a in _inner(term)]
    if any(a.type.textual for a in args) and not all(a.type.textual or a.type.kind == "missing" for a in args):
        args = [rows.reader.as_text(a) for a in args]
    return args


def _compare(rows: Rows, term: Op) -> Reading:
    left, right = _sides(rows, term)
    return Reading(
        build.coalesce(exp.Paren(this=build.binary(_COMPARE[term.name], left.e, right.e)), exp.false()), YESNO
    )


def _is_missing(rows: Rows, term: Op) -> Reading:
    return Reading(build.is_null(rows.read(_inner(term)[0]).e), YESNO)


def _one_of(rows: Rows, term: Op) -> Reading:
    first, *others = _sides(rows, term)
    return Reading(
        build.coalesce(
            exp.Paren(this=exp.In(this=build.paren(first.e), expressions=[o.e for o in others])), exp.false()
        ),
        YESNO,
    )


_FOUND: Mapping[str, str] = {
    "contains": "contains", "starts": "starts_with", "ends": "ends_with", "matches": "regexp_matches",
    "has_text": "list_contains",
}  # fmt: skip


def _text_test(rows: Rows, term: Op) -> Reading:
    args = [rows.read(a) for a in _inner(term)]
    return Reading(build.coalesce(build.anonymous(_FOUND[term.name], *(a.e for a in args)), exp.false()), YESNO)


_TESTS: Mapping[str, Callable[[Rows, Op], Reading]] = {
    **dict.fromkeys(_COMPARE, _compare),
    "is_missing": _is_missing,
    "one_of": _one_of,
    **dict.fromkeys(_FOUND, _text_test),
}

__all__ = ["TEXT", "Aggregate", "Join", "Rows"]


def selected(outputs: Sequence[tuple[E, str]], source: str | E, alias: str) -> exp.Select:
    """These values of a table, or of a SELECT."""
    table = build.table(source, alias) if isinstance(source, str) else build.subquery(source.copy(), alias)
    return exp.Select(expressions=[build.named(e, n) for e, n in outputs]).from_(table, copy=False)


def joined(query: exp.Select, joins: Sequence[Join], where: E | None) -> exp.Select:
    """The SELECT with the joins that its values need, and its condition."""
    for join in joins:
        query = query.join(
            build.subquery(join.query.copy(), join.alias), on=join.on.copy(), join_type="left", copy=False
        )
    return query.where(where.copy(), copy=False) if where is not None else query
