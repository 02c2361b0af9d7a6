"""The judge of the conformance suite: pending cases may fail, and nothing else may."""

import importlib.util
import json
from pathlib import Path

HERE = Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("conformance", HERE / "conformance.py")
conformance = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(conformance)

END = "2 passed, 0 failed\n"


def case(name, why=None):
    line = {"group": "golden/money", "name": name, "passed": why is None, "why": why, "asked": "query orders"}
    return json.dumps(line) + "\n"


def test_cases_that_pass():
    assert conformance.judged([case("a"), case("b"), END], []) == (["2 passed, 0 failed, 0 pending"], True)


def test_a_case_that_fails():
    said, good = conformance.judged([case("a"), case("b", "n is 1,\nexpected 2"), END], [])
    assert not good
    assert said == ["FAIL golden/money/b: query orders -> n is 1, expected 2", "1 passed, 1 failed, 0 pending"]


def test_a_pending_case_may_fail_and_is_named():
    said, good = conformance.judged([case("a"), case("b", "no such metric"), END], ["golden/money/b"])
    assert good
    assert said == ["pending golden/money/b: no such metric", "1 passed, 0 failed, 1 pending"]


def test_a_pending_case_must_not_pass():
    said, good = conformance.judged([case("a"), case("b"), END], ["golden/money/b"])
    assert not good
    assert said[0].startswith("FAIL golden/money/b: it passes")
    assert said[-1] == "1 passed, 1 failed, 0 pending"


def test_a_pending_case_must_be_asked():
    said, good = conformance.judged([case("a"), END], ["golden/money/gone"])
    assert not good
    assert "golden/money/gone" in said[0]


def test_a_suite_that_was_cut_off():
    said, good = conformance.judged([case("a")], [])
    assert not good
    assert said == ["FAIL the suite did not come to its end", "1 passed, 0 failed, 0 pending"]


def test_the_list_of_pending_cases():
    assert conformance.pending_names("# why\n\n a/b c \nd/e\n") == ["a/b c", "d/e"]
    names = conformance.pending_names((HERE / "conformance_pending.txt").read_text(encoding="utf-8"))
    assert len(names) == len(set(names))
