"""Walking a report: its figures in reading order, and the one that an export asks for."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from patron.engine.contracts import ExportError
from patron.engine.results import Conditions, Figure, Note, Part, Report, Section


@dataclass(frozen=True, slots=True)
class Placed:
    """A figure or an audience's conditions with the titles of the tabs and sections around it."""

    part: Figure | Conditions
    path: tuple[str, ...]

    @property
    def title(self) -> str:
        """What people call it."""
        return self.part.title or (self.part.kind if isinstance(self.part, Figure) else "conditions")


def figures(parts: Sequence[Part], path: tuple[str, ...] = ()) -> Iterator[Placed]:
    """All figures and conditions of a report in reading order."""
    for part in parts:
        if isinstance(part, Section):
            yield from figures(part.parts, (*path, part.title))
        elif not isinstance(part, Note):
            yield Placed(part, path)


def chosen(report: Report, only: str) -> Placed:
    """The figure of that title, else of that address. ExportError names those there are."""
    placed = tuple(figures(report.parts))
    for found in placed:
        if found.part.title == only:
            return found
    for found in placed:
        if found.part.address == only:
            return found
    known = ", ".join(f'"{each.title}"' for each in placed)
    raise ExportError(f'the report {report.name} has no show "{only}"; it has {known or "none"}')


def remarks(report: Report, words: Mapping[str, str]) -> str:
    """The head of what only those who keep a report have to know: it stands apart from what its readers see."""
    return words["remark" if len(report.notes) == 1 else "remarks"].format(n=len(report.notes))


def slug(text: str, longest: int = 40) -> str:
    """A safe, readable piece of a file name: lower-case words joined by dashes; "" when nothing is left."""
    simple = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", simple).strip("-")[:longest].strip("-")


def stable_slugs(placed: Sequence[Placed]) -> tuple[str, ...]:
    """A file name piece for each figure that does not move when others come or go.

    The title's slug alone where it is unique in the report, else with that of its tab or section; with a short mark of
    the address where that is not enough or where the title has no Latin letters.
    """
    names = [slug(each.title) for each in placed]
    within = [slug(f"{each.title} {each.path[-1]}", 60) if name and each.path else ""
              for name, each in zip(names, placed, strict=True)]  # fmt: skip
    every = [*names, *within]
    made: list[str] = []
    for name, longer, each in zip(names, within, placed, strict=True):
        clear = next((n for n, among in ((name, names), (longer, every)) if n and among.count(n) == 1), "")
        wanted = clear or f"{name or 'show'}-{_mark(each.part.address)}"
        again = sum(m == wanted or m.startswith(f"{wanted}-again-") for m in made)
        made.append(f"{wanted}-again-{again}" if again else wanted)
    return tuple(made)


def _mark(address: str) -> str:
    import hashlib  # patron check lists exporters, and marks nothing

    return hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()[:6]


@contextmanager
def extra(name: str, what: str) -> Iterator[None]:
    """While the libraries of an extra are needed: an absent one is told with the way to install it."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "patron").partition(".")[0] == "patron":
            raise
        raise ImportError(f"{what} need {error.name}: pip install 'patron[{name}]'", name=error.name) from error


def true_at(report: Report) -> dt.datetime:
    """The day that the numbers are of, for files that must carry a moment: never that of the clock."""
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)", report.provenance.as_of)
    year, month, day = map(int, found.groups()) if found else (2000, 1, 1)
    return dt.datetime(year, month, day)


def told(text: str, already: str) -> bool:
    """Whether it is said already: as it is, or as the dates of words."""
    return already == text or already.endswith(f"({text})")
