"""How Python code waits: in slices, so that interrupts come through."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

_monotonic = time.monotonic
_repr = repr

# Longest stretch of a sleep that an interrupt ends, in seconds: each one wakes the processor.
_BLOCK_SECONDS = 1.0
# Longest one that nothing ends.
_SLICE_SECONDS = 0.02
# Up to this, in seconds, the plain way is as good as any.
_SHORT_SECONDS = 0.001


class Pause:
    """How to block for a while without using the processor, as Python's own way does here."""

    __slots__ = ("_block", "_otherwise")

    def __init__(self, block: Callable[[float], None], otherwise: Callable[[float], None]) -> None:
        """`block` takes seconds, and an interrupt ends it; where it raises OSError, `otherwise` is used."""
        self._block = block
        self._otherwise = otherwise

    def slice(self, left: float) -> None:
        """Block for a part of `left` seconds, then let interrupts in."""
        try:
            self._block(min(left, _BLOCK_SECONDS))
        except OSError:
            self._otherwise(min(left, _SLICE_SECONDS))
        # repr() asks for pending signals at once; plain bytecode only every 50th time.
        _repr(None)


def make_sleep(original: Callable[[float], None], pause: Pause) -> Callable[[float], None]:
    """A `time.sleep` that notices interrupts between slices."""

    def sleep(seconds: Any, /) -> None:
        """Delay execution for a given number of seconds, which may be a fraction."""
        if not isinstance(seconds, (int, float)) or not _SHORT_SECONDS < seconds < math.inf:
            # Short, or wrong in a way that the original knows how to say.
            original(seconds)
            return
        deadline = _monotonic() + seconds
        while (left := deadline - _monotonic()) > 0:
            pause.slice(left)

    return sleep
