"""What `lifetimes` says of the same people: a script of its own, for an environment that has it; JSON in, JSON out."""

import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import lifetimes
import numpy as np

FITTERS = {
    "BG/NBD": lifetimes.BetaGeoFitter,
    "MBG/NBD": lifetimes.ModifiedBetaGeoFitter,
    "Pareto/NBD": lifetimes.ParetoNBDFitter,
}
PENALTIES = (0.0, 0.001)  # the second where the first does not converge


def orders(model: str, seen: dict[str, Any], weeks: float) -> dict[str, Any]:
    """Expected purchase days, with the parameters, the penalty it took and how many are no number."""
    problem = ""
    for penalty in PENALTIES:
        fitted = FITTERS[model](penalizer_coef=penalty)
        try:
            fitted.fit(seen["x"], seen["tx"], seen["age"])
        except Exception as failed:  # noqa: BLE001  (whatever stops it is the finding)
            problem = f"{type(failed).__name__}: {str(failed).splitlines()[0] if str(failed) else ''}"
            continue
        said = fitted.conditional_expected_number_of_purchases_up_to_time(weeks, seen["x"], seen["tx"], seen["age"])
        said = np.asarray(said, dtype=float)
        finite = np.isfinite(said)
        return {
            "orders": np.where(finite, said, 0.0).tolist(),
            "not_finite": int((~finite).sum()),
            "penalty": penalty,
            "parameters": {name: float(value) for name, value in dict(fitted.params_).items()},
        }
    return {"failed": problem}


def values(seen: dict[str, Any]) -> dict[str, Any]:
    """The next order by Gamma-Gamma: of repeat purchases alone, as its recipe says."""
    again = (seen["x"] > 0) & (seen["mean"] > 0)
    fitted = lifetimes.GammaGammaFitter(penalizer_coef=0.0)
    fitted.fit(seen["x"][again], seen["mean"][again])
    said = fitted.conditional_expected_average_profit(seen["x"], np.where(again, seen["mean"], 0.0))
    return {"value": np.asarray(said).tolist(), "parameters": {k: float(v) for k, v in dict(fitted.params_).items()}}


def main(source: str, target: str) -> None:
    given = json.loads(Path(source).read_text("utf-8"))
    weeks, seen = given.pop("weeks"), {name: np.array(column, dtype=float) for name, column in given.items()}
    found = {}
    for model in FITTERS:
        begin = time.perf_counter()
        found[model] = orders(model, seen, weeks)
        found[model]["seconds"] = time.perf_counter() - begin
    try:
        found["Gamma-Gamma"] = values(seen)
    except Exception as failed:  # noqa: BLE001
        found["Gamma-Gamma"] = {"failed": f"{type(failed).__name__}"}
    Path(target).write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(*sys.argv[1:])
