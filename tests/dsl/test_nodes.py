"""Nodes are frozen dataclasses to everybody who asks."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest

from patron.dsl import tree as t
from patron.dsl.nodes import dataclass, field

HERE = t.Span("f", 1, 2, 3, 4)
NODE = t.Path((t.Name("a", span=HERE),), span=HERE)


def test_equality_and_hash_ignore_the_place():
    assert t.Path((t.Name("a"),)) == NODE
    assert hash(t.Path((t.Name("a"),))) == hash(NODE)
    assert t.Path((t.Name("b"),)) != NODE
    assert t.Name("a") != t.Param(t.Name("a"))
    assert t.Today() == t.Today(span=HERE)


def test_dataclass_tools_work():
    assert dataclasses.replace(NODE, parts=()).span == HERE
    assert [f.name for f in dataclasses.fields(NODE)] == ["span", "parts"]
    assert pickle.loads(pickle.dumps(NODE)) == copy.deepcopy(NODE) == copy.copy(NODE) == NODE
    assert pickle.loads(pickle.dumps(NODE)).span == HERE
    match NODE:
        case t.Path((t.Name(text),)):
            assert text == "a"
        case _:
            raise AssertionError
    assert repr(NODE) == "Path(parts=(Name(text='a'),))"


def test_a_kind_of_the_tree_is_made_once():
    assert [k.__name__ for k in t.Node.__subclasses__()].count("Path") == 1
    assert isinstance(NODE, t.Node)
    assert t.Today.__match_args__ == ()
    assert t.Node() == t.Node(span=HERE) != t.Today()


def test_frozen_with_slots():
    with pytest.raises(dataclasses.FrozenInstanceError):
        NODE.parts = ()
    with pytest.raises(dataclasses.FrozenInstanceError):
        NODE.anything = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        del NODE.parts
    assert not hasattr(NODE, "__dict__")
    with pytest.raises(TypeError, match="text"):
        t.Name()
    with pytest.raises(TypeError):
        t.Name("a", HERE)


def test_places_sort():
    assert t.Span("f", 1, 2, 1, 3) < t.Span("f", 1, 3, 1, 3) <= t.Span("g", 1, 1, 1, 1)
    assert t.Span("g", 1, 1, 1, 1) > HERE >= HERE  # noqa: PLR0124
    assert HERE.to(t.Span("f", 9, 9, 9, 9)) == t.Span("f", 1, 2, 9, 9)
    with pytest.raises(TypeError):
        _ = HERE < 3


@dataclass(frozen=True, slots=True)
class Box:
    """A node as the rooms above have them."""

    size: int
    inside: list[str] = field(default_factory=list)
    note: str = field(default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.size < 0:
            object.__setattr__(self, "size", 0)


@dataclass(frozen=True, slots=True)
class Lid(Box):
    color: str = ""

    def __repr__(self) -> str:
        return self.color


def test_defaults_are_made_for_each():
    one, other = Box(1), Box(1)
    assert one == other
    assert one.inside is not other.inside
    assert Box(-3) == Box(0)
    assert Box(1, ["a"], "b") == Box(size=1, inside=["a"])
    assert dataclasses.replace(Box(1, ["a"]), size=-1) == Box(0, ["a"])


def test_heirs_and_own_methods():
    assert [f.name for f in dataclasses.fields(Lid)] == ["size", "inside", "note", "color"]
    assert Lid(1) != Box(1)
    assert Lid(1, color="red") == Lid(1, color="red") != Lid(1, color="green")
    assert repr(Lid(1, color="red")) == "red"
    assert hash(Lid(1, (), color="red")) == hash(Lid(1, (), "x", "red"))
    with pytest.raises(dataclasses.FrozenInstanceError):
        Lid(1).color = "blue"
    with pytest.raises(TypeError, match="size"):
        Lid()


@dataclass(slots=True)
class Tray:
    """A node that changes, while something is read."""

    size: int
    things: list[str] = field(default_factory=list)


def test_what_may_change_has_no_hash():
    tray = Tray(1)
    tray.size = 2
    tray.things.append("a")
    assert tray == Tray(2, ["a"])
    assert repr(tray) == "Tray(size=2, things=['a'])"
    with pytest.raises(TypeError):
        hash(tray)
    with pytest.raises(AttributeError):
        tray.other = 1


def test_what_python_says_of_a_dataclass_is_said():
    for kind in (Box, Lid, Tray, t.Name, t.Span):
        assert dataclasses.is_dataclass(kind)
    assert Lid.__match_args__ == ("size", "inside", "note", "color")
    assert not hasattr(Lid(1), "__dict__")
    assert Box.__dataclass_params__.frozen
    assert not Tray.__dataclass_params__.frozen
    assert pickle.loads(pickle.dumps(Lid(2, ["a"], color="red"))) == Lid(2, ["a"], color="red")
    assert dataclasses.asdict(Tray(1)) == {"size": 1, "things": []}
