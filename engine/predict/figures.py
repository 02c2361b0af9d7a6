"""Figures as they leave the models: rounded, so that the same data give the same bytes, and finite."""

from __future__ import annotations

import numpy as np

from patron.engine.predict.purchases import Floats


def in_digits(values: Floats) -> Floats:
    """Counts and shares, to six digits."""
    return _finite(np.round(values, 6))


def in_cents(values: Floats) -> Floats:
    """Amounts, to cents."""
    return _finite(np.round(values, 2))


def _finite(values: Floats) -> Floats:
    """A figure that is none is our fault, and is never shown as one."""
    if not np.isfinite(values).all():
        raise ArithmeticError("a prediction is not a finite number")
    return values + 0.0  # no negative zero
