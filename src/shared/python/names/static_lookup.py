"""Looks at objects without running any code of theirs: no `__getattr__`, no properties, no `__dir__`, no `__eq__`.

All that is used are the dictionaries of modules, classes and instances, and descriptors that are written in C. Names
are compared as exact strings while walking: a lookup by key may call the `__eq__` of another key.
"""

from __future__ import annotations

import itertools
import types
from collections.abc import Iterator
from typing import Any

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
_objclass_of: Any = types.GetSetDescriptorType.__dict__["__objclass__"].__get__

_ModuleType = types.ModuleType
_GetSet: Any = types.GetSetDescriptorType


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
