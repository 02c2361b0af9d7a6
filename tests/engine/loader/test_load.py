"""Plugins as they come: good, unlisted, misspelt, old, broken in every way. The others always go on."""

import subprocess
import sys

import pytest

import patron
from patron.engine.catalog import Catalog
from patron.engine.contracts import PluginFact
from patron.engine.loader import guard, load_catalog


def fact(catalog: Catalog, name: str) -> PluginFact:
    return next(f for f in catalog.plugins if f.name == name)


def test_an_allowed_plugin_is_loaded(shelf):
    shelf.source("acme", "acme_files")
    catalog = load_catalog(["acme"], shelf.path)
    assert list(catalog.sources) == ["acme_files"]
    assert fact(catalog, "acme") == PluginFact("acme", "1.0", "acme", allowed=True, offers=("source acme_files",))


def test_an_unlisted_plugin_is_mentioned_and_not_imported(shelf):
    shelf.put("acme", "raise SystemExit('imported')")
    catalog = load_catalog([], shelf.path)
    assert fact(catalog, "acme") == PluginFact("acme", "1.0", "acme", allowed=False)
    assert "acme" not in sys.modules
    assert not catalog.problems


def test_a_name_nearly_like_an_allowed_one_stays_out(shelf):
    shelf.put("acne", "raise SystemExit('imported')")
    catalog = load_catalog(["acme"], shelf.path)
    assert not fact(catalog, "acne").allowed
    assert "not installed. Did you mean `acne`?" in fact(catalog, "acme").problem


def test_names_of_distributions_may_be_written_in_any_usual_way(shelf):
    shelf.source("acme-shop", "acme")
    assert list(load_catalog(["Acme_Shop"], shelf.path).sources) == ["acme"]


def test_a_plugin_may_be_tied_to_a_version(shelf):
    shelf.source("acme", "acme")
    assert list(load_catalog(["acme==1.0"], shelf.path).sources) == ["acme"]
    catalog = load_catalog(["acme == 0.9"], shelf.path)
    assert not catalog.sources
    assert "in version 0.9, installed is 1.0" in fact(catalog, "acme").problem


BROKEN = {
    "raises": ("import nothing_of_that_name", "ModuleNotFoundError: No module named 'nothing_of_that_name'"),
    "leaves": ("raise SystemExit(3)", "SystemExit: 3"),
    "does_not_parse": ("def (", "SyntaxError"),
    "offers_nothing": ("x = 1", "no function is marked with `hookimpl`"),
    "unknown_hook": (
        "from patron.engine.hooks import hookimpl\n@hookimpl\ndef patron_sorces():\n    return []\n",
        "unknown hook 'patron_sorces'",
    ),
    "unknown_argument": (
        "from patron.engine.hooks import hookimpl\n@hookimpl\ndef patron_sources(colour):\n    return []\n",
        "colour",
    ),
    "hook_raises": (
        "from patron.engine.hooks import hookimpl\n@hookimpl\ndef patron_sources():\n    return 1 / 0\n",
        "ZeroDivisionError: division by zero",
    ),
    "forgets_return": (
        "from patron.engine.hooks import hookimpl\n@hookimpl\ndef patron_sources():\n    pass\n",
        "patron_sources gave nothing, expected a list of SourceType",
    ),
}


@pytest.mark.parametrize("code,reason", BROKEN.values(), ids=BROKEN)
def test_a_broken_plugin_is_named_and_the_others_go_on(shelf, code, reason):
    shelf.put("bad", code, version="0.3")
    shelf.source("good", "files")
    catalog = load_catalog(["bad", "good"], shelf.path)
    assert list(catalog.sources) == ["files"]
    problem = fact(catalog, "bad").problem
    assert reason in problem
    assert f"`bad` (bad 0.3, Patron {patron.__version__})" in problem
    assert "take it off `plugins` in patron.toml" in problem
    assert fact(catalog, "bad").offers == ()
    assert not fact(catalog, "good").problem


def test_what_a_plugin_prints_while_it_loads_stays_out_of_the_output(shelf, capsys):
    shelf.put("loud", "print('hello')\nx = 1")
    load_catalog(["loud"], shelf.path)
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "hello\n")


def test_a_plugin_that_hangs_is_left_behind(shelf, monkeypatch):
    monkeypatch.setattr(guard, "SECONDS", 0.2)
    shelf.put("slow", "import time\ntime.sleep(30)")
    catalog = load_catalog(["slow"], shelf.path)
    assert "TimeoutError: it was not done after 0.2 seconds" in fact(catalog, "slow").problem


def test_two_plugins_that_offer_one_name_are_both_named(shelf):
    shelf.source("one", "files")
    shelf.source("two", "files")
    shelf.source("three", "other")
    catalog = load_catalog(["one", "two", "three"], shelf.path)
    assert list(catalog.sources) == ["other"]
    assert catalog.problems == (
        "plugins `one` (one 1.0) and `two` (two 1.0) both offer the source `files`; drop one of them",
    )


def test_the_catalogue_does_not_depend_on_the_order_of_the_list(shelf):
    for name in ("one", "two", "three"):
        shelf.source(name, name)
    first, second = (load_catalog(names, shelf.path) for names in (["one", "two", "three"], ["three", "one", "two"]))
    assert first.plugins == second.plugins
    assert list(first.sources) == list(second.sources)


def test_ours_are_whole_and_need_no_permission():
    catalog = load_catalog()
    ours = [f for f in catalog.plugins if f.origin == "patron"]
    assert ours
    assert [f.problem for f in ours if f.problem] == []
    assert not catalog.clashes


HEAVY = ("babel", "duckdb", "jinja2", "lark", "numpy", "pandas", "pyarrow", "scipy", "sklearn", "sqlglot", "vl_convert")


def test_listing_plugins_imports_nothing_heavy():
    code = (
        "import sys; from patron.engine.loader import load_catalog; load_catalog();"
        f"print(*[m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_importing_patron_is_light():
    code = "import sys, patron; print(*[m for m in sys.modules if m.startswith('patron.')], 'pluggy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
