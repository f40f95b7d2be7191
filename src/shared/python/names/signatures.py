"""How something is called, and what it says of itself, without running any code of its own."""

from __future__ import annotations

import types
from typing import Any, cast

from ..text import name_of
from .inferred_values import FUNCTIONS, InferredValue, find, function_of
from .static_lookup import class_dict, entry, from_c, instance_dict, is_class, is_module, is_one_of, module_dict, mro_of

_MAX_SIGNATURE = 2000
_MAX_DOC = 8000
_MAX_WRAPPED = 10
_MAX_DEFAULT = 40
_MAX_PLAIN_INTEGER = 10**15
_VARIABLE_ARGUMENTS, _VARIABLE_KEYWORDS = 4, 8

_str_getitem = str.__getitem__
_str_len = str.__len__
_tuple_len = vars(tuple)["__len__"]
_list_len = vars(list)["__len__"]
_dict_len = vars(dict)["__len__"]
_tuple_iter = vars(tuple)["__iter__"]
_repr = repr
_Function = types.FunctionType
_of_function: Any = {
    name: _Function.__dict__[name].__get__
    for name in ("__code__", "__defaults__", "__kwdefaults__", "__doc__", "__dict__")
}
_doc_of_property: Any = property.__dict__["__doc__"].__get__
_text_signature_of_class: Any = type.__dict__["__text_signature__"].__get__


def exact(text: object, limit: int) -> str:
    """The beginning of a text; '' for what is none."""
    return _str_getitem(text, slice(0, limit)) if type(text) is str else ""


def signature_of(inferred: InferredValue) -> str:
    """Parameters in parentheses, or ''."""
    if inferred.is_instance_of_value:
        return ""
    is_bound = type(inferred.value) is types.MethodType
    value = _unwrapped(function_of(inferred.value))
    if type(value) is _Function:
        return _of_code(value, is_bound)[:_MAX_SIGNATURE]
    if is_class(value):
        return _of_class(cast("type", value))[:_MAX_SIGNATURE]
    if is_one_of(type(value), FUNCTIONS):
        return _plain(type(value).__dict__["__text_signature__"].__get__(value))
    return ""


def documentation_of(inferred: InferredValue) -> str:
    """Its docstring without the indentation, or ''."""
    return _dedented(exact(_raw_doc(inferred), _MAX_DOC))


def method_signature(owner: InferredValue, name: str, inferred: InferredValue) -> str:
    """The same of an attribute: what it is bound to is no parameter."""
    found = find(owner, name)
    value = _unwrapped(inferred.value)
    if type(value) is not _Function or found is None or not found[1] or type(found[0]) is staticmethod:
        return signature_of(inferred)
    is_bound = type(found[0]) is classmethod or owner.is_instance_of_value or not is_class(owner.value)
    return _of_code(value, is_bound)[:_MAX_SIGNATURE]


def _unwrapped(value: object) -> object:
    """What a decorator was put around, where it says so."""
    for _ in range(_MAX_WRAPPED):
        own = _of_function["__dict__"](value) if type(value) is _Function else _dispatcher_dict(value)
        found = None if own is None else entry(own, "__wrapped__")
        if found is None:
            break
        value = found[0]
    return value


def _dispatcher_dict(value: object) -> Any:
    return instance_dict(value) if name_of(type(value)) == "_ArrayFunctionDispatcher" else None


