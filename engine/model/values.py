"""Rules for values: arithmetic, choices, functions."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from patron.dsl import tree
from patron.dsl.problems import suggest
from patron.engine.model.binder import Binder, Rule, Scope
from patron.engine.model.child_rows import children
from patron.engine.model.decided import decided
from patron.engine.model.functions import AGGREGATES, FUNCTIONS, OVERALL, Function, band_labels, common
from patron.engine.model.learned import learned
from patron.engine.model.literals import LITERALS, MOST_COUNT
from patron.engine.model.moments import local_date, local_hour
from patron.engine.model.names import path_term
from patron.engine.model.nearest import nearest
from patron.engine.model.rows_in_order import ROW_SEQUENCES, bins_of, row_sequence
from patron.engine.model.terms import Lit, Op, Term, constant
from patron.engine.types import DATE, MONEY, NUMBER, WHOLE, Type

# ---------------------------------------------------------------- arithmetic


def _negate(b: Binder, scope: Scope, node: tree.Negate) -> Term:
    inner = b.value(scope, node.value)
    if isinstance(inner, Lit) and isinstance(inner.value, (int, Decimal)) and not isinstance(inner.value, bool):
        return Lit(-inner.value, inner.type)
    if inner.type.kind not in ("number", "money", "missing"):
        raise b.fail("P0301", node.span, f"cannot take minus of {inner.type}")
    return Op("neg", (inner,), inner.type)


_VERBS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}


def arithmetic_type(op: str, left: Type, right: Type) -> Type | None:
    """The type of `left op right`, or None when they do not go together."""
    kinds = (left.kind, right.kind)
    if "missing" in kinds:
        return left if kinds[0] != "missing" else right
    if kinds == ("number", "number"):
        return WHOLE if left.whole and right.whole and op != "/" else NUMBER
    if op in "+-" and kinds == ("money", "money"):
        return MONEY
    if op in "*/" and kinds == ("money", "number"):
        return MONEY
    if op == "*" and kinds == ("number", "money"):
        return MONEY
    if op == "/" and kinds == ("money", "money"):
        return NUMBER
    return None


def _binary(b: Binder, scope: Scope, node: tree.Binary) -> Term:
    left, right = b.value(scope, node.left), b.value(scope, node.right)
    type_ = arithmetic_type(node.op, left.type, right.type)
    if type_ is None:
        hint = ""
        if left.type.timely and right.type.timely and node.op == "-":
            hint = "Write `days_between(a, b)`."
        elif {left.type.kind, right.type.kind} == {"money", "number"}:
            hint = "An amount is written with its currency: `$5`."
        elif left.type.textual or right.type.textual:
            hint = "`number(text)` and `money(text)` read a text; `text_join` joins texts."
        raise b.fail("P0301", node.op_span, f"cannot {_VERBS[node.op]} {left.type} and {right.type}", hint)
    return Op(node.op, (left, right), type_)


def _choose(b: Binder, scope: Scope, node: tree.Choose) -> Term:
    condition = b.condition(scope, node.condition)
    then, otherwise = b.term(scope, node.then), b.term(scope, node.otherwise)
    decided = constant(condition)
    type_ = common([then.type, otherwise.type])
    if type_ is None:
        raise b.fail("P0301", node.otherwise.span, f"`then` gives {then.type}, `else` gives {otherwise.type}",
                     "Both must be of one type.")  # fmt: skip
    if decided is not None:
        return then if decided else otherwise
    return Op("if", (condition, then, otherwise), type_)


# ---------------------------------------------------------------- calls

LOCAL_DATES = frozenset(
    "year quarter month week day weekday start_of_month start_of_week start_of_year days_between months_between "
    "years_between age date add_days".split()
)


def _call(b: Binder, scope: Scope, node: tree.Call) -> Term:
    name = node.function.key
    if name in ROW_SEQUENCES:
        return row_sequence(b, scope, node)
    if name in OVERALL:
        from patron.engine.model.overall import overall  # it knows metrics, which know this

        return overall(b, scope, node)
    if name == "learned":
        return learned(b, scope, node)
    if name == "nearest":
        return nearest(b, scope, node)
    if name == "bins_of":
        return bins_of(b, scope, node)
    if name in AGGREGATES:
        return children(b, scope, node)
    if node.where is not None:
        raise b.fail("P0302", node.where.span, f"`{node.function}` takes no condition")
    function = FUNCTIONS.get(name)
    if function is None:
        return _plugin_call(b, scope, node)
    args = _arguments(b, scope, node)
    _check_arguments(b, node, function, args)
    type_ = function.result([t.type for t in args])
    return decided(name, args, type_) or _FUNCTION_TERMS.get(name, _plain)(b, name, args, type_)


def _check_arguments(b: Binder, node: tree.Call, function: Function, args: tuple[Term, ...]) -> None:
    """P0302 for arguments that a function does not take."""
    name, types = function.name, [t.type for t in args]
    wrong = function.accepts(types)
    if wrong is not None:
        span = node.args[wrong].span if wrong < len(node.args) else node.span
        said = f"not {types[wrong]}" if wrong < len(types) else f"not {len(types)} arguments"
        raise b.fail("P0302", span, f"`{name}` takes {function.signature}, {said}")
    for place in range(1, len(args)) if name in _COUNTING else ():
        arg = args[place]
        count = arg.value if isinstance(arg, Lit) else 0
        if isinstance(count, int) and abs(count) > MOST_COUNT:
            raise b.fail("P0302", node.args[place].span, f"`{name}` takes at most {MOST_COUNT:,}, not {count:,}")
    for place in function.literal:
        if place < len(args) and not isinstance(args[place], Lit):
            raise b.fail("P0302", node.args[place].span, f"`{name}` needs this written out", function.signature)
    if name == "nth" and not (isinstance(args[0], Lit) and isinstance(args[0].value, int)):
        raise b.fail("P0302", node.args[0].span, "which value it is is a whole number", function.signature)


_COUNTING = ("round", "left", "right", "part")
"""Functions whose further arguments are counts."""


def _arguments(b: Binder, scope: Scope, node: tree.Call) -> tuple[Term, ...]:
    args: list[Term] = []
    for arg in node.args:
        if isinstance(arg.value, tree.Param):
            args += b.param(scope, arg.value).values
        else:
            args.append(b.value(scope, arg.value))
    return tuple(args)


def _plain(b: Binder, name: str, args: tuple[Term, ...], type_: Type) -> Term:
    if name in LOCAL_DATES:
        args = tuple(local_date(a) if a.type.timely else a for a in args)
    if name == "hour":
        return local_hour(args[0])
    if name == "date":
        return args[0] if args[0].type.kind == "date" else Op(name, args, type_)
    return Op(name, args, type_)


def _age(b: Binder, name: str, args: tuple[Term, ...], type_: Type) -> Term:
    return Op("years_between", (local_date(args[0]), Lit(b.as_of.today, DATE)), type_)


def _band(b: Binder, name: str, args: tuple[Term, ...], type_: Type) -> Term:
    bounds = [Decimal(str(a.value)) for a in args[1:] if isinstance(a, Lit)]
    labels = band_labels(bounds, args[0].type.whole)
    return Op("band", args, Type("text", labels=labels))


_FUNCTION_TERMS = {"age": _age, "band": _band}


def _plugin_call(b: Binder, scope: Scope, node: tree.Call) -> Term:
    name = node.function.key
    found = b.declared.catalog.functions.get(name)
    if found is None:
        known = [*FUNCTIONS, *AGGREGATES, *b.declared.catalog.functions]
        raise b.fail("P0201", node.function.span, f"there is no function called `{node.function}`",
                     suggest(str(node.function), known))  # fmt: skip
    args = _arguments(b, scope, node)
    wrong = len(args) != len(found.arguments) or any(
        a.type.kind not in (k, "missing") and not (k == "text" and a.type.textual)
        for a, k in zip(args, found.arguments, strict=False)
    )
    if wrong:
        raise b.fail("P0302", node.span, f"`{name}` takes {name}({', '.join(found.arguments)})")
    return Op(name, args, found.result)


RULES: Mapping[type, Rule] = {
    **LITERALS, tree.Path: path_term, tree.Negate: _negate, tree.Binary: _binary, tree.Choose: _choose,
    tree.Call: _call,
}  # fmt: skip
