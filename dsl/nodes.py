"""`dataclass` for the many small classes of the tree and of the rooms above, made quickly.

A tree has some 150 kinds of node, a model and its plan as many again. Python's own `dataclass` writes and compiles six
methods for each of them when the module is imported, which takes longer than everything else that `patron check` does
with a small spec. Here methods are shared, and `__init__` alone is compiled, when the first node of a kind is made. To
a reader, to a type checker and to `fields`, `replace`, `match`, `copy` and `pickle` these are frozen dataclasses with
slots, as they say they are. A class that is not both frozen and slotted gets Python's own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import field
from functools import partial
from operator import attrgetter, ge, gt, le, lt
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "field"]


def _key(kind: type) -> Callable[[Any], Any]:
    """What makes two nodes of a kind equal, as a function of a node."""
    names = [one.name for one in dataclasses.fields(kind) if one.compare]
    return attrgetter(*names) if names else lambda _: ()


class _Shared:
    """The methods that every node gets."""

    def __repr__(self) -> str:
        node: Any = self
        shown = []
        for one in dataclasses.fields(node):  # a loop: a comprehension would be one more frame for every level
            if one.repr:
                shown.append(f"{one.name}={getattr(self, one.name)!r}")
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


def _compared(key: Callable[[Any], Any]) -> dict[str, Callable[..., Any]]:
    """Equality and hash of a kind: what its `key` says."""

    def equal(self: object, other: object) -> object:
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: object) -> int:
        return hash(key(self))

    return {"__eq__": equal, "__hash__": hashed}


def _ordered(key: Callable[[Any], Any]) -> dict[str, Callable[..., Any]]:
    """The order of a kind whose nodes can be sorted."""

    def by(compare: Callable[[Any, Any], bool]) -> Callable[..., Any]:
        def compared(self: object, other: object) -> object:
            return compare(key(self), key(other)) if other.__class__ is self.__class__ else NotImplemented

        return compared

    return {"__lt__": by(lt), "__le__": by(le), "__gt__": by(gt), "__ge__": by(ge)}


_METHODS = {name: vars(_Shared)[name] for name in "__repr__ __setattr__ __delattr__ __getstate__ __setstate__".split()}


def _node(kind: type, order: bool = False) -> type:
    own = set(vars(kind))  # what a class writes itself stays
    kind.__doc__ = kind.__doc__ or kind.__name__  # else a signature would be worked out and written into it
    heir = any(map(dataclasses.is_dataclass, kind.__bases__))  # what a frozen class hands on must be frozen, too
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, frozen=heir)(kind)
    made.__dataclass_params__.frozen = made.__dataclass_params__.eq = True
    made.__dataclass_params__.order = order
    key = _key(made)
    for name, method in (_METHODS | _compared(key) | (_ordered(key) if order else {})).items():
        if name not in own:
            setattr(made, name, method)
    made.__init__ = _first_init(made)
    return made  # type: ignore[no-any-return]


def _first_init(kind: Any) -> Callable[..., None]:
    def init(self: Any, *args: Any, **named: Any) -> None:
        kind.__init__ = _compiled_init(kind)
        kind.__init__(self, *args, **named)

    return init


def _compiled_init(kind: Any) -> Callable[..., None]:
    """Sets each slot by its own setter: twice as fast as `object.__setattr__` by name."""
    scope: dict[str, Any] = {"_missing": dataclasses.MISSING}
    heads, lines = ["self"], ["    pass"]
    for n, one in enumerate(dataclasses.fields(kind)):
        if one.kw_only and "*" not in heads:
            heads.append("*")
        value = one.name
        if one.default_factory is not dataclasses.MISSING:
            heads.append(f"{one.name}=_missing")
            value = f"_make{n}() if {one.name} is _missing else {one.name}"
        else:
            heads.append(one.name if one.default is dataclasses.MISSING else f"{one.name}=_default{n}")
        lines.append(f"    _set{n}(self, {value})")
        scope |= {f"_default{n}": one.default, f"_make{n}": one.default_factory}
        scope[f"_set{n}"] = getattr(kind, one.name).__set__
    if hasattr(kind, "__post_init__"):
        lines.append("    self.__post_init__()")
    exec(f"def __init__({', '.join(heads)}):\n" + "\n".join(lines), scope)  # noqa: S102
    made: Callable[..., None] = scope["__init__"]
    made.__qualname__ = f"{kind.__qualname__}.__init__"
    return made


def _dataclass(
    kind: type | None = None, *, frozen: bool = False, slots: bool = False, order: bool = False
) -> type | Callable[[type], type]:
    if kind is not None or not (frozen and slots):
        return dataclasses.dataclass(kind, frozen=frozen, slots=slots, order=order)
    return partial(_node, order=order) if order else _node


if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    dataclass = _dataclass
