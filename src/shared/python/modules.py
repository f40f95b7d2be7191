"""Loads our own Python modules out of reach of `sys.modules`, the guest's globals and what it does to `builtins`.

A relative import says where the file is kept, so that type checkers and editors find it, and the last part of its name
is the module that is loaded: `from ....shared.python.outcomes.failures import Failure` loads `failures`.

Guest code can reach and change all of this: what is loaded is a convenience, never a boundary. But code that means no
harm must not break it, so each module captures what it needs when it is loaded.
"""

from __future__ import annotations

import binascii
import builtins
import json
import marshal
import types
import zlib
from typing import Any

# Frames of this name are left out of tracebacks.
OWN_FILENAME = "<vivarium>"

# No source begins with it.
_COMPILED = "\0"


def compiled(source: str) -> str:
    """A form of the source that takes no compiling, for the very version of Python that this is called in."""
    code = zlib.compress(marshal.dumps(_code_of(source)), 9)
    return _COMPILED + binascii.b2a_base64(code, newline=False).decode()


def _code_of(text: str) -> types.CodeType:
    """Of a source, or of its compiled form."""
    if text.startswith(_COMPILED):
        return marshal.loads(zlib.decompress(binascii.a2b_base64(text[len(_COMPILED) :])))
    return compile(text, OWN_FILENAME, "exec")


class Modules:
    """Sources by the names of their modules, or their compiled forms; each is loaded when it is first imported."""

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
            exec(_code_of(self._sources[name]), module.__dict__)
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
