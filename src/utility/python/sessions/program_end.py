"""What Python does at the end of a program, for an interpreter in which nothing runs afterwards: `atexit`, finalizers,
files that are still open. Between the runs of a session what was written is brought into the files, no more.

Within a deadline, as all of this is guest code; what does not end even so is ended by the run's time limit.
"""

from __future__ import annotations

import _io
import atexit
import gc
import sys
import types
from collections.abc import Callable
from typing import Any

from .deadline import Deadline
from .finalizable import IO_BASE, FinalizableNames, is_finalizable

# For what was written to be brought into the files, between runs.
_FLUSH_SECONDS = 10.0

_modules = sys.modules
_get_objects, _collect = gc.get_objects, gc.collect
# Any: of these there is nothing in the stubs.
_atexit: Any = atexit
_run_exit_functions, _count_exit_functions = _atexit._run_exitfuncs, _atexit._ncallbacks
_TextIOWrapper, _FileIO = _io.TextIOWrapper, _io.FileIO
_WRITERS = (_io.BufferedWriter, _io.BufferedRandom)
_BUFFERS = (*_WRITERS, _io.BufferedReader, _io.BufferedRWPair)
_IN_MEMORY = (_io.BytesIO, _io.StringIO)
# Any: what it yields is not looked at.
_Generator: Any = types.GeneratorType
_id = id


def _is_open_writer(writer: Any) -> bool:
    return not writer._handles.handle.closed


def _is_open_workbook(workbook: Any) -> bool:
    return not workbook.fileclosed


def _may_be_open(_document: Any) -> bool:
    """Of what can be closed twice."""
    return True


# Files of several parts that are not whole before they are closed, and are no file objects. The outer ones first.
_DOCUMENTS: tuple[tuple[str, str, Callable[[Any], bool]], ...] = (
    ("pandas.io.excel._base", "ExcelWriter", _is_open_writer),
    ("xlsxwriter.workbook", "Workbook", _is_open_workbook),
    ("matplotlib.backends.backend_pdf", "PdfPages", _may_be_open),
    ("tarfile", "TarFile", _may_be_open),
    ("zipfile", "ZipFile", _may_be_open),
)
_MAPPED = ("mmap", "mmap")
# Finished by the exit function of their module.
_HANDLERS = ("logging", "Handler")


class ProgramEnd:
    def __init__(self, is_writing: Callable[[], bool]) -> None:
        """`is_writing` says whether files are open for writing."""
        self._is_writing = is_writing
        self._deadline = _new_deadline(_FLUSH_SECONDS)
        self._own_exit_functions = _count_exit_functions()

    def forget_runs(self) -> None:
        """As if nothing had been run yet: what is to be done at the exit is that of packages."""
        self._own_exit_functions = _count_exit_functions()

    def finish(self, namespace: dict[str, Any], seconds: float) -> None:
        """`namespace` has the program's globals; `seconds` are for all of it. Raises KeyboardInterrupt to stop."""
        is_exiting = _count_exit_functions() != self._own_exit_functions
        if not is_exiting and _has_nothing_to_finish(namespace, [*_known_kinds(), *_kinds_of([_HANDLERS])]):
            _collect()
            return

        def forget() -> None:
            _forget_finalizable(namespace)

        self._deadline = _new_deadline(seconds)
        self._within_deadline(_run_exit_functions)
        self._own_exit_functions = _count_exit_functions()
        # Most programs have no exit function but that of logging, which many packages import.
        if is_exiting and _has_nothing_to_finish(namespace, _known_kinds()) and not FinalizableNames(namespace).find():
            self._within_deadline(_collect)
            return
        # Finalizers of a cycle come in any order: an inner file could be closed before the outer one has written.
        for phase in (self._close_documents, self._flush_files):
            _guarded(phase)
        for step in (forget, _collect):
            self._within_deadline(step)
        _guarded(self._close_files)

    def has_nothing_to_flush(self) -> bool:
        """Whether no file is open for writing: then there is nothing to do between the runs of a session."""
        return not self._is_writing()

    def flush(self) -> None:
        """Bring what was written into the files, which stay open. Raises KeyboardInterrupt when the run is to stop."""
        self._deadline = _new_deadline(_FLUSH_SECONDS)
        _guarded(self._flush_files)

    def _flush_files(self) -> None:
        found = _get_objects()
        for kinds in ((_TextIOWrapper,), _WRITERS):
            for file in found:
                if any(type(file) is kind for kind in kinds) and _is_open(file):
                    self._within_deadline(file.flush)
        # Here a mapped file is a copy in memory, whoever still has the file.
        mapped = getattr(_modules.get(_MAPPED[0]), _MAPPED[1], None)
        if isinstance(mapped, type):
            for file in found:
                if type(file) is mapped and _is_open(file):
                    self._within_deadline(file.flush)

    def _close_documents(self) -> None:
        for module, name, is_open in _DOCUMENTS:
            kind = getattr(_modules.get(module), name, None)
            if not isinstance(kind, type):
                continue
            for document in [thing for thing in _get_objects() if issubclass(type(thing), kind)]:
                try:
                    unfinished = is_open(document)
                except Exception:
                    # It was never opened, or is of another version.
                    continue
                if unfinished:
                    self._within_deadline(document.close)

    def _close_files(self) -> None:
        files = [thing for thing in _get_objects() if issubclass(type(thing), IO_BASE) and _is_of_guest(thing)]
        for file in sorted(files, key=_depth):
            self._within_deadline(file.close)

    def _within_deadline(self, step: Callable[[], object]) -> None:
        try:
            self._deadline.watch(step)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            _tell(error)


