"""When an interrupt reaches Python code.

Between runs SIGINT is ignored: one that comes late must not hit the next run or our own work.

While code runs, interrupts are sent again and again until it ends. One that would tear a package with extension
modules apart in the middle of its import does nothing: extension modules can't be loaded a second time, so that package
would be of no use to the session any more. The next one comes soon; when the import takes too long for whoever sends
them, the interpreter is ended, and the session's state is known to be lost.
"""

from __future__ import annotations

import _signal
import importlib._bootstrap
import signal
import sys
from collections.abc import Callable
from importlib.machinery import ExtensionFileLoader
from types import FrameType
from typing import Any

_modules = sys.modules
_set_signal = _signal.signal
_SIGINT = _signal.SIGINT
_SIG_IGN = _signal.SIG_IGN
# Any: its stub leaves out what is private.
_bootstrap: Any = importlib._bootstrap
_FIND_AND_LOAD = _bootstrap._find_and_load.__code__
_LOAD = _bootstrap._load_unlocked.__code__
_ExtensionFileLoader = ExtensionFileLoader


def install_interrupts() -> None:
    """Let asyncio, too, take our handler for the usual one, as it does its own thing only when that is in place."""
    signal.default_int_handler = _interrupt


def accept_interrupts(handler: Callable[[int, FrameType | None], None] | None = None) -> None:
    """From here on an interrupt raises KeyboardInterrupt, or does what `handler` does."""
    _set_signal(_SIGINT, handler or _interrupt)


def end_interrupts() -> None:
    """From here on interrupts change nothing. Raises KeyboardInterrupt when one is pending."""
    _set_signal(_SIGINT, _SIG_IGN)


def ignore_interrupts() -> None:
    """From here on interrupts change nothing. One that is pending comes out of the first call, and is dropped."""
    try:
        _set_signal(_SIGINT, _SIG_IGN)
    except KeyboardInterrupt:
        _set_signal(_SIGINT, _SIG_IGN)


def _interrupt(number: int, frame: FrameType | None) -> None:
    if not would_tear_package(frame):
        raise KeyboardInterrupt


def would_tear_package(frame: FrameType | None) -> bool:
    """Whether the innermost `frame` is in the import of a package of which an extension module is loaded already."""
    packages: set[str] = set()
    while frame is not None:
        if frame.f_code is _FIND_AND_LOAD:
            packages.add(frame.f_locals["name"].partition(".")[0])
        elif frame.f_code is _LOAD and isinstance(frame.f_locals["spec"].loader, _ExtensionFileLoader):
            return True
        frame = frame.f_back
    return bool(packages) and any(
        name.partition(".")[0] in packages and _is_extension(module) for name, module in list(_modules.items())
    )


def _is_extension(module: Any) -> bool:
    try:
        return isinstance(module.__loader__, _ExtensionFileLoader)
    except Exception:
        return False
