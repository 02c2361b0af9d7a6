"""What one `expect` of a test says, and whether it holds: both sides as values, so that a failure shows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal

from patron.dsl import tree
from patron.dsl.nodes import dataclass
from patron.dsl.problems import Problem
from patron.engine.results import Result
from patron.engine.runner.values import MISSING, Known, calculate, holds
from patron.engine.runtime.errors import SpecError

Ask = Callable[[tree.Phrase], Result]
"""Answers a phrase."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether an expectation holds; `told` are the sides that decided, in words."""

    holds: bool
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expectation:
    """An `expect` with what it needs: a way to ask, and the values of parameters."""

    said: tree.Expect
    ask: Ask
    params: Mapping[str, tree.Expr]

    def judge(self) -> Outcome:
        """Whether it holds."""
        return self._condition(self.said.condition)

    # ------------------------------------------------------------ conditions

    def _condition(self, said: tree.Expr) -> Outcome:
        match said:
            case tree.Compare():
                return self._compare(said)
            case tree.Between():
                value, low, high = (self._value(v) for v in (said.value, said.low, said.high))
                fine = holds(">=", value, low) and holds("<=", value, high)
                return Outcome(fine, (_side(said.value, value), _side(said.low, low), _side(said.high, high)))
            case tree.Order():
                left, right = self._value(said.left), self._value(said.right)
                fine = holds("<" if said.op == "before" else ">", left, right)
                return Outcome(fine, (_side(said.left, left), _side(said.right, right)))
            case tree.OneOf():
                value, options = self._value(said.value), [self._value(o) for o in said.options]
                fine = any(holds("=", value, o) for o in options) != said.negated
                return Outcome(fine, (_side(said.value, value),))
            case tree.IsMissing():
                value = self._value(said.value)
                return Outcome((value.value is None) != said.negated, (_side(said.value, value),))
            case tree.Not():
                inner = self._condition(said.item)
                return Outcome(not inner.holds, inner.told)
            case tree.And() | tree.Or():
                each = [self._condition(i) for i in said.items]
                fine = all(o.holds for o in each) if isinstance(said, tree.And) else any(o.holds for o in each)
                return Outcome(fine, tuple(t for o in each if not o.holds for t in o.told))
        raise _refused(said, "P0306", "a condition on metrics is expected", "compare it with something")

    def _compare(self, said: tree.Compare) -> Outcome:
        left, right = self._value(said.left), self._value(said.right)
        fine = holds(said.op, left, right, self._tolerance(right))
        return Outcome(fine, (_side(said.left, left), _side(said.right, right)))

    def _tolerance(self, right: Known) -> Decimal | None:
        said = self.said.tolerance
        if isinstance(said, tree.Param):
            said = self.params.get(said.name.key)  # type: ignore[assignment]
        match said:
            case tree.Percent():
                size = right.value if isinstance(right.value, Decimal) else Decimal(0)
                return abs(size) * said.value / 100
            case tree.Number() | tree.Money():
                return said.value
        return None

    # ------------------------------------------------------------ values

    def _value(self, said: tree.Expr) -> Known:
        match said:
            case tree.Path() | tree.Call():
                return self._asked(said, None)
            case tree.Narrowed():
                return self._asked(said.metric, said.condition)
            case tree.Binary():
                return calculate(said.op, self._value(said.left), self._value(said.right))
            case tree.Negate():
                return calculate("-", Known(Decimal(0), "number"), self._value(said.value))
            case tree.Param():
                return self._parameter(said)
        return literal(said)

    def _parameter(self, said: tree.Param) -> Known:
        if said.name.key not in self.params:
            raise _refused(said, "P0211", f"parameter {said.name.text} is unknown")
        return self._value(self.params[said.name.key])

    def _asked(self, metric: tree.Path | tree.Call, where: tree.Expr | None) -> Known:
        phrase = tree.Phrase(
            (tree.Item(metric, span=metric.span),), subject=self.said.subject, during=self.said.during, where=where,
            span=metric.span,
        )  # fmt: skip
        result = self.ask(phrase)
        if not result.rows:
            return MISSING
        return Known.of(result.rows[0][0], result.columns[0].type.kind)


def literal(said: tree.Expr) -> Known:
    """A value as written."""
    match said:
        case tree.Number():
            return Known(said.value)
        case tree.Percent():
            return Known(said.value / 100)
        case tree.Money():
            return Known(said.value, "money")
        case tree.Text():
            return Known(said.value, "text")
        case tree.Bool():
            return Known(said.value, "yesno")
        case tree.Date():
            return Known(dt.date.fromisoformat(said.text), "date")
        case tree.Moment():
            return Known(dt.datetime.fromisoformat(said.text), "moment")
        case tree.Missing():
            return MISSING
    raise _refused(said, "P0307", "a metric or a value is expected", "give it a name first: `metric x = ...`")


def _refused(said: tree.Expr, code: str, message: str, hint: str = "") -> SpecError:
    return SpecError([Problem(code, said.span, message, hint)])


def _side(said: tree.Expr, value: Known) -> str:
    """A side in words: what was asked and what it is; a value written out speaks for itself."""
    name = _words(said)
    return f"{name} = {value}" if name else str(value)


def _words(said: tree.Expr) -> str:
    match said:
        case tree.Path():
            return str(said)
        case tree.Call():
            return said.text or str(said.function)
        case tree.Narrowed():
            return f"{said.metric} where (...)"
        case tree.Binary():
            left, right = _words(said.left) or _written(said.left), _words(said.right) or _written(said.right)
            return f"{left} {said.op} {right}"
        case tree.Param():
            return f"${said.name.text}"
    return ""


def _written(said: tree.Expr) -> str:
    try:
        return str(literal(said))
    except SpecError:
        return "(...)"
