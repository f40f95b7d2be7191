"""Makes an interpreter fit for its memory to be saved, and each copy of that memory fit for a guest.

No guest code ever runs in the interpreter that is saved.
"""

from __future__ import annotations

import gc
import sys
from typing import Any


def park() -> None:
    """Afterwards the memory may be saved."""
    close_fonts()
    for _ in range(3):
        gc.collect()
    # Nothing of it becomes garbage any more: later collections, as at the end of a program, look at the guest's only.
    gc.freeze()


def close_fonts() -> None:
    """Let go of the files that Matplotlib keeps open; it opens them again when it needs them."""
    if (fonts := sys.modules.get("matplotlib.font_manager")) is not None:
        fonts._get_font.cache_clear()


def renew_randomness() -> None:
    """Let nothing random be the same in two interpreters that come from one memory, save for str hashes."""
    modules: dict[str, Any] = sys.modules
    if (random := modules.get("random")) is not None:
        random.seed()
    if (numpy_random := modules.get("numpy.random")) is not None:
        numpy_random.seed()
    if (tempfile := modules.get("tempfile")) is not None:
        # It has a generator of its own, which is made anew when it is missing.
        tempfile._name_sequence = None
    if (uuid := modules.get("uuid")) is not None:
        uuid._node = uuid._last_timestamp = None
