"""A session: executes one piece of code after another, and says what came of each.

Guest code can reach and change all of this: it is a convenience, never a boundary. But code that means no harm
must not break it, see modules.py.
"""

from __future__ import annotations

import asyncio
import builtins
import contextvars
import sys
import types
from collections.abc import Awaitable
from typing import Any

from ...shared.python.display import Display
from ...shared.python.failures import Failure, describe_failure
from ...shared.python.figures import Figures
from ...shared.python.outcome import Value, describe_value, last_resort, outcome_json
from ...shared.python.outputs import Outputs
from ...shared.python.script_code import ScriptCode, compile_script, in_one_step
from ...shared.python.workspace_files import FileStates, WorkspaceFiles
from .event_loops import EventLoops
from .guest_state import GuestState
from .interrupts import accept_interrupts, end_interrupts, ignore_interrupts
from .packages import Packages
from .run_marker import RunMarker
from .run_sources import RunSources
from .standard_input import StandardInput
from .standard_streams import StandardStreams

_modules = sys.modules
_CancelledError = asyncio.CancelledError
_get_traceback = BaseException.__dict__["__traceback__"].__get__
_new_bytearray = bytearray

# Held while guest code runs and given back when it fails: without it there may be no memory left to say that
# there is no memory left.
_RESERVE_BYTES = 2 * 1024 * 1024


