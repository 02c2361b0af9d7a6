"""What a hook may give, and the words for everything else."""

from dataclasses import replace
from pathlib import Path

import pytest

from patron.engine.contracts import (
    FunctionType,
    Learned,
    LearnedTable,
    Pack,
    SettingSpec,
    ShowType,
    SourceType,
    TargetType,
)
from patron.engine.loader import build_catalog
from patron.engine.types import TEXT

GOOD = SourceType("shop", "a shop", open=print)
TARGET = TargetType("pigeon", "by air", send=print)
SHOUT = FunctionType("acme.shout", "in capitals", ("text",), TEXT, lower=print)
SETTING = SettingSpec("folder", "text", "where")
PACK = Pack("acme", "1.2", "metrics for tests", files={"acme.patron": Path(__file__)})


def problem(plugin, **hooks):
    (fact,) = build_catalog([plugin(**hooks)]).plugins
    return fact.problem


@pytest.mark.parametrize("given", [[], [GOOD], (GOOD,), [replace(GOOD, settings=(SETTING,))]])
def test_lists_and_tuples_of_descriptors_are_taken(plugin, given):
    assert problem(plugin, patron_sources=lambda: given) == ""


FAULTS = [
    (GOOD, "patron_sources gave a SourceType, expected a list of SourceType"),
    (["shop"], "patron_sources gave a str as number 1, expected SourceType"),
    ([GOOD, PACK], "patron_sources gave a Pack as number 2, expected SourceType"),
    ([GOOD, GOOD], "patron_sources gave two of the name `shop`"),
    ([replace(GOOD, name="My shop")], "source 'My shop': a name is small letters, digits and _, and begins with"),
    ([replace(GOOD, name="acme.shop")], "a name is small letters"),
    ([replace(GOOD, name=None)], "a name is small letters"),
    ([replace(GOOD, describe=" ")], "`describe` says in a sentence what it is; it is empty"),
    ([replace(GOOD, open="folder")], "`open` is a str, expected a function"),
    ([replace(GOOD, settings=[SETTING])], "its settings are a list, expected a tuple of SettingSpec"),
    ([replace(GOOD, settings=("folder",))], "a setting is a str, expected SettingSpec"),
    ([replace(GOOD, settings=(replace(SETTING, name="The folder"),))], "setting 'The folder': a name is"),
    ([replace(GOOD, settings=(replace(SETTING, kind="path"),))], "setting `folder`: kind 'path' is none of choice, "),
    ([replace(GOOD, settings=(replace(SETTING, kind="choice"),))], "setting `folder` is a choice without `choices`"),
]


@pytest.mark.parametrize("given,words", FAULTS)
def test_everything_else_is_refused_with_the_reason(plugin, given, words):
    assert words in problem(plugin, patron_sources=lambda: given)


def test_the_arguments_of_a_target_are_settings(plugin):
    bad = replace(TARGET, arguments=("to",))
    assert problem(plugin, patron_targets=lambda: [TARGET]) == ""
    assert "a setting is a str" in problem(plugin, patron_targets=lambda: [bad])


def test_only_functions_have_a_dot_in_their_name(plugin):
    assert problem(plugin, patron_functions=lambda: [SHOUT]) == ""
    assert "a name is" in problem(plugin, patron_functions=lambda: [replace(SHOUT, name="a.b.c")])
    assert "a name is" in problem(plugin, patron_shows=lambda: [ShowType("acme.map", "a map")])


def test_a_function_says_what_it_gives(plugin):
    assert "`result` is a str, expected a Type" in problem(
        plugin, patron_functions=lambda: [replace(SHOUT, result="text")]
    )


PEOPLE = LearnedTable("people", "counts", "total_orders by customer", ("n",), {"n": "count"}, lambda _: Learned())
PACK_FAULTS = [
    (replace(PACK, version="1.2b1"), "version '1.2b1' is not numbers joined by dots"),
    (replace(PACK, version=1.2), "version 1.2 is not numbers joined by dots"),
    (replace(PACK, files=["acme.patron"]), "`files` is a list, expected paths by file name"),
    (replace(PACK, learned=("people",)), "what is learned is a str, expected LearnedTable"),
    (replace(PACK, learned=(replace(PEOPLE, name="The People"),)), "learned table 'The People': a name is"),
    (replace(PACK, learned=(replace(PEOPLE, learn=None),)), "learned table `people`: `learn` is nothing, expected a"),
    (replace(PACK, learned=(replace(PEOPLE, columns={"n": "int"}),)), "kind 'int' of `n` is none of number, count"),
    (replace(PACK, files={"a.patron": Path("nowhere.patron")}), "file 'a.patron' is not there: nowhere.patron"),
]


@pytest.mark.parametrize("pack,words", PACK_FAULTS)
def test_a_pack_has_a_version_and_its_files(plugin, pack, words):
    assert problem(plugin, patron_packs=lambda: [PACK]) == ""
    assert words in problem(plugin, patron_packs=lambda: [pack])


def test_a_plugin_with_one_bad_hook_is_refused_as_a_whole(plugin):
    catalog = build_catalog([plugin(patron_sources=lambda: [GOOD], patron_packs=lambda: ["acme"])])
    assert not catalog.sources
    assert "patron_packs" in catalog.plugins[0].problem
