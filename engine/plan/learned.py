"""What packs' models learn, as steps: what they read is laid out by thing and in order, what they say joined again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from patron.dsl.parse import parse_phrase
from patron.dsl.tree import Name, Param, Span
from patron.engine.contracts import LearnedTable
from patron.engine.model.binder import Binder, Scope
from patron.engine.model.canonical import JUDGED, TABLES
from patron.engine.model.learned import KINDS, learned_table
from patron.engine.model.phrases import bind_phrase
from patron.engine.model.queries import Query
from patron.engine.model.terms import Learnt, Lit, Op, Term, known
from patron.engine.plan.nodes import (
    Aggregate,
    Col,
    Expr,
    Filter,
    Join,
    Learn,
    Node,
    Project,
    Sorted,
    SortKey,
    Stack,
    Values,
    WindowCall,
    columns,
    pick,
)  # fmt: skip
from patron.engine.plan.planner import Planner
from patron.engine.types import DATE, NUMBER, WHOLE, Type

OF, KEY = "of", "@whose"
NUMBER_OF = Col(OF, WHOLE)
JUDGEMENTS: Mapping[str, tuple[Col, ...]] = {
    part: tuple(Col(c.name, c.type) for c in TABLES[table].columns) for table, part in JUDGED.items()
}
"""The columns of `tests` and `deciles`."""


def question_of(p: Planner, name: str) -> Query:
    """What a learned table reads: a phrase about everybody, whatever is asked of it."""
    phrase, problems = parse_phrase(learned_table(p.b, name).reads)
    assert phrase is not None, problems
    return bind_phrase(p.b, phrase)


def apart(p: Planner) -> Planner:
    """The planner without what belongs to one report: learning looks at everybody."""
    return p.beside(Binder(p.b.declared, p.b.schema, p.b.as_of))


def things(p: Planner, name: str) -> Node:
    """A row for each of the things with what is said of it, its key in the column `KEY`."""
    table, own = learned_table(p.b, name), apart(p)
    source, keys = _source(own, name)
    said = own.step(name, _learn(own, name, "things", source, keys), f"{name}, learned")
    number = Col("@number", WHOLE)
    other = Project(said, ((number.name, NUMBER_OF), *((c, Col(c, KINDS[k])) for c, k in table.columns.items())))
    return Join(keys, other, "inner", ((NUMBER_OF, number),), note=f"what is said of each of {name}")


def numbers(p: Planner, name: str) -> Node:
    """The one row that holds for all."""
    own = apart(p)
    return own.step(f"{name}_all", _learn(own, name, "numbers", *_source(own, name)), f"numbers of {name}, learned")


def judged(p: Planner, judgement: str, needed: Mapping[str, Type]) -> Node:
    """These columns of a table that says how well all models of the pack did before."""
    pack, own, part = judgement.partition(".")[0], apart(p), JUDGED[judgement]
    names = [f"{pack}.{t.name}" for t in p.b.declared.catalog.packs[pack].learned]
    found = (own.step(f"{n}_{part}", _learn(own, n, part, *_source(own, n)), f"{part} of {n}") for n in names)
    return pick(Stack(tuple(found)), *needed) if names else Values(tuple(Col(n, t) for n, t in needed.items()), ())


def _source(p: Planner, name: str) -> tuple[Node, Node]:
    """What is read, once, and the key of each thing with its number, in order of keys."""
    from patron.engine.plan.query import QueryPlanner  # which reads rows, which may be learned

    table, query = learned_table(p.b, name), question_of(p, name)
    planner = QueryPlanner(p, query)
    rows = planner.rows(planner.sides(), planner.all_dims)
    own = {c.name: c for c in columns(rows)}
    names = [f"d{i}" for i in planner.all_dims] + [f"m{i}" for i in range(len(query.metrics))]
    items = zip((KEY, *table.inputs), names, strict=True)
    source = p.step(f"{name}_read", Project(rows, tuple((n, own[o]) for n, o in items)), f"read for {name}")
    key = next(c for c in columns(source) if c.name == KEY)
    each = Aggregate(Filter(source, known(key)), ((KEY, key),), (), f"each of {name}")
    place = Project(each, ((KEY, key), ("place", WindowCall("row_number", WHOLE, (), (), (SortKey(key),)))))
    number = Op("-", (Col("place", WHOLE), Lit(1, WHOLE)), WHOLE)
    return source, p.step(f"{name}_of", Project(place, ((KEY, key), (OF, number))), f"numbers of {name}")


def _learn(p: Planner, name: str, part: str, source: Node, keys: Node) -> Learn:
    """The rows in order, under the model."""
    table = learned_table(p.b, name)
    key = next(c for c in columns(source) if c.name == KEY)
    there = Project(keys, (("@key", key), (OF, NUMBER_OF)))
    joined = Join(source, there, "inner", ((key, Col("@key", key.type)),))
    own = [c for c in columns(source) if c.name != KEY]
    rows = Project(joined, ((OF, NUMBER_OF), *((c.name, _plain(c)) for c in own)))
    order = (SortKey(NUMBER_OF), *(SortKey(Col(c.name, WHOLE)) for c in own if c.type.timely))
    said = tuple(settings(p.b, name))
    return Learn(Sorted(rows, order), name, part, _columns(table, part), p.as_of, said, f"model of {name}")


def _plain(column: Col) -> Expr:
    """A column as models take it: days and moments as days, money as a number."""
    if column.type.timely:
        return Op("days_between", (Lit(dt.date(1970, 1, 1), DATE), column), WHOLE)
    return Op("number", (column,), NUMBER) if column.type.kind == "money" else column


def _columns(table: LearnedTable, part: str) -> tuple[Col, ...]:
    if part in JUDGEMENTS:
        return JUDGEMENTS[part]
    said = table.columns if part == "things" else table.numbers
    return (NUMBER_OF, *(Col(n, KINDS[k]) for n, k in said.items()))


def settings(b: Binder, name: str) -> Iterable[tuple[str, object]]:
    """The settings of the pack that brings a learned table, as values."""
    pack = name.partition(".")[0]
    for spec in b.declared.catalog.packs[pack].settings:
        at = Span(f"{pack}/", 1, 1, 1, 1)
        found = b.param(Scope("", prefix=f"{pack}."), Param(Name(spec.name, span=at), span=at)).values
        values = tuple(v.value for v in found if isinstance(v, Lit))
        yield spec.name, values[0] if len(values) == 1 else values


def group(leaves: Iterable[Term], first: Learnt) -> list[Learnt]:
    """What is said of the same things, to be joined at once."""
    return [x for x in leaves if isinstance(x, Learnt) and (x.table, x.key) == (first.table, first.key)]
