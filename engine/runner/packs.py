"""The spec files of packs: read when a pack is used, each once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from patron.dsl.problems import Problem
from patron.dsl.tree import Document

if TYPE_CHECKING:
    from patron.engine.catalog import Catalog

Parse = Callable[[bytes, str], tuple[Document, Sequence[Problem]]]


def pack_reader(catalog: Catalog, parse: Parse) -> Callable[[str], Sequence[Document]]:
    """Gives the parsed files of a pack by its name; nothing for a pack that is not installed."""

    @cache
    def documents(name: str) -> tuple[Document, ...]:
        pack = catalog.packs.get(name)
        files = sorted(pack.files.items()) if pack is not None else []
        return tuple(parse(path.read_bytes(), f"{name}/{file}")[0] for file, path in files)

    return documents
