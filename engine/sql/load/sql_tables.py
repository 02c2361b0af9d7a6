"""`table x = sql`: the text of a SELECT read, checked and rendered anew; nothing of it is passed through.

Exactly one SELECT, only over `source.table` of declared sources, only functions of an allow-list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from patron.dsl.problems import nearest
from patron.dsl.tree import fold
from patron.engine.contracts import SourceColumn
from patron.engine.model.mapping_binding import Header, SqlFault, SqlRead
from patron.engine.sql import build
from patron.engine.types import DATE, MOMENT, NUMBER, TEXT, WHOLE, YESNO, Type

ALLOWED = frozenset(
    """
abs add_months age any_value approx_count_distinct arg_max arg_min array_agg array_length array_to_string ascii avg
bool_and bool_or ceil ceiling chr coalesce concat concat_ws contains corr count count_if cume_dist date date_diff
date_part date_sub date_add date_trunc datediff datepart day dayname dayofmonth dayofweek dayofyear decode dense_rank
ends_with epoch epoch_ms exp extract first first_value floor format gcd greatest group_concat hour if ifnull in instr
interval isfinite isnan isodow isoyear json_extract json_extract_string julian lag last last_day last_value lcase lead
least left len length levenshtein list list_aggregate list_contains list_distinct list_sort ln log log10 log2 lower
lpad ltrim make_date make_timestamp max md5 mean median min minute mod mode month monthname nth_value ntile nullif nvl
parse_date percent_rank pi position pow power quantile quantile_cont quantile_disc quarter rank regexp_extract
regexp_full_match regexp_matches regexp_replace regexp_split_to_array repeat replace reverse right round row_number
rpad rtrim second sha256 sign split split_part sqrt starts_with stddev stddev_pop stddev_samp strftime string_agg
string_split strip_accents strpos strptime struct_extract substr substring sum time_bucket timezone to_timestamp
translate trim trunc try_cast try_strptime ucase unnest upper variance var_pop var_samp week weekday year yearweek
""".split()
)
"""Functions that look at their arguments only: no files, no network, no settings, no chance, no clock."""

_NODES = frozenset(
    """
