"""Value types of the language, and how a type is spoken of in an error."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from patron.dsl.nodes import dataclass

BEGIN = "[0-9]+([.][0-9]+)?"
"""The number that a band begins with, as SQL searches it, too."""

UNITS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Type:
    """A value's type.

    `kind` is one of text number money date moment duration yesno choice reference texts missing.
    `table` names the canonical table of a reference (`customers`); an id column is a reference to its own table.
    `whole` marks numbers that are counts: they print without decimals.
    `labels` are the texts that bands can have, in the order in which they sort. `words` are values and what readers
    are shown instead of them.
    """

    kind: str
    table: str = ""
    whole: bool = False
    labels: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """The words an analyst reads: "a text", "a number", "a customer"."""
        if self.kind == "reference":
            return f"a reference to {self.table}"
        return _WORDS[self.kind]

    @property
    def textual(self) -> bool:
        return self.kind in ("text", "choice", "reference")

    @property
    def timely(self) -> bool:
        return self.kind in ("date", "moment")


def band_begin(text: str) -> float | None:
    """Where a band begins that is written as a text: 19 for `19-24`, a little below 18 for `under 18`; None for a text
    without a number."""
    found = re.search(BEGIN, text)
    return None if found is None else float(found[0]) - (0.5 if found.start() else 0)


def band_begins(labels: Sequence[str]) -> tuple[float, ...]:
    """Where bands begin, one after the other; nothing where these texts are no bands."""
    begins = [begin for label in labels if (begin := band_begin(label)) is not None]
    rising = len(begins) == len(labels) and all(a < b for a, b in pairwise(begins))
    return tuple(begins) if rising else ()


_WORDS = {
    "text": "a text", "number": "a number", "money": "money", "date": "a date", "moment": "a moment",
    "duration": "a duration", "yesno": "a condition", "choice": "a text", "texts": "a set of texts",
    "missing": "missing",
}  # fmt: skip

TEXT = Type("text")
NUMBER = Type("number")
WHOLE = Type("number", whole=True)
MONEY = Type("money")
DATE = Type("date")
MOMENT = Type("moment")
DURATION = Type("duration")
YESNO = Type("yesno")
CHOICE = Type("choice")
TEXTS = Type("texts")
MISSING = Type("missing")


def reference(table: str) -> Type:
    """The id of a row of that canonical table."""
    return Type("reference", table)


@dataclass(frozen=True, slots=True)
class Format:
    """How a value is shown; never changes the value. kind: money number percent days date text."""

    kind: str
    digits: int = 0
