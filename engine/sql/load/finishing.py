"""The last step of a load: rows of a canonical table as they are stored.

References are ids of rows that exist, moments are instants with their local date and hour beside them, whole numbers
and ids are BIGINT, and defaults are filled in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from sqlglot import exp

from patron.dsl.nodes import dataclass
from patron.engine.model.canonical import ACTION_KINDS, TABLES
from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.load.offsets import Changes, to_local, to_utc
from patron.engine.sql.load.staging import PART, ROW, render, select
from patron.engine.types import Type

Zones = tuple[tuple[str, tuple[int, Changes]], ...]

SQL_TYPES: Mapping[str, str] = {
    "text": "VARCHAR", "whole": "BIGINT", "double": "DOUBLE", "money": build.MONEY_TYPE, "date": "DATE",
    "moment": "TIMESTAMP", "yesno": "BOOLEAN", "texts": "VARCHAR[]",
}  # fmt: skip


COMPANIONS: Mapping[str, str] = {"@date": "DATE", "@hour": "TINYINT", "@day_only": "BOOLEAN"}
"""What is stored beside a moment."""
CREATION = ("created_at", *("created_at" + part for part in COMPANIONS))
ROOT = "@root/"
"""How the creation of the root of a split order is called beside the creation of its part."""
POSITION = "@position"


@dataclass(frozen=True, slots=True)
class FinalColumn:
    """A column to store: `filled` when the parts have it. Of a reference, `lost` is a table of the values that are no
    id, `moved` one of the ids that mean another row than the one they name; None where there are none. Or else `ids` is
    the table of all ids it may name, as `key`."""

    name: str
    type: Type
    storage: str
    filled: bool
    ids: str | None = None
    lost: str | None = None
    moved: str | None = None


@dataclass(frozen=True, slots=True)
class FinalTable:
    """A canonical table to store, made of `parts` (a table or view with all filled columns).

    `zones` are the zones its rows may be in, the project's first; with several, the row's store tells (`stores`
    holds their ids and zones). `order` are the columns it is sorted by; `orders`
    is a table of the orders with their date and staff, by which lines are sorted and which missing staff comes from,
    `coupons` one with the coupon of each order, `roots` one of the orders that others are parts of.
    """

    name: str
    parts: str
    columns: tuple[FinalColumn, ...]
    zones: Zones = ()
    stores: str | None = None
    order: tuple[str, ...] = ()
    orders: str | None = None
    staff_from_order: bool = False
    coupons: str | None = None
    roots: str | None = None
    drop_nameless: bool = False
    numbered: int = 0
    """How many statements are stacked, when rows get their place in the source, from which their id is made."""

    def column(self, name: str) -> FinalColumn | None:
        return next((c for c in self.columns if c.name == name), None)


@dataclass(frozen=True, slots=True)
class StoredAs:
    """A column of the stored table: its SQL type and its value, in the terms of the sorted parts. A value that is the
    same for all rows, or made of other columns, is `computed`."""

    name: str
    kind: str
    value: E
    computed: bool = False


def stored_columns(table: FinalTable) -> tuple[StoredAs, ...]:
    """The columns of the stored table, in order."""
    has = {c.name for c in table.columns if c.filled}
    made: list[StoredAs] = []
    for column in table.columns:
        value = _defaulted(table, column, _value(table, column), has)
        made.append(_stored_as(column.name, SQL_TYPES[column.storage], value))
        if column.type.kind == "moment":
            made += [_stored_as(name, kind, e) for name, kind, e in _companions(table, column)]
    if table.numbered:
        made.append(_stored_as(POSITION, "BIGINT", _position(table.numbered)))
        made.append(StoredAs("id", "VARCHAR", _id_of_line(), computed=True))
    return tuple(made if table.roots is None else _booked(made))


def _stored_as(name: str, kind: str, value: E) -> StoredAs:
    return StoredAs(name, kind, build.cast(value, kind), computed=value.find(exp.Column) is None)


def _id_of_line() -> E:
    """The id of a line that has none: its order and the place in it."""
    of_order = build.coalesce(build.cast(build.col("order"), "VARCHAR"), build.text(""))
    place = build.cast(build.col(POSITION), "VARCHAR")
    return exp.DPipe(this=exp.DPipe(this=of_order, expression=build.text("/")), expression=place)


def finish(table: FinalTable, columns: Sequence[StoredAs]) -> exp.Select:
    """The rows to store, in order: sorted while they are narrow, then every column made of them."""
    order = [exp.Ordered(this=_sorting(table, name), nulls_first=False) for name in table.order]
    if "id" not in table.order:  # which no two rows share
        order.append(exp.Ordered(this=build.col(ROW, "t")))
    return _made(columns, _narrow(table).order_by(*order, copy=False))


def _made(columns: Sequence[StoredAs], rows: exp.Select) -> exp.Select:
    return select([(c.value, c.name) for c in columns if not c.computed], build.subquery(rows, "t"))


def _narrow(table: FinalTable) -> exp.Select:
    """What the parts say, with the rows that references mean."""
    has = {c.name for c in table.columns if c.filled}
    outputs: list[tuple[E, str]] = [(build.col(ROW, "t"), ROW)] if table.numbered else []
    joins: list[tuple[E, E]] = []
    for i, column in enumerate(c for c in table.columns if c.name in has):
        outputs.append((_looked_up(table, column, f"r{i}", joins), column.name))
        if column.type.kind == "moment":
            outputs.append((build.col(column.name + "@d", "t"), column.name + "@d"))
    if table.stores is not None:
        outputs.append((build.col("@zone", "t"), "@zone"))
    if table.staff_from_order:
        outputs.append((build.col("staff", "o"), "@staff"))
    if table.coupons is not None:
        outputs.append((build.col("coupon", "c"), "@coupon"))
        joins.append(
            (build.table(table.coupons, "c"), build.binary(exp.EQ, build.col("order", "c"), build.col("id", "t")))
        )
    if _counted(table, has):
        outputs.append((_place(), "@place"))
    if table.roots is not None:
        outputs += [(build.col(name, "b"), ROOT + name) for name in CREATION]
        root = next(value for value, name in outputs if name == "root_order")
        named = exp.TryCast(this=root.copy(), to=build.sql_type(_kind_of_id(table)))
        joins.append((build.table(table.roots, "b"), build.binary(exp.EQ, build.col("id", "b"), named)))
    query = select(outputs, build.subquery(_instants(table, has), "t"))
    for source, on in joins:
        query = query.join(source, on=on, join_type="left", copy=False)
    if table.drop_nameless:
        query = query.where(build.not_(build.is_null(build.col("id", "t"))), copy=False)
    return query


def _looked_up(table: FinalTable, column: FinalColumn, alias: str, joins: list[tuple[E, E]]) -> E:
    """A value of the parts; of a reference, the id of the row that is meant, missing when there is none."""
    named: E = build.col(column.name, "t")

    def of(ids: str, output: str, alias: str) -> E:
        joins.append((build.table(ids, alias), build.binary(exp.EQ, build.col("key", alias), named.copy())))
        return build.col(output, alias)

    if column.ids is not None:
        return of(column.ids, "key", "o" if column.ids == table.orders else alias)
    value = named.copy() if column.moved is None else build.coalesce(of(column.moved, "id", f"m{alias}"), named.copy())
    return value if column.lost is None else build.case([(build.is_null(of(column.lost, "key", f"l{alias}")), value)])


def _counted(table: FinalTable, has: set[str]) -> bool:
    """Whether rows are numbered because no source names them."""
    return table.name in ("points", "redemptions") and "id" not in has


def _place() -> E:
    """The number of a row, in the order of the source."""
    return exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=[exp.Ordered(this=build.col(ROW, "t"))]))


def _position(parts: int) -> E:
    """The place of a row in its source, from 1; those of stacked sources interleave."""
    row: E = build.col(ROW, "t")
    if parts == 1:
        return build.binary(exp.Add, row, build.integer(1))
    own = build.binary(exp.Mul, exp.Paren(this=exp.Mod(this=row, expression=build.integer(PART))), build.integer(parts))
    part = build.anonymous("divide", row.copy(), build.integer(PART))
    return build.binary(exp.Add, build.binary(exp.Add, own, part), build.integer(1))


def _sorting(table: FinalTable, name: str) -> E:
    if name == "order.created_at":
        return build.col("created_at", "o")
    if name == "created_at" and table.roots is not None:
        return build.coalesce(build.col("created_at", "b"), build.col("created_at", "t"))
    column = table.column(name)
    if column is not None and column.storage == "whole" and column.type.kind == "reference":
        return exp.TryCast(this=build.col(name, "t"), to=build.sql_type("BIGINT"))
    return build.col(name, "t")


def _instants(table: FinalTable, has: set[str]) -> exp.Select:
    """The parts with every moment made an instant, and the row's zone where there are several."""
    outputs: list[tuple[E, str]] = [(build.col(ROW, "p"), ROW)]
    zone = _zone(table)
    if zone is not None:
        outputs.append((zone, "@zone"))
    for column in table.columns:
        if column.name not in has:
            continue
        if column.type.kind != "moment":
            outputs.append((build.col(column.name, "p"), column.name))
            continue
        at = build.col(column.name, "p")
        local = to_utc(dict(table.zones), zone, at.copy())
        instant = local if local == at else build.case([(build.col(column.name + "@z", "p"), at)], local)
        outputs.append((instant, column.name))
        outputs.append((build.col(column.name + "@d", "p"), column.name + "@d"))
    query = select(outputs, build.table(table.parts, "p"))
    if table.stores is not None:
        on = build.binary(exp.EQ, build.col("id", "z"), build.col("store", "p"))
        query = query.join(build.table(table.stores, "z"), on=on, join_type="left", copy=False)
    return query


