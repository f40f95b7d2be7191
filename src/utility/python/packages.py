"""Finds out what a piece of code needs that is not installed, and tells Python when something was installed.

Guest code can reach and change all of this. What it answers is taken for the guest's words.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec
from typing import Any

from .curated import CURATED
from .provided_modules import ProvidedModules

_WORKSPACE = "/workspace"

# Bounds of a report; what is beyond them is missing when it is imported, no worse.
_MAX_MODULES = 400
_MAX_NAME = 200
_MAX_SCRIPTS = 100
_MAX_SCRIPT_BYTES = 1024 * 1024

_parse = ast.parse
_walk = ast.walk
_dumps = json.dumps
_find_spec = find_spec
_find_in = PathFinder.find_spec
_invalidate_caches = importlib.invalidate_caches
_open = open
_listdir = os.listdir

# curated-packages.json: what a package imports only when one of these names is used, modules with fonts, time zones.
_CURATED = json.loads(CURATED)
_USES = {name: tuple(modules) for name, modules in _CURATED["uses"].items()}

# Those of the names above that mean this only on something of one of these packages.
_USERS = ("pandas", "polars", "geopandas", "seaborn")


# What plots in these packages, and characters that Matplotlib's own fonts lack. Japanese is told from Chinese by its
# kana.
_PLOTS = ("matplotlib", "seaborn")
_KANA = re.compile("[\u3040-\u30ff]")
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
_HAN = re.compile("[\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff]")
_FONTS = _CURATED["fonts"]

# Pyodide has no time zones of its own. `pytz` brings the files that `zoneinfo` reads; it comes with pandas.
_ZONES = _CURATED["zones"]
_ZONE_FILES = "/lib/python{}.{}/site-packages/pytz/zoneinfo".format(*sys.version_info)


class _Needs:
    """What one piece of code mentions."""

    def __init__(self) -> None:
        self.modules: dict[str, None] = {}
        self.uses: set[str] = set()
        self.asked: dict[str, None] = {}
        self.fonts: dict[str, None] = {}

    def read(self, source: str) -> None:
        for node in _walk(_parse(source)):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self.add(alias.name)
            elif isinstance(node, ast.ImportFrom):
                if node.level == 0 and node.module:
                    self.add(node.module)
                    for alias in node.names:
                        if alias.name != "*":
                            self.add(f"{node.module}.{alias.name}")
            elif isinstance(node, ast.Attribute):
                if node.attr in _USES:
                    self.uses.add(node.attr)
            elif isinstance(node, ast.Call):
                self.read_call(node)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                self.read_text(node.value)

    def read_text(self, text: str) -> None:
        if _KANA.search(text):
            self.fonts[_FONTS["kana"]] = None
        elif _HAN.search(text):
            self.fonts[_FONTS["han"]] = None
        if _HANGUL.search(text):
            self.fonts[_FONTS["hangul"]] = None

    def read_call(self, node: ast.Call) -> None:
        """`micropip.install(…)` with names in plain sight."""
        called = node.func
        if not (
            isinstance(called, ast.Attribute)
            and called.attr == "install"
            and isinstance(called.value, ast.Name)
            and called.value.id == "micropip"
        ):
            return
        for argument in [*node.args[:1], *(one.value for one in node.keywords if one.arg == "requirements")]:
            listed = argument.elts if isinstance(argument, (ast.List, ast.Tuple)) else [argument]
            for item in listed:
                if isinstance(item, ast.Constant) and isinstance(item.value, str) and 0 < len(item.value) <= 128:
                    self.asked[item.value] = None

    def add(self, module: str) -> None:
        if len(module) <= _MAX_NAME:
            self.modules[module] = None


def _spec_of(module: str) -> Any:
    """The module's spec; None when nothing provides it."""
    top, _, rest = module.partition(".")
    try:
        spec = _find_spec(top)
    except ValueError:
        # Imported, and without a spec of its own.
        return True
    child = f"{top}.{rest.partition('.')[0]}"
    if rest and spec is not None and isinstance(spec.loader, ProvidedModules):
        return spec if spec.loader.provides(child) else None
    if spec is None or not rest or spec.origin is not None or spec.submodule_search_locations is None:
        return spec
    # A folder that several packages share: this one's part may be missing.
    return _find_in(child, list(spec.submodule_search_locations))


def _scripts_of(spec: Any) -> list[str]:
    """Files of the workspace that a module is made of."""
    origin = getattr(spec, "origin", None)
    if not isinstance(origin, str) or not origin.startswith(_WORKSPACE + "/") or not origin.endswith(".py"):
        return []
    if not origin.endswith("/__init__.py"):
        return [origin]
    folder = origin[: -len("/__init__.py")]
    return [f"{folder}/{name}" for name in _listdir(folder) if name.endswith(".py")]


def _read(path: str) -> str:
    with _open(path, encoding="utf-8", errors="replace") as file:
        return file.read(_MAX_SCRIPT_BYTES)


class Packages:
    """What is installed in this interpreter, and what is not."""

    def __init__(self) -> None:
        # Before anything imports `zoneinfo`, which looks at it once. What is not there yet does not trouble it.
        os.environ.setdefault("PYTHONTZPATH", _ZONE_FILES)

    def find_imports(self, code: str) -> str:
        """`ImportReport` as JSON. Never raises."""
        try:
            return self._find_imports(code)
        except BaseException:
            # Code that can't be parsed runs into its error itself.
            return '{"modules":[],"hints":[],"asked":[]}'

    def installed(self) -> None:
        """Packages were put into the file system: forget what was not there before."""
        _invalidate_caches()

    def _find_imports(self, code: str) -> str:
        needs = _Needs()
        needs.read(code)
        missing: list[str] = []
        seen_files: set[str] = set()
        checked: set[str] = set()
        while len(checked) < len(needs.modules) and len(checked) < _MAX_MODULES:
            module = next(name for name in needs.modules if name not in checked)
            checked.add(module)
            spec = _spec_of(module)
            if spec is None:
                # Others are no names of packages, and would spoil the report.
                if module.isascii():
                    missing.append(module)
                continue
            for path in _scripts_of(spec):
                if path in seen_files or len(seen_files) >= _MAX_SCRIPTS:
                    continue
                seen_files.add(path)
                try:
                    needs.read(_read(path))
                except OSError, SyntaxError, ValueError:
                    continue
        hints: dict[str, None] = {}
        plots = False
        if any(name.partition(".")[0] in _USERS for name in needs.modules):
            plots = not needs.uses.isdisjoint(("plot", "hist", "boxplot"))
            for use in sorted(needs.uses):
                for module in _USES[use]:
                    if _spec_of(module) is None:
                        hints[module] = None
        if plots or any(name.partition(".")[0] in _PLOTS for name in needs.modules):
            for module in needs.fonts:
                if _spec_of(module) is None:
                    hints[module] = None
        if "zoneinfo" in needs.modules and _spec_of("tzdata") is None and _spec_of(_ZONES) is None:
            hints[_ZONES] = None
        return _dumps({"modules": missing, "hints": list(hints), "asked": list(needs.asked)[:100]})
