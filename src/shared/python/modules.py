"""Loads our own Python modules out of reach of `sys.modules`, the guest's globals and what it does to `builtins`.

A relative import says where the file is kept, so that type checkers and editors find it, and the last part of its name
is the module that is loaded: `from ....shared.python.outcomes.failures import Failure` loads `failures`.

Guest code can reach and change all of this: what is loaded is a convenience, never a boundary. But code that means no
harm must not break it, so each module captures what it needs when it is loaded.
"""

from __future__ import annotations

import builtins
import json
import types
from typing import Any

# Frames of this name are left out of tracebacks.
OWN_FILENAME = "<vivarium>"


class Modules:
    """Sources by the names of their modules, each loaded when it is first imported."""

    def __init__(self, sources: dict[str, str]) -> None:
        self._sources = sources
        self._loaded: dict[str, types.SimpleNamespace] = {}
        self._import = builtins.__import__
        # Functions of our modules look names up in this copy: guest code that patches `builtins` does not reach them.
        self._builtins = dict(vars(builtins))
        self._builtins["__import__"] = self.find

    def load(self, name: str) -> types.SimpleNamespace:
        """The module of that name. Raises ModuleNotFoundError."""
        module = self._loaded.get(name)
        if module is None:
            if name not in self._sources:
                raise ModuleNotFoundError(f"no module {name} of ours")
            self._loaded[name] = module = types.SimpleNamespace(__builtins__=self._builtins)
            exec(compile(self._sources[name], OWN_FILENAME, "exec"), module.__dict__)
        return module

    # The parameters of `__import__`.
    def find(
        self,
        name: str,
        globals: dict[str, Any] | None = None,  # noqa: A002 - as in __import__
        locals: dict[str, Any] | None = None,  # noqa: A002 - as in __import__
        fromlist: tuple[str, ...] = (),
        level: int = 0,
    ) -> types.SimpleNamespace | types.ModuleType:
        """What `__import__` is in our modules."""
        if level > 0:
            return self.load(name.rpartition(".")[2])
        return self._import(name, globals, locals, fromlist, level)


def load_from(sources: str, module: str, name: str) -> Any:
    """What `name` is in `module`; `sources` is a JSON object of sources by module."""
    return getattr(Modules(json.loads(sources)).load(module), name)