Abs Add AddMonths Alias Aliases And AnonymousAggFunc Any ApproxDistinct ArgMax ArgMin Array ArrayAgg ArrayContains
ArrayLength ArraySize ArrayToString AtTimeZone Avg Between Boolean Bracket Case Cast Ceil Chr Coalesce Collate Column
Concat ConcatWs Contains Count CountIf CTE Cube CurrentRow DataType DataTypeParam Date DateAdd DateDiff DatePart
DateSub DateTrunc Day DayOfMonth DayOfWeek DayOfWeekIso DayOfYear DenseRank Distinct Div DPipe EndsWith EQ Escape
Except Exists Exp Extract Filter First FirstValue Floor From Greatest Group GroupConcat GroupingSets GT GTE Having
Hour Identifier If ILike In Initcap IntDiv Intersect Interval Is IsInf IsNan JSONExtract JSONExtractScalar Join
JSONPath JSONPathKey JSONPathRoot JSONPathSubscript Lag Last LastDay LastValue Lateral Lead Least Left Length
Levenshtein Like Limit Literal Ln Log LogicalAnd LogicalOr Lower LT LTE MakeInterval Max MD5 Median Min Minute Mod
Mode Month Mul Neg NEQ Not NthValue Ntile Null NullSafeEQ NullSafeNEQ Nullif Offset Or Order Ordered Pad Paren
PercentileCont PercentileDisc PercentRank Pow PropertyEQ Qualify Quantile Quarter Rank RegexpExtract RegexpILike
RegexpLike RegexpReplace RegexpFullMatch RegexpSplit Repeat Replace Reverse Right Rollup Round RowNumber Second Select
SHA2 Sign SimilarTo Slice SortArray Split SplitPart Sqrt Star StartsWith Stddev StddevPop StddevSamp StrPosition
StrToTime StrToDate Strtok Struct StructExtract Sub Subquery Substring Sum Table TableAlias TimeToStr TimestampTrunc
TimeStrToTime Timestamp TimestampAdd TimestampDiff TimestampSub ToChar Translate Trim Trunc TryCast Tuple TsOrDsToDate
Union Unnest Upper Values Var Variance VariancePop Week WeekOfYear Where Window WindowSpec With WithinGroup Xor Year
DateFromParts TimestampFromParts ParseDatetime StringToArray ArrayFilter Lambda CumeDist
""".split()
)


def read_sql(text: str, header: Callable[[str, str], Header | SqlFault | None]) -> SqlRead:
    """The checked SELECT, or what is wrong with it and where."""
    try:
        statements = [
            s for s in sqlglot.parse(text, read="duckdb", error_level=sqlglot.ErrorLevel.IMMEDIATE) if s is not None
        ]
    except SqlglotError as error:
        return SqlRead(faults=(_unreadable(error),))
    except RecursionError:
        return SqlRead(faults=(SqlFault("P0709", "this sql is nested too deep", "split it into several tables"),))
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        what = "several statements" if len(statements) > 1 else "none" if not statements else "no SELECT"
        return SqlRead(
            faults=(
                SqlFault("P0709", f"sql must be exactly one SELECT, this is {what}", "write one SELECT, without `;`"),
            )
        )
    return _Check(statements[0], header).read()


def _unreadable(error: SqlglotError) -> SqlFault:
    said = getattr(error, "errors", None) or [{}]
    first = said[0]
    words = str(first.get("description") or error).split("\n")[0].rstrip(".")
    return SqlFault(
        "P0709", f"sql must be exactly one SELECT; this cannot be read: {words}", "it is written in DuckDB's dialect"
    )


@dataclass(slots=True)
class _Check:
    query: exp.Query
    header: Callable[[str, str], Header | SqlFault | None]
    faults: list[SqlFault] = field(default_factory=list)
    reads: dict[tuple[str, str], None] = field(default_factory=dict)
    headers: dict[tuple[str, str], Header] = field(default_factory=dict)
    known: bool = True

    def read(self) -> SqlRead:
        names = {fold(cte.alias) for cte in self.query.find_all(exp.CTE)}
        for node in list(self.query.walk()):
            self._node(node, names)
        if self.faults:
            return SqlRead(faults=tuple({(f.code, f.offset): f for f in reversed(self.faults)}.values())[::-1])
        columns = self._columns() if self.known else ()
        if self.faults:
            return SqlRead(faults=tuple(self.faults))
        return SqlRead(self.query.sql(dialect="duckdb", identify=True), tuple(self.reads), columns)

    def _node(self, node: exp.Expr, names: set[str]) -> None:
        if isinstance(node, exp.Table):
            self._table(node, names)
        elif isinstance(node, exp.Anonymous):
            if str(node.name).lower() not in ALLOWED:
                self._refuse(node, str(node.name))
        elif type(node).__name__ not in _NODES:
            words = node.sql_name() if isinstance(node, exp.Func) else type(node).__name__
            if not isinstance(node, exp.Func) or node.sql_name().lower() not in ALLOWED:
                self._refuse(node, words)

    def _refuse(self, node: exp.Expr, words: str) -> None:
        offset, length = _place(node)
        self.faults.append(SqlFault("P0711", f"sql may not use `{words}`",
                                    "it reads tables of declared sources only, and depends on nothing else",
                                    offset, length))  # fmt: skip

    def _table(self, node: exp.Table, names: set[str]) -> None:
        if not isinstance(node.this, exp.Identifier):
            words = (
                node.this.name
                if isinstance(node.this, exp.Anonymous)
                else node.this.sql_name()
                if isinstance(node.this, exp.Func)
                else "this"
            )
            self._refuse(node.this, str(words).lower())
            node.this.replace(exp.to_identifier("refused"))
            return
        if not node.db:
            if fold(node.name) not in names:
                offset, length = _place(node.this)
                self.faults.append(
                    SqlFault(
                        "P0710",
                        f"the sql reads `{node.name}`, which no source declares",
                        "write `source.table`",
                        offset,
                        length,
                    )
                )
            return
        if node.catalog:
            offset, length = _place(node.args["catalog"])
            said = f"the sql reads `{node.catalog}.{node.db}.{node.name}`, which no source declares"
            self.faults.append(SqlFault("P0710", said, "write `source.table`", offset, length))
            return
        self._source_table(node)

    def _source_table(self, node: exp.Table) -> None:
        found = self.header(node.db, node.name)
        if isinstance(found, SqlFault):
            offset, length = _place(node.args["db"] if found.code == "P0710" else node.this)
            self.faults.append(SqlFault(found.code, found.message, found.hint, offset, length))
            return
        key = (fold(node.db), node.name)
        self.reads[key] = None
        if found is None:
            self.known = False
        else:
            self.headers[key] = found
        alias = node.alias or node.name
        node.set("alias", exp.TableAlias(this=build.name(alias)))
        node.set("db", None)
        node.set("this", build.name(f"source/{key[0]}/{key[1]}"))

    # ------------------------------------------------------------ columns

    def _columns(self) -> tuple[SourceColumn, ...]:
        """Names and types of what it gives; P0203 for a name that no table in it has."""
        from sqlglot.optimizer.annotate_types import annotate_types
        from sqlglot.optimizer.qualify import qualify

        schema: dict[str, object] = {
            f"source/{s}/{t}": {c.name: _type_name(c) for c in h.values()} for (s, t), h in self.headers.items()
        }
        try:
            full = qualify(self.query.copy(), schema=schema, dialect="duckdb", quote_identifiers=True, identify=True)
            full = annotate_types(full, schema=schema, dialect="duckdb")
        except SqlglotError as error:
            self._unknown_column(str(error))
            return ()
        self.query = full
        return tuple(SourceColumn(p.alias_or_name, _type(p.type), _stored(p.type)) for p in full.selects)

    def _unknown_column(self, words: str) -> None:
        known = sorted({c.name for h in self.headers.values() for c in h.values()})
        for column in self.query.find_all(exp.Column):
            if fold(column.name) in fold(words) and all(fold(column.name) not in h for h in self.headers.values()):
                offset, length = _place(column.this)
                near = nearest(column.name, known)
                hint = f"Did you mean `{near}`? " if near else ""
                self.faults.append(
                    SqlFault(
                        "P0203",
                        f"no table of this sql has a column `{column.name}`",
                        f"{hint}Columns: {', '.join(known[:12])}",
                        offset,
                        length,
                    )
                )
                return
        self.faults.append(
            SqlFault(
                "P0709", f"this sql cannot be understood: {words.splitlines()[0]}", "name every column with its table"
            )
        )


def _place(node: exp.Expr) -> tuple[int | None, int]:
    """Where a name stands in the text."""
    for one in (node, *node.find_all(exp.Identifier)):
        start, end = one.meta.get("start"), one.meta.get("end")
        if start is not None and end is not None:
            return int(start), int(end) - int(start) + 1
    return None, 1


def _type_name(column: SourceColumn) -> str:
    return column.stored if column.stored and column.type != TEXT else "VARCHAR"


_KINDS: Mapping[str, Type] = {
    "DATE": DATE, "BOOLEAN": YESNO, "TIMESTAMP": MOMENT, "TIMESTAMPTZ": MOMENT, "DOUBLE": NUMBER, "FLOAT": NUMBER,
    "DECIMAL": NUMBER,
    "INT": WHOLE, "BIGINT": WHOLE, "SMALLINT": WHOLE, "TINYINT": WHOLE, "INT128": WHOLE, "UBIGINT": WHOLE,
    "UINT": WHOLE,
    "TIMESTAMPNTZ": MOMENT, "BIGDECIMAL": NUMBER,
}  # fmt: skip


def _type(found: exp.DataType | None) -> Type:
    return _KINDS.get(found.this.value if found is not None and hasattr(found.this, "value") else "", TEXT)


def _stored(found: exp.DataType | None) -> str:
    """DuckDB's name of a type that is no text."""
    if found is None or _type(found) == TEXT:
        return ""
    return "TIMESTAMP WITH TIME ZONE" if found.this == exp.DataType.Type.TIMESTAMPTZ else found.sql(dialect="duckdb")
