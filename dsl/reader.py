"""Reads raw tokens statement by statement and goes on after mistakes.

After a mistake the reader gives up the smallest thing that holds it: a clause of a block when it can, else the
statement. So several mistakes of one file, and of one block, are reported in one go.
"""

from __future__ import annotations

from typing import Any

from patron.dsl import lexer, machine
from patron.dsl.building import Builder, Token
from patron.dsl.building.values import MAX_CHAIN
from patron.dsl.depth import too_deep
from patron.dsl.lexer import STATEMENTS, Raw
from patron.dsl.problems import Problem, Related
from patron.dsl.stack import DONE, Stack
from patron.dsl.tree import Name, Span

MAX_PROBLEMS = 100
"""A file with more mistakes than this is something else than a spec: the rest of it is not read."""

MAX_HEIGHT = 2500
"""How much may be begun and not ended: bounds what hangs to the right, such as `not not not`, before it is built."""

_FRAMES = frozenset((machine.LPAR, machine.RPAR, machine.LBRACE, machine.RBRACE, machine.NEWLINE))

_LINE_ENDS = frozenset((lexer.NEWLINE, lexer.END))


def _first_repeated(states: list[int]) -> int:
    """Where the first state stands that comes again: there what hangs too deep begins."""
    last = {state: n for n, state in enumerate(states)}
    return next((n for n, state in enumerate(states) if last[state] != n), len(states) - 1)


