"""Lists: photographs of an audience, when they are taken and how they may be read (language reference, section 11)."""

from __future__ import annotations

import datetime as dt

from patron.dsl import tree
from patron.dsl.nodes import dataclass
from patron.engine.model.binder import Binder, Scope
from patron.engine.model.files import Declaration
from patron.engine.model.list_rules import NAMED, ListRules, list_rules
from patron.engine.model.literals import read_date, whole_number
from patron.engine.model.periods import AsOf
from patron.engine.model.terms import Lit


@dataclass(frozen=True, slots=True)
class ListDefinition:
    """A list, understood: whose photograph it is, when it is taken, and its rules."""

    name: str
    title: str
    audience: str
    taken_at: dt.datetime | None
    every: tree.Every | None
    rules: ListRules
    describe: str = ""


def define_list(b: Binder, declaration: Declaration) -> ListDefinition:
    """The meaning of a `list` statement; P0612 when its clauses contradict each other."""
    return b.define("list", declaration, declaration.span, lambda: _list(b, declaration))  # type: ignore[no-any-return]


def _list(b: Binder, declaration: Declaration) -> ListDefinition:
    node = declaration.statement
    assert isinstance(node, tree.ListDecl)
    scope = Scope("")
    if node.source is None:
        raise b.fail("P0101", node.name.span, "a list is taken from an audience", "Add `from audience ...`.")
    b.audience(node.source, scope)
    rules = list_rules(node, lambda count: whole_number(b, scope, count, "a duration"))
    _known_and_agreed(b, node, rules)
    title = node.title or declaration.name.replace("_", " ").capitalize()
    describe = node.describe.value if node.describe else ""
    every = node.take if isinstance(node.take, tree.Every) else None
    return ListDefinition(declaration.name, title, node.source.key, _taken_at(b, scope, node), every, rules, describe)


def _taken_at(b: Binder, scope: Scope, node: tree.ListDecl) -> dt.datetime | None:
    """The moment of `take once`, UTC."""
    if not isinstance(node.take, tree.TakeOnce):
        return None
    on = node.take.on
    if isinstance(on, tree.Date):
        return AsOf.at(dt.datetime.combine(read_date(b, on), dt.time()), b.settings.timezone).moment
    point = b.value(scope, on)
    assert isinstance(point, Lit) and isinstance(point.value, dt.datetime)
    return point.value


def _known_and_agreed(b: Binder, node: tree.ListDecl, rules: ListRules) -> None:
    """P0201 for rules nobody knows, P0612 where a clause says otherwise than the rules named."""
    if node.rules is None:
        return
    named = NAMED.get(node.rules.name.key)
    if named is None:
        hint = f"Known: {', '.join(NAMED)}."
        raise b.fail("P0201", node.rules.name.span, f"there are no list rules called `{node.rules.name.text}`", hint)
    said = (
        ("analyse", node.analyse, (rules.before, rules.after), (named.before, named.after)),
        ("at most", node.at_most, rules.at_most, named.at_most),
        ("refresh", node.refresh, (rules.every, rules.lasting), (named.every, named.lasting)),
    )
    for word, clause, own, ruled in said:
        if clause is not None and own != ruled:
            later = max(clause.span, node.rules.span, key=lambda s: (s.line, s.column))
            first, second = ("rules", word) if later is clause.span else (word, "rules")
            raise b.fail("P0612", later, f"clauses `{first}` and `{second}` contradict each other", "Keep one of them.")
