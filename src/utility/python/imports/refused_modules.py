"""Modules that Pyodide has for JavaScript. Here they can't be imported, and say why."""

from __future__ import annotations

import sys
import types
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from typing import Any

from .absent_features import imported_name, sentence

_meta_path = sys.meta_path

# What has `pyfetch` and `open_url`.
_OF_THE_NETWORK = frozenset(("pyodide.http",))
_REFUSED = frozenset(("js", "pyodide", "pyodide_js", "_pyodide", "_pyodide_core"))


class RefusedModules:
    """A finder that knows them, so that nobody looks for packages of those names, and a loader that refuses."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name.partition(".")[0] not in _REFUSED:
            return None
        # The stub of Loader still has load_module(), which is not called where there is an exec_module().
        loader: Any = self
        return spec_from_loader(name, loader, origin="vivarium")

    def create_module(self, spec: ModuleSpec) -> None:
        asked = imported_name(spec.name)
        feature = "network" if asked in _OF_THE_NETWORK else "javascript"
        raise ImportError(f"{sentence(feature)} (no module {asked!r})", name=spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        raise NotImplementedError


def install_refused_modules() -> None:
    """Before all others that find modules: one of them is built in."""
    _meta_path.insert(0, RefusedModules())
