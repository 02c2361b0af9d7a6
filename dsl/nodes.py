"""`dataclass` for the many small classes of the tree and of the rooms above, made quickly.

A tree has some 150 kinds of node, a model and its plan as many again. Python's own `dataclass` writes and compiles six
methods for each of them when the module is imported, which takes longer than everything else that `patron check` does
with a small spec. Here methods are shared, and kinds of one shape share the code of `__init__`, which is compiled when
the first node of such a kind is made. To a reader, to a type checker and to `fields`, `replace`, `match`, `copy` and
`pickle` these are frozen dataclasses with slots, as they say they are. A class without slots gets Python's own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from copy import copy
from dataclasses import field
from functools import cache, partial
from operator import attrgetter, ge, gt, le, lt
from types import CodeType, FunctionType
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
_NONE: Any = dataclasses.MISSING
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


class _Fields:
    """The fields of a kind, made when somebody asks for them: most kinds of a run are never asked."""

    __slots__ = ("above", "declared", "kind")
    kind: type

    def __init__(self, above: dict[str, Any], declared: dict[str, Any]) -> None:
        self.above, self.declared = above, declared

    def __get__(self, _node: object, _kind: type) -> dict[str, Any]:
        said = vars(self.kind)["__annotations__"] if self.declared else {}
        fields = {**self.above, **{name: _field(name, said[name], one) for name, one in self.declared.items()}}
        self.kind.__dataclass_fields__ = fields  # type: ignore[attr-defined]
        return fields


def _field(name: str, annotation: object, declared: object) -> Any:
    """A field as the class declares it."""
    made: Any = declared
    if not isinstance(declared, dataclasses.Field):
        made = field() if declared is _NONE else field(default=declared)
    made.name, made.type, made._field_type = name, annotation, _OF_A_FIELD  # noqa: SLF001
    made.kw_only = made.kw_only is True
    return made


def _node(kind: type, frozen: bool, order: bool) -> type:
    """The class made anew with slots: what `dataclass` does, for fields that are all slots and never `ClassVar`."""
    held = vars(kind)
    own = {name: held.get(name, _NONE) for name in held.get("__annotations__", ())}
    above: dict[str, Any] = {}
    for base in kind.__mro__[-2:0:-1]:
        above |= getattr(base, "__dataclass_fields__", {})
    every = {**above, **own}
    compared = [name for name, one in every.items() if getattr(one, "compare", True)]
    key: Callable[[Any], Any] = attrgetter(*compared) if compared else lambda _: ()
    kept = ("_hash",) if frozen and not hasattr(kind, "_hash") else ()  # a class above may keep it

    def init(self: Any, *args: Any, **named: Any) -> None:
        made.__init__ = _own_init(made)
        made.__init__(self, *args, **named)

    body = {
        **_METHODS, **(_FROZEN if frozen else {}), **_compared(key, frozen), **(_ordered(key) if order else {}),
        "__init__": init,
        **{name: value for name, value in held.items() if name not in own and name not in _OF_THE_OLD},
        "__slots__": (*(name for name in own if name not in above), *kept),
        "__match_args__": tuple([name for name, one in every.items() if getattr(one, "kw_only", False) is not True]),
        "__dataclass_fields__": (fields := _Fields(above, own)),
        "__dataclass_params__": _SAID[frozen, order],
        "__qualname__": kind.__qualname__,
    }  # fmt: skip
    made: Any = type(kind)(kind.__name__, kind.__bases__, body)
    fields.kind = made
    return made  # type: ignore[no-any-return]


def _own_init(kind: Any) -> FunctionType:
    """The `__init__` of a kind: the code of all kinds of its shape, with its own names, setters and defaults."""
    given = sorted((one for one in dataclasses.fields(kind) if one.init), key=lambda one: bool(one.kw_only))
    placed, named = [one for one in given if not one.kw_only], [one for one in given if one.kw_only]
    shape = _shape(tuple([one.default_factory is not _NONE for one in given]), hasattr(kind, "__post_init__"))
    code = shape.replace(
        co_argcount=1 + len(placed), co_kwonlyargcount=len(named),
        co_varnames=("self", *[one.name for one in given]), co_qualname=f"{kind.__qualname__}.__init__",
    )  # fmt: skip
    scope: dict[str, Any] = {"NONE": _NONE}
    for n, one in enumerate(given):
        scope[f"set{n}"], scope[f"make{n}"] = getattr(kind, one.name).__set__, one.default_factory
    made = FunctionType(code, scope)
    made.__defaults__ = tuple([one.default for one in placed if not _needed(one)])
    made.__kwdefaults__ = {one.name: one.default for one in named if not _needed(one)}
    return made


def _needed(one: Any) -> bool:
    return one.default is _NONE and one.default_factory is _NONE


@cache
def _shape(late: tuple[bool, ...], after: bool) -> CodeType:
    """Sets each slot by its own setter: twice as fast as `object.__setattr__` by name. Compiled once for all kinds
    that have as many fields, and defaults made late at the same places."""
    names = [f"_{n}" for n in range(len(late))]
    lines = [f"set{n}(self, {f'make{n}() if _{n} is NONE else ' * made}_{n})" for n, made in enumerate(late)]
    body = "; ".join(lines + ["self.__post_init__()"] * after) or "pass"
    scope: dict[str, Any] = {}
    exec(f"def __init__({', '.join(['self', *names])}): {body}", scope)  # noqa: S102
    code: CodeType = scope["__init__"].__code__
    return code


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
