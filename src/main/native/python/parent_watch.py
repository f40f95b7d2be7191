"""Ends the run when the process that started it is gone."""

from __future__ import annotations

import os
import signal
import sys

# The file descriptor of a pipe that only that process holds open.
_LIFELINE = 3
_F_SETSIG = 10  # fcntl has the name since Python 3.11 only.


def follow_parent() -> None:
    """End with everything in our process group once the process that started us is gone."""
    try:
        os.set_inheritable(_LIFELINE, False)
        if sys.platform == "linux":
            import fcntl

            # The kernel does it, without a thread that would disturb fork().
            fcntl.fcntl(_LIFELINE, fcntl.F_SETOWN, -os.getpgrp())
            fcntl.fcntl(_LIFELINE, _F_SETSIG, int(signal.SIGKILL))
            fcntl.fcntl(_LIFELINE, fcntl.F_SETFL, fcntl.fcntl(_LIFELINE, fcntl.F_GETFL) | os.O_ASYNC)
            return
    except (OSError, AttributeError):
        return
    import _thread

    _thread.start_new_thread(_wait_for_end, ())


def _wait_for_end() -> None:
    try:
        os.read(_LIFELINE, 1)
    except OSError:
        return
    if hasattr(os, "killpg"):
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)
