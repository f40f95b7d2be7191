"""What Python does at the end of a program, for code whose globals are not those of the module that it began with."""

from __future__ import annotations

import gc
import io
import sys
import threading
from typing import Any

_TextIOWrapper = io.TextIOWrapper
# An outer one comes first.
_WRITERS = (_TextIOWrapper, io.BufferedWriter, io.BufferedRandom)


def finish_program(script: str) -> None:
    """All but what Python itself does after its exit functions; `script` is the `__file__` of the code's globals.

    Whoever holds on to these globals has let go of them.
    """
    flush_files()
    # As at Python's own end: what they hold writes into its files and closes them, while it still finds the others.
    sys.modules.pop("__main__", None)
    gc.collect()
    # Threads still use them.
    if threading.active_count() == 1:
        _clear_globals(script)


def _clear_globals(script: str) -> None:
    """Where something still holds them, as functions do that were registered for the exit: in CPython's order."""
    # Any: of what is in them, nothing is known.
    dicts: list[dict[Any, Any]] = [found for found in gc.get_objects() if type(found) is dict]
    for found in dicts:
        if found.get("__name__") != "__main__" or found.get("__file__") != script:
            continue
        names = [name for name in found if type(name) is str and name != "__builtins__"]
        for name in sorted(names, key=lambda name: not (name.startswith("_") and not name.startswith("__"))):
            found[name] = None


def flush_files() -> None:
    """Those in a cycle would be closed in any order: an inner one before the outer one has written into it."""
    files = [found for found in gc.get_objects() if type(found) in _WRITERS]
    for file in sorted(files, key=lambda file: type(file) is not _TextIOWrapper):
        try:
            file.flush()
        except Exception:
            # It is closed, or was never made.
            continue


def flush_streams() -> None:
    streams: tuple[Any, ...] = (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
    for stream in streams:
        try:
            stream.flush()
        except BaseException:
            # None, closed, or the script's own: nothing more can be got out of it.
            pass