def _of_code(function: object, is_bound: bool) -> str:
    code = _of_function["__code__"](function)
    names = code.co_varnames
    count, only_keywords = code.co_argcount, code.co_kwonlyargcount
    given = _of_function["__defaults__"](function)
    defaults: list[object] = [] if given is None else list(_tuple_iter(given))
    parts: list[str] = []
    for index, name in enumerate(names[:count]):
        place = index - (count - len(defaults))
        parts.append(_with_default(name, (defaults[place],) if place >= 0 else None))
        if index + 1 == code.co_posonlyargcount:
            parts.append("/")
    rest = count + only_keywords
    if code.co_flags & _VARIABLE_ARGUMENTS:
        parts.append("*" + names[rest])
        rest += 1
    elif only_keywords:
        parts.append("*")
    keywords = _of_function["__kwdefaults__"](function)
    for name in names[count : count + only_keywords]:
        parts.append(_with_default(name, None if keywords is None else entry(keywords, name)))
    if code.co_flags & _VARIABLE_KEYWORDS:
        parts.append("**" + names[rest])
    if is_bound and count > 0:
        del parts[0]
        if parts[:1] == ["/"]:
            del parts[0]
    return f"({', '.join(parts)})"


def _with_default(name: str, default: tuple[object] | None) -> str:
    name = _str_getitem(name, slice(0, 100))
    return name if default is None else f"{name}={_shown(default[0])}"


def _shown(value: object) -> str:
    """A default as it would be written, where that takes no code of its own."""
    kind = type(value)
    if value is None or kind is bool or kind is float:
        return _repr(value)
    if kind is int:
        return _repr(value) if -_MAX_PLAIN_INTEGER < cast("int", value) < _MAX_PLAIN_INTEGER else "…"
    if kind is str and _str_len(cast("str", value)) <= _MAX_DEFAULT:
        return _repr(value)
    if kind is tuple and _tuple_len(value) == 0:
        return "()"
    if kind is list and _list_len(value) == 0:
        return "[]"
    if kind is dict and _dict_len(value) == 0:
        return "{}"
    return name_of(cast("type", value)) if is_class(value) else "…"


def _of_class(cls: type) -> str:
    for base in mro_of(cls):
        for name in ("__init__", "__new__"):
            found = entry(class_dict(base), name)
            made = None if found is None else found[0]
            if type(made) is staticmethod:
                made = staticmethod.__dict__["__func__"].__get__(made)
            made = _unwrapped(made)
            if type(made) is _Function:
                return _of_code(made, True)
            if made is not None and base is not object:
                return _plain(_text_signature_of_class(base))
    return ""


def _plain(signature: object) -> str:
    """Without the marks that are meant for `inspect`."""
    text = exact(signature, _MAX_SIGNATURE)
    for mark in ("($self, /, ", "($self, /", "($module, /, ", "($module, /", "($type, /, ", "($type, /"):
        if text.startswith(mark):
            return "(" + text[len(mark) :]
    for mark in ("($self, ", "($module, ", "($type, ", "($self", "($module", "($type"):
        if text.startswith(mark):
            return "(" + text[len(mark) :]
    return text


def _raw_doc(inferred: InferredValue) -> object:
    value = inferred.value
    if inferred.is_instance_of_value or is_class(value):
        return _doc_of_class(cast("type", value))
    if is_module(value):
        found = entry(module_dict(value), "__doc__")
        return None if found is None else found[0]
    value = function_of(value)
    if type(value) is _Function:
        return _of_function["__doc__"](value)
    if is_one_of(type(value), FUNCTIONS):
        return type(value).__dict__["__doc__"].__get__(value)
    if type(value) is property:
        return _doc_of_property(value)
    own = _dispatcher_dict(value)
    found = None if own is None else entry(own, "__doc__")
    if found is not None:
        return found[0]
    if name_of(type(value)) == "cython_function_or_method":
        return from_c(type(value), "__doc__", value)
    return _doc_of_class(type(value))


def _doc_of_class(cls: type) -> object:
    found = entry(class_dict(cls), "__doc__")
    return None if found is None else found[0]


def _dedented(text: str) -> str:
    first, *rest = text.expandtabs().split("\n")
    margins = [len(line) - len(line.lstrip()) for line in rest if line.strip()]
    margin = min(margins) if margins else 0
    return "\n".join([first.strip(), *(line[margin:].rstrip() for line in rest)]).strip("\n")
