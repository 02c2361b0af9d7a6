"""Results and reports as bytes that read back as the same values, to be kept until long after they were computed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar, cast

from patron.engine import results, types
from patron.engine.results import Figure, Part, Report, Result, Section
from patron.engine.runtime.errors import Damaged

Answer = TypeVar("Answer", Report, Result)

_KINDS: Mapping[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        results.Column, results.Conditions, results.ConditionLine, results.Coverage, results.Definition,
        results.Figure, results.Mark, results.Note, results.Provenance, results.Report, results.Result,
        results.Section, results.SourceFact, types.Format, types.Type,
    )
}  # fmt: skip
_KIND = "="
"""The key under which an object says what it is."""


def written(made: Report | Result) -> bytes:
    """A result or report as it is kept."""
    return json.dumps(_plain(made), ensure_ascii=True, separators=(",", ":")).encode()


def read(content: bytes) -> Any:
    """The result or report behind its bytes. Damaged when this Patron cannot read them."""
    try:
        return json.loads(content, object_hook=_object)
    except (ValueError, TypeError, KeyError, ArithmeticError) as error:
        raise Damaged(
            "a result that was kept cannot be read by this version of Patron",
            "Use the version that kept it, or ask `--as-of` a moment when the list lived: it is computed anew.",
        ) from error


def what(row: Mapping[str, Any]) -> str:
    """A kept result in words, for errors."""
    return f"the last result of {row['asked']}"


def _plain(value: Any) -> Any:
    """The value in what JSON knows; what is the default of a field is left out."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Decimal():
            return {_KIND: "decimal", "is": str(value)}
        case dt.datetime():
            return {_KIND: "moment", "is": value.isoformat()}
        case dt.date():
            return {_KIND: "date", "is": value.isoformat()}
        case tuple() | list():
            return [_plain(v) for v in value]
        case Mapping():
            return {_KIND: "mapping", "is": [[_plain(k), _plain(v)] for k, v in value.items()]}
    assert is_dataclass(value), f"a {type(value).__name__} cannot be kept"
    assert _KINDS.get(type(value).__name__) is type(value), f"a {type(value).__name__} cannot be kept"
    said = {f.name: getattr(value, f.name) for f in fields(value)}
    return {_KIND: type(value).__name__, **{name: _plain(v) for name, v in said.items()}}


def _object(said: dict[str, Any]) -> Any:
    """What an object of the JSON stands for. Fields that a kind no longer has are dropped."""
    kind = said.pop(_KIND)
    match kind:
        case "decimal":
            return Decimal(said["is"])
        case "moment":
            return dt.datetime.fromisoformat(said["is"])
        case "date":
            return dt.date.fromisoformat(said["is"])
        case "mapping":
            return {_frozen(k): _frozen(v) for k, v in said["is"]}
    known = {f.name for f in fields(_KINDS[kind])}
    return _KINDS[kind](**{name: _frozen(value) for name, value in said.items() if name in known})


def _frozen(value: Any) -> Any:
    """Lists of JSON are tuples of ours."""
    return tuple(_frozen(v) for v in value) if isinstance(value, list) else value


# ---------------------------------------------------------------- every result of a report


def everywhere(made: Answer, change: Callable[[Result], Result]) -> Answer:
    """A report with every result in it changed, or one result."""
    found: Report | Result = made
    changed = replace(found, parts=_changed(found.parts, change)) if isinstance(found, Report) else change(found)
    return cast("Answer", changed)


def _changed(parts: tuple[Part, ...], change: Callable[[Result], Result]) -> tuple[Part, ...]:
    return tuple(_part(part, change) for part in parts)


def _part(part: Part, change: Callable[[Result], Result]) -> Part:
    if isinstance(part, Section):
        return replace(part, parts=_changed(part.parts, change))
    if isinstance(part, Figure):
        result, trend = (None if one is None else change(one) for one in (part.result, part.trend))
        return replace(part, result=result, trend=trend)
    return part
