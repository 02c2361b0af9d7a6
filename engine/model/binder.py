"""The binder: finds what names mean and turns expressions into terms, one rule per kind of node.

Problems are collected; an expression that cannot be understood raises `Unbound` after its problem was reported, and
the nearest statement or line catches it, so that the rest is still checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from posixpath import dirname, relpath
from typing import TYPE_CHECKING, Any, NoReturn

from patron.dsl import tree
from patron.dsl.nodes import dataclass, field
from patron.dsl.problems import Problem, Related, nearest, suggest
from patron.dsl.tree import Span, fold
from patron.engine.model.canonical import SINGULAR, TABLES
from patron.engine.model.files import Declaration, Declared
from patron.engine.model.paths import Ways
from patron.engine.model.periods import AsOf
from patron.engine.model.periods import Span as Dates
from patron.engine.model.terms import Here, Lit, Row, Term
from patron.engine.types import Type

if TYPE_CHECKING:
    from patron.engine.model.attributions import Attribution
    from patron.engine.model.audiences import Audience
    from patron.engine.model.measures import Agg, Metric
    from patron.engine.model.schema import Schema
    from patron.engine.model.terms import Occurrence


class Unbound(Exception):
    """A problem was reported; this expression has no meaning."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands: the row that bare names belong to.

    `roots` are further rows by name (`action`, `campaign` of a credited order). `chains` lets a path begin with any
    table that the row reaches (dimensions, conditions of a phrase). `credited` tells that actions may be asked.
    `use` is a word for messages: the metric or statement that the expression belongs to. `terms` are whole paths with
    a meaning given from outside: the columns of a result, in `having`. `measured` is what is computed of the rows.
    """

    table: str
    row: Row = Here()
    outer: Scope | None = None
    roots: Mapping[str, tuple[Row, str]] = field(default_factory=dict)
    chains: bool = False
    credited: bool = False
    prefix: str = ""
    fan_out: str = "P0404"
    use: str = ""
    terms: Mapping[str, Term] = field(default_factory=dict)
    measured: Agg | None = None

    def inside(self, table: str) -> Scope:
        """The scope of a child's row, with this one around it."""
        return Scope(table, outer=self, prefix=self.prefix, use=self.use)


Rule = Callable[["Binder", Scope, Any], Term]


@dataclass(frozen=True, slots=True)
class ParamValue:
    """A parameter's values (several only for a pack's list setting)."""

    values: tuple[Term, ...]
    span: Span


MOST_LEVELS = 50
"""How many definitions may use each other in a row."""