def _new_deadline(seconds: float) -> Deadline:
    return Deadline(seconds, f"the end of the program took longer than {seconds:.0f} seconds")


def _has_nothing_to_finish(namespace: dict[str, Any], others: list[type]) -> bool:
    """Whether no object has anything to do at its end: then that can be left out. `others` are kinds that have."""
    try:
        found = [*_get_objects(), *namespace.values()]
        # By number: a class of a metaclass with `__eq__` may have no hash.
        kinds = {_id(kind): kind for kind in map(type, found)}
        # pandas has some.
        if _id(_Generator) in kinds and all(_is_expression(thing) for thing in found if type(thing) is _Generator):
            del kinds[_id(_Generator)]
            # Some objects are not among those that the collector knows.
            if FinalizableNames(namespace).find():
                return False
        finished = tuple(others)
        return not any(is_finalizable(kind) or _is_file(kind) or issubclass(kind, finished) for kind in kinds.values())
    except Exception:
        # Where that can't be found out, there may be something.
        return False


def _is_expression(generator: Any) -> bool:
    """Whether it is a generator expression, in which there can be no `finally` and no `with`."""
    return generator.gi_code.co_name == "<genexpr>"


def _known_kinds() -> list[type]:
    """Of the modules that are loaded: what is finished by us."""
    return _kinds_of([*((module, name) for module, name, _ in _DOCUMENTS), _MAPPED])


def _kinds_of(names: list[tuple[str, str]]) -> list[type]:
    """Those classes whose modules are loaded."""
    kinds = [getattr(_modules.get(module), name, None) for module, name in names]
    return [kind for kind in kinds if isinstance(kind, type)]


def _is_file(kind: type) -> bool:
    return issubclass(kind, IO_BASE) and kind not in _IN_MEMORY


def _forget_finalizable(namespace: dict[str, Any]) -> None:
    """Let go of the globals with something to do at their end, while it still finds the others."""
    for name in FinalizableNames(namespace).find():
        namespace.pop(name, None)


def _guarded(phase: Callable[[], None]) -> None:
    """Whatever an object of the guest's does to a phase, the next one comes. Raises KeyboardInterrupt."""
    try:
        phase()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        _tell(error)


def _is_open(file: Any) -> bool:
    """Not so one whose buffer was taken away: it can't even say whether it is closed."""
    try:
        return not file.closed
    except Exception:
        return False


def _is_of_guest(file: Any) -> bool:
    """Whether it is open, more than memory, and none of the standard streams."""
    try:
        if any(type(file) is kind for kind in _IN_MEMORY) or file.closed:
            return False
    except Exception:
        return False
    try:
        return file.fileno() > 2
    except Exception:
        # It has no descriptor of its own, as a compressed file in another.
        return True


def _depth(file: object) -> int:
    """Outer files are closed first, as they write into inner ones."""
    kind = type(file)
    return 0 if kind is _TextIOWrapper else 3 if kind is _FileIO else 2 if kind in _BUFFERS else 1


def _tell(error: BaseException) -> None:
    try:
        sys.stderr.write(f"Ignored at the end of the program: {type(error).__name__}: {error}\n")
    except BaseException:
        # There is no stderr any more.
        pass
