"""Evaluating terms for the rows of a table: references become joins, aggregates of children grouped passes.

All aggregates over the same children, reached the same way, are computed in one grouped pass.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from patron.engine.model.canonical import MADE, TABLES
from patron.engine.model.terms import (
    YES,
    BehindRows,
    Beside,
    Binned,
    Children,
    CreditedRows,
    Field,
    Followed,
    FollowRows,
    Here,
    Learnt,
    Listed,
    Lit,
    Member,
    Nearest,
    Numbered,
    Op,
    Overall,
    Ranked,
    Row,
    Rows,
    Term,
    all_of,
    conjuncts,
)  # fmt: skip
from patron.engine.model.terms import (
    Sequence as Steps,
)
from patron.engine.plan import children, learned, looking_back, marks, numbers, overall
from patron.engine.plan.nodes import Col, Expr, Filter, Join, Node, Project, Stack, columns
from patron.engine.plan.planner import Planner
from patron.engine.plan.settled import settled
from patron.engine.plan.simplify import facts_of, given, simple
from patron.engine.plan.tables import LATER, cuts, day_only_known, filled, table_node
from patron.engine.plan.united import read_by
from patron.engine.types import WHOLE, Type, reference

ZERO = Lit(0, WHOLE)
COMPUTED = 100
"""More steps than any path has."""


People = tuple[Term, Node]
"""A term that gives a row's customer, and the ids of the customers wanted."""


def evaluate(
    p: Planner,
    rows: Rows,
    items: Sequence[tuple[str, Term]],
    where: Term | None = None,
    note: str = "",
    of: People | None = None,
    keep: bool = True,
    remembered: Node | None = None,
) -> Node:
    """The terms as named columns, for the rows that meet a condition and belong to the people wanted; `keep`: what
    packs keep is read, not computed; `remembered` are ids of customers who count though no row tells of them."""
    if rows == looking_back.TABLE:
        kept = looking_back.columns_kept(p, (where, *(t for _, t in items))) if keep else {}
        items = [(name, looking_back.as_columns(t, kept)) for name, t in items]
        where = looking_back.as_columns(where, kept) if where is not None else None
    items = [(name, numbers.by_first(t)) for name, t in items]
    where = numbers.by_first(where) if where is not None else None
    if isinstance(rows, str):  # columns of credited pairs stand for whole terms
        items = [(name, settled(p, rows, t)) for name, t in items]
        where = settled(p, rows, where) if where is not None else None
    facts = facts_of(where)
    items = [(name, given(t, facts)) for name, t in items] if facts else items
    found = Evaluation(p, rows, [t for _, t in items], of, where, remembered)
    node: Node = found.node
    if where is not None:
        condition = found.expr(where)
        node = node if condition == YES else Filter(node, condition)
    return Project(node, tuple((name, found.expr(t)) for name, t in items), note)


