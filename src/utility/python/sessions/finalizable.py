"""Which of a program's names hold something that has still to be done when the program ends: finalizers, generators."""

from __future__ import annotations

import _io
import gc
import types
from typing import Any

_get_referents = gc.get_referents
_id = id
# Any: of what turns out to be a container.
_len: Any = len
_get_type_attribute = type.__getattribute__
# Any: it is private. The class that all kinds of files have in common: io.IOBase knows the others by registration only.
_own_io: Any = _io
IO_BASE: Any = _own_io._IOBase
_GENERATORS = (types.GeneratorType, types.AsyncGeneratorType, types.CoroutineType)
# They lead to everything, and hold nothing of their own.
_SHARED = (
    type,
    types.ModuleType,
    types.FunctionType,
    types.BuiltinFunctionType,
    types.CodeType,
    types.FrameType,
)
_CONTAINERS = (list, tuple, dict, set, frozenset)

# To free a structure of many thousand levels takes more stack than there is: the interpreter ends.
_MAX_LEVELS = 100
# Objects looked at for one name, and for all of them.
_MAX_OBJECTS = 20_000
_MAX_OBJECTS_IN_ALL = 200_000


class FinalizableNames:
    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self._left = _MAX_OBJECTS_IN_ALL
        self._kinds: dict[int, bool] = {}

    def find(self) -> list[str]:
        """In their order. Without those of structures too large to know what is in them, or too deep to be freed."""
        return [name for name, value in list(self._namespace.items()) if self._holds(value)]

    def _holds(self, value: object) -> bool:
        """Whether there is something to finalize in it."""
        seen: set[int] = {_id(self._namespace)}
        is_found = False
        level: list[object] = [value]
        # Whatever it holds.
        if self._is_finalizable(type(value)):
            return True
        for _ in range(_MAX_LEVELS):
            inner: list[object] = []
            for held in level:
                kind = type(held)
                if _id(held) in seen or issubclass(kind, _SHARED):
                    continue
                seen.add(_id(held))
                self._left -= 1
                if _len(seen) > _MAX_OBJECTS or self._left < 0:
                    return False
                if kind in _CONTAINERS and _len(held) > _MAX_OBJECTS:
                    return False
                is_found = is_found or self._is_finalizable(kind)
                inner.extend(_get_referents(held))
            if not inner:
                return is_found
            level = inner
        return False

    def _is_finalizable(self, kind: type[Any]) -> bool:
        # Not by the class itself: one of a metaclass with `__eq__` may have no hash.
        known = self._kinds.get(_id(kind))
        if known is None:
            known = self._kinds[_id(kind)] = is_finalizable(kind)
        return known


def is_finalizable(kind: type[Any]) -> bool:
    """Whether its objects have something to do at their end. Not files, which are closed after all others."""
    if issubclass(kind, IO_BASE):
        return False
    if issubclass(kind, _GENERATORS):
        return True
    try:
        _get_type_attribute(kind, "__del__")
    except AttributeError:
        return False
    return True
