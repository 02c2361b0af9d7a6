"""What a metric computes: arithmetic over aggregates, each of one grain, and the ways to read it along time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import TypeAlias

from patron.dsl.nodes import dataclass
from patron.engine.model.terms import Lit, Rows, Term
from patron.engine.types import Format, Type


@dataclass(frozen=True, slots=True)
class Agg:
    """An aggregate over the rows of one table (its grain).

    func as in terms.Children; `where` is evaluated per row; `date` is the moment or date that periods and time
    dimensions use (None: the aggregate has no date). `once` is an id that counts once within every group
    (influenced numbers); `split` tells that the value is shared out by the weights of credit.
    """

    rows: Rows
    func: str
    type: Type
    value: Term | None = None
    where: Term | None = None
    share: Decimal | None = None
    order: tuple[Term, ...] = ()
    date: Term | None = None
    once: Term | None = None
    split: bool = False


@dataclass(frozen=True, slots=True)
class Calc:
    """Arithmetic over measures: `+ - * / neg if_empty`."""

    op: str
    args: tuple[Measure, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Rolled:
    """`rolling N unit of m`."""

    measure: Measure
    count: int
    unit: str
    type: Type


@dataclass(frozen=True, slots=True)
class RunningTotal:
    """`running total of m [from start of unit]`."""

    measure: Measure
    restart: str | None
    type: Type


@dataclass(frozen=True, slots=True)
class ShareOf:
    """`share of m within dims`: dims by the key of their column."""

    measure: Measure
    within: tuple[str, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Balance:
    """`balance(m)`: m over all history to the end of the bucket or period; `opening`: to just before it."""

    measure: Measure
    opening: bool
    type: Type


@dataclass(frozen=True, slots=True)
class Fixed:
    """One number of the shop, the same in every group, period and audience: a value that looks at no row."""

    term: Term
    type: Type


Measure: TypeAlias = Agg | Fixed | Calc | Rolled | RunningTotal | ShareOf | Balance | Lit


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric, understood. `name` is its full name, `title` what people read; `empty` is shown instead of missing."""

    name: str
    title: str
    measure: Measure
    type: Type
    format: Format
    good: str = ""
    describe: str = ""
    text: str = ""
    needs_members: bool = False


def aggregates(measure: Measure) -> Iterator[Agg]:
    """The aggregates inside a measure, each once."""
    return (m for m in _leaves(measure) if isinstance(m, Agg))


def timeless(measure: Measure) -> bool:
    """Whether a measure says how things stand now, whatever period is asked about: nothing in it has a date."""
    return all(agg.date is None for agg in aggregates(measure))


def fixed(measure: Measure) -> Iterator[Fixed]:
    """The numbers inside a measure that look at no row, each once."""
    return (m for m in _leaves(measure) if isinstance(m, Fixed))


def _leaves(measure: Measure) -> Iterator[Measure]:
    seen: set[Measure] = set()
    stack: list[Measure] = [measure]
    while stack:
        node = stack.pop()
        if isinstance(node, (Agg, Fixed)):
            if node not in seen:
                seen.add(node)
                yield node
        elif isinstance(node, Calc):
            stack.extend(reversed(node.args))
        elif isinstance(node, (Rolled, RunningTotal, ShareOf, Balance)):
            stack.append(node.measure)


def change_aggregates(measure: Measure, change: Callable[[Agg], Measure]) -> Measure:
    """The measure with every aggregate replaced."""
    if isinstance(measure, Agg):
        return change(measure)
    if isinstance(measure, Calc):
        return replace(measure, args=tuple(change_aggregates(a, change) for a in measure.args))
    if isinstance(measure, (Rolled, RunningTotal, ShareOf, Balance)):
        return replace(measure, measure=change_aggregates(measure.measure, change))
    return measure


def needs_time(measure: Measure) -> str:
    """Whether the measure needs a time dimension: "rolling", "running" or empty."""
    if isinstance(measure, Rolled):
        return "rolling"
    if isinstance(measure, RunningTotal):
        return "running"
    if isinstance(measure, Calc):
        return next((n for a in measure.args if (n := needs_time(a))), "")
    return needs_time(measure.measure) if isinstance(measure, (ShareOf, Balance)) else ""
