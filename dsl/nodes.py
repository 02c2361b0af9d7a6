"""`dataclass` for the many small classes of the tree and of the rooms above, made quickly.

A tree has some 150 kinds of node, a model and its plan as many again. Python's own `dataclass` writes and compiles six
methods for each of them when the module is imported, which takes longer than everything else that `patron check` does
with a small spec. Here methods are shared, and `__init__` alone is compiled, when the first node of a kind is made. To
a reader, to a type checker and to `fields`, `replace`, `match`, `copy` and `pickle` these are frozen dataclasses with
slots, as they say they are. A class without slots gets Python's own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from copy import copy
from dataclasses import field
from functools import partial
from operator import attrgetter, ge, gt, le, lt
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "field"]


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


def _compared(key: Callable[[Any], Any], frozen: bool) -> dict[str, Any]:
    """Equality and hash of a kind: what its `key` says. What may change has no hash; what may not, keeps it."""

    def equal(self: object, other: object) -> object:
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: Any) -> int:
        try:
            known: int = self._hash
        except AttributeError:
            known = hash(key(self))
            object.__setattr__(self, "_hash", known)
        return known

    return {"__eq__": equal, "__hash__": hashed if frozen else None}


def _ordered(key: Callable[[Any], Any]) -> dict[str, Callable[..., Any]]:
    """The order of a kind whose nodes can be sorted."""

    def by(compare: Callable[[Any, Any], bool]) -> Callable[..., Any]:
        def compared(self: object, other: object) -> object:
            return compare(key(self), key(other)) if other.__class__ is self.__class__ else NotImplemented

        return compared

    return {"__lt__": by(lt), "__le__": by(le), "__gt__": by(gt), "__ge__": by(ge)}


_METHODS = {name: vars(_Shared)[name] for name in "__repr__ __getstate__ __setstate__".split()}
_FROZEN = {name: vars(_Shared)[name] for name in "__setattr__ __delattr__".split()}
_METHODS["__replace__"] = dataclasses.replace
_OF_THE_OLD = frozenset(("__dict__", "__weakref__"))


@dataclasses.dataclass(init=False, repr=False, eq=False)
class _Sample:
    """Holds what Python's own `dataclass` says of a class and of a field, to be said of ours too."""

    field: int


_OF_A_FIELD = dataclasses.fields(_Sample)[0]._field_type  # type: ignore[attr-defined]  # noqa: SLF001


def _said(frozen: bool, order: bool) -> Any:
    said: Any = copy(vars(_Sample)["__dataclass_params__"])
    said.eq = said.init = said.repr = True
    said.frozen, said.order = frozen, order
    return said


_SAID = {(frozen, order): _said(frozen, order) for frozen in (False, True) for order in (False, True)}


def _own_field(kind: type, name: str, annotation: object) -> Any:
    """A field as the class declares it."""
    declared: Any = vars(kind).get(name, dataclasses.MISSING)
    if not isinstance(declared, dataclasses.Field):
        declared = field() if declared is dataclasses.MISSING else field(default=declared)
    made: Any = declared
    made.name, made.type, made._field_type = name, annotation, _OF_A_FIELD  # noqa: SLF001
    made.kw_only = made.kw_only is True
    return made


def _node(kind: type, frozen: bool, order: bool) -> type:
    """The class made anew with slots: what `dataclass` does, for fields that are all slots and never `ClassVar`."""
    own = {name: _own_field(kind, name, said) for name, said in vars(kind).get("__annotations__", {}).items()}
    fields: dict[str, Any] = {}
    for base in kind.__mro__[:0:-1]:
        fields |= getattr(base, "__dataclass_fields__", {})
    inherited = set(fields)
    keeps = hasattr(kind, "_hash")  # from a class above
    fields |= own
    compared = [name for name, one in fields.items() if one.compare]
    key: Callable[[Any], Any] = attrgetter(*compared) if compared else lambda _: ()
    body = {
        **_METHODS, **(_FROZEN if frozen else {}), **_compared(key, frozen), **(_ordered(key) if order else {}),
        **{name: value for name, value in vars(kind).items() if name not in own and name not in _OF_THE_OLD},
        "__slots__": (*(name for name in own if name not in inherited), *(("_hash",) if frozen and not keeps else ())),
        "__match_args__": tuple(name for name, one in fields.items() if not one.kw_only),
        "__dataclass_fields__": fields,
        "__dataclass_params__": _SAID[frozen, order],
        "__qualname__": kind.__qualname__,
    }  # fmt: skip
    made: Any = type(kind)(kind.__name__, kind.__bases__, body)
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
        if not one.init:
            continue
        if one.kw_only and "*" not in heads:
            heads.append("*")
        value = one.name
        if one.default_factory is not dataclasses.MISSING:
            heads.append(f"{one.name}=_missing")
            value = f"_make{n}() if {one.name} is _missing else {one.name}"
        else:
            heads.append(one.name if one.default is dataclasses.MISSING else f"{one.name}=_default{n}")
        lines.append(f"    _set{n}(self, {value})")
        scope[f"_default{n}"], scope[f"_make{n}"] = one.default, one.default_factory
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
    if kind is not None or not slots:
        return dataclasses.dataclass(kind, frozen=frozen, slots=slots, order=order)
    return partial(_node, frozen=frozen, order=order)


if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    dataclass = _dataclass
