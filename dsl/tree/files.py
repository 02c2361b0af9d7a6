"""Statements about files: settings, imports, packs, parameters, sources and tables."""

from __future__ import annotations

from typing import TypeAlias

from patron.dsl.nodes import field
from patron.dsl.tree.base import Name, Node, Path, Span, place
from patron.dsl.tree.conditions import Expr
from patron.dsl.tree.values import Bool, Date, Duration, Moment, Money, Number, Param, Percent, Text


class EnvRef(Node):
    """`env("NAME")`: a secret's place."""

    function: Path
    name: Text


SettingValue: TypeAlias = Text | Number | Percent | Money | Date | Moment | Bool | Duration | Path | Param | EnvRef


class Setting(Node):
    """`folder "data"` (values) or `files { ... }` (settings)."""

    key: Name
    values: tuple[SettingValue, ...] = ()
    settings: tuple[Setting, ...] | None = None


class LanguageDecl(Node):
    version: int
    version_span: Span = place()


class ImportDecl(Node):
    """`import "f"` (names is empty) or `import a, b from "f"`."""

    file: Text
    names: tuple[Path, ...] = ()


class UseDecl(Node):
    pack: Path
    version: str | None = None
    settings: tuple[Setting, ...] = ()
    version_span: Span | None = field(default=None, compare=False, repr=False, kw_only=True)


class ProjectDecl(Node):
    title: Text
    settings: tuple[Setting, ...]


class ParamDecl(Node):
    name: Name
    default: Expr
    allowed: tuple[Expr, ...] = ()


class SourceDecl(Node):
    name: Name
    connector: Path
    settings: tuple[Setting, ...] = ()


class MapColumn(Node):
    """`id = order_no`."""

    name: Name
    value: Expr


class Close(Node):
    """`within 30 minutes of viewed_at [and same source]`: how near, at most, each row of a group is to the one before,
    and what does not change from one to the next."""

    duration: Duration
    moment: Expr
    same: tuple[Expr, ...] = ()


class GroupBy(Node):
    keys: tuple[Expr, ...]
    close: Close | None = None


class AddMissing(Node):
    paths: tuple[Path, ...]


class KeepLatest(Node):
    by: tuple[Path, ...]


class BadValues(Node):
    """`bad values stop` (default) or `bad values missing`."""

    mode: str


class MapWhere(Node):
    condition: Expr


MapClause: TypeAlias = MapColumn | GroupBy | AddMissing | KeepLatest | BadValues | MapWhere


class TableDecl(Node):
    """`table orders from files.receipts { ... }`; clauses is None without a block."""

    table: Name
    source: Path
    clauses: tuple[MapClause, ...] | None = None
    describe: Text | None = None


class SqlTableDecl(Node):
    """`table sessions = sql \"\"\"...\"\"\"`; `sql_span` is the text with its quotes, `sql` without them."""

    table: Name
    sql: str
    sql_span: Span = place()
