"""What the caller may in this project: the union of what their roles may."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from patron.dsl.nodes import dataclass
from patron.dsl.problems import Problem
from patron.dsl.tree import NOWHERE, fold
from patron.engine.runner.permissions.identity import Caller, caller
from patron.engine.runner.permissions.policy import ANYBODY, EXPORT, PERMISSIONS, SEE_PII, SEE_SENSITIVE, Policy, Role
from patron.engine.runtime.errors import PermissionDenied

if TYPE_CHECKING:
    from patron.engine.runner.config import Config

ROWS = "P0808"
"""The code of rows about single people that may not be handed out."""
SEES = {"pii": SEE_PII, "sensitive": SEE_SENSITIVE}
"""The permission that a class of columns asks for."""


@dataclass(frozen=True, slots=True)
class Rights:
    """The roles somebody acts in and what these may. Without a policy (`enforced` is False) everything."""

    roles: tuple[str, ...]
    may: frozenset[str] = frozenset(PERMISSIONS)
    smallest_group: int = 0
    enforced: bool = False
    by: Caller | None = None

    @property
    def words(self) -> str:
        """The roles as they are told."""
        return " and ".join(self.roles)

    @property
    def rows(self) -> bool:
        """Whether rows about single people may be handed out."""
        return EXPORT in self.may

    def sees(self, kind: str) -> bool:
        """Whether columns of a class may be seen as they are."""
        return kind not in SEES or SEES[kind] in self.may

    def has(self, names: Iterable[str]) -> bool:
        """Whether one of these roles is acted in."""
        return bool({fold(r) for r in self.roles} & {fold(n) for n in names})

    def require(self, permission: str, what: str) -> None:
        """PermissionDenied unless the roles may."""
        if permission not in self.may:
            message, hint = f"{self.words} may not {what}", f"It takes a role that may `{permission}`; ask an owner."
            raise PermissionDenied(message, hint, [Problem(ROWS, NOWHERE, message, hint)])


def rights_of(config: Config, by: Caller | None = None, *, performing: bool = False) -> Rights:
    """What the caller may; `performing` a `run` they act in the role of runs alone, provided that they have it."""
    policy = config.policy
    if not policy:
        return Rights((config.role,))
    by = by or caller()
    held = [role for role in policy.roles.values() if _has(by, role)]
    if fold(config.role) not in policy.roles and performing:
        raise PermissionDenied(
            f"patron.toml says that runs have the role {config.role}, and has no such role",
            f"Roles: {', '.join(r.name for r in policy.roles.values())}.",
        )
    own = [role for role in held if role.name == _named(policy, config.role)]
    held = own if performing and own else held
    if not held:
        raise PermissionDenied(
            f"{by.user} has no role in this project",
            f'An owner may give one in patron.toml: `users = ["{by.user}"]` in a role of `[roles]`.',
        )
    may = frozenset(p for role in held for p in role.may)
    least = 0 if EXPORT in may else min(role.smallest_group for role in held)
    return Rights(tuple(r.name for r in held), may, least, enforced=True, by=by)


def _named(policy: Policy, name: str) -> str | None:
    found = policy.roles.get(fold(name))
    return found.name if found is not None else None


def _has(by: Caller, role: Role) -> bool:
    return bool({by.user, ANYBODY} & role.users) or bool(by.groups & role.groups)
