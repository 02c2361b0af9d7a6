"""`dataclass` for the many small classes of the tree and of the rooms above, made quickly.

A tree has some 150 kinds of node, a model and its plan as many again. Python's own `dataclass` writes and compiles six
methods for each of them when the module is imported, which takes longer than everything else that `patron check` does
with a small spec. Here methods are shared, and kinds of as many fields share the code of `__init__`, which is compiled
when the first node of such a kind is made. To a reader, to a type checker and to `fields`, `replace`, `match`, `copy`
and `pickle` these are frozen dataclasses with slots, as they say they are. A class without slots gets Python's own.
The tree's classes have `Kind` for a metaclass, and so are made once; a decorator has to make a class anew for slots.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from copy import copy
from dataclasses import field
from functools import cache, partial
from operator import attrgetter, ge, gt, le, lt
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, dataclass_transform

__all__ = ["Kind", "dataclass", "field"]


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

    __slots__ = ("declared", "kind")
    kind: type

    def __init__(self, declared: dict[str, Any]) -> None:
        self.declared = declared

    def __get__(self, _node: object, _kind: type) -> dict[str, Any]:
        said = vars(self.kind).get("__annotations__", {})
        fields = {name: _field(name, said[name], one) if name in said else one for name, one in self.declared.items()}
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


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Kind(type):
    """The metaclass of classes that are frozen dataclasses with slots from the first."""

    def __new__(cls, name: str, bases: tuple[type, ...], held: dict[str, Any]) -> Kind:
        return _made(partial(type.__new__, cls), name, bases, held)  # type: ignore[no-any-return]


def _node(kind: type, frozen: bool, order: bool) -> Any:
    """The class made anew with slots."""
    held = {name: value for name, value in vars(kind).items() if name not in _OF_THE_OLD}
    held["__qualname__"] = kind.__qualname__
    return _made(type(kind), kind.__name__, kind.__bases__, held, frozen=frozen, order=order)


def _made(
    make: Callable[..., Any], name: str, bases: tuple[type, ...], held: dict[str, Any], *, frozen: bool = True,
    order: bool = False,
) -> Any:  # fmt: skip
    """A class with slots: what `dataclass` does, for fields that are all slots and never `ClassVar`."""
    own = {one: held.get(one, _NONE) for one in held.get("__annotations__", ())}
    above: dict[str, Any] = {}
    for base in reversed(bases):
        above |= getattr(base, "__dataclass_fields__", {})
    declared = {**above, **own}
    compared = [one for one, said in declared.items() if not isinstance(said, dataclasses.Field) or said.compare]
    key: Callable[[Any], Any] = attrgetter(*compared) if compared else lambda _: ()
    kept = ("_hash",) if frozen and not any(hasattr(base, "_hash") for base in bases) else ()

    def init(self: Any, *args: Any, **named: Any) -> None:
        made.__init__ = _own_init(made, declared)
        made.__init__(self, *args, **named)

    body = {
        **_METHODS, **(_FROZEN if frozen else {}), **_compared(key, frozen), **(_ordered(key) if order else {}),
        "__init__": init,
        **{one: value for one, value in held.items() if one not in own},
        "__slots__": (*(one for one in own if one not in above), *kept),
        "__match_args__": tuple([one for one, said in declared.items() if not _alone(said)]),
        "__dataclass_fields__": (fields := _Fields(declared)),
        "__dataclass_params__": _SAID[frozen, order],
    }  # fmt: skip
    made = make(name, bases, body)
    fields.kind = made
    return made


def _alone(declared: object) -> bool:
    """Whether a field is given by its name alone."""
    return isinstance(declared, dataclasses.Field) and declared.kw_only is True


def _own_init(kind: Any, declared: dict[str, Any]) -> FunctionType:
    """The `__init__` of a kind: the code of all kinds of as many fields, with its own names, setters and defaults."""
    given = {name: one for name, one in declared.items() if not isinstance(one, dataclasses.Field) or one.init}
    placed, alone = [n for n in given if not _alone(given[n])], [n for n in given if _alone(given[n])]
    names = (*placed, *alone)
    code = _code(len(names)).replace(
        co_argcount=1 + len(placed),
        co_kwonlyargcount=len(alone),
        co_varnames=("self", *names),
        co_qualname=f"{kind.__qualname__}.__init__",
    )
    setters = [_setter(kind, name, given[name]) for name in names]
    if hasattr(kind, "__post_init__"):
        setters[-1] = _last(setters[-1])
    made = FunctionType(code, {f"set{n}": setter for n, setter in enumerate(setters)})
    made.__defaults__ = tuple([_default(given[name]) for name in placed if not _needed(given[name])])
    made.__kwdefaults__ = {name: _default(given[name]) for name in alone if not _needed(given[name])}
    return made


def _default(declared: Any) -> object:
    return declared.default if isinstance(declared, dataclasses.Field) else declared


def _needed(declared: Any) -> bool:
    """Whether a field must be given."""
    return _default(declared) is _NONE and getattr(declared, "default_factory", _NONE) is _NONE


def _setter(kind: Any, name: str, declared: Any) -> Callable[[object, object], object]:
    """Sets a slot, twice as fast as `object.__setattr__` by name; a default that is made anew is made here."""
    put: Callable[[object, object], object] = getattr(kind, name).__set__
    if not isinstance(declared, dataclasses.Field) or declared.default_factory is _NONE:
        return put
    make: Any = declared.default_factory
    return lambda node, value: put(node, make() if value is _NONE else value)


def _last(put: Callable[[object, object], object]) -> Callable[[object, object], object]:
    """Sets the last slot of a node that looks at itself when it is made."""

    def put_last(node: Any, value: object) -> None:
        put(node, value)
        node.__post_init__()

    return put_last


@cache
def _code(count: int) -> CodeType:
    """Gives each of so many values to its setter."""
    names = [f"_{n}" for n in range(count)]
    body = "; ".join(f"set{n}(self, _{n})" for n in range(count)) or "pass"
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
