"""The planner: what all parts of a plan share while it is built."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from patron.dsl.nodes import dataclass
from patron.engine.model.binder import Binder
from patron.engine.model.periods import AsOf
from patron.engine.model.store import Store
from patron.engine.plan.nodes import Col, Node, Step, Temp, columns

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class ListMembers:
    """A stored list, as the plan sees it: the table that holds its ids, or None while it is pending."""

    table: str | None
    expires_at: object = None
    taken_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Focus:
    """Whom and which dates a question is about, so that credit is worked out for no others."""

    people: Node | None = None
    low: dt.date | None = None
    high: dt.date | None = None


class Planner:
    """Collects the steps of one program. Steps with equal content are made once.

    `lists` gives a list's members by name and version; `inside` are the audiences being planned, to stop rings.
    """

    def __init__(
        self, binder: Binder, store: Store, lists: Callable[[str, int | None], ListMembers] | None = None
    ) -> None:
        self.b, self.store = binder, store
        self.lists = lists or (lambda name, version: ListMembers(None))
        self.steps: list[Step] = []
        self.focus: Focus | None = None
        self._by_node: dict[Node, str] = {}
        self._names: set[str] = set()
        self._columns: dict[str, dict[Hashable, str]] = {}
        self._made: dict[Hashable, Any] = {}

    @property
    def as_of(self) -> AsOf:
        return self.b.as_of

    def at(self, binder: Binder) -> Planner:
        """The planner for another `as of` that adds to the same steps."""
        if binder.as_of == self.b.as_of:
            return self
        return self._sibling(binder, self.focus)

    def beside(self, binder: Binder) -> Planner:
        """The planner for a question of its own that adds to the same steps."""
        return self._sibling(binder, None)

    def focused(self, focus: Focus | None) -> Planner:
        """The planner for a question about certain people and dates."""
        return self if focus == self.focus else self._sibling(self.b, focus)

    def _sibling(self, binder: Binder, focus: Focus | None) -> Planner:
        other = Planner(binder, self.store, self.lists)
        other.focus = focus
        other.steps, other._by_node, other._names = self.steps, self._by_node, self._names
        other._columns, other._made = self._columns, self._made
        return other

    def once(self, what: Hashable, make: Callable[[], Made]) -> Made:
        """What is the same for every question about a moment, made for the first of them."""
        key = (what, self.as_of)
        if key not in self._made:
            self._made[key] = make()
        found: Made = self._made[key]
        return found

    def step(self, hint: str, node: Node, note: str = "") -> Temp:
        """Store a node's rows under a name; an equal node is stored once."""
        found = self._by_node.get(node)
        if found is None:
            found = self._fresh(hint)
            self._by_node[node] = found
            self.steps.append(Step(found, node, note))
        return Temp(found, columns(node), note)

    def named(self, hint: str, shown: Hashable) -> str:
        """The name of a column by what it shows: the same in all parts of the plan, so that they can be compared."""
        known = self._columns.setdefault(hint, {})
        return known.setdefault(shown, hint if not known else f"{hint}#{len(known) + 1}")

    def part_of(self, part: Temp, whole: Temp) -> None:
        """The rows of one step are some of those of another, which whoever reads them finds there as well."""
        number = next(n for n, step in enumerate(self.steps) if step.name == part.name)
        self.steps[number] = replace(self.steps[number], part_of=whole.name)

    def _fresh(self, hint: str) -> str:
        base = "".join(c if c.isalnum() else "_" for c in hint.lower()).strip("_") or "step"
        name, number = base, 2
        while name in self._names:
            name, number = f"{base}_{number}", number + 1
        self._names.add(name)
        return name


Names = Mapping[str, Col]
