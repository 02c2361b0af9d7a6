"""`patron.toml`: what belongs to a machine and not to the meaning of a spec."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patron.dsl.nodes import dataclass, field
from patron.engine.runner.permissions.policy import Policy, Role, read_classes, read_roles
from patron.engine.runtime import limits
from patron.engine.runtime.errors import PermissionDenied, UsageError
from patron.engine.runtime.files import io_errors

if TYPE_CHECKING:
    from patron.engine.contracts import Limits

NAME = "patron.toml"


@dataclass(frozen=True, slots=True)
class SourceChange:
    """What a profile says about one source: another connector, other settings."""

    connector: str | None = None
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of a machine. Folders are absolute; `roles` and `classes` are the policy, `role` that of runs."""

    root: Path
    backend: str = "duckdb"
    threads: int | None = None
    memory: str | None = None
    temp_folder: Path | None = None
    timeout: float | None = None
    rows: int | None = None
    state_folder: Path = Path(".patron")
    output_folder: Path = Path("out")
    state: str | None = None
    state_schema: str = "patron"
    heartbeat: float = 10
    attempts: int = 3
    plugins: tuple[str, ...] = ()
    roles: Mapping[str, Role] = field(default_factory=dict)
    classes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    role: str = "owners"
    allow_paths: tuple[Path, ...] = ()
    allow_hosts: tuple[str, ...] = ()
    sources: Mapping[str, SourceChange] = field(default_factory=dict)
    profile: str | None = None
    history: dt.timedelta | None = dt.timedelta(days=400)
    """How long former loads can be replayed; None when they are not kept."""
    known_now: bool = False
    """Whether an older `as of` sees rows as they are known now, not as they were known then."""

    @property
    def readable(self) -> tuple[Path, ...]:
        """The folders specs may read from."""
        return (self.root, *self.allow_paths)

    @property
    def policy(self) -> Policy:
        """Who may be given what."""
        return Policy(self.roles, self.classes)

    @property
    def limits(self) -> Limits:
        """What a query may use."""
        from patron.engine.contracts import Limits

        temp_folder = self.temp_folder or self.state_folder / "temp"
        return Limits(self.memory, self.threads, temp_folder, self.timeout, self.rows)


def read_config(root: Path, profile: str | None = None) -> Config:
    """The project's `patron.toml` with a profile over it; the defaults where it says nothing or is not there."""
    root = root.resolve()
    plain = Config(root, state_folder=root / ".patron", output_folder=root / "out")
    path = root / NAME
    if not path.is_file():
        if profile is not None:
            hint = f"{root} has no {NAME}; write `[profiles.{profile}]` in one."
            raise UsageError(f"there is no profile `{profile}`", hint)
        return plain
    said = _read(path)
    profiles = _table(said.pop("profiles", {}), "profiles")
    config = _with(plain, said, "")
    if profile is None:
        return config
    if profile not in profiles:
        raise UsageError(f"{NAME} has no profile `{profile}`", _nearest(profile, profiles))
    over = _table(profiles[profile], f"profiles.{profile}")
    return replace(_with(config, over, f"profiles.{profile}."), profile=profile)


def _read(path: Path) -> dict[str, Any]:
    import tomllib

    with io_errors(path):
        raw = path.read_bytes()
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        kind = PermissionDenied if b"roles" in raw else UsageError  # a policy that nobody can read lets nobody through
        raise kind(f"{NAME} cannot be read: {error}", 'it is written in TOML: `backend = "duckdb"`') from None


def _with(config: Config, said: Mapping[str, Any], where: str) -> Config:
    """The config with what a table says put over it."""
    changes: dict[str, Any] = {}
    for key, value in said.items():
        if key not in _READERS:
            raise UsageError(f"{NAME} has no setting `{where}{key}`", _nearest(key, _READERS))
        name, reader = _READERS[key]
        changes[name] = reader(value, f"{NAME}: {where}{key}", config)
    return replace(config, **changes)


