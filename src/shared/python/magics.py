"""What the magics of a notebook do here; notebook_code.py translates code into calls of these."""

from __future__ import annotations

import inspect
import re
import sys
import time
from collections.abc import Callable
from typing import Any

_perf_counter = time.perf_counter
_open = open
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_UNITS = ((1e-6, 1e9, "ns"), (1e-3, 1e6, "µs"), (1.0, 1e3, "ms"))
# Of one measurement, in seconds.
_LONG_ENOUGH = 0.2
_MAX_LOOPS = 10_000_000


class Magics:
    def __init__(self, namespace: dict[str, object]) -> None:
        self._namespace = namespace
        self._cell_began = 0.0

    def begin(self) -> float:
        return _perf_counter()

    def end(self, began: float, value: Any = None) -> Any:
        _say(f"Wall time: {_in_words(_perf_counter() - began)}")
        return value

    def begin_cell(self) -> None:
        self._cell_began = _perf_counter()

    def end_cell(self, value: Any = None) -> Any:
        return self.end(self._cell_began, value)

    def timeit(self, work: Callable[[], Any]) -> None:
        loops = 1
        while True:
            began = _perf_counter()
            for _ in range(loops):
                work()
            took = _perf_counter() - began
            if took >= _LONG_ENOUGH or loops >= _MAX_LOOPS:
                break
            loops *= 10
        _say(f"{_in_words(took / loops)} per loop ({loops} loop{'' if loops == 1 else 's'})")

    def help(self, name: str) -> None:
        try:
            value = eval(name, self._namespace)
        except Exception:
            _say(f"Object `{name}` not found.")
            return
        try:
            _say(f"{name}{inspect.signature(value)}")
        except (TypeError, ValueError):
            _say(f"{name}: {type(value).__name__}")
        documentation = inspect.getdoc(value)
        if documentation:
            _say(documentation)

    def install(self, words: str) -> None:
        """Packages are there before the code runs, or not at all: says which are not."""
        from importlib import metadata

        wanted = [word.strip("'\"") for word in words.split() if not word.startswith("-")]
        if wanted[:1] in (["install"], ["pip"]):
            wanted = wanted[1:]
        for name in wanted:
            match = _NAME.match(name)
            if match is None or match[0] == "install":
                continue
            try:
                metadata.distribution(match[0])
            except metadata.PackageNotFoundError:
                sys.stderr.write(
                    f"{match[0]} is not installed: packages come before the code runs, not while it does; "
                    "name it for the run\n"
                )

    def write_file(self, name: str, text: str, append: bool) -> None:
        """As `%%writefile` does."""
        with _open(name, "a" if append else "w", encoding="utf-8") as file:
            file.write(text)
        _say(f"{'Appending to' if append else 'Writing'} {name}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _in_words(seconds: float) -> str:
    for below, factor, unit in _UNITS:
        if seconds < below:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds:.3g} s"
