"""The model: all definitions of a project, bound when needed; and the check of everything at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from patron.dsl import tree
from patron.dsl.nodes import dataclass
from patron.dsl.problems import Problem, by_place
from patron.dsl.tree import Span
from patron.engine.model import audiences, behaviour, conditions, metrics, traits, values
from patron.engine.model.binder import Binder, ParamValue, Scope, Unbound
from patron.engine.model.files import Declaration, Declared
from patron.engine.model.periods import AsOf
from patron.engine.model.schema import Schema

if TYPE_CHECKING:
    from patron.engine.model.attributions import Attribution
    from patron.engine.model.queries import Query
    from patron.engine.model.terms import Term


# What not every project says is imported when one says it.


def _attribution(b: Binder, d: Declaration, span: Span) -> Attribution:
    from patron.engine.model.attributions import define_attribution

    return define_attribution(b, d, span)


def _rows(b: Binder, scope: Scope, node: tree.InRows) -> Term | None:
    from patron.engine.model.shown import condition

    return condition(b, scope, node)


Binder.RULES = {**values.RULES, **conditions.RULES, **behaviour.RULES, **metrics.RULES}
Binder.define_trait = staticmethod(traits.define_trait)
Binder.define_event = staticmethod(behaviour.define_event)
Binder.define_metric = staticmethod(metrics.define_metric)
Binder.define_audience = staticmethod(audiences.define_audience)
Binder.define_attribution = staticmethod(_attribution)
Binder.define_rows = staticmethod(_rows)


@dataclass(frozen=True, slots=True)
class Model:
    """A project whose names can be bound. Problems of a definition come up when it is first used, or by `check`."""

    declared: Declared
    schema: Schema
    as_of: AsOf

    def binder(self, params: Mapping[str, ParamValue] | None = None, attribution: str = "") -> Binder:
        """A fresh binder, with an empty list of problems."""
        return Binder(self.declared, self.schema, self.as_of, params=params, attribution=attribution)


def resolve(declared: Declared, schema: Schema, as_of: AsOf) -> Model:
    """The model of a project at an `as of`."""
    return Model(declared, schema, as_of)


def bind_query(model: Model, phrase: tree.Phrase) -> tuple[Query | None, tuple[Problem, ...]]:
    """A phrase understood, or None with the problems that stop it; warnings and notes come along."""
    from patron.engine.model.phrases import bind_phrase

    b = model.binder()
    try:
        found = bind_phrase(b, phrase)
    except Unbound:
        return None, by_place(b.problems)
    return found, by_place(b.problems)


def check(model: Model, files: Collection[str] | None = None) -> tuple[Problem, ...]:
    """All problems of the definitions of these files (None: of all)."""
    b = understood(model, files)
    for house_rule in model.declared.catalog.checks.values():
        b.problems.extend(house_rule.check(model))
    told = (p for p in b.problems if model.declared.concerns(p))
    return by_place(p for p in told if files is None or p.span.file in files or not p.span.file)


def understood(model: Model, files: Collection[str] | None = None) -> Binder:
    """The binder that met every definition of these files (None: of all, packs too)."""
    b = model.binder()
    for kind, rule in _CHECKS.items():
        for declaration in model.declared.known(kind).values():
            if files is None or declaration.file in files or (declaration.pack and files is None):
                _attempt(lambda d=declaration, r=rule: r(b, d))  # type: ignore[misc]
    for test in model.declared.tests:
        if files is None or test.span.file in files:
            _attempt(lambda t=test: _check_test(b, t))  # type: ignore[misc]
    return b


def _attempt(make: Callable[[], object]) -> None:
    with suppress(Unbound):
        make()


def _check_metric(b: Binder, d: Declaration) -> None:
    metrics.define_metric(b, d, d.span)


def _check_trait(b: Binder, d: Declaration) -> None:
    traits.define_trait(b, d, d.span)


def _check_event(b: Binder, d: Declaration) -> None:
    behaviour.define_event(b, d, d.span)


def _check_audience(b: Binder, d: Declaration) -> None:
    audiences.define_audience(b, d, d.span)


def _check_attribution(b: Binder, d: Declaration) -> None:
    _attribution(b, d, d.span)


def _check_list(b: Binder, d: Declaration) -> None:
    from patron.engine.model.lists import define_list

    define_list(b, d)


def _check_report(b: Binder, d: Declaration) -> None:
    from patron.engine.model.reports import check_report

    check_report(b, d)


def _check_run(b: Binder, d: Declaration) -> None:
    from patron.engine.model.runs import check_run

    check_run(b, d)


def _check_test(b: Binder, test: tree.TestDecl) -> None:
    from patron.engine.model.runs import check_test

    check_test(b, test)


def _check_param(b: Binder, d: Declaration) -> None:
    node = d.statement
    assert isinstance(node, tree.ParamDecl)
    b.param(Scope(""), tree.Param(node.name, span=node.name.span))


_CHECKS: Mapping[str, Callable[[Binder, Declaration], object]] = {
    "param": _check_param,
    "filter": _check_trait,
    "trait": _check_trait,
    "event": _check_event,
    "metric": _check_metric,
    "audience": _check_audience,
    "list": _check_list,
    "attribution": _check_attribution,
    "report": _check_report,
    "run": _check_run,
}

__all__ = ["Model", "Span", "bind_query", "check", "resolve"]
