"""Runs one piece of code in the user's own interpreter and writes down what came of it.

The run's folder holds `script.py` (the code), `facts.json` (`RunFacts`), `workspace` (the working directory) and
`faults.txt`. The outcome (`GuestOutcome` as JSON) goes to `outcome.json` there, what is shown to `displays.jsonl`
(`GuestDisplay`, one a line). Nothing of our own is ever printed.

The code can reach and change all of this: it is a convenience, never a boundary.
"""

from __future__ import annotations

import asyncio
import atexit
import builtins
import faulthandler
import gc
import io
import linecache
import os
import signal
import sys
import threading
import types
from typing import Any

from ....shared.python.after_import import install_after_import
from ....shared.python.code.script_code import compile_script, linecache_entry
from ....shared.python.displays.display import Display, install_display
from ....shared.python.displays.display_forms import DisplayForms
from ....shared.python.displays.outputs import Outputs
from ....shared.python.displays.wide_frames import install_wide_frames
from ....shared.python.outcomes.failures import Failure, describe_failure
from ....shared.python.outcomes.outcome import Value, describe_value, outcome_json
from ....shared.python.outcomes.own_frames import hide_own_frames
from ....shared.python.plots.figures import Figures, install_figures
from ....shared.python.run_facts import RunFacts, read_facts
from ....shared.python.workspace.workspace_files import FileStates, WorkspaceFiles
from .lifeline import follow_parent

_FILENAME = "<script>"

_getpid, _exit = os.getpid, os._exit
_join, _replace = os.path.join, os.replace
_linecache = linecache.cache
_set_signal = signal.signal
_SIGINT, _SIG_IGN = signal.SIGINT, signal.SIG_IGN


class _Run:
    """The run of this process."""

    def __init__(self, script: str, workspace: str, text_limit: int, outputs: Outputs) -> None:
        """`script` is the path of the code's file; `text_limit` cuts texts, in characters."""
        self._script = script
        self._text_limit = text_limit
        self._namespace: dict[str, Any] = {}
        self._before: FileStates = {}
        self._value: Value | None = None
        self._failed: Failure | None = None
        self._files = WorkspaceFiles(workspace)
        forms, after_import = DisplayForms(), install_after_import()
        self._display: Display = install_display(outputs, forms)
        self._figures: Figures = install_figures(outputs, forms, after_import)
        install_wide_frames(after_import)
        hide_own_frames()
        builtins.input = _no_input

    def execute(self, code: str, facts: RunFacts) -> bool:
        """Whether there is an outcome from now on: not in a forked child that came back here."""
        pid = _getpid()
        namespace = self._namespace = self._enter(code)
        self._before = self._files.before_run()
        value, result = None, None
        try:
            script = compile_script(code, _FILENAME)
        except BaseException as error:
            _ignore_interrupts()
            self._failed = self._failure(error, code)
            return True
        error = None
        try:
            facts.apply(namespace)
            result = asyncio.run(script.evaluate_awaiting(namespace)) if script.awaits else script.evaluate(namespace)
        except BaseException as caught:
            error = caught
        if _getpid() != pid:
            if error is not None:
                raise error
            return False
        try:
            value = self._show(result, error)
        except BaseException as caught:
            # Ctrl-C, or a figure that can't be drawn; the first error is the one to tell of.
            error = error or caught
        _ignore_interrupts()
        _flush_streams()
        _linecache[_FILENAME] = linecache_entry(_FILENAME, code)
        self._failed = None if error is None else self._failure(error)
        self._value = value if self._failed is None else None
        return True

    def finish(self) -> str:
        """The outcome as JSON, when all but the globals is done that Python does at the end of a program."""
        _flush_files()
        # As at Python's own end: what they hold writes into its files and closes them, while it still finds the others.
        self._namespace = {}
        sys.modules.pop("__main__", None)
        gc.collect()
        # Threads still use them.
        if threading.active_count() == 1:
            _clear_globals(self._script)
        files, cut = self._files.changed(self._before)
        return outcome_json(self._value, self._failed, files, cut)

    def _enter(self, code: str) -> dict[str, Any]:
        """Be where the script expects to be; its globals."""
        main = types.ModuleType("__main__")
        main.__file__ = self._script
        vars(main)["__builtins__"] = builtins
        sys.modules["__main__"] = main
        sys.argv[:] = [self._script]
        sys.path[0] = self._files.folder
        self._files.enter()
        _linecache[_FILENAME] = linecache_entry(_FILENAME, code)
        return vars(main)

    def _show(self, result: object, error: BaseException | None) -> Value | None:
        """Show what is left to be shown; the description of the value."""
        if error is not None:
            self._figures.end_run(error)
            return None
        value = None if result is None else describe_value(result, self._text_limit)
        self._figures.take_open()
        if result is not None and not self._figures.has_taken(result):
            self._display.show_value(result)
        return value

    def _failure(self, error: BaseException, code: str | None = None) -> Failure | None:
        return describe_failure(error, self._text_limit, _FILENAME, code)


