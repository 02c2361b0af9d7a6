"""Whether what a hook gave is what it promised. A plugin that breaks its contract is refused as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from patron.engine.contracts import LEARNED_KINDS, FunctionType, LearnedTable, Pack, SettingSpec, TargetType
from patron.engine.loader.kinds import Descriptor, Kind
from patron.engine.types import Type

SETTING_KINDS = frozenset("text texts number numbers percent yesno choice duration secret files url".split())
_NAME = r"[a-z][a-z0-9_]*"
_SENTENCE = r"\s*\S(?s:.*)"
_VERSION = r"[0-9]+(\.[0-9]+)*"


class BrokenContract(Exception):
    """A hook gave something else than it promised; the text says what and where."""


def checked(kind: Kind, given: object) -> tuple[Descriptor, ...]:
    """What a hook gave, as descriptors of its kind. BrokenContract names the first fault."""
    if not isinstance(given, (list, tuple)):
        raise BrokenContract(f"{kind.hook} gave {_a(given)}, expected a list of {kind.type.__name__}")
    for place, one in enumerate(given, 1):
        if not isinstance(one, kind.type):
            raise BrokenContract(f"{kind.hook} gave {_a(one)} as number {place}, expected {kind.type.__name__}")
        for fault in _faults(kind, one):
            raise BrokenContract(f"{kind.hook}: {kind.name} {one.name!r}: {fault}")
    names = [one.name for one in given]
    for name in names:
        if names.count(name) > 1:
            raise BrokenContract(f"{kind.hook} gave two of the name `{name}`")
    return tuple(given)


def _faults(kind: Kind, one: Descriptor) -> Iterator[str]:
    """What is wrong with a descriptor. Fields are read as anything: nobody has checked a plugin's types yet."""
    if not _text(one, "name", kind.names):
        yield "a name is small letters, digits and _, and begins with a letter"
    if not _text(one, "describe", _SENTENCE):
        yield "`describe` says in a sentence what it is; it is empty"
    for call in kind.calls:
        if not callable(_field(one, call)):
            yield f"`{call}` is {_a(_field(one, call))}, expected a function"
    yield from _settings_faults(_field(one, "arguments" if isinstance(one, TargetType) else "settings"))
    if isinstance(one, FunctionType) and not isinstance(_field(one, "result"), Type):
        yield f"`result` is {_a(_field(one, 'result'))}, expected a Type"
    if isinstance(one, Pack):
        yield from _pack_faults(one)


def _settings_faults(settings: object) -> Iterator[str]:
    if settings is None:
        return
    if not isinstance(settings, tuple):
        yield f"its settings are {_a(settings)}, expected a tuple of SettingSpec"
        return
    for setting in settings:
        yield from _setting_faults(setting)


def _setting_faults(setting: object) -> Iterator[str]:
    if not isinstance(setting, SettingSpec):
        yield f"a setting is {_a(setting)}, expected SettingSpec"
    elif not _text(setting, "name", _NAME):
        yield f"setting {setting.name!r}: a name is small letters, digits and _, and begins with a letter"
    elif setting.kind not in SETTING_KINDS:
        yield f"setting `{setting.name}`: kind {setting.kind!r} is none of {', '.join(sorted(SETTING_KINDS))}"
    elif setting.kind == "choice" and not setting.choices:
        yield f"setting `{setting.name}` is a choice without `choices`"


def _pack_faults(pack: Pack) -> Iterator[str]:
    if not _text(pack, "version", _VERSION):
        yield f"version {pack.version!r} is not numbers joined by dots, as 1.2"
    files = _field(pack, "files")
    if not isinstance(files, Mapping):
        yield f"`files` is {_a(files)}, expected paths by file name"
        return
    for name, path in files.items():
        if not isinstance(path, Path) or not path.is_file():
            yield f"file {name!r} is not there: {path}"
    learned = _field(pack, "learned")
    for table in learned if isinstance(learned, tuple) else ():
        yield from _learned_faults(table)


def _learned_faults(table: object) -> Iterator[str]:
    if not isinstance(table, LearnedTable):
        yield f"what is learned is {_a(table)}, expected LearnedTable"
        return
    if not _text(table, "name", _NAME):
        yield f"learned table {table.name!r}: a name is small letters, digits and _, and begins with a letter"
    learn = _field(table, "learn")
    if not callable(learn):
        yield f"learned table `{table.name}`: `learn` is {_a(learn)}, expected a function"
    for name, kind in (*table.columns.items(), *table.numbers.items()):
        if kind not in LEARNED_KINDS:
            yield f"learned table `{table.name}`: kind {kind!r} of `{name}` is none of {', '.join(LEARNED_KINDS)}"


def _field(thing: object, name: str) -> object:
    return getattr(thing, name, None)


def _text(thing: object, name: str, form: str) -> bool:
    value = _field(thing, name)
    return isinstance(value, str) and re.fullmatch(form, value) is not None


def _a(thing: object) -> str:
    return "nothing" if thing is None else f"a {type(thing).__name__}"
