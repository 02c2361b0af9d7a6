"""Sums made by several threads differ in their last bits: models are fitted by one."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import numpy as np

from patron.engine.predict.purchases import Floats


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
