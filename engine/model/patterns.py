"""Regular expressions of `matches`, read by the rules of the reference, so that every engine takes what passes."""

from __future__ import annotations

import re

from patron.dsl.nodes import dataclass

KNOWN = "Known: literals, classes, `^ $ . ? * + {n,m} ( ) |`."
MOST_TIMES = 1_000
"""How often `{n,m}` may repeat, also of what is repeated inside."""
MOST_PARTS = 10_000
"""How many single characters and classes a pattern may be made of, once its repetitions are written out."""
DEEPEST = 100

_ESCAPE = r"\\(?:[dDwWsSntrfav]|0[0-7]{0,2}|x[0-9A-Fa-f]{2}|[!-/:-@\[-`{-~ ])"
_MEMBER = rf"\[:\^?[a-z]+:\]|{_ESCAPE}|[^\]\\]"
_TOKEN = (
    rf"(?P<set>\[\^?+(?P<members>(?>\]?+(?:{_MEMBER})*+))\])|(?P<escape>{_ESCAPE})|(?P<open>\((?:\?:)?)|(?P<close>\))"
    r"|(?P<times>\{(?P<low>[0-9]+)(?P<to>,(?P<high>[0-9]*))?\})|(?P<repeat>[*+?])|(?P<bar>\|)|(?P<one>[^\\\[])"
)  # compiled when the first pattern is met: most specs have none
_CLASSES = frozenset("alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit".split())


@dataclass(slots=True)
class _Group:
    """What stands between two brackets: its parts, the repetitions inside, and what the next sign would repeat."""

    parts: int = 0
    times: int = 1
    last: tuple[int, int] | None = None
    repeated: str = ""

    def add(self, parts: int, times: int = 1) -> None:
        self.parts += parts
        self.times = max(self.times, times)
        self.last, self.repeated = (parts, times), ""


def unreadable(pattern: str) -> str:
    """Why a pattern cannot be taken; the empty text when it can."""
    groups = [_Group()]
    token = re.compile(_TOKEN, re.DOTALL)
    at = 0
    while at < len(pattern):
        found = token.match(pattern, at)
        if found is None:
            return f"`{pattern[at : at + 2]}` is not known" if pattern[at] == "\\" else "a class is not closed by `]`"
        said = _taken(found, groups)
        if said:
            return said
        at = found.end()
    return "a bracket is not closed by `)`" if len(groups) > 1 else ""


def _taken(found: re.Match[str], groups: list[_Group]) -> str:
    here = groups[-1]
    if found["open"]:
        if found.string.startswith("(?", found.start()) and found["open"] == "(":
            return "look-around and other `(?` are not known"
        groups.append(_Group())
        return "it is nested too deep" if len(groups) > DEEPEST else ""
    if found["close"]:
        if len(groups) == 1:
            return "a bracket is closed that was not opened"
        groups.pop()
        groups[-1].add(max(here.parts, 1), here.times)
    elif found["bar"]:
        here.last, here.repeated = None, ""
    elif found["repeat"] or found["times"]:
        return _repeated(found, here)
    else:
        here.add(1 + len(found["members"] or ""))
        if found["members"] and (said := _bad_members(found["members"])):
            return said
    return "it is too large" if groups[-1].parts > MOST_PARTS else ""


def _repeated(found: re.Match[str], here: _Group) -> str:
    sign = "{" if found["times"] else found["repeat"]
    if here.last is None:
        return f"`{found[0]}` has nothing to repeat"
    if here.repeated:
        if sign == "?" and not here.repeated.endswith("?"):
            here.repeated += "??"
            return ""
        return f"`{found[0]}` repeats what is repeated"
    here.repeated = sign if sign != "?" else "!"
    if not found["times"]:
        return ""
    low = int(found["low"][:6])
    high = int(found["high"][:6]) if found["high"] else low
    if high < low or high > MOST_TIMES:
        return f"`{found[0]}` is no repetition from 0 to {MOST_TIMES:,}"
    parts, times = here.last
    if times * max(high, 1) > MOST_TIMES:
        return f"repetitions inside repetitions exceed {MOST_TIMES:,}"
    here.parts += parts * (max(high, 1) - 1)
    here.times = max(here.times, times * max(high, 1))
    return "it is too large" if here.parts > MOST_PARTS else ""


def _bad_members(members: str) -> str:
    """What is wrong inside a class: a range that goes backwards, a class of letters that nobody knows."""
    found = re.findall(_MEMBER + r"|\]", members, re.DOTALL)
    for name in (m for m in found if m.startswith("[:") and m.endswith(":]") and len(m) > 3):
        if name[2:-2].lstrip("^") not in _CLASSES:
            return f"`{name}` is not known"
    at = 0
    while at + 2 < len(found):
        if found[at + 1] != "-":
            at += 1
            continue
        low, high = _code(found[at]), _code(found[at + 2])
        if high is None and low is not None:
            return f"`{found[at]}-{found[at + 2]}` is no range"
        if low is not None and high is not None and low > high:
            return f"`{found[at]}-{found[at + 2]}` goes backwards"
        at += 3 if low is not None else 1
    return ""


_CODES = {"n": 10, "t": 9, "r": 13, "f": 12, "a": 7, "v": 11}


def _code(member: str) -> int | None:
    """The character that a member of a class stands for; None when it stands for several."""
    if len(member) == 1:
        return ord(member)
    if member[0] == "[" or member[1] in "dDwWsS":
        return None
    if member[1] == "x":
        return int(f"0{member[1:]}", 0)
    return int(member[1:], 8) if member[1] == "0" else _CODES.get(member[1], ord(member[1]))
