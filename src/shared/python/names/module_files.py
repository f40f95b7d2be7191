"""Names of modules and of what is in them, as far as files tell; nothing is imported."""

from __future__ import annotations

import itertools
import os
import re
import sys
import zipimport
from collections.abc import Iterator
from typing import Any

from .static_lookup import entries, entry, exact_list, is_module, module_dict

_MAX_PLACES = 50
_MAX_FILES = 5000
_MAX_SOURCE = 512 * 1024

_sys = vars(sys)
_modules = sys.modules
_scandir, _isdir, _isfile, _join = os.scandir, os.path.isdir, os.path.isfile, os.path.join
_open = open
_islice = itertools.islice
_zipimporter = zipimport.zipimporter
_BUILT_IN = sys.builtin_module_names
# Any: Python 3.8 has none.
_any_sys: Any = sys
_STANDARD = frozenset(getattr(_any_sys, "stdlib_module_names", ()))

# Parts that span lines are bounded: each of many that never end would be looked through to the end of the file.
_FILE = re.compile(r"(\w+)(?:\.[\w-]+)*\.(?:py|so|pyd)")
_NAME = re.compile(r"[^\W\d]\w*")
_DEFINED = re.compile(r"^(?:(?:async[ ]+)?def|class)[ ]+(\w+)|^(\w+)[ ]*(?::[^=\n]+)?=(?!=)", re.MULTILINE)
_IMPORTED = re.compile(
    r"^from[ ]+[\w.]+[ ]+import[ ]+(?:\(([^)]{0,4000})\)|([^\n(]+))|^import[ ]+([^\n]+)", re.MULTILINE
)
_ALL = re.compile(r"^__all__[ ]*(?::[^=\n]+)?\+?=[ ]*[\[(]([^\])]{0,20000})[\])]", re.MULTILINE)
_QUOTED = re.compile(r"[\"'](\w+)[\"']")
_COMMENT = re.compile(r"#[^\n]*")


def top_modules() -> Iterator[str]:
    """Those that can be imported by a single name. Some come twice."""
    yield from _STANDARD
    yield from _BUILT_IN
    for name, _ in entries(_modules):
        if "." not in name:
            yield name
    for place in _places():
        yield from _modules_in(place)


def modules_below(path: list[str]) -> Iterator[str]:
    """The modules of a package. Some come twice."""
    beginning = ".".join(path) + "."
    for name, _ in entries(_modules):
        if name.startswith(beginning):
            yield name[len(beginning) :].partition(".")[0]
    for folder in _folders_of(path):
        yield from _modules_in(folder)


def loaded_module(path: list[str]) -> object:
    """A module that is imported, or None."""
    found = entry(_modules, ".".join(path))
    return found[0] if found is not None and is_module(found[0]) else None


def names_in_source(path: list[str]) -> Iterator[str]:
    """What can be imported from a module that is not loaded, as far as its text tells. Some come twice."""
    source = _source_of(path)
    listed = [name for group in _ALL.findall(source) for name in _QUOTED.findall(_COMMENT.sub("", group))]
    if listed:
        yield from listed
        return
    for match in _DEFINED.finditer(source):
        yield match[1] or match[2]
    for match in _IMPORTED.finditer(source):
        for part in _COMMENT.sub("", match[1] or match[2] or match[3]).split(","):
            # `a as b` is `b`; of `import a.b` it is `a`.
            words = part.split()
            if words:
                yield words[-1].partition(".")[0]


def _places() -> Iterator[str]:
    found = entry(_sys, "path")
    for place in exact_list(None if found is None else found[0], _MAX_PLACES):
        if type(place) is str:
            yield place or "."


def _modules_in(folder: str) -> Iterator[str]:
    try:
        with _scandir(folder) as files:
            for file in _islice(files, _MAX_FILES):
                match = _FILE.fullmatch(file.name)
                if match is not None:
                    if match[1] != "__init__":
                        yield match[1]
                elif _NAME.fullmatch(file.name) and file.name != "__pycache__" and file.is_dir():
                    yield file.name
    except OSError:
        return


def _folders_of(path: list[str]) -> Iterator[str]:
    module = loaded_module(path)
    if module is None:
        for place in _places():
            folder = _join(place, *path)
            if _isdir(folder):
                yield folder
        return
    found = entry(module_dict(module), "__path__")
    for folder in exact_list(None if found is None else found[0], _MAX_PLACES):
        if type(folder) is str:
            yield folder


def _source_of(path: list[str]) -> str:
    for place in _places():
        for name in (_join(place, *path, "__init__.py"), _join(place, *path) + ".py"):
            if _isfile(name):
                try:
                    with _open(name, encoding="utf-8", errors="replace") as file:
                        return file.read(_MAX_SOURCE)
                except OSError:
                    return ""
        if place.endswith(".zip"):
            try:
                return (_zipimporter(place).get_source(".".join(path)) or "")[:_MAX_SOURCE]
            except (ImportError, OSError):
                continue
    return ""
