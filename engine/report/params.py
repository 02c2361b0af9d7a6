"""Parameters of a report as they are given from outside: on a command line, in Python, in a file."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from patron.dsl import tree
from patron.engine.model.binder import ParamValue
from patron.engine.model.terms import Lit
from patron.engine.types import DATE, NUMBER, TEXT, WHOLE


def given_param(value: object) -> ParamValue:
    """A report parameter given from outside."""
    span = tree.NOWHERE
    if isinstance(value, ParamValue):
        return value
    if isinstance(value, tree.Path):
        return ParamValue((Lit(str(value), TEXT),), span)
    if isinstance(value, tree.Text):
        return ParamValue((Lit(value.value, TEXT),), span)
    if isinstance(value, tree.Number):
        whole = value.value == value.value.to_integral_value()
        return ParamValue((Lit(int(value.value), WHOLE) if whole else Lit(value.value, NUMBER),), span)
    if isinstance(value, tree.Date):
        return ParamValue((Lit(dt.date.fromisoformat(value.text), DATE),), span)
    if isinstance(value, dt.date):
        return ParamValue((Lit(value, DATE),), span)
    if isinstance(value, (int, Decimal)):
        return ParamValue((Lit(value, WHOLE if isinstance(value, int) else NUMBER),), span)
    return ParamValue((Lit(str(value), TEXT),), span)