class Evaluation:
    """One relation in which all the terms asked are expressions over its columns."""

    def __init__(
        self, p: Planner, rows: Rows, terms: Iterable[Term], of: People | None = None, where: Term | None = None,
        remembered: Node | None = None,
    ) -> None:  # fmt: skip
        self.p, self.rows, self.of, self.where, self.remembered = p, rows, of, where, remembered
        self.needed: dict[Row, dict[str, Type]] = {Here(): {}}
        self.groups: dict[tuple[Row, Rows, Term], list[Children]] = {}
        self.leaves: list[Term] = []
        self.known: dict[Term, Expr] = {}
        self._names: set[str] = set()
        self.aliases = self._aliases()
        self.early: dict[Row, list[Op]] = {}
        wanted = [*terms, *((where,) if where is not None else ()), *((of[0],) if of is not None else ())]
        for term in wanted:
            self._collect(term)
            self._settle_early(term)
        self.chosen = self._chosen()
        self.node = self._of_people(self._base(), Here())
        for row in self._in_order():
            self._join_row(row)
        for leaf in self.leaves:
            self._join_leaf(leaf)

    # ------------------------------------------------------------ what is needed

    def _collect(self, term: Any) -> None:
        """Note every column, row and leaf at this level of a term."""
        if term in self.aliases:
            self.needed[Here()][self.aliases[term].name] = term.type
            return
        if isinstance(term, Field):
            self._need(term.row, term.column, term.type)
        elif isinstance(term, Op):
            for arg in term.args:
                self._collect(arg)
        elif isinstance(term, Children):
            self._need_id(term.row)
            group = self.groups.setdefault((term.row, term.rows, term.key), [])
            if term not in group:
                group.append(term)
            if children.refers_outside(term, self.table_of(term.row)):
                self._need_id(Here())
                for outside in children.outside_terms(term, self.table_of(term.row)):
                    self._collect(outside)
            self._leaf(term)
        elif isinstance(term, (Numbered, Beside, Nearest, Binned, Ranked, numbers.First)):
            self._need_id(term.number.row if isinstance(term, numbers.First) else term.row)
            self._leaf(term)
        elif isinstance(term, (Overall, Learnt, Member, Listed, BehindRows, Steps)):
            self._collect(term.before if isinstance(term, Overall) else term.key)
            self._leaf(term)

    def _aliases(self) -> Mapping[Term, Col]:
        """Terms that the base rows have as columns of their own."""
        from patron.engine.plan import credit

        return credit.aliases(self.p, self.rows) if isinstance(self.rows, CreditedRows) else {}

    def _leaf(self, term: Term) -> None:
        if term not in self.leaves:
            self.leaves.append(term)

    def _need_id(self, row: Row) -> None:
        table = self.table_of(row)
        if table is None:
            for name, type_ in pair_key(self.rows):
                self._need(row, name, type_)
        else:
            self._need(row, "id", reference(table))

    def _need(self, row: Row, column: str, type_: Type) -> None:
        if self._settled(row, column) is not None:
            return
        if isinstance(row, Followed):
            self._collect(row.key)
            if column == "id" and not cuts(self.p, row.table):
                return
        self.needed.setdefault(row, {})[column] = type_

    def _settle_early(self, term: Term) -> None:
        """What looks at one followed row alone is computed there, once per row, before the join repeats it."""
        if not isinstance(term, Op) or term in self.aliases:
            return
        fields = _own_fields(term) if term.name == "if" else []
        rows = {f.row for f in fields}
        if len(rows) == 1 and not _has_leaf(term) and not any(f in self.aliases for f in fields):
            (row,) = rows
            if isinstance(row, Followed) and _missing_with(term, row):
                self.early.setdefault(row, []).append(term)
                return
        for arg in term.args:
            self._settle_early(arg)

    def _settled(self, row: Row, column: str) -> Lit | None:
        """What the store knows of a companion column without reading it."""
        table = self.table_of(row)
        if table is None or not column.endswith("@day_only"):
            return None
        return day_only_known(self.p, table, column)

    def table_of(self, row: Row) -> str | None:
        """The table of a row; None for a credited pair."""
        if isinstance(row, Followed):
            return row.table
        if isinstance(self.rows, str):
            return self.rows
        return self.rows.start.table if isinstance(self.rows, FollowRows) else None

    # ------------------------------------------------------------ building

    def _base(self) -> Node:
        needed = self.needed[Here()]
        node = with_remembered(base_rows(self.p, self.rows, needed), self.remembered)
        self.known.update(self.aliases)
        for column in columns(node):
            self._names.add(column.name)
            self.known[Field(Here(), column.name, column.type)] = self._as_stored(
                column, column.name, self.table_of(Here())
            )
        return node

    def _as_stored(self, column: Col, name: str, table: str | None) -> Col:
        """A column that is there in every row, with what the store knows of it: whole numbers, no missing values."""
        stored = self.p.store.tables.get(table) if table is not None else None
        own = name.removesuffix("@date")  # a date is known where its moment is
        found = stored.columns.get(own) if stored is not None else None
        if found is None:
            return Col(column.name, column.type, table == looking_back.TABLE and name in looking_back.SURE)
        whole = column.type.kind == "number" and found.storage == "whole"
        masked = own in LATER.get(table or "", ()) or self.remembered is not None
        return Col(column.name, WHOLE if whole else column.type, found.never_missing and not masked)

    def fresh(self, hint: str) -> str:
        name, number = hint, 2
        while name in self._names:
            name, number = f"{hint}#{number}", number + 1
        self._names.add(name)
        return name

    def _in_order(self) -> list[Followed]:
        """The rows to be joined, in the same order whoever asks: first those that leave rows out, a row after the one
        that leads to it."""
        followed = [row for row in self.needed if isinstance(row, Followed)]
        return sorted(followed, key=lambda row: (not self._always(row), _steps_to(row), _row_name(row)))

    def _always(self, row: Row) -> bool:
        """Whether rows that lead to no such row are none of the people wanted."""
        return self.chosen is not None and row in _way(self.chosen)

    def _join_row(self, row: Followed) -> None:
        """The row a reference leads to, if any; none is looked up of which all is known."""
        self._ready(row.key)
        asked = (Field(row, name, type_) for name, type_ in self.needed[row].items())
        if isinstance(row.key, Beside) and not self._always(row) and all(field in self.known for field in asked):
            return
        hint = _row_name(row)
        needed = {"id": reference(row.table), **self.needed[row]}
        inner = table_node(self.p, row.table, needed)
        names = {c.name: self.fresh(f"{hint}.{c.name}") for c in columns(inner)}
        computed = self._computed_early(row, inner)
        side = Project(inner, (*((names[c.name], c) for c in columns(inner)), *computed))
        ident = Col(names["id"], reference(row.table))
        always = self._always(row)
        for column in columns(inner):
            own = Col(names[column.name], column.type)
            self.known[Field(row, column.name, column.type)] = (
                self._as_stored(own, column.name, row.table) if always else own
            )
        kind = "inner" if always else "left"
        self.node = Join(self.node, self._of_people(side, row, ident), kind, ((self.expr(row.key), ident),), note=hint)

    def _computed_early(self, row: Followed, inner: Node) -> list[tuple[str, Expr]]:
        """The terms that this row alone decides, as columns of its side of the join."""
        outer = dict(self.known)
        for column in columns(inner):
            self.known[Field(row, column.name, column.type)] = column
        own_id = reference(row.table)
        self.known[Field(row, "id", own_id)] = Col("id", own_id, sure=True)
        made = []
        for term in self.early.get(row, ()):
            name = self.fresh(self.p.named("early", term))
            made.append((name, self.expr(term)))
            outer[term] = Col(name, term.type)
        self.known = outer
        return made

    def _chosen(self) -> Row | None:
        """The row at which the people wanted are told: the customer where he is followed, else what leads to him."""
        if self.of is None or not isinstance(self.of[0], Field):
            return None
        key = self.of[0]
        customer = Followed(key, "customers")
        if customer in self.needed and not cuts(self.p, "customers"):
            return customer
        return Here() if key in self.aliases else key.row

    def _of_people(self, node: Node, row: Row, ident: Expr | None = None) -> Node:
        """The rows of the people wanted, where they are told at this row; `ident` is its id."""
        if self.of is None or row != self.chosen:
            return node
        key, people = self.of
        customer = reference("customers")
        own = ident if row == Followed(key, "customers") and ident is not None else self.expr(key)
        ids = Project(people, (("@person", Col("id", customer)),))
        return Join(node, ids, "semi", ((own, Col("@person", customer)),), note="people of the question")

    def _ready(self, key: Term) -> None:
        """A reference that is itself computed is joined before it is followed."""
        for leaf in list(self.leaves):
            if leaf == key:
                self._join_leaf(leaf)

    def _join_leaf(self, leaf: Term) -> None:
        if leaf in self.known:
            return
        if isinstance(leaf, Children):
            self._join_children(leaf)
            return
        if isinstance(leaf, Overall):
            self._join_overall(leaf)
            return
        if isinstance(leaf, Learnt):
            self._join_learned(leaf)
            return
        made = marks.leaf_node(self.p, self, leaf)
        self._attach(made.node, made.on, made.gives, leaf)

    def _attach(
        self, side: Node, on: tuple[tuple[Expr, str], ...], gives: Mapping[Term, Expr], about: Hashable
    ) -> None:
        """Left-join a side table with one row per key; its columns are called by what they show."""
        shown = _shown(gives)
        names = {
            c.name: self.fresh(self.p.named(c.name.partition("#")[0], shown.get(c.name, (about, c.name))))
            for c in columns(side)
        }
        types = {c.name: c.type for c in columns(side)}
        renamed = Project(side, tuple((names[c.name], c) for c in columns(side)))
        pairs = tuple((left, Col(names[right], types[right])) for left, right in on)
        self.node = Join(self.node, renamed, "left" if pairs else "cross", pairs)
        for term, value in gives.items():
            self.known[term] = rename(value, names)

    def _join_overall(self, first: Overall) -> None:
        """All numbers of everybody over the same rows, beside each row."""
        over = (first.rows, first.at, first.before)
        group = [o for o in self.leaves if isinstance(o, Overall) and (o.rows, o.at, o.before) == over]
        if first.before is None:
            node, values = overall.one_row(self.p, group)
            self._attach(node, (), dict(values), over)
        else:
            node, values = overall.by_month(self.p, group)
            self._attach(node, ((self.expr(first.before), overall.BESIDE),), dict(values), over)

    def _join_learned(self, first: Learnt) -> None:
        """All that a model says of the same thing, beside the row."""
        gives: dict[Term, Expr] = {x: Col(x.column, x.type) for x in learned.group(self.leaves, first)}
        if first.key is None:
            self._attach(learned.numbers(self.p, first.table), (), gives, first.table)
        else:
            on = ((self.expr(first.key), learned.KEY),)
            self._attach(learned.things(self.p, first.table), on, gives, (first.table, first.key))

    def _join_children(self, first: Children) -> None:
        """All aggregates of one group of children at once."""
        group = self.groups[(first.row, first.rows, first.key)]
        parent = self.table_of(first.row)
        if any(children.refers_outside(c, parent) for c in group):
            self._join_correlated(group, parent)
            return
        about = (first.row, first.rows, first.key)
        for place, made in enumerate(children.grouped(self.p, first.rows, first.key, parent, group)):
            if first.row == Here() and parent is None:
                on = tuple((self.known[Field(Here(), n, t)], n) for n, t in pair_key(self.rows))
            else:
                on = ((self.row_id(first.row), "@key"),)
            self._attach(made.node, on, made.values, (*about, place))

    def _join_correlated(self, group: list[Children], parent: str | None) -> None:
        """Children whose condition looks at the row at hand: joined to it, then grouped by it."""
        key = pair_key(self.rows)
        own = all_of(*(c for c in conjuncts(self.where) if _is_own(c)))
        rows = self.node if own is None else Filter(self.node, self.expr(own))
        pairs = Project(rows, tuple((c.name, c) for c in columns(rows)))
        for call in group:
            made = children.correlated(self.p, self, pairs, key, call, parent)
            on = tuple((self.known[Field(Here(), n, t)], f"@{n}") for n, t in key)
            self._attach(made.node, on, made.values, call)

    def row_id(self, row: Row) -> Expr:
        """The id of a row."""
        if isinstance(row, Followed):
            return self.expr(row.key)
        table = self.table_of(row)
        assert table is not None
        return self.known[Field(Here(), "id", reference(table))]

    # ------------------------------------------------------------ expressions

    def expr(self, term: Term) -> Expr:
        """A term over the columns of the node."""
        found = self.known.get(term)
        if found is not None:
            return found
        if isinstance(term, Field) and isinstance(term.row, Followed) and term.column == "id":
            return self.expr(term.row.key)
        if isinstance(term, Field):
            settled = self._settled(term.row, term.column)
            if settled is not None:
                return settled
            match = next((v for k, v in self.known.items() if isinstance(k, Field) and k.row == term.row
                          and k.column == term.column), None)  # fmt: skip
            return match if match is not None else Lit(None, term.type)
        if isinstance(term, Op):
            return simple(term.name, tuple(self.expr(a) for a in term.args), term.type)
        assert isinstance(term, Lit), term
        return term


