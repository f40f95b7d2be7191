"""What the magics of a notebook do here; notebook_code.py translates code into calls of these."""

from __future__ import annotations

import builtins
import inspect
import io
import os
import shlex
import sys
import time
import timeit
import types
from collections.abc import Callable, Generator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from importlib.util import decode_source
from typing import Any

from .notebook_code import compile_alone
from .notebook_shell import NotebookShell
from .pip_arguments import requirements_in

_perf_counter = time.perf_counter
_open = open
_chdir, _getcwd, _listdir = os.chdir, os.getcwd, os.listdir
_UNITS = ((1e-6, 1e9, "ns"), (1e-3, 1e6, "µs"), (1.0, 1e3, "ms"))
# Of one measurement, in seconds.
_LONG_ENOUGH = 0.2
_MAX_LOOPS = 10_000_000


class CapturedOutput:
    """What `%%capture` kept, as IPython's has it."""

    def __init__(self) -> None:
        self.out = io.StringIO()
        self.err = io.StringIO()

    @property
    def stdout(self) -> str:
        return self.out.getvalue()

    @property
    def stderr(self) -> str:
        return self.err.getvalue()

    def __str__(self) -> str:
        return self.stdout

    def show(self) -> None:
        sys.stdout.write(self.stdout)
        sys.stderr.write(self.stderr)

    __call__ = show


class Magics:
    def __init__(self, namespace: dict[str, object]) -> None:
        self._namespace = namespace
        self._cell_began = 0.0
        self.shell = NotebookShell(namespace)

    def begin(self) -> float:
        return _perf_counter()

    def end(self, began: float, value: Any = None) -> Any:
        _say(f"Wall time: {_in_words(_perf_counter() - began)}")
        return value

    @contextmanager
    def timed(self) -> Generator[None, None, None]:
        """Around a statement."""
        began = self.begin()
        yield
        self.end(began)

    def run_timed(self, code: str, names: dict[str, Any]) -> None:
        """A statement of several lines' kind, such as a loop, that stands in one; `names` are those around it."""
        timed = compile_alone(code, "<magic>", "exec")
        # As one namespace: functions in it would find nothing of two.
        self.end(self.begin(), exec(timed, names if names is self._namespace else {**self._namespace, **names}))

    def echo(self, value: Any) -> None:
        """As an interactive session does."""
        if value is not None:
            _say(repr(value))

    def show(self, value: Any) -> None:
        """As a notebook does with the value of a cell."""
        if value is not None:
            shown: Any = builtins
            shown.display(value)

    def begin_cell(self) -> None:
        self._cell_began = _perf_counter()

    def end_cell(self, value: Any = None) -> Any:
        return self.end(self._cell_began, value)

    def timeit(self, work: Callable[[], Any] | str, names: dict[str, Any] | None = None, answers: bool = False) -> Any:
        """`work` is a statement's code when it is no expression; then `names` are those around it.

        With `answers`, returns what was found.
        """
        if isinstance(work, str):
            timer = timeit.Timer(work, globals={**self._namespace, **(names or {})})
        else:
            timer = timeit.Timer(work)
        loops = 1
        while True:
            took = timer.timeit(loops)
            if took >= _LONG_ENOUGH or loops >= _MAX_LOOPS:
                break
            loops *= 10
        each = took / loops
        _say(f"{_in_words(each)} per loop ({loops} loop{'' if loops == 1 else 's'})")
        return types.SimpleNamespace(average=each, best=each, worst=each, loops=loops, repeat=1) if answers else None

    @contextmanager
    def captured(self, name: str) -> Generator[None, None, None]:
        """Around a cell: what it prints is kept under the name, if there is one. Displays are shown all the same."""
        kept = CapturedOutput()
        if name:
            self._namespace[name] = kept
        with redirect_stdout(kept.out), redirect_stderr(kept.err):
            yield

    def run_file(self, words: str) -> None:
        """`%run FILE ARGUMENTS`: as a program, whose names are the user's afterwards."""
        name, *arguments = shlex.split(words)
        if not name.endswith(".py"):
            name += ".py"
        with _open(name, "rb") as file:
            program = compile_alone(decode_source(file.read()), os.path.abspath(name), "exec")
        names: dict[str, object] = {"__name__": "__main__", "__file__": name, "__builtins__": builtins}
        given, sys.argv = sys.argv, [name, *arguments]
        try:
            exec(program, names)
        finally:
            sys.argv = given
            self._namespace.update({key: value for key, value in names.items() if not key.startswith("__")})

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

        given = words.split()
        if "install" not in given:
            sys.stderr.write(f"pip does not run here, so {' '.join(given[:2])!r} changes and shows nothing\n")
            return
        for _, name in requirements_in(given[given.index("install") + 1 :]):
            try:
                metadata.distribution(name)
            except metadata.PackageNotFoundError:
                sys.stderr.write(
                    f"{name} is not installed: packages come before the code runs, not while it does; "
                    "name it for the run\n"
                )

    def cd(self, folder: str) -> None:
        """As `%cd`, which says where that leads."""
        _chdir(os.path.expanduser(folder.strip().strip("\"'") or "~"))
        _say(_getcwd())

    def pwd(self, _: str) -> str:
        return _getcwd()

    def ls(self, folder: str) -> None:
        """The names in a folder, each on a line of its own. Options of the shell's command are passed over."""
        words = [word for word in folder.split() if not word.startswith("-")]
        for name in sorted(_listdir(words[0].strip("\"'") if words else ".")):
            _say(name)

    def env(self, words: str) -> str | None:
        """`%env NAME`, `%env NAME=value`, `%env NAME value`."""
        name, given, value = words.strip().partition("=" if "=" in words else " ")
        if not given:
            return os.environ[name] if name else None
        os.environ[name.strip()] = value.strip()
        _say(f"env: {name.strip()}={value.strip()}")
        return None

    def reset(self, options: str) -> None:
        """Forget what the user has named. `%reset` asks first; here nobody could answer."""
        for name in [name for name in self._namespace if not name.startswith("_")]:
            del self._namespace[name]

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
