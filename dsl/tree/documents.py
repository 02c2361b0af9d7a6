"""A file as a whole."""

from __future__ import annotations

from typing import TypeAlias

from patron.dsl.nodes import dataclass, field
from patron.dsl.tree.attributions import AttributionDecl
from patron.dsl.tree.base import Name, Node
from patron.dsl.tree.files import (
    ImportDecl,
    LanguageDecl,
    ParamDecl,
    ProjectDecl,
    SourceDecl,
    SqlTableDecl,
    TableDecl,
    UseDecl,
)
from patron.dsl.tree.metrics import EventDecl, FilterDecl, MetricDecl, TraitDecl
from patron.dsl.tree.people import AudienceDecl, ListDecl
from patron.dsl.tree.reports import ReportDecl
from patron.dsl.tree.runs import RunDecl, TestDecl

Statement: TypeAlias = (
    LanguageDecl | ImportDecl | UseDecl | ProjectDecl | ParamDecl | SourceDecl | TableDecl | SqlTableDecl | FilterDecl
    | TraitDecl | EventDecl | MetricDecl | AudienceDecl | ListDecl | AttributionDecl | ReportDecl | RunDecl | TestDecl
)  # fmt: skip


class Comment(Node):
    """A comment with its `#`; `own_line` when nothing stands before it on its line."""

    text: str
    own_line: bool


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed file. `file` is its path relative to the project root, with forward slashes."""

    file: str
    statements: tuple[Statement, ...]
    text: str = field(default="", compare=False, repr=False)
    comments: tuple[Comment, ...] = field(default=(), compare=False, repr=False)
    broken: tuple[tuple[str, Name], ...] = field(default=(), compare=False, repr=False)
    """Kind and name of the declarations left out because they could not be read: names that are not unknown."""
