"""Problems: what is wrong with a spec, where, and what to write instead.

Problems are collected, not thrown one by one; every code of the catalogue (language reference, section 17) is
listed here with its severity, so that no other place invents one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from patron.dsl.nodes import dataclass
from patron.dsl.tree import Span, fold

_ERRORS = """0101 0102 0103 0104 0105 0106 0107 0108 0109 0110 0111 0201 0202 0203 0204 0205 0206 0207 0208 0209 0210
0211 0213 0301 0302 0304 0305 0306 0307 0308 0309 0310 0401 0402 0403 0404 0405 0406 0407 0501 0502 0503 0504 0505
0601 0602 0603 0604 0605 0607 0608 0609 0610 0612 0613 0701 0702 0703 0704 0705 0706 0707 0709 0710 0711 0712 0713
0801 0802 0803 0804 0805 0806 0807 0808 0809 0901 0902 0999"""
_WARNINGS = "0303 0606 0611 0614 0615 0708"
_NOTES = "0212 0506 0507 0508"

SEVERITY: Mapping[str, str] = {
    **{f"P{c}": "E" for c in _ERRORS.split()},
    **{f"P{c}": "W" for c in _WARNINGS.split()},
    **{f"P{c}": "N" for c in _NOTES.split()},
}


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that helps: "first declared here"."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. `severity` is E (stops), W or N; the default is the catalogue's."""

    code: str
    span: Span
    message: str
    hint: str = ""
    related: tuple[Related, ...] = ()
    severity: str = ""

    def __post_init__(self) -> None:
        if not self.severity:
            object.__setattr__(self, "severity", SEVERITY[self.code])

    @property
    def stops(self) -> bool:
        return self.severity == "E"

    def as_json(self) -> dict[str, object]:
        """The form of `--json` (language reference, section 17)."""
        s = self.span
        return {
            "code": self.code, "severity": self.severity, "file": s.file, "line": s.line, "column": s.column,
            "end_line": s.end_line, "end_column": s.end_column, "message": self.message, "hint": self.hint or None,
            "related": [{"file": r.span.file, "line": r.span.line, "column": r.span.column, "message": r.message}
                        for r in self.related],
        }  # fmt: skip


def by_place(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """In order of place, each problem once."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda p: (p.span, p.code, p.message)))


def as_text(problem: Problem, line: str | None) -> str:
    """The printed form: place, code, sentence, the line with carets, hint. `line` is the text of that line."""
    s = problem.span
    out = [f"{s.file or 'phrase'}:{s.line}:{s.column}: {problem.code}: {problem.message}"]
    if line is not None:
        if problem.code == "P0701" and line[s.column - 1 : s.column] == '"':  # what may not stand there is not repeated
            line = line[: s.column - 1] + "*" * (s.end_column - s.column) + line[s.end_column - 1 :]
        shown, start = _excerpt(line, s.column)
        length = (s.end_column - s.column) if s.end_line == s.line else max(1, len(line) - s.column + 1)
        length = max(1, min(length, len(shown) - (s.column - start)))
        label = f"{s.line:>5} | "
        pad = "".join(c if c == "\t" else " " * width(c) for c in shown[: s.column - start])
        out += [label + shown, " " * (len(label) - 2) + "| " + pad + "^" * length]
    if problem.hint:
        out.append("  " + problem.hint)
    out += [f"  {r.span.file}:{r.span.line}:{r.span.column}: {r.message}" for r in problem.related]
    return "\n".join(out)


def width(char: str) -> int:
    """Terminal cells of a character: wide East Asian ones take two."""
    import unicodedata

    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _excerpt(line: str, column: int, limit: int = 160) -> tuple[str, int]:
    """A line cut to what a reader can see, and the column at which the cut begins."""
    if len(line) <= limit:
        return line, 1
    start = max(1, column - limit // 2)
    return line[start - 1 : start - 1 + limit], start


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known name most like this one, or None when nothing is near."""
    import difflib  # most specs need no suggestion

    names = {fold(k): k for k in known}
    found = difflib.get_close_matches(fold(name), names, n=1, cutoff=cutoff)
    return names[found[0]] if found else None


def suggest(name: str, known: Iterable[str]) -> str:
    """`Did you mean X?` and the first five known names, as a hint."""
    all_known = sorted(set(known))
    near = nearest(name, all_known)
    first = f"Did you mean `{near}`? " if near else ""
    if not all_known:
        return first.strip() or "None is known here."
    more = ", ..." if len(all_known) > 5 else ""
    return f"{first}Known: {', '.join(all_known[:5])}{more}"
