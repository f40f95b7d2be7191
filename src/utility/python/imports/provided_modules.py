"""Modules of ours that guest code can import by the names that it knows."""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Mapping
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from typing import Any

from .refused_modules import install_refused_modules

_meta_path = sys.meta_path
_compile, _exec = compile, exec

# What `from IPython import …` can have of ours.
_MEMBERS = frozenset(("IPython.get_ipython", "IPython.version_info"))

# What takes the place of a package's module.
_REPLACING = frozenset(("micropip", "nest_asyncio", "urllib3.contrib.emscripten"))


class ProvidedModules:
    """A finder and loader of modules by their sources."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._sources = sources

    def provides(self, name: str) -> bool:
        """Whether that is a module of ours or something in one."""
        parent = name.rpartition(".")[0]
        return name in self._sources or name in _MEMBERS or (parent in self._sources and not self._is_package(parent))

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name not in self._sources:
            return None
        is_package = self._is_package(name)
        # The stub of Loader still has load_module(), which is not called where there is an exec_module().
        loader: Any = self
        return spec_from_loader(name, loader, origin="vivarium", is_package=is_package)

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        name = module.__name__
        # It is guest code like any other: without this it would get our modules' own built-ins.
        vars(module)["__builtins__"] = builtins
        _exec(_compile(self._sources[name], f"<{name}>", "exec"), vars(module))

    def _is_package(self, name: str) -> bool:
        return any(other.startswith(f"{name}.") for other in self._sources)


def install_provided_modules(sources: Mapping[str, str]) -> None:
    """Let them be imported: some in any case, the others when there is no package of that name."""
    first = {name: source for name, source in sources.items() if name in _REPLACING}
    last = {name: source for name, source in sources.items() if name not in first}
    _meta_path.insert(0, ProvidedModules(first))
    _meta_path.append(ProvidedModules(last))
    install_refused_modules()
