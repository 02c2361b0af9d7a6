"""The secrets that a project's specs fetch, so that nothing printed shows them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from patron.dsl import tree
from patron.dsl.problems import Problem
from patron.engine.runtime.secrets import Secret, masked

if TYPE_CHECKING:
    from patron.engine.runner.project import Project


def secrets_of(project: Project) -> tuple[Secret, ...]:
    """Every value that some `env("NAME")` of the specs read so far stands for."""
    if "_parsed" not in project.__dict__:
        return ()
    names = {
        ref.name.value for statement in project.statements(tree.SourceDecl) for ref in _references(statement.settings)
    }
    return tuple(Secret(os.environ[name]) for name in sorted(names) if os.environ.get(name))


def without_secrets(problems: Iterable[Problem], secrets: tuple[Secret, ...]) -> tuple[Problem, ...]:
    """Problems whose sentences and hints show no secret: a connector may have quoted one."""
    if not secrets:
        return tuple(problems)
    return tuple(replace(p, message=masked(p.message, secrets), hint=masked(p.hint, secrets)) for p in problems)


def _references(settings: Sequence[tree.Setting]) -> Iterator[tree.EnvRef]:
    for setting in settings:
        yield from (v for v in setting.values if isinstance(v, tree.EnvRef))
        yield from _references(setting.settings or ())
