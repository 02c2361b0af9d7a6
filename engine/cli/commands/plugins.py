"""`patron plugins`: what is installed and what it offers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from patron.engine.cli import output, problems
from patron.engine.cli.options import Options, command
from patron.engine.contracts import PluginFact, SettingSpec, ShowType
from patron.engine.runtime.errors import UsageError

if TYPE_CHECKING:
    from patron.engine.catalog import Catalog

EXAMPLES = """
patron plugins                what is there
patron plugins csv            one source, pack or exporter with its settings
patron plugins --json
"""

_KINDS = (
    ("sources", "Sources"), ("packs", "Packs"), ("exporters", "Exporters"), ("shows", "Kinds of shows"),
    ("targets", "Targets"), ("backends", "Backends"), ("functions", "Functions"), ("checks", "Checks"),
    ("commands", "Commands"),
)  # fmt: skip


@command("plugins", EXAMPLES)
@click.argument("name", required=False)
def plugins(options: Options, name: str | None) -> None:
    """Show every source, pack, exporter and backend: from which plugin, allowed or not, and its settings."""
    catalog = _catalog(options)
    if options.json:
        output.say_json(_json(catalog))
        return
    lines = list(_about(catalog, name) if name else _everything(catalog))
    if not lines:
        from patron.dsl.problems import suggest

        raise UsageError(f"nothing is called `{name}`", suggest(str(name), _names(catalog)))
    click.echo("\n".join(lines))
    for text in catalog.problems:
        problems.say(text, options, "yellow")


def _catalog(options: Options) -> Catalog:
    """That of the project; outside a project, that of our own plugins."""
    from patron.engine.loader import load_catalog

    try:
        return options.project().catalog
    except UsageError:
        if options.folder is not None or options.profile is not None:
            raise
        return load_catalog()


def _everything(catalog: Catalog) -> Iterator[str]:
    for kind, title in _KINDS:
        offered = getattr(catalog, kind)
        if offered:
            yield title
            wide = max(len(n) for n in offered)
            yield from (f"  {n:<{wide}}  {offered[n].describe}{_needs(offered[n])}" for n in sorted(offered))
            yield ""
    yield "Plugins"
    yield from (f"  {_fact(f)}" for f in catalog.plugins)


def _needs(thing: object) -> str:
    """The extra to install; of a kind of show, what its phrase must give."""
    needs = getattr(thing, "needs", "")
    return f" (needs {needs if isinstance(thing, ShowType) else f'patron[{needs}]'})" if needs else ""


def _fact(fact: PluginFact) -> str:
    state = "not allowed: name it under `plugins` in patron.toml"
    if fact.allowed:
        state = "broken" if fact.problem else "allowed"
    return f"{fact.name} ({fact.origin} {fact.version}): {state}"


def _about(catalog: Catalog, name: str) -> Iterator[str]:
    for kind, title in _KINDS:
        thing = getattr(catalog, kind).get(name)
        if thing is not None:
            yield f"{name}: {thing.describe}{_needs(thing)}"
            yield f"  offered as one of: {title.lower()}"
            settings: tuple[SettingSpec, ...] = getattr(thing, "settings", ()) or getattr(thing, "arguments", ())
            yield from (f"  {_setting(s)}" for s in settings)


def _setting(setting: SettingSpec) -> str:
    default = setting.default_written and f"; default {setting.default_written}"
    return f"{setting.name} ({setting.takes}{'; required' if setting.required else default}): {setting.describe}"


def _names(catalog: Catalog) -> list[str]:
    return [n for kind, _ in _KINDS for n in getattr(catalog, kind)]


def _json(catalog: Catalog) -> dict[str, object]:
    offers = {
        kind: [
            {"name": n, "describe": t.describe, "needs": getattr(t, "needs", "") or None,
             "settings": [s.name for s in getattr(t, "settings", ())]}
            for n, t in sorted(getattr(catalog, kind).items())
        ]
        for kind, _ in _KINDS
    }  # fmt: skip
    facts = [
        {"name": f.name, "version": f.version, "origin": f.origin, "allowed": f.allowed, "problem": f.problem or None,
         "offers": list(f.offers)}
        for f in catalog.plugins
    ]  # fmt: skip
    return {**offers, "plugins": facts, "trouble": list(catalog.problems)}