class Reader:
    """Reads one file; `position` is the raw token at which the next statement begins."""

    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        self.builder = Builder(raw.source)
        self.position = 0
        self.broken = False
        """Whether a part of the statement just read could not be understood."""

    def read(self, start: str) -> Any:
        """The next statement, or None when nothing of it could be understood; `position` moves behind it."""
        self._begin(start)
        raw, stack, too_deep = self.raw, self._stack, self.raw.too_deep
        kinds, starts, ends, text = raw.kinds, raw.starts, raw.ends, raw.source.text
        states, settle = stack.states, stack.settle
        n = self.position
        while True:
            kind = kinds[n]
            if kind in _LINE_ENDS:
                symbol, n, after = self._next(n)
            else:
                symbol, after = machine.terminal(kind, text[starts[n] : ends[n]], machine.row(states[-1])), n + 1
            state = settle(symbol)
            if state == DONE and not self.builder.too_long:
                self.position = after
                return self._shallow(stack.values[-1])
            if state < 0 or n in too_deep or self.builder.too_long:
                if (resumed := self._recover(symbol, n)) is None:
                    return None
                n = resumed
            else:
                self._take(state, symbol, n)
                n = after

    def _shallow(self, made: Any) -> Any:
        """The statement, unless brackets and chains of operators together make it too deep."""
        place = too_deep(made) if len(self.builder.depths) > MAX_CHAIN else None
        if place:
            self._too_long(place)
            self.broken = True
            return None
        return made

    def _begin(self, start: str) -> None:
        self._stack = Stack(start, self.builder)
        self._alone = start != "statement"
        self._first = self.position
        self._marks: list[int] = []  # of each open brace: how high the stack is where its next clause begins
        self._openers: list[int] = []  # the raw tokens of the open braces
        self._rounds = 0
        self._glued = True
        self.broken = False
        self.builder.narrowed.clear()
        self.builder.depths.clear()
        self.builder.too_long = None

    def _next(self, n: int) -> tuple[int, int, int]:
        """The terminal at a raw token, the raw token (newlines that end nothing passed by), and the one after."""
        raw = self.raw
        while raw.kinds[n] == lexer.NEWLINE:
            after = n + 1
            while raw.kinds[after] == lexer.NEWLINE:
                after += 1
            if raw.kinds[after] == lexer.END:
                n = after
                break
            if not raw.continues(after):
                if raw.at_margin(after):
                    self._rounds = 0
                if not self._rounds and not self._glued:
                    return (machine.NEWLINE if self._openers else machine.END_OF_TEXT), n, after
            n = after
        if raw.kinds[n] == lexer.END:
            return machine.END_OF_TEXT, n, n
        here = machine.row(self._stack.states[-1])
        return machine.terminal(raw.kinds[n], raw.text(n), here), n, n + 1

    def _take(self, state: int, symbol: int, n: int) -> None:
        """Puts a token on the stack."""
        raw, stack = self.raw, self._stack
        begin, stop = raw.starts[n], raw.ends[n]
        value: Name | Token | None = None
        self._glued = symbol in machine.GLUE
        if symbol == machine.NAME:
            written = raw.source.text[begin:stop]
            value = Name(written[1:-1] if written[0] == "`" else written, span=raw.source.span(begin, stop))
        elif symbol == machine.NEWLINE:
            begin = stop = raw.ends[n - 1]
        elif symbol in machine.KEPT:
            value = Token(raw.source.text[begin:stop], begin, stop)
        stack.states.append(state)
        stack.values.append(value)
        stack.begins.append(begin)
        stack.stops.append(stop)
        if symbol in _FRAMES:
            self._frame(symbol, n)
        elif len(stack.states) > MAX_HEIGHT:
            self.builder.too_long = raw.source.span(stack.begins[_first_repeated(stack.states)], stop)

    def _frame(self, symbol: int, n: int) -> None:
        """Keeps count of brackets, braces and clauses."""
        if symbol == machine.LPAR:
            self._rounds += 1
        elif symbol == machine.RPAR:
            self._rounds = max(0, self._rounds - 1)
        elif symbol == machine.LBRACE:
            self._marks.append(len(self._stack.states))
            self._openers.append(n)
        elif symbol == machine.RBRACE:
            self._marks.pop()
            self._openers.pop()
        else:
            self._glued = True
            self._marks[-1] = len(self._stack.states)

    # ---------------------------------------------------------------- mistakes

    def _recover(self, symbol: int, n: int) -> int | None:
        """Reports what does not fit, and says at which raw token to go on; None when the statement is given up."""
        self.broken = True
        raw, openers = self.raw, self._openers
        if self.builder.too_long:
            self._too_long(self.builder.too_long)
        if self.builder.too_long or n in raw.too_deep:
            self._skip_statement(n, len(openers))
            return None
        if (declared := self._declaration_inside(n)) is not None:
            if openers:
                self._unclosed(raw.starts[declared], raw.ends[declared])
            else:
                from patron.dsl.explain import missing_before

                self._add(missing_before(raw, declared))
            self.position = declared
            return None
        at_end = symbol == machine.END_OF_TEXT and openers
        if not at_end or not machine.feed(list(self._stack.states), machine.NEWLINE):
            self._explain(symbol, n)
        if self.full:
            self.position = len(raw.kinds) - 1
            return None
        return self._resume(n)

    def _explain(self, symbol: int, n: int) -> None:
        from patron.dsl.explain import Fault, explain  # most files have no mistake

        raw = self.raw
        if not self.full and raw.source.line_of(raw.starts[n]) not in raw.spoiled:
            states = tuple(self._stack.states)
            self._add(explain(Fault(raw, n, symbol, states, self._first, self._rounds > 0, self._alone)))

    def _resume(self, n: int) -> int | None:
        """The raw token at which the block around a mistake goes on."""
        raw, stack, openers = self.raw, self._stack, self._openers
        n = self._skip_clause(n)
        while openers and raw.kinds[n] != lexer.END:
            stack.cut(self._marks[-1])
            self._glued, self._rounds = True, 0
            following = self._after_newlines(n)
            closing = raw.kinds[following] == lexer.SIGN and raw.text(following) == "}"
            n = following if closing else n
            if not closing or machine.feed(list(stack.states), machine.RBRACE):
                return n
            self._marks.pop()
            openers.pop()
            n = self._skip_clause(n + 1)
        if openers:
            end = raw.ends[n - 1] if n else 0
            self._unclosed(end, end)
        self._skip_statement(n, 0)
        return None

    def _skip_clause(self, n: int) -> int:
        """The newline that ends the clause at hand, or the brace that closes its block, or the end."""
        raw, level = self.raw, 0
        if self._rounds and n and raw.kinds[n - 1] == lexer.NEWLINE:
            return n - 1  # a bracket was left open on the line before: this line is a clause of its own
        while raw.kinds[n] != lexer.END:
            if raw.kinds[n] == lexer.NEWLINE:
                after = self._after_newlines(n)
                if (level == 0 and not raw.continues(after)) or self._declares(after):
                    return n if raw.kinds[after] != lexer.END else after
                n = after
                continue
            if raw.kinds[n] == lexer.SIGN:
                sign = raw.text(n)
                if sign == "{":
                    level += 1
                elif sign == "}":
                    if level == 0:
                        return n
                    level -= 1
            n += 1
        return n

    def _skip_statement(self, n: int, level: int) -> None:
        """Moves `position` to the next statement: at the margin, or anything that opens like a declaration."""
        raw = self.raw
        while raw.kinds[n] != lexer.END:
            if raw.kinds[n] == lexer.NEWLINE:
                after = self._after_newlines(n)
                if level <= 0 and raw.at_margin(after) and not raw.continues(after):
                    self.position = after
                    return
                if (level <= 0 or raw.at_margin(after)) and self._declares(after):
                    self.position = after
                    return
                n = after
                continue
            if raw.kinds[n] == lexer.SIGN:
                sign = raw.text(n)
                level += (sign == "{") - (sign == "}" and level > 0)
            n += 1
        self.position = n

    def _after_newlines(self, n: int) -> int:
        while self.raw.kinds[n] == lexer.NEWLINE:
            n += 1
        return n

    # ---------------------------------------------------------------- blocks that are not closed

    def _declaration_inside(self, n: int) -> int | None:
        """The raw token of a declaration that begins at the margin inside the statement at hand."""
        raw = self.raw
        line = n - 1 if raw.kinds[n] in (lexer.NEWLINE, lexer.END) else n
        while line > self._first and raw.kinds[line - 1] != lexer.NEWLINE:
            line -= 1
        if line > self._first and raw.at_margin(line) and self._declares(line):
            return line
        return None

    def _declares(self, n: int) -> bool:
        """Whether a statement opens at this raw token: its first line is read to its `=` or `{`, or whole."""
        raw = self.raw
        if raw.kinds[n] != lexer.WORD or raw.text(n) not in STATEMENTS:
            return False
        states = [machine.STARTS["statement"][0]]
        for m in range(n, min(n + 60, len(raw.kinds))):
            kind = raw.kinds[m]
            if kind in (lexer.NEWLINE, lexer.END):
                return machine.feed(states, machine.END_OF_TEXT)
            symbol = machine.terminal(kind, raw.text(m), machine.row(states[-1]))
            if not machine.feed(states, symbol):
                return False
            if symbol in (machine.LBRACE, machine.EQ):
                return True
        return False

    def _unclosed(self, start: int, end: int) -> None:
        source = self.raw.source
        brace = self.raw.starts[self._openers[-1]]
        place = source.span(brace, brace + 1)
        self._add(Problem("P0103", source.span(start, end), f"the block opened at line {place.line} is not closed",
                          "Add `}`.", (Related(place, "opened here"),)))  # fmt: skip

    def _too_long(self, place: Span) -> None:
        start = Span(place.file, place.line, place.column, place.line, place.column + 1)
        self._add(Problem("P0107", start, "this calculation is nested too deep: too many operators hang on one another",
                          "Give a part of it a name of its own."))  # fmt: skip

    @property
    def full(self) -> bool:
        """Whether enough problems are known."""
        return len(self.builder.problems) >= MAX_PROBLEMS

    def _add(self, problem: Problem | None) -> None:
        if problem and not self.full and problem.span.line not in self.raw.spoiled:
            self.builder.problems.append(problem)
