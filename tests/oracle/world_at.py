"""The door of the oracle: a project folder, read as of a moment, with the standard library."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.oracle import attribution, events, facts, people, phrases
from tests.oracle.reading import Shop, read
from tests.oracle.rows import as_of_moment, load
from tests.oracle.speak_files import Declared, declarations
from tests.oracle.standard import STANDARD
from tests.oracle.values import Scope, value


def open_shop(folder: Path, as_of: str, params: Mapping[str, object] | None = None) -> Shop:
    """A project as of a moment; what the project declares itself replaces the standard."""
    project = load(folder)
    library = Declared()
    declarations(STANDARD, library)
    mine = project.declared
    mine.events = {**library.events, **mine.events}
    mine.metrics = {**library.metrics, **mine.metrics}
    mine.audiences = {**library.audiences, **mine.audiences}
    shop = read(project, as_of_moment(project, as_of))
    for name, node in mine.params.items():
        shop.params[name] = value(node, Scope(shop))
    shop.params.update(params or {})
    return shop


ask = phrases.ask
audience = people.audience

__all__ = ["ask", "attribution", "audience", "events", "facts", "open_shop"]
