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
from collections.abc import Iterator
from importlib.machinery import PathFinder
from importlib.util import find_spec
from typing import Any

from ....shared.python.code.notebook_file import code_of, parse_code
from ....shared.python.code.pip_arguments import requirements_in
from ....shared.python.code.script_names import SCRIPT
from ..imports.provided_modules import ProvidedModules
from .curated import CURATED
from .plot_fonts import PlotFonts

_WORKSPACE = "/workspace"

# Bounds of a report; what is beyond them is missing when it is imported, no worse.
_MAX_MODULES = 400
_MAX_NAME = 200
_MAX_SCRIPTS = 100
_MAX_SCRIPT_BYTES = 1024 * 1024

_walk = ast.walk
_dumps = json.dumps
_find_spec = find_spec
_find_in = PathFinder.find_spec
_invalidate_caches = importlib.invalidate_caches
_open = open
_listdir = os.listdir

# curated-packages.json: what packages import for some uses only, time zones.
_CURATED = json.loads(CURATED)
_USES = _CURATED["uses"]
_NAMES = frozenset(name for use in _USES for name in use.get("names", ()))
_TEXTS = frozenset(text for use in _USES for text in use.get("texts", ()) if not text.startswith("."))
_SUFFIXES = tuple(text for use in _USES for text in use.get("texts", ()) if text.startswith("."))

# Pyodide has no time zones of its own. `pytz` brings the files that `zoneinfo` reads; it comes with pandas.
_ZONES = _CURATED["zones"]
_ZONE_FILES = "/lib/python{}.{}/site-packages/{}".format(*sys.version_info[:2], _ZONES["files"])

# Calls that import what their first argument names, or run what it says.
_IMPORTERS = ("import_module", "__import__", "importorskip")
_EXECUTORS = ("exec", "eval", "compile", "timeit", "repeat", "run_source")
# Calls that start programs, such as pip.
_STARTERS = ("system", "popen", "run", "call", "check_call", "check_output", "Popen", "getoutput", "getstatusoutput")
_PIP = re.compile(r"(?:^|-m |/)(?:uv )?pip[\d.]{0,5} install (.{1,1000})", re.DOTALL)
_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]]{0,100}\])?([=<>!~].{0,60})?")
_OWN_SCRIPT = re.compile(r"[\w./\\-]{1,200}\.py")
_MODULE = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


def _name_of(called: ast.expr) -> str:
    """Of what is called, the last part of its name."""
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _texts(node: ast.expr) -> list[str]:
    """Of a string, or of a list of them."""
    listed = node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]
    return [text for item in listed if (text := _text(item)) is not None]