def _clear_globals(script: str) -> None:
    """Where something still holds them, as functions do that were registered for the exit: in CPython's order."""
    # Any: of what is in them, nothing is known.
    dicts: list[dict[Any, Any]] = [found for found in gc.get_objects() if type(found) is dict]
    for found in dicts:
        if found.get("__name__") != "__main__" or found.get("__file__") != script:
            continue
        names = [name for name in found if type(name) is str and name != "__builtins__"]
        for name in sorted(names, key=lambda name: not (name.startswith("_") and not name.startswith("__"))):
            found[name] = None


def _flush_files() -> None:
    """Those in a cycle would be closed in any order: an inner one before the outer one has written into it."""
    found = gc.get_objects()
    for kinds in ((io.TextIOWrapper,), (io.BufferedWriter, io.BufferedRandom)):
        for file in found:
            if type(file) in kinds:
                try:
                    file.flush()
                except Exception:
                    # It is closed, or was never made.
                    continue


def _no_input(prompt: object = "", /) -> str:
    sys.stdout.write(str(prompt))
    raise EOFError("EOF when reading a line: code that runs in your own Python is given no input")


def _ignore_interrupts() -> None:
    try:
        _set_signal(_SIGINT, _SIG_IGN)
    except ValueError:
        pass


def _flush_streams() -> None:
    streams: tuple[Any, ...] = (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
    for stream in streams:
        try:
            stream.flush()
        except BaseException:
            # None, closed, or the script's own: nothing more can be got out of it.
            pass


def main(folder: str, text_limit: int, *display_limits: int) -> None:
    """`display_limits` are those of `Outputs.show_with`."""
    # Both stay open as long as the process lives.
    faults = open(_join(folder, "faults.txt"), "wb")  # noqa: SIM115 - open until the end
    faulthandler.enable(faults, all_threads=False)
    follow_parent()
    script = _join(folder, "script.py")
    with open(script, encoding="utf-8", newline="") as file:
        code = file.read()
    with open(_join(folder, "facts.json"), encoding="utf-8") as file:
        facts = read_facts(file.read())
    # Each line in one write, so that those of forked children stay whole.
    displays = open(_join(folder, "displays.jsonl"), "ab", buffering=0)  # noqa: SIM115 - open until the end
    outputs = Outputs()
    outputs.show_with(lambda text: displays.write(text.encode() + b"\n"), *display_limits)
    run = _Run(script, _join(folder, "workspace"), text_limit, outputs)
    pid = _getpid()
    is_over: list[bool] = []

    def write_outcome() -> None:
        # Not in a forked child that ends as a program does.
        if _getpid() != pid or not is_over:
            return
        try:
            with open(_join(folder, "outcome.tmp"), "wb") as file:
                file.write(run.finish().encode())
            _replace(_join(folder, "outcome.tmp"), _join(folder, "outcome.json"))
        except OSError:
            # The script has removed the folder, or the disk is full; that there is no outcome says it.
            _exit(1)

    # Registered first, so called last: after threads have ended, and what the script has registered.
    atexit.register(write_outcome)
    if run.execute(code, facts):
        is_over.append(True)
