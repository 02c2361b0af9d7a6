"""What plugins hand in and what they get.

Descriptors are small frozen values: making one imports nothing heavy; the heavy thing hides behind `open`, `export`
or `run`. Arguments are our own values, `str` and `Path`; they may be added to, never retyped.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

from patron.dsl.nodes import dataclass, field
from patron.engine.types import Type

if TYPE_CHECKING:
    import click
    import pyarrow

    from patron.dsl.problems import Problem
    from patron.engine.results import Report


# ---------------------------------------------------------------- settings


@dataclass(frozen=True, slots=True)
class SettingSpec:
    """A setting that a connector, pack, exporter or show declares.

    kind: text, texts (one or more), number, numbers, percent, yesno, choice (one of `choices`), duration, secret
    (only as `env("NAME")`), url (of a target: https, to a host that patron.toml lists), files (a block of
    `table "file", ...`).
    """

    name: str
    kind: str
    describe: str
    default: object = None
    required: bool = False
    choices: tuple[str, ...] = ()
    default_by: tuple[str, Mapping[str, object]] | None = None
    """Another setting, and the defaults for its values where they differ from `default`."""

    @property
    def takes(self) -> str:
        """What it takes, in the words of an analyst: `measured or own`, "a text", "yes or no"."""
        return " or ".join(self._written(c) for c in self.choices) if self.choices else _TAKES.get(self.kind, self.kind)

    @property
    def default_written(self) -> str:
        """The default as a spec would write it; empty when there is none."""
        several = self.default if isinstance(self.default, tuple) else (self.default,)
        return ", ".join(self._written(v) for v in several if v is not None)

    def _written(self, value: object) -> str:
        match value:
            case bool():
                return "yes" if value else "no"
            case dt.timedelta():
                return f"{value.days} days"
            case str() if not (self.kind == "choice" and value.isidentifier()):
                return f'"{value}"'
        return f"{value * 100:g}%" if self.kind == "percent" and isinstance(value, (int, float)) else str(value)


_TAKES: Mapping[str, str] = {
    "text": "a text", "texts": "texts", "number": "a number", "numbers": "numbers", "percent": "a percent",
    "yesno": "yes or no", "choice": "a word", "duration": "a duration", "secret": 'a secret: env("NAME")',
    "files": "a block of files", "url": "an address",
}  # fmt: skip


# ---------------------------------------------------------------- sources


class SourceError(Exception):
    """Reading failed. `code` is of the error catalogue: P0702 cannot open, P0703 no such table, P0705 unreadable
    value, P0713 header. `where` names file, row and column in the source where known."""

    def __init__(self, code: str, message: str, hint: str = "", where: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.where = code, message, hint, where


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column as the source names it; type text unless the source knows better.

    `stored` is DuckDB's name of its type where the source has types (`TIMESTAMP WITH TIME ZONE` is an instant,
    `TIMESTAMP` a local time, `DECIMAL(12,2)` exact); empty for text.
    """

    name: str
    type: Type
    stored: str = ""


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """A source declaration with its settings read: texts, numbers, yes/no, tuples of texts, mappings for `files`.

    `folder` is the resolved, allowed folder of a file connector (None for others), `roots` are the folders whose
    files may be read, links followed. A setting of kind secret has a `reveal()` that gives its text.
    """

    name: str
    settings: Mapping[str, object]
    folder: Path | None = None
    timezone: str | None = None
    roots: tuple[Path, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be read: its file, its line there (the first is 1), the column's name where known."""

    file: str
    line: int
    reason: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class CsvText:
    """Delimited text that DuckDB may read itself, nothing guessed: every column is a text.

    `columns` are all columns of the files in order; an empty name is a column without header, which must be empty.
    `compression` is none, gzip or zstd, `blank` the texts read as missing. `rows` is how many rows there must be, where
    counting lines tells; `most` what they cannot exceed. Texts are brought into NFC unless all is `ascii`.
    """

    files: tuple[Path, ...]
    columns: tuple[str, ...]
    delimiter: str = ","
    header: bool = True
    compression: str = "none"
    blank: tuple[str, ...] = ("",)
    line_bytes: int = 2**24
    rows: int | None = None
    most: int | None = None
    ascii: bool = False


Rows: TypeAlias = Callable[[Callable[[Rejected], None]], Iterator[Sequence[Sequence[object]]]]
"""Rows in chunks, values in the order of `columns`; rows that cannot be read go to the callback instead."""


@dataclass(frozen=True, slots=True)
class Provided:
    """Rows of one source table: one of parquet files, a table of a DuckDB file, Arrow batches, or plain rows.

    `csv` is the fast way to the same rows as `rows`: where DuckDB refuses the text, `rows` says what is wrong with it.
    Every row is either given or rejected with a reason: given + rejected = rows in the source.
    `decimal` is the decimal sign of numbers written as text; `check` runs before anything is read; `place` says where
    the n-th given row (from 0) stands: `sales.csv:12`.
    """

    parquet: tuple[Path, ...] = ()
    database: tuple[Path, str, str] | None = None
    batches: Callable[[], Iterator[pyarrow.RecordBatch]] | None = None
    rows: Rows | None = None
    csv: CsvText | None = None
    files: tuple[Path, ...] = ()
    decimal: str = "."
    check: Callable[[], None] | None = None
    place: Callable[[int], str] | None = None


class Source(Protocol):
    """An opened source. Names are as the source spells them; nothing is read before it is asked for."""

    def tables(self) -> Sequence[str]:
        """The tables it offers."""

    def columns(self, table: str) -> Sequence[SourceColumn]:
        """The header of a table, without reading rows. SourceError P0703 or P0713."""

    def read(self, table: str) -> Provided:
        """The rows of a table."""

    def files(self, table: str) -> Sequence[Path]:
        """The files behind a table; their size and time tell whether a stored load is still good."""


@runtime_checkable
class Growing(Source, Protocol):
    """A source whose tables grow by files: what is new can be read by itself, and added to what was read before."""

    def part(self, table: str, files: Sequence[Path]) -> Provided:
        """The rows of some files of a table, with the columns that it has as a whole."""


@runtime_checkable
class Closing(Source, Protocol):
    """A source that holds something open from one table to the next while they are read: a connection, a snapshot."""

    def close(self) -> None:
        """Let go of it: the load is done. The source may be asked again."""


@dataclass(frozen=True, slots=True)
class SourceType:
    """A connector: `source x from NAME { settings }`."""

    name: str
    describe: str
    open: Callable[[SourceConfig], Source]
    settings: tuple[SettingSpec, ...] = ()
    extensions: tuple[str, ...] = ()
    needs: str = ""
    """The extra to install, named in the error when its library is absent: "postgres"."""


# ---------------------------------------------------------------- packs and functions


LEARNED_KINDS = ("number", "count", "money", "date", "text", "texts", "yesno")
"""What columns of a learned table may be; money is exact to four places once it is stored."""


@dataclass(frozen=True, slots=True)
class Learning:
    """What a model learns from: the columns that its phrase reads, as numpy arrays by name, in order of their rows.

    Column `of` numbers whom a row is about, 0 to `things` - 1, rising; the others are those of the phrase under the
    names that `LearnedTable.inputs` gives them. Days are days since 1970-01-01, money is a float.
    `settings` are the pack's. `kept` is what the model gave to keep when it learned the same before, else None.
    `wanted` are the columns that somebody reads; others may be left out, None is all.
    """

    rows: Mapping[str, Any]
    things: int
    today: dt.date
    settings: Mapping[str, object] = field(default_factory=dict)
    kept: object = None
    wanted: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Learned:
    """What a model learned: `columns` with a value for each of the things, `numbers` that hold for all of them.

    A value that is not a number (NaN) or None is missing; one that is not finite is a fault. `lacks` says of columns
    and numbers why there is not enough data for them, `notes` a sentence that stands below answers made of them; of the
    name "" it is said of all. `tests` are rows of how well it did before (see the table `predictions.backtest`); their
    `deciles` are pairs of what was predicted and what happened, for each tenth, the highest first.
    `keep` is made of JSON's values and handed back when the same is to be learned again.
    """

    columns: Mapping[str, Any] = field(default_factory=dict)
    numbers: Mapping[str, object] = field(default_factory=dict)
    lacks: Mapping[str, str] = field(default_factory=dict)
    tests: Sequence[Mapping[str, object]] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    keep: object = None


@dataclass(frozen=True, slots=True)
class LearnedTable:
    """What a pack's model says of each row of a table, or of everything with a value: `learned(NAME.column)` in the
    pack's files.

    `reads` is a phrase; what it is by first tells things apart. `inputs` names its further dimensions and its metrics,
    in order. `of` is the table whose rows are told apart by their id; empty when the value is said with the call:
    `learned(categories.revenue, category)`. `columns` and `numbers` give a kind for each name: number, count, money,
    date, text, texts, yesno. `learn` is called once in a run, when something is asked that needs it.
    """

    name: str
    describe: str
    reads: str
    inputs: tuple[str, ...]
    columns: Mapping[str, str]
    learn: Callable[[Learning], Learned]
    of: str = ""
    numbers: Mapping[str, str] = field(default_factory=dict)
    needs: str = ""
    """The extra to install, named where its library is absent: "predict"."""
    explain: Callable[[Mapping[str, object]], str] | None = None
    """What `patron why` says of one thing, in a sentence, from its columns and the numbers by name; what is missing is
    None."""
    settings: tuple[str, ...] = ()
    """Settings of other packs that the model goes by, too: "lifecycle.house_gap"."""


@dataclass(frozen=True, slots=True)
class Pack:
    """Metrics, traits, filters, events, attributions by the name `pack.member`, written as .patron files.

    `files` are texts by file name; `settings` become parameters of those files. `tables` are needed by everything
    in it; a member that needs more than a project has is `source missing` by itself.
    """

    name: str
    version: str
    describe: str
    files: Mapping[str, Path]
    settings: tuple[SettingSpec, ...] = ()
    tables: tuple[str, ...] = ()
    later: Mapping[str, str] = field(default_factory=dict)
    """Members that are promised and not there yet, by full name, with the reason that a reader is told."""
    kept: tuple[str, ...] = ()
    """Traits on `purchase_days`, by full name, that much is computed from: kept as columns for all that ask."""
    changes: Mapping[str, str] = field(default_factory=dict)
    """Of a state that a customer is in: traits on `purchase_days`, by full name, that date a change by itself, with
    those of the state then; in order. They make the table `<pack>.changes`."""
    learned: tuple[LearnedTable, ...] = ()
    """What its models say of customers, products and others, learned when it is asked for."""
    levels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Metrics that are another for each kind of thing they are shown by: by full name, the metric's name for dimensions
    that begin with a path (`product.category`, `product`); the first that fits all dimensions is taken."""
    doubts: Mapping[str, str] = field(default_factory=dict)
    """By the full name of a metric that others rest on, a metric that says as a text why it is uncertain, missing while
    it is not: told (P0615) with every answer that the first one is used in."""


@dataclass(frozen=True, slots=True)
class FunctionType:
    """A scalar function for expressions. `arguments` are kinds of Type, `lower` gives a sqlglot expression from
    sqlglot expressions and the dialect's name; it is called only while SQL is built."""

    name: str
    describe: str
    arguments: tuple[str, ...]
    result: Type
    lower: Callable[[Sequence[Any], str], Any]


# ---------------------------------------------------------------- exporters


class ExportError(Exception):
    """An export that cannot be made of this report, with what to do about it. It is left out and told (P0807)."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def _unheard(_text: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class ExportJob:
    """Where an exporter writes: `folder` exists and is empty of others' files; `stem` is a safe file name.

    Write only inside `folder`; the runner publishes the files atomically afterwards. `only` names the show to
    export (None: the whole report). `raw` switches formula protection off. `settings` holds every setting that the
    exporter declares. `tell` takes a sentence for whoever made the report: what was left out, and why.
    """

    folder: Path
    stem: str
    locale: str = "en"
    only: str | None = None
    raw: bool = False
    settings: Mapping[str, object] = field(default_factory=dict)
    tell: Callable[[str], None] = _unheard


@dataclass(frozen=True, slots=True)
class ExporterType:
    """A file format: `export "T" as NAME`. `export` returns the files it wrote, the main one first; ExportError or
    ImportError when it cannot. `takes` names the rows it is made of (`people`); empty: the report or a show."""

    name: str
    describe: str
    extension: str
    export: Callable[[Report, ExportJob], Sequence[Path]]
    settings: tuple[SettingSpec, ...] = ()
    needs: str = ""
    takes: str = ""


@dataclass(frozen=True, slots=True)
class ShowType:
    """A kind of `show`. `needs` is checked by the model: "no dims", "time first", "one dim or rest", "two dims",
    "place or two dims", "metrics", "fields", "people" or ""."""

    name: str
    describe: str
    needs: str = ""
    settings: tuple[SettingSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetType:
    """A place to deliver to: `to folder(path = "out")`. `send` gets finished files and the call's arguments.

    With `takes_key` there is one more argument, `key`: a text that is the same when the same delivery is tried again,
    for receivers who can tell by it what they have already."""

    name: str
    describe: str
    send: Callable[[Sequence[Path], Mapping[str, str]], str]
    arguments: tuple[SettingSpec, ...] = ()
    takes_key: bool = False


# ---------------------------------------------------------------- backends, checks, commands


@dataclass(frozen=True, slots=True)
class Limits:
    """What a query may use; None means the backend's own choice."""

    memory: str | None = None
    threads: int | None = None
    temp_folder: Path | None = None
    seconds: float | None = None
    rows: int | None = None


class Session(Protocol):
    """An open backend with the canonical tables in it. Nothing outside them can be reached."""

    def run(self, name: str, sql: str) -> None:
        """Run one step that makes a temporary table."""

    def fetch(self, sql: str) -> list[tuple[Any, ...]]:
        """Run one SELECT and give its rows."""

    def arrow(self, sql: str) -> pyarrow.Table:
        """Run one SELECT and give an Arrow table."""

    def columns(self, sql: str) -> Mapping[str, Any]:
        """Run one SELECT and give its columns as numpy arrays, in the order of its rows. It may be called from another
        thread than the one that opened the session, never while something else runs."""

    def handed(self, name: str, sql: str, columns: Mapping[str, Any]) -> None:
        """Run one step that makes a temporary table of columns (numpy arrays), which it reads as the table `handed`."""

    def cancel(self) -> None:
        """Stop what is running; safe to call from another thread."""

    def close(self) -> None:
        """Let go of everything."""


@dataclass(frozen=True, slots=True)
class BackendType:
    """An engine: `open` gets the stored load's place and the limits. `dialect` is sqlglot's name for its SQL."""

    name: str
    describe: str
    dialect: str
    open: Callable[[Path, Limits], Session]
    needs: str = ""


@dataclass(frozen=True, slots=True)
class CheckType:
    """A further check of a resolved model, for house rules: gives problems of any severity."""

    name: str
    describe: str
    check: Callable[[Any], Sequence[Problem]]


@dataclass(frozen=True, slots=True)
class CommandType:
    """A further command of the command line; `command` gives a click command when it is called for."""

    name: str
    describe: str
    command: Callable[[], click.Command]


@dataclass(frozen=True, slots=True)
class PluginFact:
    """What `patron plugins` shows about one plugin."""

    name: str
    version: str
    origin: str
    allowed: bool
    problem: str = ""
    offers: tuple[str, ...] = ()
    loaded_at: dt.datetime | None = None
