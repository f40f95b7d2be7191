"""A session: executes one piece of code after another, and says what came of each.

Guest code can reach and change all of this: it is a convenience, never a boundary. But code that means no harm
must not break it, see modules.py.
"""

from __future__ import annotations

import builtins
import contextvars
import sys
import types
from typing import Any

from ....shared.python.code.notebook_file import code_of
from ....shared.python.code.script_code import ScriptCode, compile_script
from ....shared.python.displays.display import Display
from ....shared.python.displays.outputs import Outputs
from ....shared.python.names.name_reports import name_report
from ....shared.python.outcomes.failures import Failure, describe_failure
from ....shared.python.outcomes.outcome import Value, describe_value, last_resort, outcome_json
from ....shared.python.plots.figures import Figures
from ....shared.python.run_facts import RunFacts, read_facts
from ....shared.python.sessions.guest_state import GuestState
from ....shared.python.sessions.run_sources import RunSources
from ....shared.python.sessions.standard_streams import StandardStreams
from ....shared.python.workspace.workspace_files import FileStates, WorkspaceFiles
from ..device import Device
from ..interrupts import accept_interrupts, end_interrupts, ignore_interrupts
from ..loops.event_loops import EventLoops
from ..tables.shown_tables import ShownTables
from .program_end import ProgramEnd

_modules = sys.modules
_new_bytearray = bytearray
_decode = bytes.decode
_encode = str.encode
_KeyboardInterrupt, _MemoryError = KeyboardInterrupt, MemoryError

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
        files: WorkspaceFiles,
        tables: ShownTables,
        program_end: ProgramEnd,
        device: Device,
    ) -> None:
        self._loops = loops
        self._outputs = outputs
        self._display = display
        self._figures = figures
        self._files = files
        self._tables = tables
        self._program_end = program_end
        self._device = device
        # There once a run was given functions of the app's.
        self._functions: Any = None
        self._renew_main()
        # All runs share it, so that context variables last like globals.
        self._context = contextvars.copy_context()
        self._filename = ""
        self._sources = RunSources()
        self._streams = StandardStreams()
        self._guest = GuestState()
        self._reserve: bytearray | None = None
        # A cached .pyc beside an imported input file would look like a result.
        sys.dont_write_bytecode = True
        if files.folder not in sys.path:
            sys.path.insert(0, files.folder)
        self._files.enter()
        end_interrupts()

    def run(self, source: bytes, facts: str, text_limit: int) -> bytes:
        """Execute `source`, UTF-8; its outcome as JSON (`GuestReport`).

        `facts` is what it is told about itself (`RunFacts` as JSON). `text_limit` is in characters and cuts the
        value's text and the error's message. Never raises.
        """
        try:
            # In here, as there may be no memory for it.
            code = _decode(source, "utf-8", "surrogatepass")
            return _encode(self._run(code, read_facts(facts), text_limit), "utf-8", "replace")
        except BaseException as error:
            return self._give_up(error)

    def list_files(self) -> str:
        """The files below the workspace, as JSON (`GuestFileList`)."""
        return self._files.list_json()

    def look_up_names(self, question: str) -> str:
        """A `NameReport` as JSON, or ''."""
        return name_report(self._globals, question)

    def files_placed(self) -> None:
        """Files of packages are no work of a run."""
        self._files.forget_runs()

    def forget_runs(self) -> None:
        """As if nothing had been run yet; for runs of our own that leave nothing in the globals."""
        self._sources.forget()
        self._files.forget_runs()
        self._program_end.forget_runs()
        self._globals.pop("__file__", None)

    def _run(self, code: str, facts: RunFacts, text_limit: int) -> str:
        self._refill_reserve()
        # What some editors put before UTF-8; not part of the program.
        code = code_of(code.removeprefix("\ufeff"))
        self._filename = self._globals["__file__"] = self._sources.add(code, facts.number)
        self._files.enter()
        before = self._files.before_run()
        self._place_functions(facts.functions)
        self._outputs.begin_run()
        self._figures.begin_run()
        self._tables.begin_run(facts.tables)
        try:
            script = compile_script(code, self._filename)
        except BaseException as error:
            failure = self._describe_failure(error, text_limit, code)
            self._end()
            return outcome_json(None, failure)
        value: Value | None = None
        failure: Failure | None = None
        is_stopped = False
        try:
            self._guest.resume()
            accept_interrupts()
            facts.apply(self._globals)
            result = self._evaluate(script)
            value = self._context.run(self._look_at, result, text_limit)
            # Nothing of ours keeps what the end of the program is to finalize.
            result = None
            end_interrupts()
        except BaseException as error:
            ignore_interrupts()
            self._reserve = None
            value = None
            self._context.run(self._show_after, error)
            self._guest.suspend()
            failure = self._describe_failure(error, text_limit)
            is_stopped = issubclass(type(error), (_KeyboardInterrupt, _MemoryError))
        self._guest.suspend()
        try:
            self._loops.settle()
        except BaseException as error:
            if failure is None and value is None:
                failure = self._describe_failure(error, text_limit)
        # What was stopped, or has no memory left, is not to go on with its end.
        self._finish(None if is_stopped else facts.endSeconds)
        self._end()
        return self._outcome(value, failure, before)

    def _place_functions(self, text: str | None) -> None:
        """Let the run import those functions, and none of an earlier run's."""
        if self._functions is None:
            if text is None:
                return
            # Loaded here: most interpreters are never given any.
            from ..functions.host_functions import HostFunctions

            self._functions = HostFunctions(self._device)
        self._functions.begin_run(text)

    def _evaluate(self, script: ScriptCode) -> object:
        if script.awaits:
            return self._loops.run(script.evaluate_awaiting(self._globals), self._context)
        return self._context.run(script.evaluate, self._globals)

    def _look_at(self, result: object, text_limit: int) -> Value | None:
        """Describe the value of the last expression, and show what there is to show."""
        accept_interrupts()
        has_shown_itself = self._show_rest(result)
        return None if result is None or has_shown_itself else describe_value(result, text_limit)

    def _finish(self, end_seconds: float | None) -> None:
        """Bring what was written into the files; at the end of a program all that Python does there."""
        if end_seconds is None and self._program_end.has_nothing_to_flush():
            return
        self._guest.resume()
        try:
            accept_interrupts()
            if end_seconds is None:
                self._context.run(self._program_end.flush)
            else:
                self._context.run(self._program_end.finish, self._globals, end_seconds)
            end_interrupts()
        except BaseException:
            # It is to stop. That is known to whoever wants it.
            ignore_interrupts()
        self._guest.suspend()

    def _renew_main(self) -> None:
        """Begin with an empty `__main__`. What was in another is finalized, while it still finds its globals."""
        self._main = types.ModuleType("__main__")
        self._globals = vars(self._main)
        self._globals["__builtins__"] = builtins
        _modules["__main__"] = self._main

    def _give_up(self, error: BaseException) -> bytes:
        """The outcome of a run whose end went wrong."""
        ignore_interrupts()
        self._reserve = None
        self._loops.leave()
        return last_resort(error)

    def _refill_reserve(self) -> None:
        if self._reserve is None:
            try:
                self._reserve = _new_bytearray(_RESERVE_BYTES)
            except MemoryError:
                # A session that is full may still run what makes room.
                pass

    def _show_rest(self, result: object) -> bool:
        """Show the figures left open, and the value when there is more to it than its text; whether it shows itself."""
        self._figures.take_open()
        return result is not None and not self._figures.has_taken(result) and self._display.show_value(result)

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
