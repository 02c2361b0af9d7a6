"""What stands in the sources and not in the tables, so that a question about it is told how to map it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from patron.dsl import tree
from patron.dsl.nodes import dataclass, field
from patron.dsl.tree import fold
from patron.engine.contracts import SourceError
from patron.engine.model.mapping import Aggregate, AnyMapping, BoundSource, Converted, Lookup, TableMapping, every_part
from patron.engine.model.terms import Field


@dataclass(frozen=True, slots=True)
class Unmapped:
    """The statements and their opened sources, asked for what is not in the tables under its own name. No row is read
    for it, and nothing is done unless a name is unknown."""

    mappings: tuple[AnyMapping, ...] = ()
    sources: Mapping[str, BoundSource] = field(default_factory=dict)

    def column(self, table: str, name: tree.Name) -> str:
        """What to write for a column that a source of a table has; "" for none."""
        found = (pair for m in self.mappings if isinstance(m, TableMapping) and m.table == table
                 for pair in _columns(m, self.sources))  # fmt: skip
        return next((hint for column, hint in found if fold(column) == name.key), "")

    def table(self, name: tree.Name) -> str:
        """What to do with a table of a source that no statement reads, by its name or for one of its rows."""
        names = (name.key, f"{name.key}s")
        found = next((f"{s}.{t}" for s, t in _tables(self.mappings, self.sources) if fold(t) in names), "")
        taken = f"take what you need with `lookup({found}.column, key = value)` in a table"
        return f"`{found}` is there, and no statement reads it: {taken}." if found else ""


# ---------------------------------------------------------------- columns


def _columns(mapping: TableMapping, sources: Mapping[str, BoundSource]) -> Iterator[tuple[str, str]]:
    """Columns of the source and of the tables that are looked up in, with what to write for each."""
    from patron.dsl.format import format_expr  # only what went wrong is printed
    from patron.dsl.printing import words

    taken = dict(_taken(mapping))
    for source, table, call in _read(mapping):
        bound = sources.get(source)
        for column in bound.headers.get(table, ()) if bound is not None else ():
            own = tree.Path(tuple(tree.Name(n) for n in (bound.name, table, column.name))) if bound else None
            if own is None or fold(column.name) in {fold(c.name) for c in mapping.columns}:
                continue
            known = taken.get((source, table, column.name))
            if known is not None:
                yield column.name, f"`{format_expr(own)}` is `{known}` here."
                continue
            line = f"{words.name(tree.Name(column.name), words.COLUMN)} = {_expression(mapping, own, call)}"
            todo = f"write `{line}` in `table {mapping.table}`"
            yield column.name, f"`{format_expr(own)}` is there, and no column is filled from it: {todo}."


def _taken(mapping: TableMapping) -> Iterator[tuple[tuple[str, str, str], str]]:
    """The columns of sources that are columns of the table as they are, and how these are called."""
    for column in mapping.columns:
        value = column.value
        while isinstance(value, (Converted, Aggregate)) and value.value is not None:
            value = value.value
        if isinstance(value, Lookup):
            yield (value.source, value.table, value.column), column.name
        elif isinstance(value, Field):
            yield (mapping.source, mapping.source_table, value.column), column.name


def _read(mapping: TableMapping) -> Iterator[tuple[str, str, tree.Call | None]]:
    """The tables that a statement reads, each with a `lookup` that finds its rows; none for its own table."""
    yield mapping.source, mapping.source_table, None
    for column in mapping.columns:
        said = column.written
        if isinstance(column.value, Lookup) and isinstance(said, tree.Call) and said.function.key == "lookup":
            yield column.value.source, column.value.table, said


def _expression(mapping: TableMapping, column: tree.Path, call: tree.Call | None) -> str:
    """What fills a column from a column of a source."""
    from patron.dsl.format import format_expr

    if call is not None:
        return format_expr(replace(call, args=(replace(call.args[0], value=column), *call.args[1:])))
    own = format_expr(tree.Path(column.parts[2:]))
    return own if mapping.keys is None else f"first({own})"


# ---------------------------------------------------------------- tables


def _tables(mappings: Sequence[AnyMapping], sources: Mapping[str, BoundSource]) -> Iterator[tuple[str, str]]:
    """The files of opened folders that no statement reads. A database would have to be asked for its tables."""
    read = {(fold(s), fold(t)) for m in mappings for s, t in _places(m)}
    for bound in sources.values():
        if bound.opened is None or "folder" not in bound.settings:
            continue
        try:
            names = bound.opened.tables()
        except SourceError:  # told by what reads from it
            continue
        yield from ((bound.name, name) for name in names if (fold(bound.name), fold(name)) not in read)


def _places(mapping: AnyMapping) -> Iterator[tuple[str, str]]:
    if not isinstance(mapping, TableMapping):
        yield from mapping.reads
        return
    yield mapping.source, mapping.source_table
    parts = (part for term in mapping.every_term() for part in every_part(term))
    yield from ((part.source, part.table) for part in parts if isinstance(part, Lookup))
