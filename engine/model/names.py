"""What a path means: columns, traits, filters, references, parts of dates, rows by name (language reference, 7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from patron.dsl import tree
from patron.dsl.problems import suggest
from patron.dsl.tree import Name
from patron.engine.model.binder import Binder, Scope, Unbound
from patron.engine.model.canonical import SINGULAR, TABLES, named
from patron.engine.model.elsewhere import child_word, finer, meant, unmapped_column, unmapped_table
from patron.engine.model.moments import date_part, moment_parts
from patron.engine.model.paths import Ambiguous
from patron.engine.model.queries import TIME_UNITS
from patron.engine.model.terms import Children, Field, Followed, Here, Lit, Op, Row, Term, compare, known, rebase, shift
from patron.engine.types import MOMENT, NUMBER, TEXT, WHOLE, YESNO, reference

Place = tuple[Row, str]
"""A row and its table."""

PAIR_FIELDS = {"days_to_order": WHOLE, "window": NUMBER}
"""What an action has only beside the order it is credited with."""


def path_term(b: Binder, scope: Scope, path: tree.Path) -> Term:
    """The value at the end of a path; a row's own name gives its id."""
    if path.key in scope.terms:
        return scope.terms[path.key]
    found = resolve(b, scope, path.parts)
    if isinstance(found, tuple):
        row, table = found
        return row.key if isinstance(row, Followed) else Field(row, "id", reference(table))
    return found


def resolve(b: Binder, scope: Scope, parts: Sequence[Name]) -> Term | Place:
    """What a path leads to: a value, or a row with its table."""
    found, rest = _first(b, scope, parts)
    while rest:
        place = _as_row(found)
        if place is None:
            name = parts[len(parts) - len(rest) - 1]
            raise b.fail("P0203", rest[0].span, f"`{name.text}` is a value, it has no `{rest[0].text}`")
        row, table = place
        member, used = _own_member(b, scope, table, rest) or _member(b, table, rest)
        if member is None:
            raise unknown_column(b, table, rest[0])
        found, rest = on_row(member, row, table), rest[used:]
    return found


def on_row(member: Term, row: Row, table: str) -> Term:
    """A member of another row: missing, and so false, when a reference leads to no row."""
    moved: Term = rebase(member, row)
    if isinstance(row, Here) or isinstance(member, Field):
        return moved
    there = known(Field(row, "id", reference(table)))
    if member.type.kind == "yesno":
        return Op("and", (there, moved), YESNO)
    return Op("if", (there, moved, Lit(None, member.type)), member.type)


def _as_row(found: Term | Place) -> Place | None:
    if isinstance(found, tuple):
        return found
    if found.type.kind == "reference" and found.type.table in TABLES:
        if isinstance(found, Field) and found.column == "id":
            return found.row, found.type.table
        return Followed(found, found.type.table), found.type.table
    return None


def _first(b: Binder, scope: Scope, parts: Sequence[Name]) -> tuple[Term | Place, Sequence[Name]]:
    """What the beginning of a path names, and what is left of the path."""
    level: Scope | None = scope
    depth = 0
    while level is not None:
        if level.table or level.roots:
            hit = _in_scope(b, level, parts, scope, depth)
            if hit is not None:
                return hit
        level, depth = level.outer, depth + 1
    name = parts[0]
    trait = _trait_of_customer(b, scope, parts)
    if trait is not None:
        return trait, parts[2:]
    used = named([part.key for part in parts], SINGULAR)
    if used and scope.table:
        return _by_chain(b, scope, name, SINGULAR[_key(parts, used)]), parts[used:]
    raise _unknown(b, scope, name, parts)


def _own_member(b: Binder, scope: Scope, table: str, rest: Sequence[Name]) -> tuple[Term, int] | None:
    """`order.counted` in the file of a pack that declares it; inside its own definition the name is the column's."""
    own = b.members.get(table, {}).get(scope.prefix + rest[0].key) if scope.prefix else None
    if own is None or b.defining("trait", own.name) or b.defining("filter", own.name):
        return None
    return type(b).define_trait(b, own, rest[0].span), 1


