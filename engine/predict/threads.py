"""Sums made by several threads differ in their last bits: models are fitted by one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

import numpy as np

from patron.engine.predict.purchases import Floats

Item = TypeVar("Item")
Found = TypeVar("Found")
WORKERS = min(2, os.cpu_count() or 1)
"""Pieces that are in work at once: each needs memory of its own."""


def each(work: Callable[[Item], Found], items: Iterable[Item]) -> list[Found]:
    """What work makes of each item, in their order; several are in work at once, none knows of another."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, items))


def one_thread() -> AbstractContextManager[object]:
    """Within it, linear algebra keeps to one thread; on a busy machine it is faster so, too."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return nullcontext()
    limited: AbstractContextManager[object] = threadpool_limits(limits=1)
    return limited


def dot(one: Floats, other: Floats) -> float:
    """The sum of products, in one order for every number of threads."""
    return float((one * other).sum(dtype=np.float64))
