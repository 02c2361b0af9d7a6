"""What makes tree nodes from the rules of the grammar, by section of the language."""

from patron.dsl.building import (  # importing a section registers its builders
    attributions,
    conditions,
    files,
    metrics,
    people,
    phrases,
    reports,
    runs,
    values,
)
from patron.dsl.building.base import BUILDERS, Builder, Token

__all__ = [
    "BUILDERS", "Builder", "Token", "attributions", "conditions", "files", "metrics", "people", "phrases", "reports",
    "runs", "values",
]  # fmt: skip
