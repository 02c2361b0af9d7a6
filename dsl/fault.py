"""A token that does not fit, and how things stood when it came."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from patron.dsl import machine
from patron.dsl.lexer import END, NEWLINE, STRING, WORD, Raw
from patron.dsl.problems import Problem
from patron.dsl.tree import Span


@dataclass(frozen=True)
class Fault:
    """`at` is the raw token; `first` the one with which its statement begins; `alone` in a phrase without a file."""

    raw: Raw
    at: int
    symbol: int
    states: tuple[int, ...]
    first: int
    in_brackets: bool
    alone: bool = False

    # ---------------------------------------------------------------- the token and its neighbours

    @property
    def kind(self) -> int:
        return self.raw.kinds[self.at]

    @property
    def text(self) -> str:
        """The text of the token, empty at the end of a line."""
        return "" if self.ends_line else self.raw.text(self.at)

    @property
    def ends_line(self) -> bool:
        return self.kind in (NEWLINE, END)

    @property
    def at_line_start(self) -> bool:
        return self.at > self.first and self.raw.kinds[self.at - 1] == NEWLINE

    @property
    def before(self) -> str:
        """The text of the token before, in the same statement."""
        return self.near(-1)

    @property
    def after(self) -> str:
        return self.near(1)

    def near(self, distance: int) -> str:
        """The text of a token so many before or after; newlines count for nothing, beyond the statement is nothing."""
        step, n = (1 if distance > 0 else -1), self.at
        for _ in range(abs(distance)):
            n += step
            while self.first <= n < len(self.raw.kinds) and self.raw.kinds[n] == NEWLINE:
                if step > 0:
                    return ""
                n += step
            if not self.first <= n < len(self.raw.kinds) or self.raw.kinds[n] == END:
                return ""
        return self.raw.text(n)

    @property
    def statement(self) -> str:
        """The keyword of the statement."""
        return self.raw.text(self.first) if self.raw.kinds[self.first] == WORD else ""

    def line_before(self, limit: int = 40) -> list[int]:
        """The raw tokens of the same clause before this one, the nearest last."""
        n = self.at
        while n > self.first and self.at - n < limit and self.raw.kinds[n - 1] != NEWLINE:
            n -= 1
        return list(range(n, self.at))

    # ---------------------------------------------------------------- what would fit

    @cached_property
    def accepted(self) -> frozenset[int]:
        return machine.accepted(self.states)

    def fits(self, *words: str) -> bool:
        """Whether one of these keywords or signs, or kinds of token (in capitals), fits here."""
        return any(machine.WORDS.get(w, machine.TERMINAL.get(w)) in self.accepted for w in words)

    @property
    def may_end(self) -> bool:
        """Whether the line could end here."""
        return self.fits("$END", "_NL")

    @property
    def wants_value(self) -> bool:
        return self.fits("NUMBER") and self.fits("NAME") and self.fits("STRING")

    @cached_property
    def keywords(self) -> list[str]:
        """The words that fit, units and weekdays among them."""
        words = [machine.SPELLING[s] for s in self.accepted if s in machine.SPELLING and machine.SPELLING[s].isalpha()]
        if machine.UNIT in self.accepted:
            one = self.before == "1" or not (self.before.isdigit() or self.near(-2) == "$")
            words += [u for u in sorted(machine.UNITS) if u.endswith("s") != one]
        if machine.WEEKDAY in self.accepted:
            words += machine.WEEKDAYS
        return words

    # ---------------------------------------------------------------- places and problems

    def span_of(self, n: int, last: int | None = None) -> Span:
        return self.raw.source.span(self.raw.starts[n], self.raw.ends[n if last is None else last])

    @property
    def place(self) -> Span:
        """The token; the end of a line is the place right after its last token."""
        if self.ends_line:
            end = self._end_before()
            return self.raw.source.span(end, end)
        return self.span_of(self.at)

    @property
    def end_of_line_before(self) -> Span:
        end = self._end_before()
        return self.raw.source.span(end, end)

    def _end_before(self) -> int:
        n = self.at - 1
        while n > 0 and self.raw.kinds[n] == NEWLINE:
            n -= 1
        return self.raw.ends[n] if n >= 0 else 0

    @property
    def found(self) -> str:
        if self.ends_line:
            return "the end" if self.alone else "the end of the line"
        text = self.text if len(self.text) <= 40 else self.text[:37] + "..."
        return f"the text {text}" if self.kind == STRING else f"`{text}`"

    def problem(self, hint: str, place: Span | None = None, found: str | None = None, code: str = "P0101") -> Problem:
        what = f"`{found}`" if found else self.found
        return Problem(code, place or self.place, f"I did not expect {what} here", hint)
