"""Conditions and choices whose outcome is known already."""

from __future__ import annotations

from patron.engine.model.terms import Lit, Op
from patron.engine.plan.nodes import Expr
from patron.engine.types import YESNO, Type


def simple(name: str, args: tuple[Expr, ...], type_: Type) -> Expr:
    """An operator over its arguments, decided where the arguments decide it."""
    if name == "if" and isinstance(args[0], Lit):
        return args[1] if args[0].value is True else args[2]
    if name in ("and", "or"):
        return _joined(name, args)
    if name == "not" and isinstance(args[0], Lit) and isinstance(args[0].value, bool):
        return Lit(not args[0].value, YESNO)
    return Op(name, args, type_)  # type: ignore[arg-type]


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
    return left[0] if len(left) == 1 else Op(name, tuple(left), YESNO)  # type: ignore[arg-type]