class Binder:
    """Everything needed to understand a project's expressions at one `as of`.

    Definitions are understood when first needed and kept. `period` is that of the query at hand, for `in the period`.
    `shown` are the reports whose rows are being understood; `period_read` holds whether something read the period;
    `doubted` are metrics that others rest on and that were used, with those that say why they are uncertain; `named` is
    where each column was named first, by table and folded name.
    """

    RULES: Mapping[type, Rule] = {}

    def __init__(self, declared: Declared, schema: Schema, as_of: AsOf, period: Dates | None = None,
                 params: Mapping[str, ParamValue] | None = None, attribution: str = "") -> None:  # fmt: skip
        self.declared, self.schema, self.as_of, self.period = declared, schema, as_of, period
        self.settings, self.members = declared.settings, declared.members
        self.ways = Ways(schema)
        self.local_params = dict(params or {})
        self.report_attribution = attribution
        self.problems: list[Problem] = []
        self._kept: dict[tuple[str, str, str], object] = {}
        self._awaited: dict[tuple[str, str, str], tuple[Problem, ...]] = {}
        self._open: list[tuple[str, str, str]] = []
        self._levels: dict[tuple[str, str, str], int] = {}
        self._below = [0]
        self.sizes: dict[int, tuple[object, int, int]] = {}
        self.shown: list[str] = []
        self.period_read = [False]
        self.doubted: dict[str, str] = {}
        self.named: dict[tuple[str, str], Span] = {}

    def variant(self, *, as_of: AsOf | None = None, period: Dates | None = None,
                params: Mapping[str, ParamValue] | None = None, attribution: str | None = None) -> Binder:  # fmt: skip
        """A binder of the same project for another moment, period, parameters or attribution."""
        own = {**self.local_params, **(params or {})}
        other = Binder(self.declared, self.schema, as_of or self.as_of, period if period is not None else self.period,
                       own, self.report_attribution if attribution is None else attribution)  # fmt: skip
        other.problems = self.problems
        other.ways = self.ways
        other.shown = self.shown
        other.period_read = self.period_read
        other.doubted = self.doubted
        other.named = self.named
        return other

    # ------------------------------------------------------------ problems

    def problem(self, code: str, span: Span, message: str, hint: str = "", related: tuple[Related, ...] = ()) -> None:
        self.problems.append(Problem(code, span, message, hint, related))

    def fail(self, code: str, span: Span, message: str, hint: str = "", related: tuple[Related, ...] = ()) -> Unbound:
        """Report a problem; raise the result."""
        self.problem(code, span, message, hint, related)
        return Unbound()

    # ------------------------------------------------------------ expressions

    def term(self, scope: Scope, node: tree.Expr) -> Term:
        """The meaning of an expression for a row of the scope."""
        try:
            return self.RULES[type(node)](self, scope, node)
        except OverflowError:
            hint = "Dates go from 0001 to 9999."
            raise self.fail("P0302", node.span, "this goes beyond the calendar", hint) from None

    def condition(self, scope: Scope, node: tree.Expr) -> Term:
        """The meaning of a condition; P0306 when it is a value."""
        found = self.term(scope, node)
        if found.type.kind not in ("yesno", "missing"):
            raise self.fail("P0306", node.span, f"a condition is expected, this is {found.type}",
                            'Compare it with something: `... is "..."`, `... >= 5`, `... is known`.')  # fmt: skip
        return found

    def value(self, scope: Scope, node: tree.Expr) -> Term:
        """The meaning of a value; P0307 when it is a comparison."""
        if isinstance(node, _CONDITIONS):
            self.term(scope, node)
            raise self.fail("P0307", node.span, "a value is expected, this is a condition",
                            "To choose by a condition write `if (...) then ... else ...`.")  # fmt: skip
        return self.term(scope, node)

    # ------------------------------------------------------------ declared names

    def visible(self, declaration: Declaration, file: str) -> bool:
        """Whether a file may use a name; packs and phrases see everything."""
        if declaration.pack or file not in self.declared.sees:
            return True
        seen = self.declared.sees[file].get(declaration.file, frozenset())
        name = getattr(declaration.statement, "name", None)
        return seen is None or (isinstance(name, tree.Name) and name.key in seen)

    def find(self, kind: str, name: str, span: Span, prefix: str = "") -> Declaration:
        """The declaration of a name, or P0201 with the nearest one."""
        known = self.declared.known(kind)
        found = (known.get(fold(prefix + name)) if prefix else None) or known.get(fold(name))
        if found is None:
            self.not_yet(name, span)
            names = [d.name for d in known.values() if self.visible(d, span.file)]
            raise self.fail("P0201", span, f"there is no {kind} called `{name}`", suggest(name, names))
        if not self.visible(found, span.file):
            standard = self.declared.replaced.get(kind, {}).get(fold(name))
            if standard is not None:
                return standard
            path = relpath(found.file, dirname(span.file) or ".")
            raise self.fail("P0201", span, f"there is no {kind} called `{name}` in this file",
                            f'It is declared in {found.file}: add `import "{path}"`.',
                            (Related(found.span, "declared here"),))  # fmt: skip
        return found

    def not_yet(self, name: str, span: Span) -> None:
        """Refuse a member that a pack promises for later: a warning, since everything else goes on."""
        for pack in self.declared.packs:
            reason = self.declared.catalog.packs[pack].later.get(fold(name))
            if reason is not None:
                self.problems.append(Problem("P0201", span, f"`{name}` is not there yet: {reason}", severity="W"))
                raise Unbound

    def has(self, kind: str, name: str, prefix: str = "") -> bool:
        known = self.declared.known(kind)
        return fold(name) in known or (bool(prefix) and fold(prefix + name) in known)

    @contextmanager
    def _defining(self, kind: str, key: str, name: str, span: Span) -> Iterator[None]:
        """Guards against rings: P0602 for audiences, P0207 for everything else, at the use that closes it."""
        entry = (kind, key, name)
        if entry in self._open:
            ring = [n for _, _, n in self._open[self._open.index(entry) :]] + [name]
            code = "P0602" if kind == "audience" else "P0207"
            said = "audiences go in a ring" if kind == "audience" else f"`{name}` is defined by itself"
            raise self.fail(code, span, f"{said}: {' → '.join(ring)}", "One of them must do without the other.")
        self._open.append(entry)
        try:
            yield
        finally:
            self._open.pop()

    @property
    def in_metric(self) -> bool:
        """Whether what is being understood belongs to a metric or a phrase, which know the question's period."""
        kinds = [kind for kind, _, _ in self._open]
        return "metric" in kinds or (not kinds and self.period is not None)

    def defining(self, kind: str, name: str) -> bool:
        """Whether this definition is being understood right now."""
        return any(k == kind and key == fold(name) for k, key, _ in self._open)

    def define(self, kind: str, declaration: Declaration, span: Span, make: Callable[[], Any]) -> Any:
        """The meaning of a definition: made once; a failed one fails again without a second error. What it waits for is
        told to everybody who asks for it."""
        key = (kind, declaration.file, fold(declaration.name))
        if key not in self._kept:
            known = len(self.problems)
            with self._defining(kind, fold(declaration.name), declaration.name, span), self._level(key, span):
                try:
                    made = make()
                except Unbound:
                    self._kept[key] = None
                    self._awaited[key] = tuple(p for p in self.problems[known:] if not p.stops)
                    raise
            self._kept[key] = made
        if self._kept[key] is None:
            self.problems += self._awaited.get(key, ())
            raise Unbound
        self._below[-1] = max(self._below[-1], self._levels[key])
        return self._kept[key]

    @contextmanager
    def _level(self, key: tuple[str, str, str], span: Span) -> Iterator[None]:
        """Counts how many definitions stand below one another, whichever is understood first; P0107 when too many."""
        self._below.append(0)
        try:
            if len(self._open) > MOST_LEVELS:
                self._too_many_levels(span)
            yield
            if self._below[-1] >= MOST_LEVELS:
                self._too_many_levels(span)
        except Unbound:
            self._kept[key] = None
            raise
        finally:
            self._levels[key] = self._below.pop() + 1

    def _too_many_levels(self, span: Span) -> NoReturn:
        said = f"more than {MOST_LEVELS} definitions stand one below the other"
        raise self.fail("P0107", span, said, "Write what the lowest ones say in one of them.")

    # ------------------------------------------------------------ kinds of definitions (rules live in their modules)

    define_trait: Callable[[Binder, Declaration, Span], Term]
    define_event: Callable[[Binder, Declaration, Span], Occurrence]
    define_metric: Callable[[Binder, Declaration, Span], Metric]
    define_audience: Callable[[Binder, Declaration, Span], Audience]
    define_attribution: Callable[[Binder, Declaration, Span], Attribution]
    define_rows: Callable[[Binder, Scope, tree.InRows], Term | None]

    def metric(self, name: str, span: Span, scope: Scope) -> Metric:
        found = self.find("metric", name, span, scope.prefix)
        doubts = self.declared.catalog.packs[found.pack].doubts if found.pack else {}
        if found.name in doubts:
            self.doubted[found.name] = doubts[found.name]
        return type(self).define_metric(self, found, span)

    def event(self, name: str, span: Span, scope: Scope) -> Occurrence:
        found = self.find("event", name, span, scope.prefix)
        return type(self).define_event(self, found, span)

    def audience(self, name: tree.Name, scope: Scope) -> Audience:
        found = self.find("audience", name.text, name.span, scope.prefix)
        return type(self).define_audience(self, found, name.span)

    def attribution(self, name: str, span: Span, scope: Scope) -> Attribution:
        found = self.find("attribution", name, span, scope.prefix)
        if self.report_attribution and found.pack and found.name.endswith(".reported"):
            found = self.declared.known("attribution")[fold(self.report_attribution)]
        return type(self).define_attribution(self, found, span)

    # ------------------------------------------------------------ parameters

    def param(self, scope: Scope, node: tree.Param) -> ParamValue:
        """The value of `$name`: of the report at hand, the pack, or the project; P0211 when there is none."""
        key = node.name.key
        if key in self.local_params:
            return self.local_params[key]
        setting = self._pack_setting(scope, key, node.span)
        if setting is not None:
            return setting
        known = self.declared.known("param")
        if key == "age_limits" and key not in known:
            return ParamValue(
                tuple(Lit(n, Type("number", whole=True)) for n in self.settings.age_limits), self.settings.span
            )
        if key not in known and key in ("order_rule", "sales"):
            said = self.settings.order_rule if key == "order_rule" else self.settings.sales
            return ParamValue((Lit(said, Type("text")),), self.settings.span)
        if key not in known:
            names = [d.name for d in known.values()] + list(self.local_params)
            raise self.fail(
                "P0211", node.span, f"parameter `${node.name.text}` is unknown", suggest(node.name.text, names)
            )
        found = self.find("param", node.name.text, node.span, scope.prefix)
        return self.define("param", found, node.span, lambda: self._read_param(found))  # type: ignore[no-any-return]

    def _pack_setting(self, scope: Scope, key: str, span: Span) -> ParamValue | None:
        """A setting of the pack in whose file it stands: as the project says it, else its default."""
        name = span.file.partition("/")[0] if scope.prefix else ""
        pack = self.declared.catalog.packs.get(name)
        spec = next((s for s in pack.settings if s.name == key), None) if pack else None
        if spec is None:
            return None
        said = self.declared.packs.get(name, {}).get(key)
        if said is not None:
            return ParamValue(tuple(self._setting_term(v) for v in said), said[0].span)
        default = spec.default
        if spec.default_by is not None:
            other, by_value = spec.default_by
            value = self._pack_setting(scope, other, span)
            said_there = value.values[0] if value is not None else None
            default = by_value.get(str(said_there.value), default) if isinstance(said_there, Lit) else default
        defaults = default if isinstance(default, tuple) else (default,)
        return ParamValue(tuple(_default_term(d) for d in defaults), span)

    def _setting_term(self, value: tree.SettingValue) -> Term:
        from_word = tree.Text(str(value), span=value.span) if isinstance(value, tree.Path) else value
        return self.term(Scope(""), from_word)  # type: ignore[arg-type]

    def _read_param(self, declaration: Declaration) -> ParamValue:
        statement = declaration.statement
        assert isinstance(statement, tree.ParamDecl)
        scope = Scope("")
        default = self.term(scope, statement.default)
        allowed = tuple(self.term(scope, a) for a in statement.allowed)
        given = self.declared.overrides.get(fold(declaration.name))
        chosen, span = default, statement.default.span
        if given is not None:
            chosen = self._as_type(self.term(scope, given), default.type, given, declaration.name)
        if allowed and chosen not in allowed:
            shown = ", ".join(str(a.value) for a in allowed if isinstance(a, Lit))
            said = chosen.value if isinstance(chosen, Lit) else "that"
            raise self.fail("P0211", given.span if given is not None else span,
                            f"parameter {declaration.name} may not be {said}", f"It is one of {shown}.")  # fmt: skip
        return ParamValue((chosen,), span)

    def _as_type(self, value: Term, wanted: Type, node: tree.Expr, name: str) -> Term:
        """A value given from outside: a bare number may stand for money, a bare word for a text."""
        assert isinstance(value, Lit)
        if value.type.kind == wanted.kind:
            return value
        if wanted.kind == "money" and value.type.kind == "number":
            return replace(value, type=wanted, value=Decimal(str(value.value)))
        if wanted.textual:
            return replace(value, type=wanted, value=str(value.value))
        raise self.fail("P0301", node.span, f"parameter {name} is {wanted}, this is {value.type}")


_CONDITIONS = (
    tree.Compare, tree.IsMissing, tree.OneOf, tree.Between, tree.Order, tree.DateIn, tree.Near, tree.TextTest,
    tree.InTop, tree.InAudience, tree.InList, tree.InBucket, tree.InRows, tree.Has, tree.And, tree.Or, tree.Not,
)  # fmt: skip


def _default_term(value: object) -> Term:
    from patron.engine.types import DURATION, MISSING, NUMBER, TEXT, WHOLE, YESNO

    if value is None:
        return Lit(None, MISSING)
    if isinstance(value, bool):
        return Lit(value, YESNO)
    if isinstance(value, int):
        return Lit(value, WHOLE)
    if isinstance(value, (float, Decimal)):
        return Lit(Decimal(str(value)), NUMBER)
    import datetime as dt

    return Lit(value, DURATION) if isinstance(value, dt.timedelta) else Lit(str(value), TEXT)


def table_named(name: str) -> str | None:
    """The canonical table of a plural or singular name."""
    key = fold(name)
    return key if key in TABLES else SINGULAR.get(key)


__all__ = ["Binder", "ParamValue", "Scope", "Unbound", "nearest", "table_named"]
