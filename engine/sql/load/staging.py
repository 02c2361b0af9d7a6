"""Statements that bring source rows in and put the parts of a canonical table together, before they are finished."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, wraps
from pathlib import Path
from typing import ParamSpec

from sqlglot import exp

from patron.engine.contracts import CsvText, SourceColumn
from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.types import Type

Asked = ParamSpec("Asked")

ROW = "@row"
PART = 1 << 40
"""Rows of the n-th part of a stacked table are numbered from n × PART."""

STORAGE: Mapping[str, str] = {
    "text": "VARCHAR", "choice": "VARCHAR", "reference": "VARCHAR", "number": "DOUBLE", "money": build.MONEY_TYPE,
    "date": "DATE", "moment": "TIMESTAMP", "yesno": "BOOLEAN", "texts": "VARCHAR[]", "missing": "VARCHAR",
}  # fmt: skip
MARKS = ("@z", "@d")


def render(statement: E | str) -> str:
    """The text of a statement in DuckDB's dialect. It is given away: who needs a part of it again keeps a copy."""
    return statement if isinstance(statement, str) else statement.sql(dialect="duckdb", copy=False)


def stated(make: Callable[Asked, E]) -> Callable[Asked, str]:
    """The text of a statement in the place of its tree, made once of the same arguments: what one load asks of its
    tables, the next one asks again."""
    text: Callable[..., str] = lru_cache(maxsize=256)(lambda *of, **named: render(make(*of, **named)))

    @wraps(make)
    def asked(*of: Asked.args, **named: Asked.kwargs) -> str:
        return text(*(tuple(one) if isinstance(one, list) else one for one in of), **named)

    return asked


def create(name: str, query: E, kind: str = "TABLE", *, temporary: bool = True, within: str = "") -> E:
    """CREATE [TEMP] TABLE|VIEW name AS query; in an attached database, if one is named."""
    temporary = temporary and not within
    properties = exp.Properties(expressions=[exp.TemporaryProperty()]) if temporary else None
    return exp.Create(this=build.table_in(within, name), kind=kind, expression=query, properties=properties)


@stated
def drop(name: str, kind: str = "TABLE") -> E:
    return exp.Drop(tables=[build.table(name)], kind=kind, exists=True)


def select(outputs: Iterable[tuple[E, str]], source: E, *, distinct: bool = False) -> exp.Select:
    """SELECT outputs FROM source."""
    query = exp.Select(expressions=[build.named(e, n) for e, n in outputs]).from_(source, copy=False)
    return query.distinct(copy=False) if distinct else query


# ---------------------------------------------------------------- reading files


def scan_csv(csv: CsvText, wanted: Sequence[str]) -> exp.Select:
    """Rows of delimited text, everything said, nothing guessed. Columns without a name come as `@unnamed/n`."""
    names = [name or f"@unnamed/{i + 1}" for i, name in enumerate(csv.columns)]
    options: dict[str, E] = {
        "auto_detect": exp.false(), "header": exp.Boolean(this=csv.header), "delim": build.text(csv.delimiter),
        "quote": build.text('"'), "escape": build.text('"'),
        "compression": build.text(csv.compression), "strict_mode": exp.true(),
        "max_line_size": build.integer(csv.line_bytes), "buffer_size": build.integer(2 * csv.line_bytes),
        "nullstr": exp.Array(expressions=[build.text(b) for b in csv.blank]),
        "columns": _struct(dict.fromkeys(names, "VARCHAR")),
    }  # fmt: skip
    function = _reader("read_csv", csv.files, options)
    unnamed = [n for n in names if n.startswith("@unnamed/")]
    outputs = [(build.col(n) if csv.ascii else composed(build.col(n)), n) for n in (*wanted, *unnamed)]
    return select(outputs, function)


def composed(text: E) -> E:
    """A text in NFC, in which texts are compared."""
    return build.anonymous("nfc_normalize", text)


