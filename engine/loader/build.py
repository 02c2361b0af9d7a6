"""Building the catalogue: who is allowed, load, ask, check, put on the shelf. Nothing here knows any plugin."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from inspect import isfunction
from types import MappingProxyType, ModuleType
from typing import TypeVar

import pluggy

import patron
from patron.dsl.nodes import dataclass
from patron.engine import hooks
from patron.engine.catalog import Catalog, Clash
from patron.engine.contracts import (
    BackendType,
    CheckType,
    CommandType,
    ExporterType,
    FunctionType,
    Pack,
    PluginFact,
    ShowType,
    SourceType,
    TargetType,
)
from patron.engine.loader.allowed import Allowed
from patron.engine.loader.contract import BrokenContract, checked
from patron.engine.loader.entry_points import EntryPoint, entry_points, normal
from patron.engine.loader.kinds import KINDS, Descriptor, Kind

OURS = "patron"
"""Our own distribution; its plugins are always allowed."""

Offered = TypeVar("Offered", bound=Descriptor)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A plugin after it was asked: the fact about it, and its offers, none when it is broken."""

    fact: PluginFact
    offers: tuple[tuple[Kind, Descriptor], ...] = ()


def load_catalog(plugins: Iterable[str] = (), path: Sequence[str] | None = None) -> Catalog:
    """The catalogue of what is installed: ours, and of others' only what `plugins` names.

    `plugins` are names of distributions as patron.toml lists them, `acme` or `acme==1.2`; `path` is where to look
    (default `sys.path`). A plugin that is not allowed is mentioned and not imported.
    """
    allowed = Allowed.read(plugins)
    announced = entry_points(path)
    manager = _manager()
    ours = (normal(e.distribution) == OURS for e in announced)
    loaded = [_ours(e) if own else _load(e, allowed, manager) for e, own in zip(announced, ours, strict=True)]
    missing = allowed.without(normal(e.distribution) for e in announced)
    return _catalog((*loaded, *(Loaded(fact) for fact in missing)))


def build_catalog(plugins: Iterable[object]) -> Catalog:
    """The catalogue of these modules or objects and nothing else: for tests, and for programs that embed Patron."""
    manager = _manager()
    return _catalog([_ask(_fact_of(plugin), partial(_same, plugin), manager) for plugin in plugins])


# ---------------------------------------------------------------- one plugin


@cache
def _ours(entry: EntryPoint) -> Loaded:
    """One of our own plugins, without the fence that others get. They offer the same as long as a process lives."""
    fact = PluginFact(entry.name, entry.version, origin=entry.distribution, allowed=True)
    return _ask(fact, partial(_imported, entry), _our_manager())


def _load(entry: EntryPoint, allowed: Allowed, manager: pluggy.PluginManager) -> Loaded:
    """Import an allowed plugin and ask it."""
    fact = PluginFact(entry.name, entry.version, origin=entry.distribution, allowed=True)
    get = partial(_imported, entry)
    if not allowed.names(entry.distribution):
        return Loaded(replace(fact, allowed=False))
    refused = allowed.refuses(entry.distribution, entry.version)
    if refused:
        return Loaded(replace(fact, allowed=False, problem=refused))
    from patron.engine.loader import guard

    with guard.guarded():
        return _ask(fact, get, manager)


def _imported(entry: EntryPoint) -> object:
    found: object = importlib.import_module(entry.module)
    for part in filter(None, entry.attribute.split(".")):
        found = getattr(found, part)
    return found


def _same(plugin: object) -> object:
    return plugin


def _fact_of(plugin: object) -> PluginFact:
    """The fact about a plugin that was handed over in person."""
    name = plugin.__name__ if isinstance(plugin, ModuleType) else type(plugin).__name__
    return PluginFact(name, str(getattr(plugin, "__version__", "")), origin="given", allowed=True)


def _ask(fact: PluginFact, get: Callable[[], object], manager: pluggy.PluginManager) -> Loaded:
    """Call every hook that the plugin answers. Whatever goes wrong is this plugin's problem and nobody else's."""
    try:
        offers = tuple(_answers(get(), manager))
    except (Exception, SystemExit) as error:
        return Loaded(replace(fact, problem=_sentence(fact, error)))
    return Loaded(replace(fact, offers=tuple(f"{kind.name} {thing.name}" for kind, thing in offers)), offers)


class _Asker(pluggy.PluginManager):
    """Pluggy's manager, with an eye only for a module's marked functions: looking at all it holds takes long."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        if isinstance(plugin, ModuleType) and not _marked(vars(plugin).get(name)):
            return None
        return super().parse_hookimpl_opts(plugin, name)


@cache
def _our_manager() -> pluggy.PluginManager:
    return _manager()


def _marked(held: object) -> bool:
    return isfunction(held) and f"{hooks.PROJECT}_impl" in vars(held)


def _manager() -> pluggy.PluginManager:
    """A manager that knows our hooks."""
    manager = _Asker(hooks.PROJECT)
    manager.add_hookspecs(hooks)
    return manager


def _answers(plugin: object, manager: pluggy.PluginManager) -> Iterator[tuple[Kind, Descriptor]]:
    """A plugin is registered for as long as it is asked: one that registers badly cannot disturb another."""
    try:
        manager.register(plugin)
        manager.check_pending()
        answered = [(kind, impl) for kind in KINDS for impl in getattr(manager.hook, kind.hook).get_hookimpls()]
        if not answered:
            raise BrokenContract("it offers nothing: no function is marked with `hookimpl`")
        for kind, impl in answered:
            for thing in checked(kind, impl.function()):
                yield kind, thing
    finally:
        if manager.is_registered(plugin):
            manager.unregister(plugin)


def _sentence(fact: PluginFact, error: BaseException) -> str:
    """What is broken, in which version of what, and what to do."""
    reason = str(error) if isinstance(error, BrokenContract) else f"{type(error).__name__}: {error}"
    who = f"plugin `{fact.name}` ({fact.origin} {fact.version}, Patron {patron.__version__})"
    todo = "Install Patron again" if fact.origin == OURS else "Update it, or take it off `plugins` in patron.toml"
    return f"{who} cannot be used: {reason.rstrip('.')}. {todo}."


# ---------------------------------------------------------------- all of them


def _catalog(loaded: Sequence[Loaded]) -> Catalog:
    """Put every offer on its shelf; what two plugins offer is on none."""
    offers: dict[tuple[str, str], list[tuple[PluginFact, Descriptor]]] = {}
    for one in loaded:
        for kind, thing in one.offers:
            offers.setdefault((kind.name, thing.name), []).append((one.fact, thing))
    alone = [found[0][1] for found in offers.values() if len(found) == 1]
    return Catalog(
        sources=_shelf(alone, SourceType),
        packs=_shelf(alone, Pack),
        functions=_shelf(alone, FunctionType),
        exporters=_shelf(alone, ExporterType),
        shows=_shelf(alone, ShowType),
        targets=_shelf(alone, TargetType),
        backends=_shelf(alone, BackendType),
        checks=_shelf(alone, CheckType),
        commands=_shelf(alone, CommandType),
        plugins=tuple(one.fact for one in loaded),
        clashes=tuple(
            Clash(kind, name, tuple(fact for fact, _ in found))
            for (kind, name), found in sorted(offers.items())
            if len(found) > 1
        ),
    )


def _shelf(things: Iterable[Descriptor], kind: type[Offered]) -> Mapping[str, Offered]:
    return MappingProxyType({thing.name: thing for thing in things if isinstance(thing, kind)})
