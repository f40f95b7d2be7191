"""What names stand for, and what an attribute is, as far as that can be known without running any code."""

from __future__ import annotations

import types
from typing import Any, NamedTuple, cast

from ..text import name_of
from .static_lookup import class_dict, entry, instance_dict, is_class, is_module, is_one_of, module_dict, mro_of

_function_of_static: Any = staticmethod.__dict__["__func__"].__get__
_function_of_class: Any = classmethod.__dict__["__func__"].__get__
_function_of_method: Any = types.MethodType.__dict__["__func__"].__get__
_Member: Any = types.MemberDescriptorType
FUNCTIONS: tuple[type, ...] = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.ClassMethodDescriptorType,
    types.MethodWrapperType,
)
_PROPERTIES: tuple[type, ...] = (property, types.GetSetDescriptorType, types.MemberDescriptorType)
# What numpy and Cython have in the place of functions.
_FUNCTION_NAMES = frozenset(("ufunc", "_ArrayFunctionDispatcher", "cython_function_or_method"))


class InferredValue(NamedTuple):
    """What a name stands for: an object, or some instance of a class that is not at hand."""

    value: object
    is_instance_of_value: bool = False

    @property
    def cls(self) -> type:
        return cast("type", self.value) if self.is_instance_of_value else type(self.value)


def own_names(inferred: InferredValue) -> Any:
    """The dictionary of what belongs to the object alone, or None."""
    if inferred.is_instance_of_value or is_class(inferred.value):
        return None
    return module_dict(inferred.value) if is_module(inferred.value) else instance_dict(inferred.value)


def classes_of(inferred: InferredValue) -> tuple[type, ...]:
    """The classes in which its attributes are looked for."""
    if not inferred.is_instance_of_value:
        if is_module(inferred.value):
            return ()
        if is_class(inferred.value):
            return mro_of(cast("type", inferred.value))
    return mro_of(inferred.cls)


def find(inferred: InferredValue, name: str) -> tuple[object, bool] | None:
    """What stands under that name, unbound, and whether that is in a class."""
    own = own_names(inferred)
    found = None if own is None else entry(own, name)
    if found is not None:
        return found[0], False
    for cls in classes_of(inferred):
        found = entry(class_dict(cls), name)
        if found is not None:
            return found[0], True
    return None


def step(inferred: InferredValue, name: str) -> InferredValue | None:
    """What an attribute is, where that can be known without asking for it."""
    found = find(inferred, name)
    if found is None:
        return None
    raw, is_in_class = found
    return InferredValue(raw) if not is_in_class else _bound(inferred, raw)


def _bound(inferred: InferredValue, raw: object) -> InferredValue | None:
    kind = type(raw)
    if kind is staticmethod:
        return InferredValue(_function_of_static(raw))
    if kind is classmethod:
        return InferredValue(_function_of_class(raw))
    if is_one_of(kind, FUNCTIONS) or is_class(raw):
        return InferredValue(raw)
    if kind is _Member and not inferred.is_instance_of_value and not is_class(inferred.value):
        try:
            return InferredValue(cast("Any", raw).__get__(inferred.value))
        except Exception:
            return None
    accessor = _accessor(raw)
    if accessor is not None:
        return InferredValue(accessor, True)
    is_descriptor = any(entry(class_dict(cls), "__get__") is not None for cls in mro_of(kind))
    return None if is_descriptor and not is_like_function(raw) else InferredValue(raw)


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
