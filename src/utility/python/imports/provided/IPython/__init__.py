"""The `IPython` of the sandbox where the package is not installed: what scripts show things with, and no shell."""

import sys
from typing import Any

from . import display

__all__ = ["display", "get_ipython", "version_info"]

# Matplotlib asks for it where there is a module of this name: from here on it leaves IPython's shell alone.
version_info = (8, 24, 0)


def get_ipython() -> Any:
    """The shell that a script's own `get_ipython()` has. For libraries there is none, as for those that the real one
    answers outside of its shell.
    """
    caller = sys._getframe(1).f_globals  # pyright: ignore[reportPrivateUsage] - there is no other way to know who asks
    return getattr(caller.get("__vivarium_magics__"), "shell", None)
