"""Loads our own Python modules out of reach of `sys.modules`, the guest's globals and what it does to `builtins`.

A relative import says where the file is kept, so that type checkers and editors find it, and the last part of its name
is the module that is loaded: `from ...shared.python.text import valid` loads `text`.

Guest code can reach and change all of this: what is loaded is a convenience, never a boundary. But code that means no
harm must not break it, so each module captures what it needs when it is loaded.
"""

import builtins
import json
import types

# Frames of this name are left out of tracebacks.
OWN_FILENAME = "<vivarium>"


class Modules:
    """Sources by the names of their modules, each loaded when it is first imported."""

    def __init__(self, sources):
        self._sources = sources
        self._loaded = {}
        self._import = builtins.__import__
        # Functions of our modules look names up in this copy: guest code that patches `builtins` does not reach them.
        self._builtins = dict(vars(builtins))
        self._builtins["__import__"] = self.find

    def load(self, name):
        """The module of that name. Raises ModuleNotFoundError."""
        module = self._loaded.get(name)
        if module is None:
            if name not in self._sources:
                raise ModuleNotFoundError("no module {} of ours".format(name))
            self._loaded[name] = module = types.SimpleNamespace(__builtins__=self._builtins)
            exec(compile(self._sources[name], OWN_FILENAME, "exec"), module.__dict__)
        return module

    def find(self, name, globals=None, locals=None, fromlist=(), level=0):
        """What `__import__` is in our modules."""
        if level > 0:
            return self.load(name.rpartition(".")[2])
        return self._import(name, globals, locals, fromlist, level)


def load_from(sources, module, name):
    """What `name` is in `module`; `sources` is a JSON object of sources by module."""
    return getattr(Modules(json.loads(sources)).load(module), name)
