"""The parts of pages that are generated: lists that the code knows best.

A part stands between `<!-- generated: NAME -->` and `<!-- end -->`; `python tests/docs/write.py` writes them anew.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import click

from patron.dsl.problems import SEVERITY
from patron.engine import contracts, hooks
from patron.engine.catalog import Catalog
from patron.engine.cli.group import COMMANDS, OTHER_NAMES, patron
from patron.engine.cli.options import Command
from patron.engine.contracts import SettingSpec
from patron.engine.loader import load_catalog
from patron.engine.loader.kinds import KINDS
from patron.engine.model.canonical import MADE as MADE_TABLES
from patron.engine.model.canonical import TABLES, WITHOUT, CanonicalColumn
from patron.engine.model.functions import AGGREGATES, FUNCTIONS
from patron.engine.results import STATES
from patron.engine.runner.delivering import with_folder
from tests.docs.blocks import DOCS, ROOT

PART = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(text: str) -> str:
    """A page with every generated part as it is now."""
    return PART.sub(lambda found: f"{found[1]}{MADE[found[2]]().rstrip()}\n{found[3]}", text)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def catalog() -> Catalog:
    """What is installed; announcements that a build left in the checkout may be old."""
    return with_folder(load_catalog(path=[p for p in sys.path if p and Path(p).resolve() != ROOT]))


# ---------------------------------------------------------------- tables


def canonical_tables() -> str:
    return "\n\n".join(_canonical(name) for name in TABLES)


def _canonical(name: str) -> str:
    t = TABLES[name]
    said = [f"One row: `{t.singular}`."]
    said += [f"Made of {MADE_TABLES[name]}, no source fills it."] if name in MADE_TABLES else []
    said += [f"Default date: `{'.'.join(t.date)}`."] if t.date else ["No default date."]
    said += [f"Without it: {WITHOUT[name]}."] if name in WITHOUT else []
    rows = [(f"`{c.name}`", _type(c), _marks(c)) for c in t.columns]
    return f"### {name}\n\n{' '.join(said)}\n\n{table(('column', 'type', ''), rows)}"


def _type(column: CanonicalColumn) -> str:
    if column.choices:
        return "one of " + ", ".join(f"`{c}`" for c in column.choices) + (", or another" if column.more else "")
    if column.type.kind == "reference":
        return "the id" if column.name == "id" else f"→ {column.type.table}"
    return {"yesno": "yes/no"}.get(column.type.kind, column.type.kind)


def _marks(column: CanonicalColumn) -> str:
    marks = ["required"] if column.required else []
    marks += ["computed when absent"] if column.computed else []
    marks += ["personal"] if column.personal else []
    if column.default is not None:
        marks.append(f"`{'no' if column.default is False else column.default}` when absent or missing")
    return ", ".join(marks)


# ---------------------------------------------------------------- commands


def command_line() -> str:
    context = click.Context(patron, info_name="patron", obj={})
    return "\n\n".join("\n\n".join(_commands(name, patron.get_command(context, name), 3)) for name in COMMANDS)


def _commands(name: str, found: click.Command, depth: int) -> Iterator[str]:
    own = [p for p in found.params if not str(p.name).startswith("shared_")]
    arguments = [p for p in own if isinstance(p, click.Argument)]
    usage = " ".join(["patron", name, "[OPTIONS]", *(_argument(a) for a in arguments)])
    other = [f"`patron {o}`" for o, meant in OTHER_NAMES.items() if meant == name]
    yield f"{'#' * depth} {name}\n\n```text\n{usage}\n```"
    yield inspect.cleandoc(found.help or "") + (f"\n\nAlso called {' and '.join(other)}." if other else "")
    options = [p for p in own if isinstance(p, click.Option)]
    if options:
        yield table(("option", "does"), [(f"`{_spelled(o)}`", _help(o)) for o in options])
    if isinstance(found, Command) and found.examples:
        yield f"```sh\n{found.examples.strip()}\n```"
    if isinstance(found, click.Group):
        for sub, command in found.commands.items():
            yield from _commands(f"{name} {sub}", command, depth + 1)


def _argument(argument: click.Argument) -> str:
    return argument.make_metavar(click.Context(click.Command("")))


def _spelled(option: click.Option) -> str:
    value = "" if option.is_flag else " " + option.make_metavar(click.Context(click.Command("")))
    return ", ".join((*option.opts, *option.secondary_opts)) + value


def _help(option: click.Option) -> str:
    env = f" Environment: `{option.envvar}`." if option.envvar else ""
    return f"{option.help}{env}"


def shared_options() -> str:
    shared = [p for p in patron.params if isinstance(p, click.Option)]
    return table(("option", "does"), [(f"`{_spelled(o)}`", _help(o)) for o in shared])


# ---------------------------------------------------------------- plugins


def offered(kind: str, level: int = 3) -> Callable[[], str]:
    def made() -> str:
        things = getattr(catalog(), kind)
        return "\n\n".join(_offered(things[name], level) for name in sorted(things) if name != "standard")

    return made


def _offered(thing: object, level: int) -> str:
    settings = getattr(thing, "settings", ()) or getattr(thing, "arguments", ())
    lines = [f"{'#' * level} {thing.name}", "", f"{thing.describe[0].upper()}{thing.describe[1:]}."]
    extensions = getattr(thing, "extensions", ())
    if extensions:
        lines.append(f"Extensions: {', '.join(f'`{e}`' for e in extensions)}.")
    if getattr(thing, "needs", "") and not isinstance(thing, contracts.ShowType):
        lines.append(f"Needs `pip install 'patron[{thing.needs}]'`.")
    if settings:
        lines += ["", settings_table(settings)]
    return "\n".join(lines)


def settings_table(settings: Iterable[SettingSpec]) -> str:
    return table(
        ("setting", "takes", "default", "is"), [(f"`{s.name}`", s.takes, _default(s), s.describe) for s in settings]
    )


def _default(setting: SettingSpec) -> str:
    return "required" if setting.required else setting.default_written and f"`{setting.default_written}`"


def not_yet() -> str:
    """Members of packs that the reference tells of and nobody can ask for yet."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for pack in catalog().packs.values():
        for member, reason in pack.later.items():
            reasons.setdefault((pack.name, reason), []).append(f"`{member}`")
    if not reasons:
        return "Everything named above can be asked for."
    return table(("pack", "not there yet", "because"), [(p, ", ".join(m), r) for (p, r), m in sorted(reasons.items())])