def _in_scope(
    b: Binder, level: Scope, parts: Sequence[Name], asked: Scope, depth: int
) -> tuple[Term | Place, Sequence[Name]] | None:
    """What the path begins with in one scope, seen from `depth` aggregates further in."""
    name = parts[0]
    if name.key == "action" and level.credited and len(parts) > 1 and parts[1].key in PAIR_FIELDS:
        return Field(Here(depth), parts[1].key, PAIR_FIELDS[parts[1].key]), parts[2:]
    rooted = named([part.key for part in parts], level.roots)
    if rooted:
        row, table = level.roots[_key(parts, rooted)]
        return (shift(row, depth), table), parts[rooted:]
    row = shift(level.row, depth)
    own_name = named([part.key for part in parts], (TABLES[level.table].singular,)) if level.table else 0
    if level.table and not (own_name and len(parts) > own_name) and not _too_bare(level, parts):
        member, used = _member(b, level.table, parts, asked.prefix)
        if member is not None:
            return on_row(member, row, level.table), parts[used:]
    if own_name:
        return (row, level.table), parts[own_name:]
    return None


def _key(parts: Sequence[Name], used: int) -> str:
    return ".".join(part.key for part in parts[:used])


def _too_bare(level: Scope, parts: Sequence[Name]) -> bool:
    """A dimension begins with a table: a bare column would belong to one metric only."""
    return level.fan_out == "P0401" and len(parts) == 1 and parts[0].key not in SINGULAR


def _member(b: Binder, table: str, parts: Sequence[Name], prefix: str = "") -> tuple[Term | None, int]:
    """A member of a table's rows, and how many names it took: column, trait or filter, part of a date, pack member."""
    name = parts[0]
    column = b.ways.columns(table).get(name.key)
    declared = b.members.get(table, {})
    declaration = (declared.get(prefix + name.key) if prefix else None) or declared.get(name.key)
    if column is not None and declaration is not None and declaration.pack == "":
        raise b.fail("P0208", name.span, f"`{name.text}` could be the column of {table} or the {_kind(declaration)} "
                     f"`{declaration.name}`", "Give one of them another name.")  # fmt: skip
    stands_back = column is not None and declaration is not None and bool(declaration.pack) and not column.canonical
    if declaration is not None and (column is None or not column.filled or stands_back):
        return type(b).define_trait(b, declaration, name.span), 1
    if column is not None:
        b.named.setdefault((table, name.key), name.span)
        return Field(Here(), column.name, column.type), 1
    part = _moment_part(b, table, name, prefix)
    if part is not None:
        return part, 1
    if table == "customers" and name.key == "consent" and len(parts) > 1:
        return _consent(b, parts[1].key), 2
    if len(parts) > 1:
        dotted = declared.get(f"{name.key}.{parts[1].key}")
        if dotted is not None:
            return type(b).define_trait(b, dotted, parts[1].span), 2
    return None, 0


def _consent(b: Binder, channel: str) -> Term:
    """`consent.sms`: yes when the latest status of that channel is `in`, no for `out` and `pending`, else missing.

    A status without a date holds for all time, until a dated one.
    """
    columns = b.ways.columns("consents")
    date = Field(Here(), "changed_at", columns["changed_at"].type)
    since = Op("first_known", (date, Lit(dt.datetime(1, 1, 1), MOMENT)), MOMENT)
    where = compare("=", Field(Here(), "channel", columns["channel"].type), Lit(channel, TEXT))
    status = Field(Here(), "status", columns["status"].type)
    customer = Field(Here(), "customer", reference("customers"))
    latest = Children(Here(), "consents", customer, "last", status.type, status, where, order=(since,))
    known_no = Op("if", (Op("is_missing", (latest,), YESNO), Lit(None, YESNO), Lit(False, YESNO)), YESNO)
    return Op("if", (compare("=", latest, Lit("in", TEXT)), Lit(True, YESNO), known_no), YESNO)


def _kind(declaration: object) -> str:
    return "filter" if isinstance(getattr(declaration, "statement", None), tree.FilterDecl) else "trait"


def _moment_part(b: Binder, table: str, name: Name, prefix: str) -> Term | None:
    """`created_month` of `created_at`, `birth_year` of ... : a part of a moment or date of the same row."""
    split = moment_parts(name.key)
    if split is None:
        return None
    base, part = split
    for ending, parts in (("_at", True), ("_on", False)):
        whole, _ = _member(b, table, [replace(name, text=base + ending)], prefix)
        if whole is not None and (parts or part != "hour") and whole.type.timely:
            return date_part(whole, part)
    return None


