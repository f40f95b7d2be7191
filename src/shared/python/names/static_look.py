"""Looks at objects without running any code of theirs: no `__getattr__`, no properties, no `__dir__`, no `__eq__`.

All that is used are the dictionaries of modules, classes and instances, and descriptors that are written in C. Names
are compared as exact strings while walking: a lookup by key may call the `__eq__` of another key.
"""

from __future__ import annotations

import itertools
import types
from collections.abc import Iterator
from typing import Any, NamedTuple, cast

from ..text import name_of

# Names of one namespace that are looked at.
_MAX_NAMES = 200_000
_MAX_CLASSES = 200

_islice = itertools.islice
# Any: what they give is looked at as it comes.
_items = vars(dict)["items"]
_list_iter = vars(list)["__iter__"]
_mro_of: Any = type.__dict__["__mro__"].__get__
_dict_of_class: Any = type.__dict__["__dict__"].__get__
_types_of_modules: Any = vars(types.ModuleType)
module_dict: Any = _types_of_modules["__dict__"].__get__
_function_of_static: Any = staticmethod.__dict__["__func__"].__get__
_function_of_class: Any = classmethod.__dict__["__func__"].__get__
_function_of_method: Any = types.MethodType.__dict__["__func__"].__get__
_objclass_of: Any = types.GetSetDescriptorType.__dict__["__objclass__"].__get__

FUNCTIONS: tuple[type, ...] = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.ClassMethodDescriptorType,
    types.MethodWrapperType,
)
_ModuleType = types.ModuleType
_GetSet: Any = types.GetSetDescriptorType
_Member: Any = types.MemberDescriptorType
_PROPERTIES: tuple[type, ...] = (property, types.GetSetDescriptorType, types.MemberDescriptorType)
# What numpy and Cython have in the place of functions.
_FUNCTION_NAMES = frozenset(("ufunc", "_ArrayFunctionDispatcher", "cython_function_or_method"))


class Thing(NamedTuple):
    """What a name stands for: an object, or some instance of a class that is not at hand."""

    value: object
    is_instance_of_value: bool = False

    @property
    def cls(self) -> type:
        return cast("type", self.value) if self.is_instance_of_value else type(self.value)


def type_of(value: object) -> type:
    """For type checkers, to whom the class of an `Any` is not known."""
    return type(value)


def mro_of(cls: type) -> tuple[type, ...]:
    return _mro_of(cls)[:_MAX_CLASSES]


def is_kind(cls: type, base: type) -> bool:
    """`issubclass` without what the class says of itself."""
    return is_one_of(base, mro_of(cls))


def is_one_of(wanted: type, classes: tuple[type, ...]) -> bool:
    """`in` without the `__eq__` of metaclasses."""
    return any(cls is wanted for cls in classes)


def is_class(value: object) -> bool:
    return is_kind(type(value), type)


def is_module(value: object) -> bool:
    return is_kind(type(value), _ModuleType)


def class_dict(cls: type) -> Any:
    return _dict_of_class(cls)


def entries(names: Any) -> Iterator[tuple[str, object]]:
    """Of a dictionary, those whose keys are exact strings. What changes meanwhile ends it."""
    pairs = _items(names) if is_kind(type_of(names), dict) else names.items()
    try:
        for name, value in _islice(pairs, _MAX_NAMES):
            if type(name) is str:
                yield name, value
    except RuntimeError:
        return


def entry(names: Any, wanted: str) -> tuple[object] | None:
    """What stands under a name, in a tuple."""
    for name, value in entries(names):
        if name == wanted:
            return (value,)
    return None


def instance_dict(value: object) -> Any:
    """The dictionary of an instance's own attributes, or None."""
    for cls in mro_of(type(value)):
        found = entry(_dict_of_class(cls), "__dict__")
        if found is None:
            continue
        descriptor: Any = found[0]
        if type(descriptor) is not _GetSet:
            return None
        try:
            own: Any = descriptor.__get__(value)
        except Exception:
            return None
        return own if type_of(own) is dict else None
    return None


