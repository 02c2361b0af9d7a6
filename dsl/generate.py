"""Makes `grammars/tables.py` from `grammars/patron.lark`: `python -m patron.dsl.generate`.

Lark analyses the grammar and computes its LALR tables here, once, so that reading a spec needs neither lark nor
this work: a command that checks a small file would otherwise spend most of its time on them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from patron.grammars import grammar_text

STARTS = ("statement", "phrase", "given")
BUILD, GIVE, LIST = 0, 1, 2

HEADER = '''# ruff: noqa
"""Generated from patron.lark by `python -m patron.dsl.generate`; change the grammar, not this file.

SYMBOLS   names of terminals (the first TERMINALS of them) and of rules
WORDS     the text of every terminal that is written in one way
PATTERNS  the pattern of the others
KEPT      terminals that are handed on as parts
CLASHES   words that are keywords where a name may stand too
RULES     rule, number of symbols, what happens (0 build, 1 give the one part on, 2 make a list), builder, parts
ROWS      of each state: symbol and action, in turn; an action n >= 0 goes to state n, n < 0 reduces rule -n - 1
STATES    the row of each state
STARTS    first and last state of each start rule
"""

'''


class KeepNewlines:
    """Makes lark's contextual lexer see newlines everywhere; which ones count is decided later."""

    always_accept = ("_NL",)

    def process(self, stream: Iterator[Any]) -> Iterator[Any]:
        return stream


def build_lark(starts: Sequence[str] = STARTS, strict: bool = False, postlex: Any = None) -> Any:
    """The grammar as a parser of lark: to read its tables, and to prove that it is sound (`strict`)."""
    from lark import Lark

    return Lark(grammar_text(), parser="lalr", lexer="contextual", start=list(starts),
                postlex=postlex or KeepNewlines(), maybe_placeholders=True, strict=strict)  # fmt: skip


def tables_text() -> str:
    """The text of `grammars/tables.py`."""
    lark = build_lark()
    table, rule_of = _table(lark)
    terminals = sorted(t.name for t in lark.terminals if t.name not in IGNORED)
    terminals = ["$END", *terminals]
    origins = sorted({str(rule.origin.name) for rule in lark.rules})
    symbols = [*terminals, *origins]
    number = {name: n for n, name in enumerate(symbols)}
    rules = list(lark.rules)
    rule_number = {rule: n for n, rule in enumerate(rules)}
    actions_of = {
        state: {number[table["tokens"][n]]: action for n, action in cells.items()}
        for state, cells in table["states"].items()
    }
    order = _walk([table["start_states"][s] for s in STARTS], actions_of)
    rows: dict[str, int] = {}
    states = []
    for state in order:
        cells = []
        actions = actions_of[state]
        for symbol, (reduces, target) in sorted(actions.items(), key=_symbol):
            cells += [symbol, -rule_number[rule_of[target["@"]]] - 1 if reduces else order[target]]
        states.append(rows.setdefault(" ".join(map(str, cells)), len(rows)))
    words = {t.pattern.value: number[t.name] for t in lark.terminals if t.pattern.type == "str" and t.name in number}
    patterns = {t.name: t.pattern.value for t in lark.terminals
                if t.pattern.type != "str" and t.name in number and t.name != "_NL"}  # fmt: skip
    ends = {s: (order[table["start_states"][s]], order[table["end_states"][s]]) for s in STARTS}
    kept = sorted({number[str(s.name)] for r in rules for s in _handed_on(r) if s.is_term})
    name = number["NAME"]
    met = {symbol for actions in actions_of.values() if name in actions for symbol in actions}
    clashes = sorted(word for word, n in words.items() if n in met and word.isidentifier())
    return HEADER + "\n".join([
        f"TERMINALS = {len(terminals)}",
        f"SYMBOLS = {_wrapped(' '.join(symbols))}.split()",
        f"WORDS = {_dictionary(words)}",
        f"PATTERNS = {_dictionary(patterns)}",
        f"KEPT = {tuple(kept)!r}",
        f"CLASHES = {_wrapped(' '.join(clashes))}.split()",
        "RULES = (\n" + "".join(f"    {_rule(rule, number)!r},\n" for rule in rules) + ")",
        "ROWS = (\n" + "".join(f"    {row!r},\n" for row in rows) + ")",
        f"STATES = tuple(map(int, {_wrapped(' '.join(map(str, states)))}.split()))",
        f"STARTS = {_dictionary(ends)}",
    ]) + "\n"  # fmt: skip


IGNORED = {"WS_INLINE", "CONT", "COMMENT"}


def _walk(starts: list[int], actions_of: dict[int, Any]) -> dict[int, int]:
    """States numbered in the order in which they are met: the same on every run, unlike lark's own numbers."""
    order: dict[int, int] = {}
    waiting = deque(starts)
    while waiting:
        state = waiting.popleft()
        if state in order:
            continue
        order[state] = len(order)
        waiting += [target for _, (reduces, target) in sorted(actions_of[state].items(), key=_symbol) if not reduces]
    return order


def _symbol(action: tuple[int, Any]) -> int:
    return action[0]


def _table(lark: Any) -> tuple[Any, dict[int, Any]]:
    """The tables as lark itself would store them, and the rules by the numbers they have there."""
    from lark.grammar import Rule
    from lark.utils import SerializeMemoizer

    memo = SerializeMemoizer([Rule])
    return lark.parser.parser.serialize(memo), memo.memoized.reversed()


def _handed_on(rule: Any) -> list[Any]:
    keep = rule.options.keep_all_tokens
    return [s for s in rule.expansion if keep or not (s.is_term and s.filter_out)]


def _rule(rule: Any, number: dict[str, int]) -> tuple[int, int, int, str, tuple[int, ...]]:
    """One rule: which of its parts are handed on (-1 stands for a part in [ ] that is absent)."""
    handed_on = {id(s) for s in _handed_on(rule)}
    kept = [n for n, s in enumerate(rule.expansion) if id(s) in handed_on]
    parts: list[int] = []
    absent = rule.options.empty_indices or (False,) * len(rule.expansion)
    position = 0
    for missing in absent:
        if missing:
            parts.append(-1)
        else:
            parts += [position] if position in kept else []
            position += 1
    name, builder = str(rule.origin.name), str(rule.alias or rule.origin.name)
    if name.startswith("_"):
        action = LIST
    elif rule.options.expand1 and not rule.alias and len(parts) == 1:
        action = GIVE
    else:
        action = BUILD
    return number[name], len(rule.expansion), action, builder if action == BUILD else "", tuple(parts)


def _wrapped(text: str, width: int = 100) -> str:
    lines, line = [], ""
    for word in text.split(" "):
        if len(line) + len(word) > width:
            lines.append(line)
            line = ""
        line += word + " "
    return "(\n" + "".join(f"    {piece!r}\n" for piece in [*lines, line]) + ")"


def _dictionary(entries: dict[str, Any]) -> str:
    return "{\n" + "".join(f"    {k!r}: {v!r},\n" for k, v in entries.items()) + "}"


def main() -> None:
    import patron.grammars

    target = Path(patron.grammars.__file__).with_name("tables.py")
    target.write_text(tables_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