def _shown(gives: Mapping[Term, Expr]) -> Mapping[str, Hashable]:
    """The first term that each column of a side table is read for, and its place among those that the term reads."""
    found: dict[str, Hashable] = {}
    for term, value in gives.items():
        for place, name in enumerate(sorted(read_by(value))):
            found.setdefault(name, (term, place))
    return found


def _is_own(term: Term) -> bool:
    """Whether a term looks at columns of the row at hand alone."""
    return not _has_leaf(term) and all(f.row == Here() for f in _own_fields(term))


def _way(row: Row) -> list[Row]:
    """The rows followed to a row, and itself."""
    found: list[Row] = []
    while isinstance(row, Followed):
        found.append(row)
        row = row.key.row if isinstance(row.key, Field) else Here()
    return found


def rename(value: Expr, names: dict[str, str]) -> Expr:
    """An expression with its columns renamed."""
    if isinstance(value, Col):
        return Col(names.get(value.name, value.name), value.type)
    if isinstance(value, Op):
        return Op(value.name, tuple(rename(a, names) for a in value.args), value.type)
    return value


def pair_key(rows: Rows) -> tuple[tuple[str, Type], ...]:
    """What tells the rows apart: an id, or order and action of a credited pair."""
    if isinstance(rows, str):
        return (("id", reference(rows)),)
    if isinstance(rows, FollowRows):
        return (("id", reference(rows.start.table)),)
    return (("order", reference("orders")), ("action", reference("actions")))


