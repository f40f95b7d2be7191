"""Ends guest code that takes longer than it may, at its next call or jump.

By monitoring, not by tracing: code that is traced takes many times as long.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

_monitoring = sys.monitoring
_use, _free = _monitoring.use_tool_id, _monitoring.free_tool_id
_register, _set_events = _monitoring.register_callback, _monitoring.set_events
_monotonic = time.monotonic
_EVENTS = (_monitoring.events.PY_START, _monitoring.events.PY_RESUME, _monitoring.events.JUMP)
# Of those that no known tool has; a guest that has it keeps it.
_TOOL = 4


class Deadline:
    def __init__(self, seconds: float, words: str) -> None:
        """`words` are those of the TimeoutError that ends it; the time counts from now on."""
        self._at = _monotonic() + seconds
        self._words = words

    def watch(self, step: Callable[[], object]) -> None:
        """Raises what `step` raises, and TimeoutError in it when the time is over."""
        try:
            _use(_TOOL, "vivarium")
        except ValueError:
            step()
            return
        try:
            for event in _EVENTS:
                _register(_TOOL, event, self._check)
            _set_events(_TOOL, sum(_EVENTS))
            step()
        finally:
            # First of all, and called without a frame of ours: it is what ends the checks.
            try:
                _set_events(_TOOL, 0)
                _free(_TOOL)
            except ValueError:
                # The guest has freed it.
                pass

    def _check(self, *_: Any) -> None:
        if _monotonic() > self._at:
            raise TimeoutError(self._words)
