"""Puts a session aside before the interpreter's memory is saved, and takes it up in each copy of that memory.

Loaded into an interpreter that is made a snapshot of and never runs guest code.
"""

from __future__ import annotations

import gc
import sys
from typing import Any

# Where JavaScript, which loses all that it knew of the interpreter, finds the session again.
_PLACE = "_vivarium_snapshot"


def park(session: Any) -> None:
    """Leave `session` where `sys.modules.pop("_vivarium_snapshot")()` gives it back."""
    session.forget_runs()
    # Loading Pyodide from the saved memory works in `__main__`, and adds to the path again.
    session.step_aside()
    path = list(sys.path)

    def resume() -> Any:
        session.step_in()
        sys.path[:] = path
        renew_randomness()
        # Through compiler and evaluator: a memory that does not fit fails here, not in the guest's code.
        if eval("1+1") != 2:
            raise RuntimeError("the saved memory is unusable")
        return session

    places: dict[str, Any] = sys.modules
    places[_PLACE] = resume
    close_fonts()
    for _ in range(3):
        gc.collect()


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