class Session:
    """One interpreter's state between runs: its globals are those of the module `__main__`."""

    def __init__(
        self,
        loops: EventLoops,
        outputs: Outputs,
        display: Display,
        figures: Figures,
        standard_input: StandardInput,
        files: WorkspaceFiles,
        packages: Packages,
    ) -> None:
        self.packages = packages
        self._loops = loops
        self._outputs = outputs
        self._display = display
        self._figures = figures
        self._input = standard_input
        self._files = files
        self._main = types.ModuleType("__main__")
        self._globals = vars(self._main)
        self._globals["__builtins__"] = builtins
        # Tasks and plain code of all runs share it, so that context variables last like globals.
        self._context = contextvars.copy_context()
        self._filename = ""
        self._sources = RunSources()
        self._streams = StandardStreams()
        self._guest = GuestState()
        self._reserve: bytearray | None = None
        self._busy = False
        self._outer_main = _modules["__main__"]
        _modules["__main__"] = self._main
        # A cached .pyc beside an imported input file would look like a result.
        sys.dont_write_bytecode = True
        if files.folder not in sys.path:
            sys.path.insert(0, files.folder)
        self._files.enter()
        end_interrupts()

    def run(self, code: str, text_limit: int) -> str | Awaitable[str]:
        """Execute `code`; its outcome as JSON (`GuestOutcome`), or a future of it for a top-level await.

        `text_limit` is in characters and cuts the value's text and the error's message. Never raises.
        """
        try:
            return self._run(code, text_limit)
        except BaseException as error:
            return self._give_up(error)

    def sleep_with(self, block: Any) -> None:
        """Let `time.sleep` and idle event loops wait by `block(seconds)`, which an interrupt ends early."""
        self._loops.sleep_with(block)

    def show_with(self, send: Any, max_bytes: int, max_total_bytes: int, max_count: int, max_types: int) -> None:
        """Let `send(json)` take what is shown; see outputs.py."""
        self._outputs.show_with(send, max_bytes, max_total_bytes, max_count, max_types)

    def ask_with(self, announce: Any) -> None:
        """Let `announce(prompt, secret)` know what `input()` and `getpass()` ask for."""
        self._input.announce_with(announce)

    def list_files(self) -> str:
        """The files below the workspace, as JSON (`GuestFileList`)."""
        return self._files.list_json()

    def step_aside(self) -> None:
        """Let `__main__` be what it was before this session; `step_in` takes the place again."""
        _modules["__main__"] = self._outer_main

    def step_in(self) -> None:
        _modules["__main__"] = self._main

    def forget_runs(self) -> None:
        """As if nothing had been run yet; for runs of our own that leave nothing in the globals."""
        self._sources.forget()
        self._globals.pop("__file__", None)

    def interrupt(self) -> bool:
        """Stop a run that waits in a top-level await while no Python code runs; False when none does.

        A run that computes is stopped through the interpreter's interrupt buffer instead.
        """
        return self._loops.interrupt()

    def _run(self, code: str, text_limit: int) -> str | Awaitable[str]:
        if self._busy:
            return outcome_json(
                None, Failure("RuntimeError", "another run of this session has not ended", "", None, False)
            )
        self._refill_reserve()
        # What some editors put before UTF-8; not part of the program.
        code = code.removeprefix("\ufeff")
        self._filename = self._globals["__file__"] = self._sources.add(code)
        self._files.enter()
        before = self._files.before_run()
        self._outputs.begin_run()
        self._figures.begin_run()
        try:
            script = compile_script(code, self._filename)
        except BaseException as error:
            failure = self._describe_failure(error, text_limit, code)
            self._end()
            return outcome_json(None, failure)
        self._busy = True
        if script.awaits:
            return self._loops.start(lambda marker: self._drive(script, before, text_limit, marker), self._context)
        self._loops.enter_plain()
        return self._context.run(in_one_step, self._drive(script, before, text_limit, None))

    async def _drive(self, script: ScriptCode, before: FileStates, text_limit: int, marker: RunMarker | None) -> str:
        """The whole of a run, in the session's context. Never raises.

        Without a `marker` nothing is ever awaited.
        """
        value: Value | None = None
        failure: Failure | None = None
        try:
            try:
                self._guest.resume()
                accept_interrupts()
                result = await script.evaluate(self._globals)
                if result is not None:
                    value = describe_value(result, text_limit)
                self._show_rest(result)
                end_interrupts()
            except BaseException as error:
                ignore_interrupts()
                self._reserve = None
                value = None
                if marker is not None and marker.interrupted and issubclass(type(error), _CancelledError):
                    error = KeyboardInterrupt().with_traceback(_get_traceback(error))
                self._show_after(error)
                self._guest.suspend()
                failure = self._describe_failure(error, text_limit)
            self._guest.suspend()
            try:
                await self._loops.settle(marker)
            except BaseException as error:
                if failure is None and value is None:
                    failure = self._describe_failure(error, text_limit)
            self._end()
            return self._outcome(value, failure, before)
        except BaseException as error:
            return self._give_up(error)
        finally:
            self._busy = False

    def _give_up(self, error: BaseException) -> str:
        """The outcome of a run whose end went wrong."""
        ignore_interrupts()
        self._reserve = None
        self._loops.restore()
        self._busy = False
        return last_resort(error)

    def _refill_reserve(self) -> None:
        if self._reserve is None:
            try:
                self._reserve = _new_bytearray(_RESERVE_BYTES)
            except MemoryError:
                # A session that is full may still run what makes room.
                pass

    def _show_rest(self, result: object) -> None:
        """Show the figures left open, and the value when there is more to it than its text."""
        self._figures.take_open()
        if result is not None and not self._figures.has_taken(result):
            self._display.show_value(result)

    def _show_after(self, error: BaseException) -> None:
        """The same for code that failed: the figures made before."""
        try:
            accept_interrupts()
            self._figures.end_run(error)
            end_interrupts()
        except BaseException:
            # The first error is the one to tell of.
            ignore_interrupts()

    def _end(self) -> None:
        """Give the next run the usual streams and module table."""
        self._streams.restore()
        if _modules.get("__main__") is not self._main:
            _modules["__main__"] = self._main

    def _describe_failure(self, error: BaseException, text_limit: int, code: str | None = None) -> Failure | None:
        """`code` is given for compile errors."""
        self._sources.restore()
        return describe_failure(error, text_limit, self._filename, code)

    def _outcome(self, value: Value | None, failure: Failure | None, before: FileStates) -> str:
        try:
            files, cut = self._files.changed(before)
        except Exception:
            # The files are there all the same; the caller learns that the list is not complete.
            files, cut = [], True
        return outcome_json(value, failure, files, cut)
