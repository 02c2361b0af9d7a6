"""How often people buy until they leave: BG/NBD and its modified form (MBG/NBD).

While somebody is a customer she buys at a rate of her own, and after a purchase she leaves with a chance of her own;
rates are gamma(r, α), chances beta(a, b) distributed. In the modified form she may leave after the first purchase too.
What one form has and the other has not is a count of one: `first` below.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaincinv, digamma, expit, gammaln, hyp2f1

from patron.dsl.nodes import dataclass
from patron.engine.predict.purchases import Floats, History, Ints
from patron.engine.predict.threads import dot

RIDGE = 1e-4  # makes the fit converge where hardly anybody leaves
START = {0: (0.3, 6.0, 0.8, 2.5), 1: (0.5, 6.0, 0.8, 2.5)}
CLOSE = 32  # times as many numbers as keys may be ticked off
BOUND = 12.0  # of the logarithms: parameters stay within e^±12


@dataclass(frozen=True, slots=True)
class Groups:
    """The distinct (x, tx, T) in weeks: all that the likelihood needs."""

    x: Floats
    tx: Floats
    age: Floats
    weight: Floats
    inverse: Ints  # the group of every person


def groups(known: History) -> Groups:
    """People alike in repeats and weeks."""
    tx, age = (np.rint(days / 7).astype(np.int64) for days in (known.span, known.age))
    return _alike(known.repeats, tx, np.maximum(age, 1))


def together(parts: Sequence[Groups]) -> Groups:
    """The groups of several parts of the people, without saying who is in which."""
    x, tx, age = (np.concatenate([getattr(p, n) for p in parts]).astype(np.int64) for n in ("x", "tx", "age"))
    found = _alike(x, tx, age, np.concatenate([one.weight for one in parts]))
    return replace(found, inverse=found.inverse[:0])


def _alike(x: Ints, tx: Ints, age: Ints, weight: Floats | None = None) -> Groups:
    weeks = int(age.max(initial=0)) + 1  # the span is never longer than the age
    keys, inverse = distinct((x * weeks + tx) * weeks + age)
    rest, last = np.divmod(keys, weeks)
    first, middle = np.divmod(rest, weeks)
    weight = np.bincount(inverse, weight).astype(np.float64)
    return Groups(first * 1.0, middle * 1.0, last * 1.0, weight, inverse)


def distinct(keys: Ints) -> tuple[Ints, Ints]:
    """Whole numbers from 0 in order, each once, and the place of every one among them. Where they lie close together
    they are ticked off, which takes a fraction of sorting them."""
    size = int(keys.max(initial=0)) + 1
    if size > CLOSE * len(keys):
        found, place = np.unique(keys, return_inverse=True)
        return found, place.astype(np.int32)
    there = np.zeros(size, dtype=np.bool_)
    there[keys] = True
    found = np.flatnonzero(there)
    place = np.empty(size, dtype=np.int32)
    place[found] = np.arange(len(found), dtype=np.int32)
    return found, place[keys]


@dataclass(frozen=True, slots=True)
class Counting:
    """A fitted model."""

    first: int  # 1: may leave after the first purchase (MBG/NBD), 0: not (BG/NBD)
    r: float
    alpha: float
    a: float
    b: float

    def rate(self, x: Floats | Ints, age: Floats) -> Floats:
        """Purchase days a week, were she never to leave."""
        return np.asarray((x + self.r) / (age + self.alpha))

    def alive(self, x: Floats, tx: Floats, age: Floats) -> Floats:
        """The chance that she is still a customer."""
        odds = np.log(self.a / np.maximum(self.b + x + self.first - 1, 1e-12))
        odds = odds + (self.r + x) * np.log((self.alpha + age) / (self.alpha + tx))
        return np.where((x > 0) | (self.first > 0), expit(-odds), 1.0)

    def expected(self, x: Floats, tx: Floats, age: Floats, weeks: float) -> Floats:
        """Purchase days within the coming weeks.

        The series is the textbook's ₂F₁(r+x, b+x; a+b+x−1; z) after Euler's transformation, which keeps it near one
        however often somebody bought. It knows nothing of the wait: it is found once for all who differ in no more.
        """
        (some_x, often), (some_ages, old) = (np.unique(one, return_inverse=True) for one in (x, age))
        pairs, place = distinct(often * len(some_ages) + old)
        here = self._while_here(some_x[pairs // len(some_ages)], some_ages[pairs % len(some_ages)], weeks)
        return np.asarray(self.alive(x, tx, age) * here[place])

    def _while_here(self, x: Floats, age: Floats, weeks: float) -> Floats:
        """The same of those who are still customers."""
        a = self.a if abs(self.a - 1) > 1e-6 else 1 + 1e-6
        total = a + self.b + x + self.first - 1
        stays = (self.alpha + age) / (self.alpha + age + weeks)
        series = hyp2f1(a + self.b + self.first - 1 - self.r, a - 1, total, 1 - stays)
        with np.errstate(invalid="ignore", over="ignore"):  # what becomes of it is looked at next
            found = total / (a - 1) * (1 - stays ** (a - 1) * series)
        failed = ~((found >= 0) & (found <= self.rate(x, age) * weeks * (1 + 1e-6)))
        if failed.any():
            found[failed] = self._integrated(x[failed], age[failed], weeks)
        return np.asarray(found)

    def _integrated(self, x: Floats, age: Floats, weeks: float) -> Floats:
        """The same of those who are still customers, as a mean over chances of leaving: where the series gives up."""
        nodes, weights = np.polynomial.legendre.leggauss(64)
        chance = betaincinv(self.a, (self.b + x + self.first)[:, None], (1 + nodes) / 2)
        chance = np.maximum(chance, 1e-12)
        base = (self.alpha + age)[:, None]
        bought = -np.expm1(-(self.r + x)[:, None] * np.log1p(chance * weeks / base)) / chance
        return np.asarray((bought * weights).sum(axis=1) / 2)

    def silent(self, x: Floats, tx: Floats, age: Floats, weeks: float) -> Floats:
        """The chance of no purchase within the coming weeks."""
        stays = (self.alpha + age) / (self.alpha + age + weeks)
        return np.asarray(1 - self.alive(x, tx, age) * (1 - stays ** (self.r + x)))


def fit_counting(seen: Groups, first: int) -> Counting:
    """The parameters under which what was seen is likeliest."""
    start = np.log(START[first])
    cost = _cost(seen, first)
    found = minimize(
        cost, start, jac=True, method="L-BFGS-B", bounds=[(-BOUND, BOUND)] * 4, options={"maxiter": 500, "ftol": 1e-12}
    )
    r, alpha, a, b = (float(value) for value in np.exp(found.x))
    return Counting(first, r, alpha, a, b)


def _cost(seen: Groups, first: int) -> Callable[[Any], tuple[float, Floats]]:
    """Minus the mean log-likelihood with its ridge, and its slope, by the logarithms of the parameters."""
    repeats, place = np.unique(seen.x, return_inverse=True)
    often = np.bincount(place, seen.weight).astype(np.float64)
    all_of_them = seen.weight.sum()
    could_leave = (seen.x > 0) | (first > 0)

    def cost(theta: Any) -> tuple[float, Floats]:
        r, alpha, a, b = np.exp(theta)
        stay = b + repeats + first
        by_repeats = gammaln(r + repeats) - gammaln(r) + r * theta[1]
        by_repeats += gammaln(a + b) + gammaln(stay) - gammaln(b) - gammaln(a + stay)
        alive = -(r + seen.x) * np.log(alpha + seen.age)
        odds = np.log(np.maximum(b + seen.x + first - 1, 1e-300))
        gone = np.where(could_leave, theta[2] - odds - (r + seen.x) * np.log(alpha + seen.tx), -np.inf)
        both = np.logaddexp(alive, gone)
        value = (dot(often, by_repeats) + dot(seen.weight, both)) / all_of_them
        share = np.exp(gone - both)
        slope = _slope((r, alpha, a, b), seen, share, first)
        digammas = digamma(a + b) - digamma(a + stay)
        slope[0] += dot(often, digamma(r + repeats) - digamma(r) + theta[1])
        slope[1] += all_of_them * r / alpha
        slope[2] += dot(often, digammas)
        slope[3] += dot(often, digammas + digamma(stay) - digamma(b))
        slope = slope * np.exp(theta) / all_of_them
        return float(-value + RIDGE * (theta @ theta)), -slope + 2 * RIDGE * theta

    return cost


def _slope(parameters: tuple[float, float, float, float], seen: Groups, share: Floats, first: int) -> Floats:
    """The slope of the part that depends on the wait; `share` is the chance that she has left."""
    r, alpha, a, b = parameters
    weight, here = seen.weight, seen.weight * (1 - share)
    gone = weight * share
    by_r = -dot(here, np.log(alpha + seen.age)) - dot(gone, np.log(alpha + seen.tx))
    by_alpha = -dot(r + seen.x, here / (alpha + seen.age) + gone / (alpha + seen.tx))
    by_b = -dot(gone, 1 / np.maximum(b + seen.x + first - 1, 1e-300))
    return np.array([by_r, by_alpha, gone.sum() / a, by_b])