def _zone(table: FinalTable) -> E | None:
    """The zone of a row's store, else the project's; None when there is but one."""
    if table.stores is None:
        return None
    return build.coalesce(build.col("timezone", "z"), build.text(table.zones[0][0]))


def _companions(table: FinalTable, column: FinalColumn) -> list[tuple[str, str, E]]:
    """`x@date`, `x@hour`, `x@day_only`."""
    name = column.name
    if not column.filled:
        return [(name + part, kind, exp.Null()) for part, kind in COMPANIONS.items()]
    zone = build.col("@zone", "t") if table.stores is not None else None
    local = to_local(dict(table.zones), zone, build.col(name, "t"))
    hour = exp.Extract(this=exp.Var(this="HOUR"), expression=local.copy())
    by_day = build.case([(build.col(name + "@d", "t"), build.integer(0))], hour)
    known = build.not_(build.is_null(build.col(name, "t")))
    day_only = build.case([(known.copy(), build.col(name + "@d", "t"))])
    values = (build.cast(local, "DATE"), build.case([(known, by_day)]), day_only)
    return [(name + part, kind, e) for (part, kind), e in zip(COMPANIONS.items(), values, strict=True)]


def _value(table: FinalTable, column: FinalColumn) -> E:
    if not column.filled:
        return build.cast(exp.Null(), SQL_TYPES[column.storage])
    value: E = build.col(column.name, "t")
    if column.storage == "whole" and column.type.kind == "reference":
        return build.cast(value, "BIGINT")
    if table.name == "actions" and column.name == "kind":
        return folded_kind(value)
    if table.name == "orders" and column.name == "currency":
        return exp.Upper(this=exp.Trim(this=value))
    return value


