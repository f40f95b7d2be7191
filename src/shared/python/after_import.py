"""Lets something attend to a module the moment it has been imported; nothing is imported for it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.machinery import ModuleSpec
from typing import Any

_modules = sys.modules
_meta_path = sys.meta_path


class AfterImport:
    """A finder that finds nothing of its own: it follows the specs that others find."""

    def __init__(self) -> None:
        self._attend: dict[str, list[Callable[[Any], object]]] = {}

    def call(self, name: str, attend: Callable[[Any], object]) -> None:
        """Call `attend(module)` once that module is there: now, when it is already."""
        module = _modules.get(name)
        if module is None:
            self._attend.setdefault(name, []).append(attend)
        else:
            _adapt(module, attend)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name not in self._attend:
            return None
        for finder in _meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                self._follow(name, spec)
                return spec
        return None

    def _follow(self, name: str, spec: ModuleSpec) -> None:
        if spec.loader is not None and hasattr(spec.loader, "exec_module"):
            # No Loader by its base class, but it has the methods of the one that it stands for.
            attending: Any = _Attending(spec.loader, self._attend)
            spec.loader = attending


class _Attending:
    """Loads one module by another loader, which other modules may share, and lets itself be forgotten."""

    def __init__(self, loader: Any, attend: dict[str, list[Callable[[Any], object]]]) -> None:
        self._loader = loader
        self._attend = attend

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> Any:
        return self._loader.create_module(spec)

    def exec_module(self, module: Any) -> None:
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        # Not before: whoever asks for a spec need not import the module.
        for attend in self._attend.pop(module.__name__, ()):
            _adapt(module, attend)


def _adapt(module: Any, attend: Callable[[Any], object]) -> None:
    # A file of the guest's own may have the name of a package: its import does not fail for what it lacks.
    with suppress(Exception):
        attend(module)


def install_after_import() -> AfterImport:
    """One for an interpreter: that of an earlier session is removed, as each asks all the others."""
    _meta_path[:] = [finder for finder in _meta_path if type(finder).__name__ != AfterImport.__name__]
    after_import = AfterImport()
    _meta_path.insert(0, after_import)
    return after_import
