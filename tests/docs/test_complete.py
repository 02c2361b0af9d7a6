"""What the code has is in the documentation: words, settings, hooks, options, functions, standard names."""

import inspect
import re
from collections.abc import Iterator

import click
import pytest

from patron.dsl import tree
from patron.dsl.parse import parse_file
from patron.engine import contracts, hooks
from patron.engine.cli.group import COMMANDS, patron
from patron.engine.loader.kinds import KINDS
from patron.engine.model.canonical import TABLES
from patron.engine.model.functions import AGGREGATES, FUNCTIONS
from patron.engine.model.settings import ORDER_RULES, PROJECT_SETTINGS, SALES
from patron.engine.results import STATES
from patron.engine.runner.config import _READERS
from patron.engine.runner.project import Project
from patron.engine.runtime import errors
from tests.docs.blocks import DOCS, ROOT, everything
from tests.docs.parts import DESCRIPTORS, FUNCTION_WORDS, catalog

LANGUAGE = everything("reference/language")
SETTINGS = (DOCS / "reference" / "settings.md").read_text(encoding="utf-8")
COMMAND_LINE = (DOCS / "reference" / "command-line.md").read_text(encoding="utf-8")
PLUGINS = (DOCS / "reference" / "plugins.md").read_text(encoding="utf-8")
CATALOG = catalog()


def keywords() -> list[str]:
    """Every word in quotes of the grammar."""
    text = (ROOT / "grammars" / "patron.lark").read_text(encoding="utf-8")
    rules = "\n".join(line.partition("//")[0] for line in text.splitlines() if not re.match(r"[A-Z_]+[.:\d]", line))
    return sorted(set(re.findall(r'"([a-z_]+)"', rules)))


def standard() -> list[str]:
    """The names that the standard library declares, of every kind."""
    found = next(iter(CATALOG.packs["standard"].files.values()))
    document, _ = parse_file(found.read_bytes(), found.name)
    return sorted(s.name.text for s in document.statements if hasattr(s, "name") and not isinstance(s, tree.ParamDecl))


def said(word: str, text: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(word)}(?!\w)", text) is not None


def code_of(text: str) -> str:
    """What is written as code: blocks, and words in backticks."""
    blocks = re.findall(r"^```.*?^```", text, re.DOTALL | re.MULTILINE)
    return "\n".join(
        (
            *blocks,
            *re.findall(
                r"`+([^`\n]+(?:\n[^`\n]+)?)`+", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
            ),
        )
    )


LANGUAGE_CODE = code_of(LANGUAGE)


@pytest.mark.parametrize("word", keywords())
def test_every_keyword_is_written_in_the_language_reference(word):
    assert said(word, LANGUAGE_CODE)


@pytest.mark.parametrize("name", [*FUNCTIONS, *AGGREGATES, *standard()])
def test_every_function_aggregate_and_standard_name_is_in_the_reference(name):
    if name != "purchase":  # the library's own helper
        assert f"`{name}" in LANGUAGE


def test_every_function_is_explained():
    assert set(FUNCTION_WORDS) == set(FUNCTIONS)


@pytest.mark.parametrize("name", [*PROJECT_SETTINGS, *ORDER_RULES, *SALES])
def test_every_setting_of_a_project_is_in_the_reference(name):
    assert f"`{name}`" in LANGUAGE


@pytest.mark.parametrize("key", [*_READERS, "profiles"])
def test_every_key_of_patron_toml_is_in_the_reference(key):
    assert f"| `{key}` |" in SETTINGS


@pytest.mark.parametrize("kind", ["sources", "packs", "exporters", "targets"])
def test_every_setting_of_a_plugin_of_ours_is_in_the_reference(kind):
    for name, thing in getattr(CATALOG, kind).items():
        if name == "standard":
            continue
        _, _, section = SETTINGS.partition(f"\n### {name}\n")
        section = section.partition("\n##")[0]
        assert section, name
        for setting in getattr(thing, "settings", ()) or getattr(thing, "arguments", ()):
            assert f"| `{setting.name}` |" in section, f"{name}: {setting.name}"


@pytest.mark.parametrize("pack", sorted(set(CATALOG.packs) - {"standard"}))
def test_every_pack_is_told_of(pack):
    assert said(pack, (DOCS / "reference" / "language" / "packs.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("show", sorted(CATALOG.shows))
def test_every_kind_of_show_and_its_settings_are_in_the_reference(show):
    assert f"| `{show}` |" in LANGUAGE
    for setting in CATALOG.shows[show].settings:
        assert f"`{setting.name}`" in LANGUAGE


def test_every_state_is_in_the_reference():
    assert [s for s in STATES if f"| `{s}` |" not in LANGUAGE] == []


@pytest.mark.parametrize("table", TABLES)
def test_every_canonical_table_is_in_the_reference(table):
    text = (DOCS / "reference" / "tables.md").read_text(encoding="utf-8")
    section = text.partition(f"\n### {table}\n")[2].partition("\n### ")[0]
    assert [c.name for c in TABLES[table].columns if f"| `{c.name}` |" not in section] == []


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for sub, found in command.commands.items():
            yield from commands(found, f"{name} {sub}")


EVERY_COMMAND = [
    pair for name in COMMANDS for pair in commands(patron.get_command(click.Context(patron, obj={}), name), name)
]


@pytest.mark.parametrize("name, command", EVERY_COMMAND, ids=[n for n, _ in EVERY_COMMAND])
def test_every_command_and_option_is_in_the_reference(name, command):
    section = re.split(rf"^#+ {name}$", COMMAND_LINE, flags=re.MULTILINE)[1]
    section = re.split(r"^#+ ", section, flags=re.MULTILINE)[0]
    own = [
        o for p in command.params if not p.name.startswith("shared_") and isinstance(p, click.Option) for o in p.opts
    ]
    assert [o for o in own if o not in section] == []
    shared = [o for p in command.params if p.name.startswith("shared_") for o in p.opts]
    assert [o for o in shared if o not in COMMAND_LINE] == []


def test_every_exit_code_is_in_the_reference():
    kinds = [k for _, k in inspect.getmembers(errors, inspect.isclass) if issubclass(k, errors.PatronError)]
    assert [k for k in kinds if f"| {k.exit_code} |" not in COMMAND_LINE] == []
    assert f"| {errors.INTERRUPTED} |" in COMMAND_LINE


@pytest.mark.parametrize("name", [n for n in dir(hooks) if n.startswith("patron_")])
def test_every_hook_is_in_the_reference(name):
    assert f"### {name}\n" in PLUGINS


def test_every_descriptor_is_in_the_reference():
    assert [k.type.__name__ for k in KINDS if f"### {k.type.__name__}\n" not in PLUGINS] == []
    public = {n for n, c in inspect.getmembers(contracts, inspect.isclass) if c.__module__ == contracts.__name__}
    protocols = {"Source", "Growing", "Closing", "Session"}  # in a section of their own
    assert public - set(DESCRIPTORS) == protocols


def test_every_call_of_a_project_is_in_the_guide_for_python():
    text = (DOCS / "how-to" / "from-python.md").read_text(encoding="utf-8")
    calls = [n for n, f in inspect.getmembers(Project, inspect.isfunction) if not n.startswith("_")]
    inner = {
        "seen_from",
        "named",
        "line",
        "statement",
        "statements",
        "layout",
        "turn",
        "as_run",
    }  # for the command line and tests
    assert [n for n in calls if n not in inner and f".{n}(" not in text and f"`{n}(" not in text] == []