def _nearest(name: str, known: Iterable[str]) -> str:
    from patron.dsl.problems import suggest

    return suggest(name, known) if set(known) else "It has none."


# ---------------------------------------------------------------- readers, one per kind of value


def _text(value: object, where: str, _config: Config) -> str:
    if not isinstance(value, str) or not value:
        raise UsageError(f"{where}: a text is expected, not {value!r}")
    return value


def _whole(value: object, where: str, _config: Config) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise UsageError(f"{where}: a whole number from 1 is expected, not {value!r}")
    return value


def _memory(value: object, where: str, config: Config) -> str:
    return limits.memory(_text(value, where, config), where)


def _seconds(value: object, where: str, _config: Config) -> float:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise UsageError(f"{where}: seconds, or a text as '5 minutes', are expected, not {value!r}")
    return limits.seconds(value, where)


def _folder(value: object, where: str, config: Config) -> Path:
    return (config.root / Path(_text(value, where, config)).expanduser()).resolve()


def _texts(value: object, where: str, _config: Config) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise UsageError(f'{where}: a list of texts is expected, as ["a", "b"], not {value!r}')
    return tuple(value)


def _folders(value: object, where: str, config: Config) -> tuple[Path, ...]:
    return tuple(_folder(v, where, config) for v in _texts(value, where, config))


def _history(value: object, where: str, _config: Config) -> dt.timedelta | None:
    found = re.fullmatch(r"(\d{1,5}) days?", value.strip()) if isinstance(value, str) else None
    if found is None and value != "none":
        raise UsageError(f'{where}: days, as "400 days", or "none" are expected, not {value!r}')
    return dt.timedelta(days=int(found[1])) if found else None


def _known(value: object, where: str, _config: Config) -> bool:
    if value not in ("then", "now"):
        raise UsageError(f'{where}: "then" or "now" is expected, not {value!r}')
    return value == "now"


def _roles(value: object, where: str, _config: Config) -> Mapping[str, Role]:
    return read_roles(value, where)


def _classes(value: object, where: str, _config: Config) -> Mapping[tuple[str, str], str]:
    return read_classes(value, where)


def _state(value: object, where: str, config: Config) -> str:
    """The address of a database, without a password in it."""
    import re

    said = _text(value, where, config)
    if re.match(r"[^:/]+://[^/@]*:[^/@]*@", said) or "password=" in said:
        raise UsageError(f"{where}: a password may not be written here", 'Write `state = "env:PATRON_STATE"`.')
    return said


def _sources(value: object, where: str, _config: Config) -> Mapping[str, SourceChange]:
    changes = {}
    for name, said in _table(value, where).items():
        settings = dict(_table(said, f"{where}.{name}"))
        connector = settings.pop("connector", None)
        changes[name] = SourceChange(connector, settings)
    return changes


def _table(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"{where}: a table is expected, as `[{where.removeprefix(f'{NAME}: ')}]`, not {value!r}")
    return value


_READERS: Mapping[str, tuple[str, Any]] = {
    "backend": ("backend", _text),
    "threads": ("threads", _whole),
    "memory": ("memory", _memory),
    "temp_folder": ("temp_folder", _folder),
    "timeout": ("timeout", _seconds),
    "rows": ("rows", _whole),
    "state_folder": ("state_folder", _folder),
    "output_folder": ("output_folder", _folder),
    "state": ("state", _state),
    "state_schema": ("state_schema", _text),
    "heartbeat": ("heartbeat", _seconds),
    "attempts": ("attempts", _whole),
    "plugins": ("plugins", _texts),
    "roles": ("roles", _roles),
    "classes": ("classes", _classes),
    "role": ("role", _text),
    "allow_paths": ("allow_paths", _folders),
    "allow_hosts": ("allow_hosts", _texts),
    "sources": ("sources", _sources),
    "history": ("history", _history),
    "as_known": ("known_now", _known),
}
"""Every key of `patron.toml`: the field it fills and how its value is read."""
