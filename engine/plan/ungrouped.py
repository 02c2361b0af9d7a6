"""Rule: the days of a thing that are laid in order anyway are not grouped before.

keep customer, day,                               keep customer, day, n
     n = row_number(within customer by day)         where not (day = @next)
  group by customer, day                       →      keep customer, day,
    rows                                                   n = dense_rank(within customer by day),
                                                           @next = lead(day within customer by day)
                                                        rows

Of the rows of one day the last is kept, which is the one that another day follows.
"""

from __future__ import annotations

from dataclasses import replace

from patron.engine.model.terms import Op
from patron.engine.plan.nodes import (
    Aggregate,
    Col,
    Filter,
    Named,
    Node,
    Plan,
    Project,
    SortKey,
    WindowCall,
    everywhere,
    rebuilt,
)
from patron.engine.plan.told import always, laid_open
from patron.engine.types import YESNO

NEXT = "@next"


def not_grouped(plan: Plan) -> Plan:
    """Days in order, read off all rows."""
    return everywhere(plan, lambda node: rebuilt(node, _from_all_rows))


def _from_all_rows(node: Node) -> Node:
    if not isinstance(node, Project) or not isinstance(node.input, Aggregate):
        return node
    days = node.input
    windows = [value for _, value in node.items if isinstance(value, WindowCall)]
    order = _order(windows[0], days) if windows and len(days.keys) == 2 and not days.calls else None
    if order is None or not all(isinstance(v, Col) or _off_all_rows(v, windows[0], order) for _, v in node.items):
        return node
    last = replace(windows[0], func="lead", args=(order,), type=order.type, upto=False)
    items: tuple[Named, ...] = tuple((n, _one_a_day(v) if isinstance(v, WindowCall) else v) for n, v in node.items)
    more = (("@day", order), (NEXT, last))
    followed = Op("=", (Col("@day", order.type), Col(NEXT, order.type)), YESNO)
    laid = Filter(Project(Project(days.input, days.keys), (*items, *more), days.note), Op("not", (followed,), YESNO))
    return Project(laid, tuple((n, Col(n, v.type)) for n, v in items), node.note)


def _order(window: WindowCall, days: Aggregate) -> Col | None:
    """The column that orders the days of each thing, where every row has a day."""
    keys = [Col(name, value.type) for name, value in days.keys]
    by = [k.value for k in window.order]
    if len(by) != 1 or not isinstance(by[0], Col) or {*window.partition, *by} != {*keys}:
        return None
    rows, _, items = laid_open(days.input)
    value = dict(days.keys)[by[0].name]
    day = items.get(value.name) if isinstance(value, Col) else None
    return by[0] if day is not None and always(rows, day) else None


def _off_all_rows(value: object, like: WindowCall, day: Col) -> bool:
    """Whether a window says the same of the last row of each day."""
    if not isinstance(value, WindowCall) or (value.partition, value.order) != (like.partition, (SortKey(day),)):
        return False
    told = {"row_number": ((), False), "lag": ((day,), False), "lead": ((day,), False), "min": ((day,), True)}
    return told.get(value.func) == (value.args, value.upto)


def _one_a_day(call: WindowCall) -> WindowCall:
    """A window over rows of which those of a day count once."""
    return replace(call, func={"row_number": "dense_rank", "lag": "lag_apart"}.get(call.func, call.func))