def shows() -> str:
    return table(
        ("kind", "needs", "shows"),
        [(f"`{s.name}`", s.needs or "anything", s.describe) for s in catalog().shows.values()],
    )


def hook_list() -> str:
    return "\n\n".join(_hook(kind.hook, kind.type) for kind in KINDS)


def _hook(name: str, kind: type) -> str:
    said = inspect.cleandoc(getattr(hooks, name).__doc__ or "")
    return f"### {name}\n\n```python\ndef {name}() -> list[{kind.__name__}]\n```\n\n{said}"


DESCRIPTORS = (
    "SettingSpec", "SourceType", "SourceConfig", "SourceColumn", "Provided", "CsvText", "Rejected", "SourceError",
    "Pack", "LearnedTable", "Learning", "Learned",
    "FunctionType", "ExporterType", "ExportJob", "ExportError", "ShowType", "TargetType", "BackendType",
    "Limits", "CheckType", "CommandType", "PluginFact",
)  # fmt: skip


def descriptors() -> str:
    return "\n\n".join(_descriptor(getattr(contracts, name)) for name in DESCRIPTORS)


def _descriptor(kind: type) -> str:
    said = inspect.cleandoc(kind.__doc__ or "")
    if not dataclasses.is_dataclass(kind):
        signature = str(inspect.signature(kind)).replace(" -> None", "").replace("'", "")
        return f"### {kind.__name__}\n\n{said}\n\n`{kind.__name__}{signature}`"
    rows = [(f"`{f.name}`", f"`{f.type}`", _field_default(f)) for f in dataclasses.fields(kind)]
    return f"### {kind.__name__}\n\n{said}\n\n{table(('field', 'type', 'default'), rows)}"


def _field_default(field: dataclasses.Field) -> str:
    if inspect.isfunction(field.default):
        return ""
    if field.default is not dataclasses.MISSING:
        return f"`{field.default!r}`"
    return "empty" if field.default_factory is not dataclasses.MISSING else ""


def protocols() -> str:
    return "\n\n".join(
        _protocol(kind) for kind in (contracts.Source, contracts.Growing, contracts.Closing, contracts.Session)
    )


