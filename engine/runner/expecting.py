"""What one `expect` of a test says, and whether it holds: both sides as values, so that a failure shows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from patron.dsl import tree
from patron.dsl.nodes import dataclass
from patron.dsl.problems import Problem
from patron.engine.report.speech import Speaker
from patron.engine.results import Result
from patron.engine.runner.values import MISSING, Known, calculate, holds
from patron.engine.runtime.errors import SpecError

Ask = Callable[[tree.Phrase], Result]
"""Answers a phrase."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether an expectation holds; `told` are the sides that decided, in words, `hint` what may be meant instead."""

    holds: bool
    told: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Expectation:
    """An `expect` with what it needs: a way to ask, the values of parameters, a way to write amounts."""

    said: tree.Expect
    ask: Ask
    params: Mapping[str, tree.Expr]
    speaker: Speaker

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
                sides = ((said.value, value), (said.low, low), (said.high, high))
                return Outcome(fine, tuple(self._side(*side) for side in sides))
            case tree.Order():
                left, right = self._value(said.left), self._value(said.right)
                fine = holds("<" if said.op == "before" else ">", left, right)
                return Outcome(fine, (self._side(said.left, left), self._side(said.right, right)))
            case tree.OneOf():
                value, options = self._value(said.value), [self._value(o) for o in said.options]
                fine = any(holds("=", value, o) for o in options) != said.negated
                return Outcome(fine, (self._side(said.value, value),))
            case tree.IsMissing():
                value = self._value(said.value)
                return Outcome((value.value is None) != said.negated, (self._side(said.value, value),))
            case tree.Not():
                inner = self._condition(said.item)
                return Outcome(not inner.holds, inner.told)
            case tree.And() | tree.Or():
                each = [self._condition(i) for i in said.items]
                fine = all(o.holds for o in each) if isinstance(said, tree.And) else any(o.holds for o in each)
                failed = [o for o in each if not o.holds]
                return Outcome(fine, tuple(t for o in failed for t in o.told), next((o.hint for o in failed), ""))
        raise _refused(said, "P0306", "a condition on metrics is expected", "compare it with something")

    def _compare(self, said: tree.Compare) -> Outcome:
        left, right = self._value(said.left), self._value(said.right)
        fine = holds(said.op, left, right, self._tolerance(right))
        hint = "" if fine or said.op != "=" or self.said.tolerance else self._rounded(left, right, said.right)
        return Outcome(fine, (self._side(said.left, left), self._side(said.right, right)), hint)

    def _rounded(self, left: Known, right: Known, written: tree.Expr) -> str:
        """The tolerance to write where the sides are the same once the left one is rounded like the right one, which is
        written out."""
        plain = isinstance(written, (tree.Number, tree.Money))
        if not plain or not isinstance(left.value, Decimal) or not isinstance(right.value, Decimal):
            return ""
        half = Decimal((0, (5,), int(right.value.as_tuple().exponent) - 1))
        if abs(left.value - right.value) > half:
            return ""
        tolerance = self._known(Known(half, right.kind))
        return f"the same to the decimals that are written: add `tolerance {tolerance}`"

    def _side(self, said: tree.Expr, value: Known) -> str:
        """A side in words: what was asked and what it is; a value written out speaks for itself."""
        name = _words(said)
        return f"{name} = {self._known(value)}" if name else self._known(value)

    def _known(self, value: Known) -> str:
        """A value; an amount with its currency and every decimal it has."""
        amount = value.kind == "money" and isinstance(value.value, Decimal)
        return self.speaker.money(value.value, exact=True) if amount else str(value)  # type: ignore[arg-type]

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
                left, right = self._value(said.left), self._value(said.right)
                made = calculate(said.op, left, right)
                a_rate = (left.kind, said.op, right.kind) == ("number", "/", "money")
                return replace(made, kind="number") if a_rate else made
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