def folded_kind(value: E) -> E:
    """An action's kind in small letters, known spellings made one."""
    lower = exp.Lower(this=exp.Trim(this=value))
    branches = [
        (build.binary(exp.EQ, lower.copy(), build.text(k)), build.text(v)) for k, v in ACTION_KINDS.items() if k != v
    ]
    return build.case(branches, lower)


def _defaulted(table: FinalTable, column: FinalColumn, value: E, has: set[str]) -> E:
    """The default of a column, or what is computed for it."""
    if table.name == "orders":
        if column.name == "net_sales" and "total" in has:
            return build.coalesce(value, _net_sales(has)) if column.filled else _net_sales(has)
        if column.name == "status" and not column.filled:
            return _status(has)
        if column.name == "coupon" and table.coupons is not None:
            return build.coalesce(value, build.col("@coupon", "t")) if column.filled else build.col("@coupon", "t")
    if table.name in ("lines", "reviews") and column.name == "staff" and table.staff_from_order:
        return build.coalesce(value, build.col("@staff", "t")) if column.filled else build.col("@staff", "t")
    if column.name == "id" and _counted(table, has):
        return build.col("@place", "t")
    default = TABLES[table.name].by_name[column.name].default if column.name in TABLES[table.name].by_name else None
    if default is None:
        return value
    literal = build.literal(default, column.type)
    return build.coalesce(value, literal) if column.filled else literal