def _protocol(kind: type) -> str:
    methods = [(n, m) for n, m in vars(kind).items() if inspect.isfunction(m) and not n.startswith("_")]
    rows = [
        (f"`{n}{inspect.signature(m)}`".replace("'", ""), inspect.cleandoc(m.__doc__ or "").replace("\n", " "))
        for n, m in methods
    ]
    return f"### {kind.__name__}\n\n{inspect.cleandoc(kind.__doc__ or '')}\n\n{table(('method', 'gives'), rows)}"


# ---------------------------------------------------------------- language


def functions() -> str:
    return table(("function", "gives"), [(f"`{f.signature}`", FUNCTION_WORDS[name]) for name, f in FUNCTIONS.items()])


def aggregates() -> str:
    return table(
        ("aggregate", "of no rows"),
        [(f"`{s}`", "0" if n in ("sum", "count", "unique") else "missing") for n, s in AGGREGATES.items()],
    )


def states() -> str:
    return table(("state", "means"), [(f"`{name}`", said) for name, said in STATES.items()])


def codes() -> str:
    words = {"E": "error: stops", "W": "warning", "N": "note"}
    page = (DOCS / "reference" / "errors.md").read_text(encoding="utf-8")
    entry = re.compile(r"^### (P\d{4})\n\n\*\*\w+\b.*?\.(?:\*\*)?\s+(.+?)[.:;](?=\s)", re.MULTILINE | re.DOTALL)
    first = {code: " ".join(sentence.split()) for code, sentence in entry.findall(page)}
    return table(
        ("code", "", "what is wrong"),
        [(f"[{c}](#{c.lower()})", words[s], first[c]) for c, s in sorted(SEVERITY.items())],
    )


def coverage() -> str:
    from tests.products import page  # it writes its tables with ours

    return page.coverage()


FUNCTION_WORDS: Mapping[str, str] = {
    "lower": "the text in small letters",
    "upper": "the text in capitals",
    "trim": "the text without blanks at both ends",
    "length": "how many characters",
    "replace": "the text with every `from` turned into `to`",
    "left": "the first n characters",
    "right": "the last n characters",
    "part": "the n-th piece when the text is cut at the separator",
    "text_join": "the values as one text, the separator between them",
    "first_known": "the first of the values that is not missing",
    "missing_if": "the first value, or missing when it is one of the others",
    "abs": "the value without its sign",
    "round": "rounded to so many digits (none: a whole number)",
    "floor": "the next whole number below",
    "ceil": "the next whole number above",
    "least": "the smallest of the values",
    "greatest": "the largest of the values",
    "power": "the number raised to the exponent; missing where that is no number, as the root of -1 is",
    "nth": "the n-th of the values, missing where there are fewer; n is a whole number written out",
    "shown_as": "the text itself; readers are shown the words instead of that value, conditions and files keep it",
    "in_order": "the text itself; results, charts and matrices show its values in this order",
    "number": "the number that a text spells",
    "money": "the amount that a text spells, in the project's currency",
    "band": "which of several bands a value falls into, as a text",
    "date": "the local date of a moment",
    "moment": "the moment of a date and a time of day",
    "parse_date": "a date read from a text in that form",
    "parse_time": "a moment read from a text in that form",
    "year": "the year as a number",
    "quarter": "the quarter, 1 to 4",
    "month": "the month, 1 to 12",
    "week": "the week of the year",
    "day": "the day of the month",
    "weekday": "1 to 7, 1 being the day on which the project's week begins",
    "hour": "the local hour, 0 to 23",
    "start_of_month": "the first date of its month",
    "start_of_week": "the first date of its week",
    "start_of_year": "the first of January of its year",
    "days_between": "local dates from a to b (b − a)",
    "months_between": "calendar months from a to b",
    "years_between": "completed years from a to b",
    "add_days": "the date n days later, in whole days; missing a million days away",
    "days": "how many days a duration is; one of months or years is missing",
    "age": "completed years on the day of the run",
    "distance_km": "kilometres between two places",
    "distance_miles": "miles between two places",
    "cell": "the square of the map a place is in, as a text such as `40/-74`",
}

MADE: Mapping[str, Callable[[], str]] = {
    "canonical-tables": canonical_tables,
    "command-line": command_line,
    "shared-options": shared_options,
    "connectors": offered("sources"),
    "packs": offered("packs"),
    "not-yet": not_yet,
    "exporters": offered("exporters"),
    "targets": offered("targets"),
    "shows": shows,
    "hooks": hook_list,
    "descriptors": descriptors,
    "protocols": protocols,
    "functions": functions,
    "aggregates": aggregates,
    "states": states,
    "codes": codes,
    "coverage": coverage,
}