class _Needs:
    """What pieces of code mention."""

    def __init__(self) -> None:
        self.modules: dict[str, None] = {}
        self.names: set[str] = set()
        self.texts: set[str] = set()
        self.asked: dict[str, None] = {}
        self.fonts = PlotFonts()
        self.own: set[str] = set()
        # Strings that may be code, and whether anything makes use of such.
        self.sources: list[str] = []
        self.executes = False
        # Strings that may be names of modules, and whether something is imported by a name that is computed.
        self.words: dict[str, None] = {}
        self.imports_words = False

    def read(self, source: str) -> None:
        for node in _walk(parse_code(code_of(source), SCRIPT).tree):
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
                self.mention(node.attr)
            elif isinstance(node, ast.Name):
                self.mention(node.id)
            elif isinstance(node, ast.keyword):
                self.mention(node.arg or "")
            elif isinstance(node, ast.Call):
                self.read_call(node)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                self.read_text(node.value)

    def read_sources(self) -> None:
        """Code in strings: of files that the code writes, or that it executes."""
        if not self.own and not self.executes:
            return
        for source in self.sources[:_MAX_SCRIPTS]:
            try:
                self.read(source)
            except SyntaxError, ValueError, RecursionError:
                continue

    def mention(self, name: str) -> None:
        if name in _NAMES:
            self.names.add(name)

    def read_text(self, text: str) -> None:
        if text in _TEXTS:
            self.texts.add(text)
        if len(self.words) < _MAX_MODULES and len(text) <= _MAX_NAME and _MODULE.fullmatch(text):
            self.words[text] = None
        if len(text) <= 1000 and text.endswith(_SUFFIXES):
            self.texts.add(text[text.rindex(".") :])
        if "import" in text and len(text) <= _MAX_SCRIPT_BYTES:
            self.sources.append(text)
        if text.endswith(".py") and _OWN_SCRIPT.fullmatch(text):
            self.own.update(_IDENTIFIER.findall(text[:-3]))
        self.fonts.read(text)

    def read_call(self, node: ast.Call) -> None:
        name = _name_of(node.func)
        first = node.args[0] if node.args else None
        if name in _IMPORTERS:
            module = None if first is None else _text(first)
            self.imports_words = self.imports_words or (first is not None and module is None)
            if module is not None and not module.startswith("."):
                self.add(module)
        elif name in _EXECUTORS:
            self.executes = True
        elif name in _STARTERS and first is not None:
            self.read_command(_texts(first))
        elif name == "install" and isinstance(node.func, ast.Attribute) and _name_of(node.func.value) == "micropip":
            # With names in plain sight.
            wanted = [*node.args[:1], *(one.value for one in node.keywords if one.arg == "requirements")]
            for requirement in (text for argument in wanted for text in _texts(argument)):
                self.ask(requirement)

    def read_command(self, words: list[str]) -> None:
        """`pip install …`, as a list or as one text."""
        if len(words) == 1:
            match = _PIP.search(words[0])
            words = match[1].split() if match else []
        elif "pip" in words and "install" in words:
            words = words[words.index("install") + 1 :]
        else:
            return
        for requirement, _ in requirements_in(words):
            if _REQUIREMENT.fullmatch(requirement):
                self.ask(requirement)

    def ask(self, requirement: str) -> None:
        if 0 < len(requirement) <= 128:
            self.asked[requirement] = None

    def add(self, module: str) -> None:
        if 0 < len(module) <= _MAX_NAME:
            self.modules[module] = None
            for part in module.split("."):
                self.mention(part)


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
        return spec if spec.loader.provides(module) else None
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
        # Of all that was run here: what one run defines is used by a later one.
        self._names: set[str] = set()
        self._texts: set[str] = set()
        self._imported: set[str] = set()
        # What was imported before anything was run, as in a snapshot, is no sign of use.
        self._before: set[str] | None = None
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
        here = {name for name in list(sys.modules) if type(name) is str}
        self._before = here if self._before is None else self._before
        needs = _Needs()
        needs.read(code)
        needs.read_sources()
        for word in needs.words if needs.imports_words else ():
            # Only what is well known by that name is installed.
            needs.add(word)
        missing = self._missing(needs)
        self._names |= needs.names
        self._texts |= needs.texts
        self._imported |= {name.partition(".")[0] for name in needs.modules}
        imported = self._imported | (here - self._before)
        hints = dict.fromkeys(module for module in self._hidden(needs, imported) if _spec_of(module) is None)
        report = {"modules": missing, "hints": list(hints)[:100], "asked": list(needs.asked)[:100]}
        return _dumps(report)

    def _missing(self, needs: _Needs) -> list[str]:
        """Modules that nothing provides; those that the code writes itself are not among them."""
        missing: list[str] = []
        seen_files: set[str] = set()
        checked: set[str] = set()
        while len(checked) < len(needs.modules) and len(checked) < _MAX_MODULES:
            module = next(name for name in needs.modules if name not in checked)
            checked.add(module)
            spec = _spec_of(module)
            if spec is None:
                # Others are no names of packages, and would spoil the report.
                if module.isascii() and module.partition(".")[0] not in needs.own:
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
        return missing

    def _hidden(self, needs: _Needs, imported: set[str]) -> Iterator[str]:
        """What is imported behind the reader's back, by what was imported here."""
        if _ZONES["user"] in needs.modules and all(_spec_of(other) is None for other in _ZONES["others"]):
            yield _ZONES["module"]
        for use in _USES:
            if imported.isdisjoint(use["of"]):
                continue
            names, texts = use.get("names"), use.get("texts")
            if (names is None or not self._names.isdisjoint(names)) and (
                texts is None or not self._texts.isdisjoint(texts)
            ):
                yield from use["needs"]
        yield from needs.fonts.needed(imported, self._names)
