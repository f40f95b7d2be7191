"""What to say where a file of the user's has the name of the module that was meant."""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import Any

_dirname, _basename, _getcwd = os.path.dirname, os.path.basename, os.getcwd
_modules = sys.modules
# What Python 3.8 lacks is not needed for anything else.
_STANDARD: Any = getattr(sys, "stdlib_module_names", ())


def about_shadowing(error: BaseException) -> str | None:
    """None for other errors, and for modules that are not from the first folder in which modules are looked for."""
    module = _module_in(error)
    if module is None:
        return None
    names = vars(module)
    name, file = names.get("__name__"), names.get("__file__")
    if type(name) is not str or type(file) is not str or _dirname(file) not in (sys.path[0], _getcwd()):
        return None
    if name in _STANDARD:
        return f"the file {_basename(file)} here is imported in place of Python's module {name}: give it another name"
    message = error.args[0] if error.args else ""
    if type(message) is str and "partially initialized module" in message:
        return (
            f"the file {_basename(file)} here imports itself: "
            f"if the package {name} is meant, give the file another name"
        )
    return None


def _module_in(error: Any) -> ModuleType | None:
    """The one that lacks what was asked of it."""
    if issubclass(type(error), AttributeError):
        owner = getattr(error, "obj", None)
        return owner if type(owner) is ModuleType else None
    if type(error) is ImportError and type(error.name) is str:
        found = _modules.get(error.name)
        return found if type(found) is ModuleType else None
    return None
