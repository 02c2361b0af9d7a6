"""Figures as they leave the models."""

from __future__ import annotations

import numpy as np
import pytest

from patron.engine.predict.figures import in_cents, in_digits


@pytest.mark.parametrize("fault", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("leaving", [in_digits, in_cents])
def test_a_figure_that_is_none_is_our_fault(leaving, fault):
    with pytest.raises(ArithmeticError):
        leaving(np.array([1.0, fault]))


def test_figures_are_rounded_and_have_no_negative_zero():
    assert in_digits(np.array([1.23456789, -1e-9])).tolist() == [1.234568, 0.0]
    assert not np.signbit(in_cents(np.array([-0.001, 2.345]))).any()
