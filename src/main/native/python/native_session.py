"""A session: one piece of code after another in the same globals, each by order of the process that started us."""

from __future__ import annotations

import asyncio
import atexit
import builtins
import os
import signal
import sys
import types
from collections.abc import Coroutine
from typing import Any

from ....shared.python.code.notebook_file import code_of
from ....shared.python.code.script_code import ScriptCode, compile_script
from ....shared.python.names.name_reports import name_report
from ....shared.python.outcomes.failures import Failure, describe_failure
from ....shared.python.outcomes.outcome import Value, describe_value, outcome_json
from ....shared.python.run_facts import read_facts
from ....shared.python.sessions.guest_state import GuestState
from ....shared.python.sessions.run_sources import RunSources
from ....shared.python.sessions.standard_streams import StandardStreams
from .native_exit import finish_program, flush_files, flush_streams
from .native_setup import NativeParts

_modules = sys.modules
_getpid, _exit = os.getpid, os._exit
_set_signal, _get_signal = signal.signal, signal.getsignal
_SIGINT = signal.SIGINT

# Of an answer: JSON in ASCII, of which each character takes two at most in a line.
_PART_CHARACTERS = 12_000


class _Forked(BaseException):
    """A forked child came back from the code: it is no session, and ends as a program does."""


class _Interrupts:
    """SIGINT is for code, not for us; what code does with it lasts from run to run."""

    def __init__(self) -> None:
        self._handler: Any = signal.default_int_handler
        self.ignore()

    def accept(self) -> None:
        _set_signal(_SIGINT, self._handler)

    def ignore(self) -> None:
        handler = _get_signal(_SIGINT)
        # None: it is none of Python's.
        if handler is not None and handler is not _pass_by:
            self._handler = handler
        # No SIG_IGN, which programs that are started meanwhile would inherit.
        _set_signal(_SIGINT, _pass_by)


def _pass_by(_signal: int, _frame: object) -> None:
    pass


class _Session:
    def __init__(self, parts: NativeParts) -> None:
        self._parts = parts
        self._pid = _getpid()
        self._main = types.ModuleType("__main__")
        self._main.__file__ = parts.script
        self._globals = vars(self._main)
        self._globals["__builtins__"] = builtins
        _modules["__main__"] = self._main
        sys.argv[:] = [parts.script]
        sys.path[0] = parts.files.folder
        parts.input.begin_run(False)
        self._sources = RunSources()
        self._streams = StandardStreams()
        self._interrupts = _Interrupts()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._has_entered = False
        # The built-ins of now are those that belong there.
        self._guest = GuestState()

    def run(self, text_limit: int, *, is_answered: bool) -> str:
        """Execute the code that is in the folder; its outcome as JSON. Raises _Forked."""
        code, facts = code_of(self._parts.read("script.py")), read_facts(self._parts.read("facts.json"))
        filename = self._sources.add(code, facts.number)
        files, figures = self._parts.files, self._parts.figures
        # Where code has gone to is kept, as all else of the session.
        files.enter(stay=self._has_entered)
        self._has_entered = True
        before = files.before_run()
        self._parts.collect_displays()
        figures.begin_run()
        try:
            script = compile_script(code, filename)
        except BaseException as error:
            return outcome_json(None, describe_failure(error, text_limit, filename, code))
        self._globals["__file__"] = self._parts.script
        self._parts.input.begin_run(is_answered)
        value: Value | None = None
        failure: Failure | None = None
        try:
            self._guest.resume()
            self._interrupts.accept()
            facts.apply(self._globals)
            result = self._evaluate(script)
            if _getpid() != self._pid:
                raise _Forked
            value = self._look_at(result, text_limit)
            # Nothing of ours keeps what the code forgets.
            result = None
            self._interrupts.ignore()
        except BaseException as error:
            self._interrupts.ignore()
            if _getpid() != self._pid:
                raise
            value = None
            self._show_after(error)
            self._guest.suspend()
            self._sources.restore()
            failure = describe_failure(error, text_limit, filename)
        self._parts.input.end_run()
        self._guest.suspend()
        self._end()
        changed, cut = files.changed(before)
        return outcome_json(value, failure, changed, cut)

    def answer(self, number: int, asked: str) -> None:
        """Tell what is asked about the session's names, in parts that fit into a line."""
        try:
            report = name_report(self._globals, asked)
        except BaseException:
            # Whatever the code has done to its Python.
            report = ""
        for start in range(0, max(1, len(report)), _PART_CHARACTERS):
            end = start + _PART_CHARACTERS
            part = report[start:end]
            self._parts.channel.tell({"say": "answer", "question": number, "part": part, "last": end >= len(report)})

    def finish(self) -> None:
        """What Python does at the end of a program; after what the code has registered for that, and its threads."""
        if _getpid() != self._pid:
            return
        self._globals = {}
        self._main = types.ModuleType("__main__")
        finish_program(self._parts.script)

    def _evaluate(self, script: ScriptCode) -> object:
        if not script.awaits:
            return script.evaluate(self._globals)
        return self._await(script.evaluate_awaiting(self._globals))

    def _await(self, coroutine: Coroutine[Any, Any, object]) -> object:
        """In a loop that lasts as long as the session, so that tasks and what belongs to a loop do, too."""
        if self._loop is None or self._loop.is_closed():
            self._loop = asyncio.new_event_loop()
        loop = self._loop
        asyncio.set_event_loop(loop)
        task = loop.create_task(coroutine)
        try:
            return loop.run_until_complete(task)
        finally:
            if not task.done():
                # It was interrupted, and is not to go on with the next run.
                task.cancel()
                loop.run_until_complete(asyncio.gather(task, return_exceptions=True))

    def _look_at(self, result: object, text_limit: int) -> Value | None:
        """Describe the value of the last expression, and show what there is to show."""
        figures = self._parts.figures
        figures.take_open()
        if result is None or (not figures.has_taken(result) and self._parts.display.show_value(result)):
            return None
        return describe_value(result, text_limit)

    def _show_after(self, error: BaseException) -> None:
        """The same for code that failed: the figures made before."""
        try:
            self._interrupts.accept()
            self._parts.figures.end_run(error)
        except BaseException:
            # The first error is the one to tell of.
            pass
        self._interrupts.ignore()

    def _end(self) -> None:
        """What was written is in its files and on its way, and the next run finds streams and modules as usual."""
        flush_streams()
        self._streams.restore()
        flush_files()
        if _modules.get("__main__") is not self._main:
            _modules["__main__"] = self._main


def keep_session(parts: NativeParts) -> None:
    """Take orders until one says that the session is over; then Python ends as it does at the end of a program."""
    session = _Session(parts)
    # Registered first, so called last.
    atexit.register(session.finish)
    parts.channel.tell({"say": "ready"})
    while True:
        order = parts.channel.next_order()
        if order is None or order["do"] == "end":
            return
        if order["do"] == "look-up":
            session.answer(order["question"], order["asked"])
            continue
        if order["do"] != "run":
            continue
        try:
            outcome = session.run(order["textLimit"], is_answered=order["input"])
        except _Forked:
            return
        try:
            parts.write_outcome(outcome)
        except OSError:
            # The code has removed the folder, or the disk is full; that there is no outcome says it.
            _exit(1)
        parts.channel.tell({"say": "done", "run": order["run"]})
