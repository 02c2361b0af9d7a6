"""What `--set NAME=VALUE` and `params=` say, as values of the language."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import cast

from patron.dsl import tree
from patron.dsl.source import JOINERS, refused
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
    return {name: _value(name, value, tree.fold(name) in texts, parse_value) for name, value in given.items()}


def _value(name: str, value: object, is_text: bool, parse_value: ParseValue) -> tree.Expr:
    if not isinstance(value, (str, bool, int, float, Decimal, dt.date)):
        return cast("tree.Expr", value)  # already a value of the language
    written = _written(value)
    if is_text and not (len(written) > 1 and written[0] == written[-1] == '"'):
        return _text(name, written)
    return parse_value(written) or _text(name, written)


def _text(name: str, written: str) -> tree.Text:
    """A text by the rules of a spec's: in NFC, without characters that may stand nowhere."""
    for at in refused(written):
        if written[at] not in JOINERS:
            raise UsageError(
                f"the value of `{name}` holds a character that may not stand in a text (U+{ord(written[at]):04X})",
                "It cannot be seen or changes how the line reads: leave it out.",
            )
    return tree.Text(unicodedata.normalize("NFC", written))


def _written(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case dt.datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case dt.date():
            return value.isoformat()
    return str(value)