def scan_spool(path: Path, longest: int, columns: Sequence[SourceColumn], wanted: Sequence[str]) -> exp.Select:
    """Rows spooled by us, none with more than `longest` bytes: quoted where known, cast to the source's types."""
    line = max(longest, 1 << 22)
    options: dict[str, E] = {
        "auto_detect": exp.false(), "header": exp.false(), "delim": build.text(","), "quote": build.text('"'),
        "escape": build.text('"'), "strict_mode": exp.true(), "allow_quoted_nulls": exp.false(),
        "max_line_size": build.integer(line), "buffer_size": build.integer(2 * line), "parallel": exp.false(),
        "columns": _struct({c.name: "VARCHAR" for c in columns}),
    }  # fmt: skip
    by_name = {c.name: c for c in columns}
    outputs = [(typed(build.col(n), by_name[n]), n) for n in wanted]
    return select(outputs, _reader("read_csv", (path,), options))


def scan_parquet(files: Sequence[Path], columns: Sequence[SourceColumn]) -> exp.Select:
    return select(
        [(plain(build.col(c.name), c), c.name) for c in columns],
        _reader("read_parquet", files, {"binary_as_string": exp.true()}),
    )


def view_parquet(files: Sequence[Path], columns: Sequence[SourceColumn], starts: Sequence[int]) -> exp.Select:
    """The rows of files as they lie, with their numbers as `rowid`: the n-th file's begin with the n-th of `starts`."""
    query = scan_parquet(files, columns)
    row = build.cast(build.col("file_row_number"), "BIGINT")
    if len(files) > 1:
        file = build.col("file_index")
        branches = [
            (build.binary(exp.EQ, file.copy(), build.integer(i)), build.integer(n)) for i, n in enumerate(starts)
        ]
        row = build.binary(exp.Add, row, exp.Paren(this=build.case(branches)))
    return query.select(build.named(row, "rowid"), copy=False)


def parquet_files(files: Sequence[Path]) -> E:
    """Parquet files as one table, with their own columns."""
    return _reader("read_parquet", files, {})


def rows_of(file: Path) -> exp.Select:
    """How many rows a Parquet file has, as its footer says."""
    return select([(exp.Count(this=exp.Star()), "n")], _reader("read_parquet", (file,), {}))


def every_value(table: str) -> exp.Select:
    """A question that makes DuckDB read all of a table."""
    values = build.anonymous("hash", exp.Columns(this=exp.Star()))
    return exp.select(build.anonymous("bit_xor", values)).from_(build.table(table), copy=False)


def scan_table(catalog: str, schema: str, table: str, columns: Sequence[SourceColumn]) -> exp.Select:
    source = exp.Table(this=build.name(table), db=build.name(schema), catalog=build.name(catalog))
    return select([(plain(build.col(c.name), c), c.name) for c in columns], source)


def scan_registered(name: str, columns: Sequence[SourceColumn]) -> exp.Select:
    """Rows that Python registered under a name."""
    return select([(plain(build.col(c.name), c), c.name) for c in columns], build.table(name))


def quoted(name: str) -> str:
    """A table's name as SQL spells it."""
    return render(build.table(name))


def attach(path: Path, name: str, *, read_only: bool = True) -> E:
    """ATTACH of a DuckDB file, which is only read unless told otherwise."""
    target = exp.alias_(build.text(str(path)), name, quoted=True)
    options = [exp.AttachOption(this=exp.Var(this="READ_ONLY"))] if read_only else []
    return exp.Attach(this=target, expressions=options)


def plain(e: E, column: SourceColumn) -> E:
    """A column as it is staged: nested and odd types as text, texts in NFC."""
    if column.stored == "VARCHAR":
        return composed(e)
    if column.stored == "VARCHAR[]":
        each = exp.Lambda(this=composed(exp.column("x")), expressions=[exp.to_identifier("x")])
        return build.anonymous("list_transform", e, each)
    simple = column.stored.startswith(("DECIMAL", "TIMESTAMP")) or column.type.kind in (
        "number",
        "date",
        "yesno",
        "moment",
    )
    if not column.stored or simple:
        return e
    if column.stored.endswith("]") or column.stored.startswith(("STRUCT", "MAP", "UNION")):
        return build.cast(build.anonymous("to_json", e), "VARCHAR")
    return build.cast(e, "VARCHAR")


def typed(e: E, column: SourceColumn) -> E:
    """A spooled text as the source's type."""
    if not column.stored or column.stored == "VARCHAR":
        return e
    if column.stored == "VARCHAR[]":
        return build.anonymous("from_json", e, build.text('["VARCHAR"]'))
    return build.cast(e, column.stored)


