"""The sources of a session's runs, for tracebacks and `inspect.getsource`."""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
from typing import Any

from ..code.script_code import linecache_entry
from ..code.script_names import script_name

# Sources kept, newest first out last.
_MAX_SOURCES = 256
_MAX_CHARACTERS = 8 * 1024 * 1024

_linecache = linecache.cache


class RunSources:
    def __init__(self) -> None:
        self._runs = 0
        self._sources: dict[str, str] = {}
        self._size = 0
        self._teach_inspect()

    def add(self, code: str, number: int | None = None) -> str:
        """The file name that this run's code goes by from now on; by default the runs are counted here."""
        self._runs = self._runs + 1 if number is None else number
        filename = script_name(self._runs)
        self._size -= len(self._sources.pop(filename, ""))
        self._sources[filename] = code
        self._size += len(code)
        while len(self._sources) > _MAX_SOURCES or self._size > _MAX_CHARACTERS:
            oldest = next(iter(self._sources))
            if oldest == filename:
                break
            self._size -= len(self._sources.pop(oldest))
            _linecache.pop(oldest, None)
        _linecache[filename] = linecache_entry(filename, code)
        return filename

    def restore(self) -> None:
        """Put back what guest code took out of linecache's cache, as far as there is memory. Never raises."""
        try:
            for filename, source in self._sources.items():
                if filename not in _linecache:
                    _linecache[filename] = linecache_entry(filename, source)
        except MemoryError:
            # A traceback without source lines is better than none.
            pass

    def forget(self) -> None:
        """As if nothing had been run yet."""
        for filename in self._sources:
            _linecache.pop(filename, None)
        self._sources.clear()
        self._size = self._runs = 0

    def _teach_inspect(self) -> None:
        """Let `inspect.getsource` find a class in the run that defined it.

        It goes by the module's `__file__`, of which there is one, while each run has a source of its own.
        """
        original = inspect.getfile

        @functools.wraps(original)
        def getfile(object: Any) -> str:  # noqa: A002 - its name in inspect
            if inspect.isclass(object) and getattr(object, "__module__", None) == "__main__":
                filename = self._file_of_class(object)
                if filename is not None:
                    return filename
            return original(object)

        inspect.getfile = getfile

    def _file_of_class(self, cls: type) -> str | None:
        first_line = vars(cls).get("__firstlineno__")
        for filename, source in reversed(self._sources.items()):
            if f"class {cls.__name__}" not in source:
                continue
            for node in ast.walk(ast.parse(source)):
                if not isinstance(node, ast.ClassDef) or node.name != cls.__name__:
                    continue
                start = node.decorator_list[0] if node.decorator_list else node
                if start.lineno == first_line:
                    return filename
        return None