def _trait_of_customer(b: Binder, scope: Scope, parts: Sequence[Name]) -> Term | None:
    """`lifecycle.stage` where a row's customer is meant: a pack's trait of customers may begin a path."""
    if not scope.chains or len(parts) < 2 or not scope.table:
        return None
    found = b.members.get("customers", {}).get(f"{parts[0].key}.{parts[1].key}")
    if found is None:
        b.not_yet(f"{parts[0].text}.{parts[1].text}", parts[0].span)
        return None
    row, table = scope.roots.get("customer") or _by_chain(b, scope, Name("customer", span=parts[0].span), "customers")
    return on_row(type(b).define_trait(b, found, parts[1].span), row, table)


def _by_chain(b: Binder, scope: Scope, name: Name, target: str) -> Place:
    """The row of another table named by its singular: by a chain of references, or the problem that there is none."""
    start = scope.table
    way = b.ways.chain(start, target)
    if way == ():
        return scope.row, start
    if isinstance(way, Ambiguous):
        ways = " and ".join(".".join(w) for w in way.ways)
        hint = f"Write one of them: `{'.'.join(way.ways[0])}`."
        raise b.fail("P0403", name.span, f"there are two ways from {start} to {target}: {ways}", hint)
    if isinstance(way, tuple):
        return _as_row(rebase(b.ways.along(Here(), start, way), scope.row)) or (scope.row, start)
    raise no_way(b, scope, name, target)


def no_way(b: Binder, scope: Scope, name: Name, target: str) -> Unbound:
    """The problem of a path that a row cannot go: credit (P0610), fan-out (P0401, P0404) or no way at all (P0402)."""
    start, singular = scope.table, TABLES[scope.table].singular
    if name.key in ("action", "campaign") and not scope.credited and start in ("orders", "lines"):
        hint = "Add `attributed by ...` or `influenced by ...` to the metric."
        return b.fail("P0610", name.span, f"`{name.text}.` belongs to attributed numbers", hint)
    if b.ways.fans_out(start, target) and scope.fan_out != "P0402":
        if scope.fan_out == "P0401":
            said = f"{scope.use} counts {start}, and {_an(singular)} may have many `{name.text}`"
            hint = finer(b, scope, target, name.span.file)
        else:
            said = f"one {singular} has many {target}: say which"
            hint = f"Write `has {child_word(b, start, target)} where (...)`."
        return b.fail(scope.fan_out, name.span, said, hint)
    leads = ", ".join(
        sorted({SINGULAR_OF[t] for t in TABLES if t != start and isinstance(b.ways.chain(start, t), tuple)})
    )
    other = [c for c, t, filled in b.ways.references(start) if t == target and filled]
    hint = f"Write `{singular}.{other[0]}`." if other else f"One {singular} leads to: {leads or 'nothing else'}."
    return b.fail("P0402", name.span, f"there is no way from {start} to {target}", hint)


SINGULAR_OF = {t.name: t.singular for t in TABLES.values()}


def _an(word: str) -> str:
    return ("an " if word[0] in "aeiou" else "a ") + word


def unknown_column(b: Binder, table: str, name: Name) -> Unbound:
    """P0203 with the nearest column of the table."""
    known = [c.name for c in b.ways.columns(table).values()]
    known += [d.name for d in b.members.get(table, {}).values() if b.visible(d, name.span.file)]
    hint = unmapped_column(b, table, name) or suggest(name.text, known)
    return b.fail("P0203", name.span, f"{table} has no column `{name.text}`", hint)


def _unknown(b: Binder, scope: Scope, name: Name, rest: Sequence[Name]) -> Unbound:
    if len(rest) > 1:
        b.not_yet(f"{rest[0].text}.{rest[1].text}", name.span)
    if scope.table and not scope.chains:
        hidden = b.members.get(scope.table, {}).get(name.key)
        if hidden is not None and not b.visible(hidden, name.span.file):
            b.find(_kind(hidden), name.text, name.span)
        return unknown_column(b, scope.table, name)
    names = [*SINGULAR, *(d.name for d in b.declared.known("trait").values())]
    if scope.fan_out == "P0401" and len(rest) == 1:  # a dimension, which may also be of time
        names += TIME_UNITS
    hint = suggest(name.text, names)
    if scope.table and name.key in b.ways.columns(scope.table):
        hint = f"Write `{TABLES[scope.table].singular}.{name.text}`."
    elif scope.table and len(rest) == 1:
        hint = meant(b, scope, name) or hint
    elif scope.table:
        hint = unmapped_table(b, name) or hint
    return b.fail("P0201", name.span, f"there is no table or name called `{name.text}`", hint)