def _steps_to(row: Row) -> int:
    """How many references lead to a row; what is computed to get there comes after all that is not."""
    if not isinstance(row, Followed):
        return 0
    return 1 + (_steps_to(row.key.row) if isinstance(row.key, Field) else COMPUTED)


def _row_name(row: Row) -> str:
    """A readable name of a followed row: `order.customer`."""
    if isinstance(row, Followed) and isinstance(row.key, Field):
        before = _row_name(row.key.row)
        return f"{before}.{row.key.column}" if before else row.key.column
    return "" if isinstance(row, Here) else "row"


def base_rows(p: Planner, rows: Rows, needed: dict[str, Type]) -> Node:
    """The rows an evaluation begins with."""
    if isinstance(rows, str):
        if not needed:
            needed = _any_column(p, rows)
        return table_node(p, rows, needed)
    from patron.engine.plan import credit, following

    if isinstance(rows, CreditedRows):
        return credit.pairs(p, rows, needed)
    return following.starts(p, rows, needed)


def with_remembered(node: Node, ids: Node | None) -> Node:
    """The customers, and below them those of these ids who have no row: nothing else is known of them."""
    if ids is None:
        return node
    own, person, there = (Col(name, reference("customers")) for name in ("id", "@person", "@there"))
    known = Project(node, ((there.name, own),))
    gone = Join(Project(ids, ((person.name, own),)), known, "anti", ((person, there),), note="without a row by now")
    nothing = tuple((c.name, person if c.name == own.name else Lit(None, c.type)) for c in columns(node))
    return Stack((node, Project(gone, nothing)))


