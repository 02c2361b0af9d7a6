"""The spec files of packs: read when a pack is used, each once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from patron.dsl.problems import Problem
from patron.dsl.tree import Document
from patron.engine.model.files import PackReader

if TYPE_CHECKING:
    from patron.engine.catalog import Catalog

Parsed = tuple[Document, Sequence[Problem]]
Parse = Callable[[bytes, str], Parsed]


def pack_reader(catalog: Catalog, parse: Parse) -> PackReader:
    """Gives the parsed files of a pack by its name, with their problems; nothing for a pack that is not installed."""

    @cache
    def documents(name: str) -> tuple[Parsed, ...]:
        pack = catalog.packs.get(name)
        files = sorted(pack.files.items()) if pack is not None else []
        return tuple(parse(path.read_bytes(), f"{name}/{file}") for file, path in files)

    return documents
