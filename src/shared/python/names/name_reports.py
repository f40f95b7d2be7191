"""Answers what an editor asks of a session's names: which there are, and how something is called.

Nothing of the session's own code is run for it: see static_lookup.py.
"""

from __future__ import annotations

import builtins
import gc
import json
import re
from typing import Any, Iterable, Iterator, Tuple

from ..text import name_of
from .frame_columns import columns_of
from .inferred_values import InferredValue, classes_of, find, is_like_function, kind_of, own_names, step
from .module_files import loaded_module, modules_below, names_in_source, top_modules
from .signatures import documentation_of, method_signature, signature_of
from .static_lookup import class_dict, entries, entry, is_class, is_module, module_dict

# What one answer has at most: names, and characters of all of them together.
_MAX_NAMES = 2000
_MAX_CHARACTERS = 60_000
_MAX_NAME = 200

# Controls, ends of lines and paragraphs, what turns the text around it, and halves of characters.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]").search

_BUILTINS = dict(vars(builtins))
_dumps, _loads = json.dumps, json.loads
_gc_is_enabled, _gc_disable, _gc_enable = gc.isenabled, gc.disable, gc.enable

# Names with what kind they are. (typing's own, for Python 3.8.)
Named = Iterator[Tuple[str, str]]


def name_report(names: dict[str, Any], question: str) -> str:
    """`question` is a `NameQuestion` as JSON; a `NameReport` as JSON, or '' when nothing is known."""
    asked = _loads(question)
    about, path, prefix = asked["about"], asked["path"], asked["prefix"]
    was_enabled = _gc_is_enabled()
    # Objects that the garbage collector finds may run code at their end.
    _gc_disable()
    try:
        if about == "call":
            return _describe(names, path)
        return _names(_found(names, about, path, prefix), prefix, about == "keys")
    finally:
        if was_enabled:
            _gc_enable()


def _found(names: dict[str, Any], about: str, path: list[str], prefix: str) -> Named:
    if about == "names":
        return _session_names(names)
    if about == "modules":
        return _as_modules(modules_below(path) if path else top_modules())
    if about == "imports":
        return _importable(path)
    inferred = _resolve(names, path)
    if inferred is None:
        return iter(())
    return _keys(inferred) if about == "keys" else _members(inferred)


def _session_names(names: dict[str, Any]) -> Named:
    for name, value in entries(names):
        yield name, kind_of(value, False)
    for name, value in entries(_BUILTINS):
        yield name, kind_of(value, False)


def _as_modules(found: Iterable[str]) -> Named:
    for name in found:
        yield name, "module"


def _importable(path: list[str]) -> Named:
    module = loaded_module(path)
    if module is None:
        for name in names_in_source(path):
            yield name, "variable"
    else:
        for name, value in entries(module_dict(module)):
            yield name, kind_of(value, False)
    yield from _as_modules(modules_below(path))


def _members(inferred: InferredValue) -> Named:
    if not inferred.is_instance_of_value:
        for name in columns_of(inferred.value):
            yield name, "column"
    own = own_names(inferred)
    if own is not None:
        for name, value in entries(own):
            yield name, kind_of(value, False)
    for cls in classes_of(inferred):
        for name, value in entries(class_dict(cls)):
            yield name, kind_of(value, True)


def _keys(inferred: InferredValue) -> Named:
    if inferred.is_instance_of_value:
        return
    value, kind = inferred.value, inferred.cls
    if kind is dict:
        for name, _ in entries(value):
            yield name, "key"
    for name in columns_of(value):
        yield name, "column"


def _names(found: Named, prefix: str, is_any_text: bool) -> str:
    """Those that begin as it was asked, each once; names with underscores in front only where one was written."""
    beginning = prefix.lower()
    kept: dict[str, str] = {}
    characters = 0
    is_cut = False
    for name, kind in found:
        if len(name) > _MAX_NAME or name[: len(prefix)].lower() != beginning or name in kept:
            continue
        if is_any_text:
            if _UNSEEN(name):
                continue
        elif not name.isidentifier() or _is_hidden(name, prefix):
            continue
        characters += len(name)
        if len(kept) >= _MAX_NAMES or characters > _MAX_CHARACTERS:
            is_cut = True
            break
        kept[name] = kind
    return _dumps({"kind": "names", "names": [[name, kind] for name, kind in kept.items()], "isCut": is_cut})


def _is_hidden(name: str, prefix: str) -> bool:
    if name.startswith("__"):
        return not prefix.startswith("__")
    return name.startswith("_") and not prefix.startswith("_")


def _resolve(names: dict[str, Any], path: list[str]) -> InferredValue | None:
    if not path:
        return None
    found = entry(names, path[0]) or entry(_BUILTINS, path[0])
    inferred = None if found is None else InferredValue(found[0])
    for name in path[1:]:
        inferred = None if inferred is None else step(inferred, name)
    return inferred


def _describe(names: dict[str, Any], path: list[str]) -> str:
    owner = _resolve(names, path[:-1])
    inferred = _resolve(names, path)
    if inferred is not None:
        signature = signature_of(inferred) if owner is None else method_signature(owner, path[-1], inferred)
    else:
        found = None if owner is None else find(owner, path[-1])
        if found is None:
            return ""
        # A property: what it gives is not known, but perhaps what it says of itself.
        inferred, signature = InferredValue(found[0]), ""
    return _dumps(
        {
            "kind": "call",
            "type": _type_of(inferred),
            "signature": signature,
            "documentation": documentation_of(inferred),
        }
    )


def _type_of(inferred: InferredValue) -> str:
    """`class`, `module` and so on, or the name of its class."""
    if inferred.is_instance_of_value:
        return name_of(inferred.cls)
    if is_class(inferred.value) or is_module(inferred.value) or is_like_function(inferred.value):
        return kind_of(inferred.value, False)
    return name_of(inferred.cls)
