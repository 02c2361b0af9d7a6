"""Results as Arrow tables and data frames: for callers from Python, and for the formats parquet and arrow."""

from __future__ import annotations

import importlib
from decimal import Decimal
from types import ModuleType
from typing import TYPE_CHECKING, Any

from patron.engine.results import Column, Result, Value

if TYPE_CHECKING:
    import pandas
    import pyarrow

EXTRA = "frames"
"""The extra of the package that brings the libraries."""


def arrow_table(result: Result) -> pyarrow.Table:
    """The values as an Arrow table: money decimal128(38, 6), moments timestamp[us, UTC], dates date32, whole numbers
    int64, other numbers float64, sets of texts lists of texts.

    A column keeps its type also when all its values are missing. Only where the row of `rest` or `total` has its
    words in a column of dates or numbers, that column is text.
    """
    arrow = _library("pyarrow", "an Arrow table")
    arrays, fields = [], []
    for place, column in enumerate(result.columns):
        values = [row[place] for row in result.rows]
        if _holds_words(values, column):
            column_type: Any = arrow.string()
            values = [None if v is None else str(v) for v in values]
        else:
            column_type = _arrow_type(arrow, column, values)
            values = [_fitting(v, column_type, arrow) for v in values]
        arrays.append(arrow.array(values, column_type))
        fields.append(arrow.field(column.name, column_type))
    return arrow.Table.from_arrays(arrays, schema=arrow.schema(fields))


def data_frame(result: Result) -> pandas.DataFrame:
    """The values as a data frame with Arrow-backed columns, so that money stays exact and missing stays missing."""
    pandas = _library("pandas", "a data frame")
    return arrow_table(result).to_pandas(types_mapper=pandas.ArrowDtype)


def _library(name: str, wanted: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        said = f"{wanted} needs {name}, which is not installed: pip install 'patron[{EXTRA}]'"
        raise ImportError(said, name=name) from error


def _holds_words(values: list[Value], column: Column) -> bool:
    """Whether a column of dates, numbers or yes/no holds the words of an extra row."""
    return not column.type.textual and column.type.kind != "texts" and any(isinstance(v, str) for v in values)


def _arrow_type(arrow: ModuleType, column: Column, values: list[Value]) -> Any:
    type_ = column.type
    if type_.kind == "number":
        exact = type_.whole and not any(isinstance(v, float) and not v.is_integer() for v in values)
        return arrow.int64() if exact else arrow.float64()
    return {
        "money": arrow.decimal128(38, 6), "moment": arrow.timestamp("us", tz="UTC"), "date": arrow.date32(),
        "yesno": arrow.bool_(), "texts": arrow.list_(arrow.string()),
    }.get(type_.kind, arrow.string())  # fmt: skip


def _fitting(value: Any, type_: Any, arrow: ModuleType) -> Any:
    """A value in the form in which Arrow takes it without guessing."""
    if value is None:
        return None
    if type_ == arrow.float64():
        return float(value)
    if type_ == arrow.int64():
        return int(value)
    if arrow.types.is_decimal(type_):
        return Decimal(value)
    return str(value) if type_ == arrow.string() else value
