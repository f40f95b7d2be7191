"""The columns of a pandas data frame, read from where it keeps them."""

from __future__ import annotations

from typing import Any

from ..text import name_of
from .static_lookup import entry, exact_list, from_c, instance_dict, mro_of, type_of

# More are not worth a list.
_MAX_COLUMNS = 2000
# Of classes that were made at run time.
_HEAP_TYPE = 1 << 9

_flags_of: Any = type.__dict__["__flags__"].__get__


def columns_of(value: object) -> list[str]:
    """Those whose names are texts; none for what is not of pandas."""
    if not any(name_of(cls) == "DataFrame" for cls in mro_of(type(value))):
        return []
    manager = _own(value, "_mgr")
    if manager is None:
        return []
    axes = exact_list(from_c(type_of(manager), "axes", manager), 2)
    data: Any = _own(axes[0], "_data") if axes else None
    if data is not None and not _is_array(data):
        # A string array, around one of NumPy's.
        data = from_c(type_of(data), "_ndarray", data)
    if data is None or not _is_array(data):
        return []
    names: list[object] = exact_list(data.tolist(), _MAX_COLUMNS) if len(data) <= _MAX_COLUMNS else []
    return [name for name in names if type(name) is str]


def _own(value: object, name: str) -> Any:
    own = instance_dict(value)
    found = None if own is None else entry(own, name)
    return None if found is None else found[0]


def _is_array(value: object) -> bool:
    """Whether it is NumPy's own: no class that is made by Python code."""
    return name_of(type(value)) == "ndarray" and not _flags_of(type(value)) & _HEAP_TYPE
