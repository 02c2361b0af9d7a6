"""The policy of a project: `[roles]` and `[classes]` of patron.toml."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NoReturn

from patron.dsl.nodes import dataclass, field
from patron.dsl.problems import suggest
from patron.dsl.tree import fold
from patron.engine.runtime.errors import PermissionDenied

EXPORT, SEE_PII, SEE_SENSITIVE = "export", "see_pii", "see_sensitive"
PERMISSIONS = (EXPORT, SEE_PII, SEE_SENSITIVE)
"""What a role may: be given rows, see personal columns, see sensitive columns."""
CLASSES = ("public", "internal", "pii", "sensitive")
ANYBODY = "*"
"""Every user of the machine."""


@dataclass(frozen=True, slots=True)
class Role:
    """What a role may, the users and groups of the system that have it, and the least number of people a value that it
    is shown may be about."""

    name: str
    may: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    smallest_group: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """Roles by folded name; classes by folded table and column. Without roles there is no policy: all is allowed."""

    roles: Mapping[str, Role] = field(default_factory=dict)
    classes: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.roles)

    @property
    def digest(self) -> str:
        """A name for what the policy says."""
        roles = {k: [sorted(r.may), sorted(r.users), sorted(r.groups), r.smallest_group] for k, r in self.roles.items()}
        classes = {".".join(k): v for k, v in self.classes.items()}
        said = json.dumps([roles, classes], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def refuse(message: str, hint: str = "") -> NoReturn:
    """A policy that cannot be understood lets nobody through."""
    raise PermissionDenied(message, hint or "Nobody is given anything until the policy can be read.")


def read_roles(value: object, where: str) -> Mapping[str, Role]:
    """`[roles]`: a list of what a role may, or a table with `may`, `users`, `groups` and `smallest_group`."""
    if not isinstance(value, dict):
        refuse(f"{where}: a table is expected, as `[roles]`, not {value!r}")
    found: dict[str, Role] = {}
    for name, said in value.items():
        if fold(name) in found:
            refuse(f"{where}.{name}: this role is there twice")
        found[fold(name)] = _role(name, {"may": said} if isinstance(said, list) else said, f"{where}.{name}")
    return found


def _role(name: str, said: object, where: str) -> Role:
    if not isinstance(said, dict):
        refuse(f"{where}: a list of permissions or a table is expected, not {said!r}")
    keys = ("may", "users", "groups", "smallest_group")
    for key in said:
        if key not in keys:
            refuse(f"{where}: a role has no `{key}`", suggest(key, keys))
    may = _names(said.get("may", []), f"{where}.may")
    for permission in sorted(may - set(PERMISSIONS)):
        refuse(f"{where}: there is no permission `{permission}`", suggest(permission, PERMISSIONS))
    least = said.get("smallest_group", 0)
    if type(least) is not int or least < 0:
        refuse(f"{where}.smallest_group: a whole number is expected, not {least!r}")
    users, groups = (_names(said.get(k, []), f"{where}.{k}") for k in ("users", "groups"))
    return Role(name, may, users, groups, least)


def _names(value: Any, where: str) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
        refuse(f'{where}: a list of texts is expected, as ["a", "b"], not {value!r}')
    return frozenset(value)


def read_classes(value: object, where: str) -> Mapping[tuple[str, str], str]:
    """`[classes]`: `"customers.income" = "internal"`."""
    if not isinstance(value, dict):
        refuse(f"{where}: a table is expected, as `[classes]`, not {value!r}")
    found: dict[tuple[str, str], str] = {}
    for name, said in value.items():
        if isinstance(said, dict):  # customers.income = ... without quotes is a table in TOML
            found.update(((fold(name), fold(c)), _class(k, f"{where}.{name}.{c}")) for c, k in said.items())
            continue
        table, dot, column = name.rpartition(".")
        if not dot or not table or not column:
            refuse(f"{where}: `{name}` is no column", 'Write it with its table: `"customers.income" = "internal"`.')
        found[fold(table), fold(column)] = _class(said, f"{where}.{name}")
    return found


def _class(value: object, where: str) -> str:
    if not isinstance(value, str) or value not in CLASSES:
        refuse(f"{where}: there is no class {value!r}", suggest(str(value), CLASSES))
    return value
