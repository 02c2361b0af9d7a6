"""The proposed files as text, with comments for whoever reads them next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from patron.engine.runner.proposal.mapped import Line, Mapped
from patron.engine.runner.proposal.names import quoted, text
from patron.engine.runner.proposal.tables import Origin, Table


@dataclass(frozen=True, slots=True)
class About:
    """What the files are about: the project's title, zone and currency, and where the data lie from there. `charged`:
    taxes or postage stand beside the totals."""

    title: str
    folder: str
    timezone: str = "UTC"
    currency: str = "USD"
    zone_told: str = ""
    currency_told: str = ""
    charged: bool = False


@dataclass(frozen=True, slots=True)
class SourceText:
    """A `source` statement: its name, what it reads, and the tables it is used for."""

    name: str
    origin: Origin
    tables: tuple[Table, ...]
    junk: tuple[str, ...] = ()


def model_text(about: About, sources: Sequence[SourceText], mapped: Sequence[Mapped], left: Sequence[str]) -> str:
    """`model.patron`: the project, its sources, how files become tables, and what was left out."""
    settings: list[Line] = [
        ("timezone", text(about.timezone), about.zone_told),
        ("currency", about.currency, about.currency_told),
    ]
    if about.charged:
        settings.append(("sales", "total", "what was charged; without this line taxes, postage and tips are taken off"))
    out = [
        f"# {about.title}: where the data are and what they mean. Proposed from the rows of the files; make it yours.",
        "# What stands behind a # is what was seen in the rows, and what to look at before you trust a number.",
        "language 1",
        "",
        f"project {text(about.title)} {{",
        *aligned(settings),
        "}",
    ]
    for source in sources:
        out += ["", *source_lines(about, source)]
    for one in mapped:
        out += ["", *table_lines(one)]
    if left:
        out += ["", "# Not used, so nothing of it is in any number:", *(f"#   {text_}" for text_ in left)]
    return "\n".join(out) + "\n"


def source_lines(about: About, source: SourceText) -> list[str]:
    """A source with only those settings that differ from the defaults."""
    if source.origin.file:
        place = text(f"{about.folder}/{source.origin.file}")
        return [
            f"source {source.name} from {source.origin.connector} {{",
            f"  file {place}  # relative to this file",
            "}",
        ]
    rows: list[Line] = [("folder", text(about.folder), "relative to this file"), *_written(source)]
    several = [t for t in source.tables if t.named]
    out = [f"source {source.name} from {source.origin.connector} {{", *aligned(rows)]
    if several:
        out += ["  files {", *(f"    {quoted(t.name)} {text(t.named)}" for t in several), "  }"]
    return [*out, "}"]


def _written(source: SourceText) -> Iterator[Line]:
    """How text files are written."""
    shape = source.origin.shape
    if shape.delimiter != ",":
        yield "delimiter", text(shape.delimiter.replace("\t", "\\t")), ""
    if shape.encoding != "utf-8":
        yield "encoding", text(shape.encoding), "a guess: look at names with accents"
    if shape.decimal != ".":
        yield "decimal", text(shape.decimal), ""
    if not shape.header:
        yield "header", "no", "the first line is a row; the names below are guesses"
        yield "columns", ", ".join(text(c) for c in source.origin.columns), ""
    if source.junk:
        yield "blank", ", ".join(text(j) for j in ("", *source.junk)), "read as missing"


def table_lines(made: Mapped) -> list[str]:
    """A table statement; without a block when all columns are taken as they are."""
    head = f"table {made.table} from {made.source}"
    comments = [f"# {c}" for c in made.comments]
    if not made.lines and not made.clauses and not made.where and not made.group:
        return [*comments, head]
    out = [*comments, f"{head} {{"]
    if made.where:
        out.append(f"  where {made.where}")
    if made.group:
        out.append(f"  group by {', '.join(made.group)}")
    out += aligned([(name, f"= {expression}", told) for name, expression, told in made.lines])
    out += aligned(made.clauses)
    return [*out, "}"]


def aligned(rows: Sequence[Line]) -> list[str]:
    """Lines of a block: names in one column, what they are behind, comments at the end."""
    wide = max((len(name) for name, expression, _ in rows if expression), default=0)
    out = []
    for name, expression, told in rows:
        line = f"  {name:<{wide}} {expression}" if expression else f"  {name}"
        out.append(f"{line}    # {told}" if told else line)
    return out