def own_names(thing: Thing) -> Any:
    """The dictionary of what belongs to the object alone, or None."""
    if thing.is_instance_of_value or is_class(thing.value):
        return None
    return module_dict(thing.value) if is_module(thing.value) else instance_dict(thing.value)


def classes_of(thing: Thing) -> tuple[type, ...]:
    """The classes in which its attributes are looked for."""
    if not thing.is_instance_of_value:
        if is_module(thing.value):
            return ()
        if is_class(thing.value):
            return mro_of(cast("type", thing.value))
    return mro_of(thing.cls)


def find(thing: Thing, name: str) -> tuple[object, bool] | None:
    """What stands under that name, unbound, and whether that is in a class."""
    own = own_names(thing)
    found = None if own is None else entry(own, name)
    if found is not None:
        return found[0], False
    for cls in classes_of(thing):
        found = entry(_dict_of_class(cls), name)
        if found is not None:
            return found[0], True
    return None


def step(thing: Thing, name: str) -> Thing | None:
    """What an attribute is, where that can be known without asking for it."""
    found = find(thing, name)
    if found is None:
        return None
    raw, is_in_class = found
    return Thing(raw) if not is_in_class else _bound(thing, raw)


def _bound(thing: Thing, raw: object) -> Thing | None:
    kind = type(raw)
    if kind is staticmethod:
        return Thing(_function_of_static(raw))
    if kind is classmethod:
        return Thing(_function_of_class(raw))
    if is_one_of(kind, FUNCTIONS) or is_class(raw):
        return Thing(raw)
    if kind is _Member and not thing.is_instance_of_value and not is_class(thing.value):
        try:
            return Thing(cast("Any", raw).__get__(thing.value))
        except Exception:
            return None
    accessor = _accessor(raw)
    if accessor is not None:
        return Thing(accessor, True)
    is_descriptor = any(entry(_dict_of_class(cls), "__get__") is not None for cls in mro_of(kind))
    return None if is_descriptor and not is_like_function(raw) else Thing(raw)


def _accessor(raw: object) -> type | None:
    """The class behind `.str`, `.dt` and `.plot` of pandas."""
    if name_of(type(raw)) not in ("Accessor", "CachedAccessor"):
        return None
    own = instance_dict(raw)
    found = None if own is None else entry(own, "_accessor")
    return cast("type", found[0]) if found is not None and is_class(found[0]) else None


def is_like_function(value: object) -> bool:
    return is_one_of(type(value), FUNCTIONS) or name_of(type(value)) in _FUNCTION_NAMES


def function_of(value: object) -> object:
    """What a bound method calls; anything else as it is."""
    return _function_of_method(value) if type(value) is types.MethodType else value


def from_c(cls: type, name: str, value: object) -> object:
    """What a descriptor that is written in C for that class gives; None when there is none."""
    for base in mro_of(cls):
        found = entry(_dict_of_class(base), name)
        if found is None:
            continue
        descriptor: Any = found[0]
        if type(descriptor) is not _GetSet or _objclass_of(descriptor) is not base:
            return None
        try:
            return descriptor.__get__(value)
        except Exception:
            return None
    return None


def exact_list(value: object, limit: int) -> list[object]:
    """The first elements of an exact list; empty for anything else."""
    return list(_islice(_list_iter(value), limit)) if type(value) is list else []


def kind_of(raw: object, is_in_class: bool) -> str:
    """A word for what a name stands for, see `NameKind`."""
    if is_one_of(type(raw), (staticmethod, classmethod)):
        return "method"
    if is_like_function(function_of(raw)):
        return "method" if is_in_class else "function"
    if is_class(raw):
        return "class"
    if is_module(raw):
        return "module"
    return "property" if is_one_of(type(raw), _PROPERTIES) else "variable"
