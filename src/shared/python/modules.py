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
from collections.abc import Callable
from typing import Any

_Namespace = types.SimpleNamespace

# Frames of this name are left out of tracebacks.
OWN_FILENAME = "<vivarium>"

# What the compiled form of a source begins with, and no source does; see boot.py.
COMPILED = "\0"


def compile_source(source: str) -> types.CodeType:
    """Also what the build compiles a source with."""
    return compile(source, OWN_FILENAME, "exec")


class Modules:
    """Sources by the names of their modules, each loaded when it is first imported."""

    def __init__(self, sources: dict[str, str], code_of: Callable[[str], types.CodeType] = compile_source) -> None:
        """`code_of` gives the code of what stands for a source."""
        self._sources = sources
        self._code_of = code_of
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
            self._loaded[name] = module = _Namespace(__builtins__=self._builtins)
            try:
                exec(self._code_of(self._sources[name]), module.__dict__)
            except BaseException:
                # An interrupt or no memory in the middle: the next one who needs it loads all of it.
                del self._loaded[name]
                raise
        return module

    # The parameters of `__import__`.
    def find(
        self,
        name: str,
        global_names: dict[str, Any] | None = None,
        local_names: dict[str, Any] | None = None,
        fromlist: tuple[str, ...] = (),
        level: int = 0,
        /,
    ) -> types.SimpleNamespace | types.ModuleType:
        """What `__import__` is in our modules."""
        if level > 0:
            return self.load(name.rpartition(".")[2])
        return self._import(name, global_names, local_names, fromlist, level)


def load_from(sources: str, module: str, name: str, code_of: Callable[[str], types.CodeType] = compile_source) -> Any:
    """What `name` is in `module`; `sources` is a JSON object of sources by module, see `Modules`."""
    return getattr(Modules(json.loads(sources), code_of).load(module), name)
