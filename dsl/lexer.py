"""Text to raw tokens in one sweep.

A raw token knows its shape (a word, a number, a text ...) but not yet whether a word is a keyword: that depends on
where it stands, and is decided by the machine. Comments and blanks are put aside; newlines stay.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import islice

from patron.dsl.nodes import dataclass, field
from patron.dsl.problems import Problem
from patron.dsl.source import JOINERS, Source, refused, too_large
from patron.dsl.tree import Comment
from patron.grammars.tables import PATTERNS

# The kinds of raw tokens. LONG_VERSION is a version with two dots or more; one with a dot is a NUMBER until asked.
(WORD, QUOTED, NEWLINE, SIGN, STRING, NUMBER, MONEY, PERCENT, DATE, DATETIME, TIME, LONG_VERSION, SQLTEXT, OPEN_TEXT,
 OPEN_SQL, ODD, COMMENT, END) = range(18)  # fmt: skip

NAME_LIKE = (WORD, QUOTED)
MAX_PIECES = 300_000
"""Words, signs, line ends and comments of a file: one of the permitted size has about half as many."""
MAX_DEPTH = 64
CONTINUES = frozenset("and or where by during having sorted top per then else".split())
STATEMENTS = (
    "language", "import", "use", "project", "param", "source", "table", "filter", "trait", "event", "metric",
    "audience", "list", "attribution", "report", "run", "test",
)  # fmt: skip

# In order of trial. An open text reaches to the end of its line; open sql to the next statement at the margin.
_SHAPES = (
    (WORD, PATTERNS["NAME"]),
    (NEWLINE, r"\n"),
    (SQLTEXT, PATTERNS["SQLTEXT"]),
    (OPEN_SQL, r'"""[\s\S]*?(?=\n(?:' + "|".join(STATEMENTS) + r")\b|\Z)"),
    (STRING, PATTERNS["STRING"]),
    (OPEN_TEXT, r'"[^\n]*|' + r"'[^'\n]*'?"),
    (MONEY, PATTERNS["MONEY"]),
    (DATETIME, PATTERNS["DATETIME"]),
    (DATE, PATTERNS["DATE"]),
    (TIME, PATTERNS["TIME"]),
    (PERCENT, PATTERNS["PERCENT"]),
    (LONG_VERSION, r"[0-9]+(?:\.[0-9]+){2,}"),
    (NUMBER, PATTERNS["NUMBER"]),
    (SIGN, r"!=|<=|>=|[-+*/=<>(){},.$]"),
    (COMMENT, r"#[^\n]*"),
    (ODD, r"[^ \t]"),
)


@cache
def _sweep() -> tuple[re.Pattern[str], list[int]]:
    pattern = r"[ \t]*(?:" + "|".join(f"({shape})" for _, shape in _SHAPES) + r"|\Z)"
    return re.compile(pattern), [END, *(kind for kind, _ in _SHAPES)]


@dataclass(slots=True)
class Raw:
    """The raw tokens of a source, as three rows of the same length; the last token is END."""

    source: Source
    kinds: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    notes: list[tuple[int, int, bool]] = field(default_factory=list)
    """Where comments begin and end, and whether they stand on a line of their own."""
    problems: list[Problem] = field(default_factory=list)
    spoiled: set[int] = field(default_factory=set)
    """Lines whose text cannot be trusted: what the parser says about them is not repeated."""
    too_deep: set[int] = field(default_factory=set)
    """Tokens at which something nested too deeply begins."""

    def comments(self) -> tuple[Comment, ...]:
        text, span = self.source.text, self.source.span
        return tuple(Comment(text[a:b], own_line, span=span(a, b)) for a, b, own_line in self.notes)

    def text(self, n: int) -> str:
        return self.source.text[self.starts[n] : self.ends[n]]

    def at_margin(self, n: int) -> bool:
        """Whether the token begins its line at the margin."""
        start = self.starts[n]
        return start == 0 or self.source.text[start - 1] == "\n"

    def continues(self, n: int) -> bool:
        """Whether a line that begins with this token goes on with the line before."""
        kind = self.kinds[n]
        if kind == WORD:
            text = self.text(n)
            titled = text in ("rest", "total") and self.kinds[n + 1] in (STRING, OPEN_TEXT, SQLTEXT)
            return titled or text in CONTINUES
        return kind == SIGN and self.source.text[self.starts[n]] == ")"


def lex(source: Source) -> Raw:
    """The raw tokens of a source with the problems seen on the way."""
    raw = Raw(source)
    bad = list(islice(refused(source.text), MAX_REFUSED))
    if len(bad) == MAX_REFUSED:
        _refuse(raw, bad)
        return _ended(raw)
    skip = set(bad)
    pattern, kind_of = _sweep()
    kinds, starts, ends = raw.kinds, raw.starts, raw.ends
    text = source.text
    for match in islice(pattern.finditer(text), MAX_PIECES + 1):
        group = match.lastindex or 0
        kind = kind_of[group]
        start, end = match.span(group)
        if kind == WORD:
            kind = QUOTED if text[start] == "`" else WORD
        elif kind >= OPEN_TEXT and not _kept(raw, kind, start, end, skip):
            continue
        kinds.append(kind)
        starts.append(start)
        ends.append(end)
    if len(kinds) + len(raw.notes) > MAX_PIECES:
        return _ended(Raw(source, problems=[too_large(source.file, f"the file has more than {MAX_PIECES:,} words")]))
    _ended(raw)
    _refuse(raw, bad)
    _measure_depth(raw)
    return raw


def on_one_line(text: str) -> str:
    """A piece of a spec with each line break, and the comment before it, as one blank."""
    raw = lex(Source(text, ""))
    out, last = "", 0
    for kind, start, end in zip(raw.kinds, raw.starts, raw.ends, strict=True):
        if kind not in (NEWLINE, END):
            gap = text[last:start]
            out += (" " if "\n" in gap else gap) + text[start:end]
            last = end
    return out


def _kept(raw: Raw, kind: int, start: int, end: int, skip: set[int]) -> bool:
    """Whether something odd still is a token; comments are put aside, foreign signs reported."""
    text = raw.source.text
    if kind == COMMENT:
        own_line = not raw.kinds or raw.kinds[-1] == NEWLINE
        raw.notes.append((start, start + len(text[start:end].rstrip()), own_line))
        return False
    if start in skip or kind == END:
        return False
    foreign = kind == ODD and text[start] > "\x7f"
    if foreign or kind != ODD:
        _report(raw, kind, start)
    return not foreign


def _ended(raw: Raw) -> Raw:
    raw.kinds.append(END)
    raw.starts.append(len(raw.source.text))
    raw.ends.append(len(raw.source.text))
    return raw


TEXTS = 'Texts stand between double quotes: "..."'
MAX_REPORTS = 100
MAX_REFUSED = 1000
_QUOTES = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u300c\u300d\uff02\u2018\u2019\u201a\u2039\u203a"
_INSTEAD = {
    **dict.fromkeys(_QUOTES, 'Texts stand between straight double quotes: "..."'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\uff0d", "The minus sign is `-`."),
    **dict.fromkeys("\u00d7\u2217\uff0a", "Times is written `*`."),
    **dict.fromkeys("\u00f7\u2215\uff0f", "Divided by is written `/`."), "\u2264": "At most is written `<=`.",
    "\u2265": "At least is written `>=`.", "\u2260": "Unequal is written `is not`.", "\uff0c": "The comma is `,`.",
    "\u3001": "The comma is `,`.", "\uff08": "Brackets are `(` and `)`.", "\uff09": "Brackets are `(` and `)`.",
    "\uff1d": "The equals sign is `=`.", "\u00a0": "Use an ordinary blank.", "\u3000": "Use an ordinary blank.",
}  # fmt: skip


def _report(raw: Raw, kind: int, start: int) -> None:
    """What is wrong with a text that is not closed, a text in single quotes, or a foreign sign."""
    source = raw.source
    raw.spoiled.add(source.line_of(start))
    if len(raw.problems) >= MAX_REPORTS:
        return
    if kind == ODD:
        char = source.text[start]
        hint = _INSTEAD.get(char, "Names have letters, digits and _; anything else goes in backticks.")
        raw.problems.append(_refusal(raw, start, hint))
    elif source.text[start] == "'":
        problem = Problem("P0101", source.span(start, start + 1), "I did not expect `'` here", TEXTS)
        raw.problems.append(problem)
    else:
        mark = 3 if kind == OPEN_SQL else 1
        hint = 'Close it with `"""`.' if kind == OPEN_SQL else 'Close it with `"` on the same line.'
        raw.problems.append(Problem("P0102", source.span(start, start + mark), "this text is not closed", hint))


def _refusal(raw: Raw, offset: int, hint: str) -> Problem:
    code = f"U+{ord(raw.source.text[offset]):04X}"
    return Problem("P0106", raw.source.span(offset, offset + 1), f"this character may not stand here ({code})", hint)


def _refuse(raw: Raw, bad: list[int]) -> None:
    """One problem for each run of refused characters; joiners are the business of texts and comments."""
    if not bad:
        return
    text = raw.source.text
    free = _joiner_places(raw) if any(joiner in text for joiner in JOINERS) else set()
    last = -2
    for offset in bad:
        if text[offset] in JOINERS and offset in free:
            continue
        raw.spoiled.add(raw.source.line_of(offset))
        if offset != last + 1 and len(raw.problems) < MAX_REPORTS:
            raw.problems.append(_refusal(raw, offset, "It cannot be seen or changes how the line reads: delete it."))
        last = offset


def _joiner_places(raw: Raw) -> set[int]:
    """Offsets of joiners inside texts and comments."""
    text, (pattern, kind_of) = raw.source.text, _sweep()
    inside = (STRING, SQLTEXT, COMMENT, OPEN_TEXT, OPEN_SQL)
    spans = (m.span(m.lastindex or 0) for m in pattern.finditer(text) if kind_of[m.lastindex or 0] in inside)
    return {place for start, end in spans for place in range(start, end) if text[place] in JOINERS}


def _measure_depth(raw: Raw) -> None:
    """Reports brackets and braces nested too deeply, once, at the outermost of them."""
    text = raw.source.text
    if text.count("(") + text.count("{") <= MAX_DEPTH:
        return
    opened: list[int] = []
    for n, kind in enumerate(raw.kinds):
        if kind == NEWLINE and raw.at_margin(n + 1) and not raw.continues(n + 1):
            while opened and text[raw.starts[opened[-1]]] == "(":
                opened.pop()
        sign = text[raw.starts[n]] if kind == SIGN else ""
        if sign and sign in "({":
            opened.append(n)
            if len(opened) == MAX_DEPTH + 1:
                _report_depth(raw, opened[0])
        elif sign and sign in ")}" and opened:
            opened.pop()


def _report_depth(raw: Raw, outermost: int) -> None:
    if not raw.too_deep:
        place = raw.source.span(raw.starts[outermost], raw.ends[outermost])
        message = f"this is nested too deep: brackets and braces may be {MAX_DEPTH} deep"
        raw.problems.append(Problem("P0107", place, message, "Give a part of it a name of its own."))
    raw.too_deep.add(outermost)
