"""`dataclass` for the many small classes of the tree, made quickly.

A tree has some 150 kinds of node. Python's own `dataclass` writes and compiles six methods for each of them when the
module is imported, which takes longer than everything else that `patron check` does with a small spec. Here methods
are shared, and `__init__` alone is compiled, when the first node of a kind is made. To a reader, to a type checker and
to `fields`, `replace`, `match`, `copy` and `pickle` these are frozen dataclasses with slots, as they say they are.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import field
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "field"]

_keys: dict[type, Callable[[Any], Any]] = {}


def _key(kind: type) -> Callable[[Any], Any]:
    """What makes two nodes of a kind equal, as a function of a node."""
    if kind in _keys:
        return _keys[kind]
    names = [one.name for one in dataclasses.fields(kind) if one.compare]
    return _keys.setdefault(kind, attrgetter(*names) if names else lambda _: ())


class _Shared:
    """The methods that every node gets."""

    def __eq__(self, other: object) -> bool:
        kind = self.__class__
        if other.__class__ is not kind:
            return NotImplemented
        key = _keys.get(kind) or _key(kind)
        same: bool = key(self) == key(other)
        return same

    def __hash__(self) -> int:
        kind = self.__class__
        return hash((_keys.get(kind) or _key(kind))(self))

    def __repr__(self) -> str:
        node: Any = self
        shown = []
        for one in dataclasses.fields(node):  # a loop: a comprehension would be one more frame for every level
            if one.repr:
                shown.append(f"{one.name}={getattr(self, one.name)!r}")  # noqa: PERF401
        return f"{self.__class__.__qualname__}({', '.join(shown)})"

    def __setattr__(self, name: str, _value: object) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")

    def __getstate__(self) -> list[object]:
        node: Any = self
        return [getattr(self, one.name) for one in dataclasses.fields(node)]

    def __setstate__(self, state: list[object]) -> None:
        node: Any = self
        for one, value in zip(dataclasses.fields(node), state, strict=True):
            object.__setattr__(self, one.name, value)


class _Ordered:
    """The methods of nodes that can be sorted."""

    def __lt__(self, other: object) -> bool:
        return _key(type(self))(self) < _key(type(self))(other) if type(other) is type(self) else NotImplemented

    def __le__(self, other: object) -> bool:
        return _key(type(self))(self) <= _key(type(self))(other) if type(other) is type(self) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return _key(type(self))(self) > _key(type(self))(other) if type(other) is type(self) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return _key(type(self))(self) >= _key(type(self))(other) if type(other) is type(self) else NotImplemented


_ORDER = "__lt__ __le__ __gt__ __ge__".split()
_METHODS = "__eq__ __hash__ __repr__ __setattr__ __delattr__ __getstate__ __setstate__".split()


def _node(kind: type) -> type:
    kind.__doc__ = kind.__doc__ or kind.__name__  # else a signature would be worked out and written into it
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(kind)
    made.__dataclass_params__.frozen = made.__dataclass_params__.eq = True
    for name in _METHODS:
        setattr(made, name, vars(_Shared)[name])
    made.__init__ = _first_init(made)
    return made  # type: ignore[no-any-return]


def _ordered_node(kind: type) -> type:
    made: Any = _node(kind)
    made.__dataclass_params__.order = True
    for name in _ORDER:
        setattr(made, name, vars(_Ordered)[name])
    return made  # type: ignore[no-any-return]


def _first_init(kind: Any) -> Callable[..., None]:
    def init(self: Any, *args: Any, **named: Any) -> None:
        kind.__init__ = _compiled_init(kind)
        kind.__init__(self, *args, **named)

    return init


def _compiled_init(kind: Any) -> Callable[..., None]:
    """Sets each slot by its own setter: twice as fast as `object.__setattr__` by name."""
    scope: dict[str, Any] = {}
    heads, lines = ["self"], ["    pass"]
    for n, one in enumerate(dataclasses.fields(kind)):
        if one.kw_only and "*" not in heads:
            heads.append("*")
        heads.append(one.name if one.default is dataclasses.MISSING else f"{one.name}=_default{n}")
        lines.append(f"    _set{n}(self, {one.name})")
        scope[f"_default{n}"], scope[f"_set{n}"] = one.default, getattr(kind, one.name).__set__
    exec(f"def __init__({', '.join(heads)}):\n" + "\n".join(lines), scope)  # noqa: S102
    made: Callable[..., None] = scope["__init__"]
    return made


def _dataclass(*, frozen: bool = False, slots: bool = False, order: bool = False) -> Callable[[type], type]:
    if not (frozen and slots):
        return dataclasses.dataclass(frozen=frozen, slots=slots, order=order)
    return _ordered_node if order else _node


if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    dataclass = _dataclass
