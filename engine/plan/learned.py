"""What packs' models learn, as steps: what they read is laid out by thing and in order, what they say joined again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from patron.dsl.nodes import dataclass
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
    AggCall,
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
ROWS = 6_000_000
"""So many rows are laid in order in little memory."""
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
    read = _read(own, name)
    learn = _learn(own, name, "things", read)
    said = own.step(name, learn, f"{name}, learned")
    items = tuple((c, Col(c, KINDS[k])) for c, k in table.columns.items())
    if read.keys is None:
        return Project(said, ((KEY, learn.columns[0]), *items), note=f"what is said of each of {name}")
    number = Col("@number", WHOLE)
    other = Project(said, ((number.name, learn.columns[0]), *items))
    return Join(read.keys, other, "inner", ((NUMBER_OF, number),), note=f"what is said of each of {name}")


def numbers(p: Planner, name: str) -> Node:
    """The one row that holds for all."""
    own = apart(p)
    return own.step(f"{name}_all", _learn(own, name, "numbers", _read(own, name)), f"numbers of {name}, learned")


def judged(p: Planner, judgement: str, needed: Mapping[str, Type]) -> Node:
    """These columns of a table that says how well all models of the pack did before."""
    pack, own, part = judgement.partition(".")[0], apart(p), JUDGED[judgement]
    names = [f"{pack}.{t.name}" for t in p.b.declared.catalog.packs[pack].learned]
    found = (own.step(f"{n}_{part}", _learn(own, n, part, _read(own, n)), f"{part} of {n}") for n in names)
    return pick(Stack(tuple(found)), *needed) if names else Values(tuple(Col(n, t) for n, t in needed.items()), ())


@dataclass(frozen=True, slots=True)
class _Read:
    """The rows that a model reads, each with the key of the thing it is about; `keys` numbers the things in order of
    their keys, where keys are texts. Ids that are whole numbers are numbers enough. `sums` as in `Learn`."""

    rows: Node
    key: Col
    keys: Node | None = None
    sums: tuple[tuple[str, str], ...] = ()


def _read(p: Planner, name: str) -> _Read:
    from patron.engine.plan.query import QueryPlanner  # which reads rows, which may be learned

    table, query = learned_table(p.b, name), question_of(p, name)
    planner = QueryPlanner(p, query)
    rows = planner.rows(planner.sides(), planner.all_dims)
    own = {c.name: c for c in columns(rows)}
    names = [f"d{i}" for i in planner.all_dims] + [f"m{i}" for i in range(len(query.metrics))]
    items = zip((KEY, *table.inputs), names, strict=True)
    read = Project(rows, tuple((n, own[o]) for n, o in items))
    key = columns(read)[0]
    if _whole(p, table.of):
        return _added_up_later(read) or _Read(read, key)
    source = p.step(f"{name}_read", read, f"read for {name}")
    each = Aggregate(Filter(source, known(key)), ((KEY, key),), (), f"each of {name}")
    place = Project(each, ((KEY, key), ("place", WindowCall("row_number", WHOLE, (), (), (SortKey(key),)))))
    number = Op("-", (Col("place", WHOLE), Lit(1, WHOLE)), WHOLE)
    return _Read(source, key, p.step(f"{name}_of", Project(place, ((KEY, key), (OF, number))), f"numbers of {name}"))


def _added_up_later(read: Project) -> _Read | None:
    """The rows that were to be added up by thing and date, where counts and sums are all that is read: laid in order
    they are added up with little more work, and there are hardly fewer groups than rows."""
    node, names = read.input, {c.name: n for n, c in read.items if isinstance(c, Col)}
    while isinstance(node, Project):
        own = {n: c for n, e in node.items if (c := _inner(e)) is not None}
        names = {own[n].name: to for n, to in names.items() if n in own}
        node = node.input
    if not isinstance(node, Aggregate) or len(names) < len(read.items) or not all(_adds(c) for _, c in node.calls):
        return None
    calls = [(names[n], c) for n, c in node.calls if n in names]
    keys = tuple((names[n], e) for n, e in node.keys)
    values = tuple((n, Op("first_known", (c.value, Lit(0, c.type)), c.type)) for n, c in calls if c.value is not None)
    rows = Project(node.input, (*keys, *values))
    return _Read(rows, columns(rows)[0], sums=tuple((n, "count" if c.value is None else c.type.kind) for n, c in calls))


def _inner(expr: Expr) -> Col | None:
    """The column that is taken over, or with nothing where it is missing."""
    if isinstance(expr, Op) and expr.name == "first_known" and isinstance(expr.args[1], Lit):
        expr = expr.args[0]
    return expr if isinstance(expr, Col) else None


def _adds(call: AggCall) -> bool:
    whole = call.where is None and call.share is None
    return whole and ((call.func == "count" and call.value is None) or (call.func == "sum" and call.value is not None))


def _whole(p: Planner, of: str) -> bool:
    """Whether the ids of a table are whole numbers."""
    table = p.store.tables.get(of)
    return table is not None and table.columns["id"].storage == "whole"


def _learn(p: Planner, name: str, part: str, read: _Read) -> Learn:
    """The rows in order, under the model."""
    table, of = learned_table(p.b, name), NUMBER_OF if read.keys else Col(OF, read.key.type)
    own = [c for c in columns(read.rows) if c.name != KEY]
    if read.keys is None:
        source: Node = Filter(read.rows, known(read.key))
    else:
        there = Project(read.keys, (("@key", read.key), (OF, of)))
        source = Join(read.rows, there, "inner", ((read.key, Col("@key", read.key.type)),))
    number = of if read.keys else read.key
    rows = Project(source, ((OF, number), *((c.name, _plain(c)) for c in own)))
    order = (SortKey(of), *(SortKey(Col(c.name, WHOLE)) for c in own if c.type.timely))
    said = tuple(settings(p.b, name))
    node = Sorted(rows, order)
    cuts = _cuts(p, table.of) if read.keys is None else ()
    said_of = _columns(table, part, of)
    return Learn(node, name, part, said_of, p.as_of, said, f"model of {name}", sums=read.sums, cuts=cuts)


def _cuts(p: Planner, of: str) -> tuple[int, ...]:
    """Ids that part the things into as many parts as the largest table has times `ROWS` rows."""
    ids, rows = p.store.tables[of].columns["id"], max(t.rows for t in p.store.tables.values())
    low, high = ids.low, ids.high
    if not isinstance(low, int) or not isinstance(high, int):
        return ()
    parts = -(-rows // ROWS)
    return tuple(sorted({low + (high + 1 - low) * n // parts for n in range(1, parts)}))


def _plain(column: Col) -> Expr:
    """A column as models take it: days and moments as days, money as a number."""
    if column.type.timely:
        return Op("days_between", (Lit(dt.date(1970, 1, 1), DATE), column), WHOLE)
    return Op("number", (column,), NUMBER) if column.type.kind == "money" else column


def _columns(table: LearnedTable, part: str, of: Col) -> tuple[Col, ...]:
    if part in JUDGEMENTS:
        return JUDGEMENTS[part]
    said = table.columns if part == "things" else table.numbers
    return (of if part == "things" else NUMBER_OF, *(Col(n, KINDS[k]) for n, k in said.items()))


def settings(b: Binder, name: str) -> Iterable[tuple[str, object]]:
    """The settings of the pack that brings a learned table, and those of others that it goes by, as values; what
    nobody has set is None."""
    pack = name.partition(".")[0]
    own = [s.name for s in b.declared.catalog.packs[pack].settings]
    for said in (*own, *learned_table(b, name).settings):
        other, _, setting = said.rpartition(".")
        at = Span(f"{other or pack}/", 1, 1, 1, 1)
        found = b.param(Scope("", prefix=f"{other or pack}."), Param(Name(setting, span=at), span=at)).values
        values = tuple(v.value for v in found if isinstance(v, Lit))
        yield said, values[0] if len(values) == 1 else values or None


def group(leaves: Iterable[Term], first: Learnt) -> list[Learnt]:
    """What is said of the same things, to be joined at once."""
    return [x for x in leaves if isinstance(x, Learnt) and (x.table, x.key) == (first.table, first.key)]
