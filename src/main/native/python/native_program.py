"""A program: one piece of code, from the beginning of its process to the end."""

from __future__ import annotations

import asyncio
import atexit
import builtins
import linecache
import os
import signal
import sys
import types
from typing import Any

from ....shared.python.code.notebook_file import code_of
from ....shared.python.code.script_code import compile_script, linecache_entry
from ....shared.python.code.script_names import SCRIPT
from ....shared.python.outcomes.failures import Failure, describe_failure
from ....shared.python.outcomes.outcome import Value, describe_value, outcome_json
from ....shared.python.run_facts import RunFacts, read_facts
from ....shared.python.workspace.workspace_files import FileStates
from .native_exit import finish_program, flush_streams
from .native_setup import NativeParts

_getpid, _exit = os.getpid, os._exit
_linecache = linecache.cache
_set_signal = signal.signal
_SIGINT, _SIG_IGN = signal.SIGINT, signal.SIG_IGN


class _Program:
    """The run of this process."""

    def __init__(self, parts: NativeParts, text_limit: int) -> None:
        """`text_limit` cuts texts, in characters."""
        self._parts = parts
        self._text_limit = text_limit
        self._namespace: dict[str, Any] = {}
        self._before: FileStates = {}
        self._value: Value | None = None
        self._failed: Failure | None = None

    def execute(self, code: str, facts: RunFacts) -> bool:
        """Whether there is an outcome from now on: not in a forked child that came back here."""
        code = code_of(code)
        pid = _getpid()
        namespace = self._namespace = self._enter(code)
        self._before = self._parts.files.before_run()
        value, result = None, None
        try:
            script = compile_script(code, SCRIPT)
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
        flush_streams()
        _linecache[SCRIPT] = linecache_entry(SCRIPT, code)
        self._failed = None if error is None else self._failure(error)
        self._value = value if self._failed is None else None
        return True

    def finish(self) -> str:
        """The outcome as JSON, when all but the globals is done that Python does at the end of a program."""
        self._namespace = {}
        finish_program(self._parts.script)
        files, cut = self._parts.files.changed(self._before)
        return outcome_json(self._value, self._failed, files, cut)

    def _enter(self, code: str) -> dict[str, Any]:
        """Be where the script expects to be; its globals."""
        main = types.ModuleType("__main__")
        main.__file__ = self._parts.script
        vars(main)["__builtins__"] = builtins
        sys.modules["__main__"] = main
        sys.argv[:] = [self._parts.script]
        sys.path[0] = self._parts.files.folder
        self._parts.files.enter()
        _linecache[SCRIPT] = linecache_entry(SCRIPT, code)
        return vars(main)

    def _show(self, result: object, error: BaseException | None) -> Value | None:
        """Show what is left to be shown; the description of the value."""
        figures = self._parts.figures
        if error is not None:
            figures.end_run(error)
            return None
        figures.take_open()
        if result is None or (not figures.has_taken(result) and self._parts.display.show_value(result)):
            return None
        return describe_value(result, self._text_limit)

    def _failure(self, error: BaseException, code: str | None = None) -> Failure | None:
        return describe_failure(error, self._text_limit, SCRIPT, code)


def _ignore_interrupts() -> None:
    try:
        _set_signal(_SIGINT, _SIG_IGN)
    except ValueError:
        pass


def run_program(parts: NativeParts, text_limit: int, *, is_answered: bool) -> None:
    """`is_answered`: somebody answers `input()`."""
    code = parts.read("script.py")
    facts = read_facts(parts.read("facts.json"))
    parts.collect_displays()
    parts.input.begin_run(is_answered)
    program = _Program(parts, text_limit)
    pid = _getpid()
    is_over: list[bool] = []

    def write_outcome() -> None:
        # Not in a forked child that ends as a program does.
        if _getpid() != pid or not is_over:
            return
        try:
            parts.write_outcome(program.finish())
        except OSError:
            # The script has removed the folder, or the disk is full; that there is no outcome says it.
            _exit(1)

    # Registered first, so called last: after threads have ended, and what the script has registered.
    atexit.register(write_outcome)
    if program.execute(code, facts):
        is_over.append(True)
