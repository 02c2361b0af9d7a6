"""Conditions and choices whose outcome is known already."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from patron.engine.model.terms import Lit, Op, Term
from patron.engine.plan.nodes import Col, Expr
from patron.engine.types import YESNO, Type


def simple(name: str, args: tuple[Expr, ...], type_: Type) -> Expr:
    """An operator over its arguments, decided where the arguments decide it."""
    if name == "if" and isinstance(args[0], Lit):
        return _sorted_as(type_, args[1] if args[0].value is True else args[2])
    if name == "is_missing" and isinstance(args[0], Col) and args[0].sure:
        return Lit(False, YESNO)
    if name == "is_missing" and isinstance(args[0], Lit) and args[0].value is None:
        return Lit(True, YESNO)
    if name in ("and", "or"):
        return _joined(name, args)
    if name == "not" and isinstance(args[0], Lit) and isinstance(args[0].value, bool):
        return Lit(not args[0].value, YESNO)
    return Op(name, args, type_)


def facts_of(where: Term | None) -> dict[Term, bool]:
    """What a condition says of its parts, for every row that meets it."""
    if where is None:
        return {}
    parts = where.args if isinstance(where, Op) and where.name == "and" else (where,)
    found: dict[Term, bool] = {}
    for part in parts:
        if isinstance(part, Op) and part.name == "not":
            found[part.args[0]] = False
        elif isinstance(part, Op):
            found[part] = True
    return found


def given(term: Term, facts: dict[Term, bool]) -> Term:
    """A term for rows of which these facts are known."""
    if term in facts:
        return Lit(facts[term], YESNO)
    if not isinstance(term, Op):
        return term
    args = tuple(given(a, facts) for a in term.args)
    if args == term.args:
        return term
    if term.name == "if" and isinstance(args[0], Lit):
        return _sorted_as(term.type, args[1] if args[0].value is True else args[2])
    return Op(term.name, args, term.type)


Value = TypeVar("Value", Term, Expr)


def _sorted_as(type_: Type, chosen: Value) -> Value:
    """What is left of a choice sorts as the choice does, and is shown in its words."""
    if not isinstance(chosen, Op | Col) or not chosen.type.textual or not (type_.labels or type_.words):
        return chosen
    kept = replace(chosen.type, labels=type_.labels or chosen.type.labels, words=type_.words or chosen.type.words)
    return chosen if kept == chosen.type else replace(chosen, type=kept)


def _joined(name: str, args: tuple[Expr, ...]) -> Expr:
    stops = name == "or"
    left: list[Expr] = []
    for arg in args:
        if isinstance(arg, Lit) and isinstance(arg.value, bool):
            if arg.value is stops:
                return Lit(stops, YESNO)
            continue
        left.append(arg)
    if not left:
        return Lit(not stops, YESNO)
    return left[0] if len(left) == 1 else Op(name, tuple(left), YESNO)
