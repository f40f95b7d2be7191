"""What guest code sets for the whole interpreter, and our own work between its runs could stumble over."""

from __future__ import annotations

import builtins
import sys
from typing import Any

_builtins = builtins.__dict__
_getrecursionlimit = sys.getrecursionlimit
_setrecursionlimit = sys.setrecursionlimit
_RECURSION_LIMIT = sys.getrecursionlimit()
_getprofile, _setprofile = sys.getprofile, sys.setprofile
_gettrace, _settrace = sys.gettrace, sys.settrace


class GuestState:
    def __init__(self) -> None:
        """Takes what is in the built-ins now for what belongs there."""
        self._pristine_builtins = dict(_builtins)
        # What guest code set, while it is put aside.
        self._builtins: dict[str, Any] | None = None
        self._recursion_limit: int | None = None

    def resume(self) -> None:
        """Put back what the guest's code of an earlier run had changed."""
        if self._builtins is not None:
            _builtins.clear()
            _builtins.update(self._builtins)
            self._builtins = None
        if self._recursion_limit is not None:
            try:
                _setrecursionlimit(self._recursion_limit)
            except RecursionError:
                pass
            self._recursion_limit = None

    def suspend(self) -> None:
        """Put it aside. May be called again."""
        if _getprofile() is not None:
            _setprofile(None)
        if _gettrace() is not None:
            _settrace(None)
        limit = _getrecursionlimit()
        if limit != _RECURSION_LIMIT:
            self._recursion_limit = limit
            _setrecursionlimit(_RECURSION_LIMIT)
        if len(_builtins) != len(self._pristine_builtins) or _builtins != self._pristine_builtins:
            self._builtins = dict(_builtins)
            _builtins.clear()
            _builtins.update(self._pristine_builtins)
