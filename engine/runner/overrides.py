"""What `--set NAME=VALUE` and `params=` say, as values of the language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import cast

from patron.dsl import tree
from patron.engine.runtime.errors import UsageError

ParseValue = Callable[[str], tree.Expr | None]


def split(texts: Iterable[str]) -> dict[str, str]:
    """`NAME=VALUE` texts as a mapping; of two for one name the last counts."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"--set {text}: NAME=VALUE is expected", "For example --set days=14")
        found[name.strip().removeprefix("$")] = value
    return found


def values(
    given: Mapping[str, object], documents: Sequence[tree.Document], parse_value: ParseValue
) -> Mapping[str, tree.Expr]:
    """Each value as the language would read it; a text parameter takes its text without quotes."""
    texts = {
        s.name.key
        for d in documents
        for s in d.statements
        if isinstance(s, tree.ParamDecl) and isinstance(s.default, tree.Text)
    }
    return {name: _value(value, tree.fold(name) in texts, parse_value) for name, value in given.items()}


def _value(value: object, is_text: bool, parse_value: ParseValue) -> tree.Expr:
    if not isinstance(value, (str, bool, int, float, Decimal, dt.date)):
        return cast("tree.Expr", value)  # already a value of the language
    written = _written(value)
    if is_text and not (len(written) > 1 and written[0] == written[-1] == '"'):
        return tree.Text(written)
    return parse_value(written) or tree.Text(written)


def _written(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case dt.datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case dt.date():
            return value.isoformat()
    return str(value)