def _reader(function: str, files: Sequence[Path], options: Mapping[str, E]) -> E:
    paths = exp.Array(expressions=[build.text(_literal(str(f))) for f in files])
    said = [exp.PropertyEQ(this=exp.to_identifier(k), expression=v) for k, v in options.items()]
    return exp.Table(this=exp.Anonymous(this=function, expressions=[paths, *said]))


def _literal(path: str) -> str:
    """A path that DuckDB does not read as a pattern."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in path)


def _struct(fields: Mapping[str, str]) -> E:
    return exp.Struct(
        expressions=[exp.PropertyEQ(this=build.text(k), expression=build.text(v)) for k, v in fields.items()]
    )


# ---------------------------------------------------------------- parts of a canonical table


def latest(query: exp.Select, names: Sequence[str], by: Sequence[str]) -> exp.Select:
    """The last row of each id by these columns, then by place in the source."""
    order = [exp.Ordered(this=build.col(c, "t"), desc=True, nulls_first=False) for c in (*by, ROW)]
    place = exp.Window(this=exp.RowNumber(), partition_by=[build.col("id", "t")], order=exp.Order(expressions=order))
    numbered = select([*((build.col(n, "t"), n) for n in names), (place, "@place")], build.subquery(query, "t"))
    kept = select([(build.col(n, "k"), n) for n in names], build.subquery(numbered, "k"))
    first = build.binary(exp.EQ, build.col("@place", "k"), build.integer(1))
    return kept.where(build.disjunction([first, build.is_null(build.col("id", "k"))]), copy=False)


def stacked(columns: Mapping[str, tuple[Type, str]], parts: Sequence[tuple[str, Mapping[str, Type], int]]) -> E:
    """Parts one below the other. `columns` are the wanted ones with storage; a part is its table, its columns and the
    number its rows begin with."""
    queries: list[E] = []
    for table, has, begin in parts:
        outputs: list[tuple[E, str]] = []
        for name, (type_, storage) in columns.items():
            outputs.append((_of_part(name, has, storage), name))
            if type_.kind == "moment":
                outputs += [(build.col(name + m, "p") if name in has else exp.false(), name + m) for m in MARKS]
        row = build.col(ROW, "p")
        outputs.append((build.binary(exp.Add, row, build.integer(begin)) if begin else row, ROW))
        queries.append(select(outputs, build.table(table, "p")))
    return _union(queries)


def storage_of(type_: Type) -> str:
    """How a staged value of a type lies: whole numbers, and ids that are whole numbers, as BIGINT."""
    return "BIGINT" if type_.whole and type_.kind in ("number", "reference") else STORAGE[type_.kind]


def _of_part(name: str, has: Mapping[str, Type], storage: str) -> E:
    if name not in has:
        return build.cast(exp.Null(), storage)
    return build.col(name, "p") if storage_of(has[name]) == storage else build.cast(build.col(name, "p"), storage)


def _union(queries: Sequence[E]) -> E:
    found = queries[0]
    for query in queries[1:]:
        found = exp.Union(this=found, expression=query, distinct=False)
    return found


def met(references: Sequence[tuple[str, str]], storage: str | None = None) -> exp.Select:
    """Every distinct id met in these reference columns, cast to one storage when they differ."""
    queries = []
    for table, column in references:
        value: E = build.col(column, "t")
        query = select([(build.cast(value, storage) if storage else value, "id")], build.table(table, "t"))
        queries.append(query.where(build.not_(build.is_null(build.col(column, "t"))), copy=False))
    return select([(build.col("id", "m"), "id")], build.subquery(_union(queries), "m"), distinct=True)


def ids_of(table: str) -> exp.Select:
    """The known ids of a table, as they are."""
    return columns_of(table, ["id"]).where(build.not_(build.is_null(build.col("id", "t"))), copy=False)


def ids_to_add(references: Sequence[tuple[str, str]], there: Sequence[str], storage: str | None = None) -> exp.Select:
    """Ids met elsewhere that none of the parts has, as rows after all others."""
    place = exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=[exp.Ordered(this=build.col("id", "m"))]))
    query = select([(build.col("id", "m"), "id"), (place, ROW)], build.subquery(met(references, storage), "m"))
    if there:
        query = query.join(build.subquery(met([(t, "id") for t in there], storage), "h"),
                           on=build.binary(exp.EQ, build.col("id", "h"), build.col("id", "m")),
                           join_type="anti", copy=False)  # fmt: skip
    return query


@stated
def bad_counts(table: str, columns: Sequence[str]) -> exp.Select:
    """For each column that counts values which could not be read: how many there are, and the first row with one."""
    outputs: list[tuple[E, str]] = []
    for i, name in enumerate(columns):
        count = build.col(name, "t")
        outputs.append((exp.Sum(this=count), f"n{i}"))
        some = exp.Where(this=build.binary(exp.GT, count.copy(), build.integer(0)))
        outputs.append((exp.Filter(this=exp.Min(this=build.col(ROW, "t")), expression=some), f"f{i}"))
    return select(outputs, build.table(table, "t"))


@stated
def rising(table: str) -> exp.Select:
    """How many rows there are, how many have a larger id than the row before, whichever that is, and the smallest and
    largest id: when only one has no larger one, no id occurs twice."""
    before = exp.Window(this=exp.Lag(this=build.col("id", "t")))
    pairs = select([(build.col("id", "t"), "id"), (before, "before")], build.table(table, "t"))
    larger = build.binary(exp.GT, build.col("id", "p"), build.col("before", "p"))
    counts: list[tuple[E, str]] = [
        (exp.Count(this=exp.Star()), "rows"),
        (exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=larger)), "rising"),
        (exp.Min(this=build.col("id", "p")), "low"),
        (exp.Max(this=build.col("id", "p")), "high"),
    ]
    return select(counts, build.subquery(pairs, "p"))


@stated
def doubled(table: str) -> exp.Select:
    """How many ids occur more than once, the smallest of them, and the rows of its last and first occurrence."""
    rows: list[tuple[E, str]] = [
        (exp.Max(this=build.col(ROW, "t")), "row"), (exp.Min(this=build.col(ROW, "t")), "before"),
    ]  # fmt: skip
    counted = select(
        [(build.col("id", "t"), "id"), (exp.Count(this=exp.Star()), "n"), *rows], build.table(table, "t")
    ).where(build.not_(build.is_null(build.col("id", "t"))), copy=False)
    counted = counted.group_by(build.col("id", "t"), copy=False)
    counted = counted.having(build.binary(exp.GT, exp.Count(this=exp.Star()), build.integer(1)), copy=False)
    outputs: list[tuple[E, str]] = [(exp.Count(this=exp.Star()), "n"), (exp.Min(this=build.col("id", "d")), "first")]
    outputs += [(build.anonymous("arg_min", build.col(n, "d"), build.col("id", "d")), n) for _, n in rows]
    return select(outputs, build.subquery(counted, "d"))


@stated
def nameless(table: str) -> exp.Select:
    """How many rows have no id, and the first of them."""
    query = select(
        [(exp.Count(this=exp.Star()), "n"), (exp.Min(this=build.col(ROW, "t")), "row")], build.table(table, "t")
    )
    return query.where(build.is_null(build.col("id", "t")), copy=False)


def unnamed_value(table: str, columns: Sequence[str]) -> exp.Select:
    """The first row that holds a value in a column without a name."""
    query = select([(exp.Min(this=build.col("rowid", "t")), "row")], build.table(table, "t"))
    some = [build.binary(exp.NEQ, exp.Trim(this=build.col(c, "t")), build.text("")) for c in columns]
    return query.where(build.disjunction(some), copy=False)


def columns_of(source: str, names: Sequence[str], alias: str = "t") -> exp.Select:
    """These columns of a table."""
    return select([(build.col(n, alias), n) for n in names], build.table(source, alias))


@stated
def distinct_values(table: str, column: str) -> exp.Select:
    """Every value of a column once."""
    return columns_of(table, [column]).distinct(copy=False)


@stated
def known_pairs(table: str, left: str, right: str) -> exp.Select:
    """Two columns of the rows in which the second is known."""
    return columns_of(table, [left, right]).where(build.not_(build.is_null(build.col(right, "t"))), copy=False)


def numbered(source: E) -> exp.Select:
    """Ids with a number each, as a part of a table."""
    place = exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=[exp.Ordered(this=build.col("id", "m"))]))
    return select([(build.col("id", "m"), "id"), (place, ROW)], build.subquery(source, "m"))