def _net_sales(has: set[str]) -> E:
    """Total − tax − shipping − tip; a part that is not known counts 0."""
    value: E = build.col("total", "t")
    for part in ("tax", "shipping", "tip"):
        if part in has:
            value = build.binary(exp.Sub, value, build.coalesce(build.col(part, "t"), build.integer(0)))
    return value


def _status(has: set[str]) -> E:
    """What the status must be when a source states only when something was canceled or returned."""
    branches = [
        (build.not_(build.is_null(build.col(column, "t"))), build.text(status))
        for column, status in (("canceled_at", "canceled"), ("returned_at", "returned"))
        if column in has
    ]
    return build.case(branches, build.text("paid")) if branches else build.text("paid")


def roots(table: FinalTable) -> exp.Select:
    """When the orders that others are parts of were created."""
    wanted = [c for c in stored_columns(table) if c.name in ("id", *CREATION)]
    named = exp.TryCast(this=build.col("root_order", "p"), to=build.sql_type(_kind_of_id(table)))
    every = build.subquery(_made(wanted, _narrow(table)), "b")
    query = select([(build.col(c.name, "b"), c.name) for c in wanted], every)
    parts = exp.Subquery(this=select([(named, "id")], build.table(table.parts, "p")))
    return query.where(exp.In(this=build.col("id", "b"), query=parts), copy=False)


def _kind_of_id(table: FinalTable) -> str:
    return next(SQL_TYPES[c.storage] for c in table.columns if c.name == "id")


def _booked(columns: Sequence[StoredAs]) -> list[StoredAs]:
    """Columns of orders with parts of split ones booked when their root was created; their own creation is kept."""
    known = build.not_(build.is_null(build.col(ROOT + "created_at", "t")))
    made = []
    for column in columns:
        if column.name not in CREATION:
            made.append(column)
            continue
        value = build.case([(known.copy(), build.col(ROOT + column.name, "t"))], column.value)
        made.append(replace(column, value=value))
    return [*made, _stored_as("@visible_at", "TIMESTAMP", build.col("created_at", "t"))]


def table(name: str, columns: Sequence[StoredAs]) -> exp.Create:
    """The table to store, without rows yet. What can be said of a column once lies in no row."""
    defs = [exp.ColumnDef(this=build.name(c.name), kind=build.sql_type(c.kind), constraints=_said(c)) for c in columns]
    return exp.Create(this=exp.Schema(this=build.table(name), expressions=defs), kind="TABLE")


@lru_cache(maxsize=64)
def stored(table_: FinalTable) -> tuple[str, str]:
    """The texts of the statements that make a table and put its rows in: the same from load to load, for the most."""
    columns = stored_columns(table_)
    made = render(table(table_.name, columns))
    return made, render(inserted(table_.name, columns, finish(table_, columns)))


@lru_cache(maxsize=256)
def without_rows(name: str, columns: tuple[FinalColumn, ...]) -> str:
    """The text of the statement that makes a table which nothing fills. Most tables of most projects are such."""
    made = stored_columns(FinalTable(name, "", columns))
    return render(table(name, [replace(c, computed=False) for c in made]))


def _said(column: StoredAs) -> list[exp.ColumnConstraint]:
    if not column.computed:
        return []
    return [exp.ColumnConstraint(kind=exp.ComputedColumnConstraint(this=exp.Paren(this=column.value)))]


def inserted(name: str, columns: Sequence[StoredAs], query: E) -> exp.Insert:
    """The rows of a query, put into a table."""
    lying = [build.name(c.name) for c in columns if not c.computed]
    return exp.Insert(this=exp.Schema(this=build.table(name), expressions=lying), expression=query)