def _any_column(p: Planner, table: str) -> dict[str, Type]:
    if table in MADE:
        first = TABLES[table].columns[0]
        return {first.name: first.type}
    if filled(p, table, "id"):
        return {"id": reference(table)}
    stored = p.store.tables.get(table)
    known = {c.name: c.type for c in stored.columns.values() if c.filled} if stored is not None else {}
    return dict([next(iter(known.items()), ("id", reference(table)))])


def _own_fields(term: Term) -> list[Field]:
    """The columns an expression looks at, where it is made of operators and columns alone."""
    if isinstance(term, Field):
        return [term]
    return [f for a in term.args for f in _own_fields(a)] if isinstance(term, Op) else []


def _missing_with(term: Op, row: Row) -> bool:
    """Whether a term is missing when the row is: then a left join leaves it missing by itself."""
    if term.name != "if" or not isinstance(term.args[2], Lit) or term.args[2].value is not None:
        return False
    there = term.args[0]
    inner = there.args[0] if isinstance(there, Op) and there.name == "not" else None
    asked = inner.args[0] if isinstance(inner, Op) and inner.name == "is_missing" else None
    return isinstance(asked, Field) and asked.row == row and asked.column == "id"


def _has_leaf(term: Term) -> bool:
    """Whether an expression needs a side table of its own."""
    if isinstance(term, Op):
        return any(_has_leaf(a) for a in term.args)
    return not isinstance(term, (Field, Lit))
