"""Words of a spec, with the line rules of section 1."""

from __future__ import annotations

import re
from dataclasses import dataclass


class NotExpressible(Exception):
    """The oracle does not speak this part of the language."""


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    start: int
    end: int


_PATTERN = re.compile(
    r"""
    (?P<newline>(?:[ \t]*(?:\#[^\n]*)?\r?\n)+)
  | (?P<blank>[ \t]+|\#[^\n]*)
  | (?P<sql>\"\"\"(?:[^"]|"(?!""))*\"\"\")
  | (?P<string>"(?:[^"\\\n]|\\.)*")
  | (?P<money>[$€£¥](?:\d{1,3}(?:,\d{3})+(?!\d)|\d[\d_]*)(?:\.\d+)?)
  | (?P<percent>\d+(?:\.\d+)?%)
  | (?P<datetime>\d{4}-\d{2}-\d{2}\ \d{2}:\d{2})
  | (?P<date>\d{4}-\d{2}-\d{2})
  | (?P<time>\d{1,2}:\d{2})
  | (?P<version>\d+(?:\.\d+){2,})
  | (?P<number>\d[\d_]*(?:\.\d+)?)
  | (?P<name>`[^`\n]+`|[^\W\d]\w*)
  | (?P<sign><=|>=|!=|[-+*/=<>(){},.$])
    """,
    re.VERBOSE,
)
_GOES_ON = {"{", ",", "=", "and", "or", "+", "-", "*", "/", "then", "else"}
_STARTS_ON = {"and", "or", "where", "by", "during", "having", "sorted", "top", "per", "then", "else", ")"}


def tokens(text: str) -> list[Token]:
    """The words of a text; of line breaks only those that end a clause."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        hit = _PATTERN.match(text, at)
        if not hit:
            raise NotExpressible(f"character {text[at]!r} in {text[max(0, at - 20) : at + 20]!r}")
        if hit.lastgroup != "blank":
            found.append(Token(str(hit.lastgroup), hit.group(), at, hit.end()))
        at = hit.end()
    return _without_soft_breaks(found)


def _without_soft_breaks(found: list[Token]) -> list[Token]:
    kept: list[Token] = []
    depth = 0
    for number, token in enumerate(found):
        if token.text == "(":
            depth += 1
        if token.text == ")":
            depth -= 1
        if token.kind == "newline" and _is_soft(kept, found[number + 1 : number + 3], depth):
            continue
        kept.append(token)
    return kept


def _is_soft(before: list[Token], after: list[Token], depth: int) -> bool:
    if depth > 0 or not before or not after:
        return True
    if before[-1].text in _GOES_ON or before[-1].kind == "newline" or after[0].text in _STARTS_ON:
        return True
    return after[0].text in ("rest", "total") and len(after) > 1 and after[1].kind == "string"


class Cursor:
    """A place in the words of a text."""

    def __init__(self, text: str) -> None:
        self.source = text
        self.words = tokens(text)
        self.at = 0

    def peek(self, ahead: int = 0) -> Token:
        number = self.at + ahead
        return self.words[number] if number < len(self.words) else Token("end", "", len(self.source), len(self.source))

    def sees(self, *words: str) -> bool:
        """Do these words come next? Texts never count as words."""
        return all(self.peek(n).text == w and self.peek(n).kind != "string" for n, w in enumerate(words))

    def take(self, *words: str) -> bool:
        """Step over these words when they come next."""
        if not self.sees(*words):
            return False
        self.at += len(words)
        return True

    def need(self, *words: str) -> None:
        for word in words:
            if not self.take(word):
                seen = self.peek()
                raise NotExpressible(f"{word!r} expected, {seen.text!r} found in {self.source[:200]!r}")

    def next(self) -> Token:
        token = self.peek()
        self.at += 1
        return token

    def name(self) -> str:
        token = self.next()
        if token.kind != "name":
            raise NotExpressible(f"a name expected, {token.text!r} found in {self.source[:200]!r}")
        return token.text.strip("`").lower()

    def skip_lines(self) -> None:
        while self.peek().kind == "newline":
            self.at += 1

    def skip_title(self) -> None:
        if self.peek().kind == "string":
            self.at += 1

    def more(self) -> bool:
        """Step to the next clause of a block; False at its end."""
        self.skip_lines()
        return not self.take("}")

    def slice(self, first: int) -> str:
        """The text from that word to the last one read, as written."""
        return self.source[self.words[first].start : self.words[self.at - 1].end]


def dotted(words: Cursor) -> tuple[str, ...]:
    """A path: names with dots between them."""
    parts = [words.name()]
    while words.sees(".") and words.peek(1).kind == "name":
        words.next()
        parts.append(words.name())
    return tuple(parts)


def unquote(text: str) -> str:
    """The value of a text in double quotes."""
    return re.sub(r"\\(.)", lambda hit: "\n" if hit.group(1) == "n" else hit.group(1), text[1:-1])
