"""The hookspecs are documentation: each says when it is called, what to return and since when."""

import inspect
import typing

import pytest

import patron
from patron.engine import contracts, hooks
from patron.engine.loader.kinds import KINDS

SPECS = {name: hook for name, hook in vars(hooks).items() if name.startswith("patron_")}


def test_every_hook_has_a_kind_and_every_kind_a_hook():
    assert sorted(SPECS) == sorted(kind.hook for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.hook)
def test_a_hook_returns_a_list_of_its_descriptor(kind):
    returns = typing.get_type_hints(SPECS[kind.hook], globalns=vars(contracts))["return"]
    assert returns == list[kind.type]


@pytest.mark.parametrize("hook", SPECS.values(), ids=SPECS)
def test_a_hook_says_when_what_and_since(hook):
    words = inspect.getdoc(hook)
    assert "Return one `" in words
    assert "is called" in words or "are read" in words or "prints" in words
    assert "Since 0." in words


def test_the_mark_is_part_of_the_public_face():
    assert patron.hookimpl is hooks.hookimpl


def test_the_public_face_has_nothing_else():
    with pytest.raises(AttributeError, match="has no attribute 'opne_project'"):
        _ = patron.opne_project
