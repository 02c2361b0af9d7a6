import datetime as dt
from decimal import Decimal

from patron.engine.runner.values import MISSING, Known, calculate, holds

TEN, THREE = Known(Decimal(10), "money"), Known(Decimal(3))


def test_arithmetic() -> None:
    assert calculate("/", TEN, THREE) == Known(Decimal("3.333333"), "money")
    assert calculate("/", TEN, TEN) == Known(Decimal(1), "number")
    assert calculate("+", TEN, TEN) == Known(Decimal(20), "money")
    assert calculate("*", TEN, THREE) == Known(Decimal(30), "money")
    assert calculate("/", TEN, Known(Decimal(0))).value is None
    assert calculate("+", MISSING, TEN).value is None


def test_comparisons_are_two_valued() -> None:
    assert holds("=", THREE, Known(Decimal("3.00")))
    assert not holds("=", MISSING, MISSING)
    assert holds("!=", MISSING, THREE)
    assert not holds("<", MISSING, THREE)
    assert holds("=", TEN, Known(Decimal("10.01")), Decimal("0.01"))
    assert not holds("=", TEN, Known(Decimal("10.02")), Decimal("0.01"))
    assert holds("<", Known("a", "text"), Known("b", "text"))
    assert holds(
        "=", Known(dt.date(2026, 5, 6), "date"), Known(dt.datetime.fromisoformat("2026-05-06T09:00"), "moment")
    )


def test_sides_are_told() -> None:
    assert [str(k) for k in (TEN, THREE, MISSING, Known(True, "yesno"), Known("x", "text"))] == [
        "10.00", "3", "missing", "yes", '"x"',
    ]  # fmt: skip
