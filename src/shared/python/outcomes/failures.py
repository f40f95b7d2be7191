"""Describes an exception in the words of `RunError`: guest frames only, within bounds."""

from __future__ import annotations

import asyncio
import linecache
import sys
import traceback
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from ..modules import OWN_FILENAME
from ..text import describe, name_of, qualified_name, shorten, valid
from .encoding_advice import about_byte_order_mark, about_encoding
from .file_advice import about_missing_file
from .input_advice import about_input
from .loop_advice import about_event_loop
from .module_advice import about_shadowing
from .name_advice import about_name
from .removed_names import about_removed_name

# Characters are Unicode code points.
_MAX_TRACEBACK_CHARACTERS = 64 * 1024
_MAX_TRACEBACK_FRAMES = 1000

_get_traceback = BaseException.__dict__["__traceback__"].__get__
_TracebackException = traceback.TracebackException
_StackSummary = traceback.StackSummary
_KNOWS_NO_STACK = sys.version_info >= (3, 10)
_modules = sys.modules
# Modules that formatting an error imports or looks up by name.
_NEEDED_MODULES = {
    name: _modules[name]
    for name in ("sys", "os", "builtins", "traceback", "linecache", "tokenize", "ast", "keyword", "re", "io")
    if name in _modules
}
_linecache = linecache.cache
_ASYNCIO = asyncio.__file__[: -len("__init__.py")]


class Failure(NamedTuple):
    """An error in the words of `RunError`."""

    type: str
    message: str
    traceback: str
    # 1-based line of the run's source.
    line: int | None
    # Whether something was cut.
    truncated: bool


def describe_failure(
    error: BaseException, text_limit: int, filename: str, compiled: str | None = None
) -> Failure | None:
    """What to say of an exception; None for an exit that is not one.

    `text_limit` cuts the message, in characters; `filename` is the code's; `compiled` is the code when the
    compiler raised the error.
    """
    subject: object = error
    if issubclass(type(error), SystemExit):
        try:
            # Past an error that lies about its class, as below.
            subject = cast(SystemExit, error).code
        except BaseException:
            subject = error
        if subject is None or (issubclass(type(subject), int) and int.__eq__(cast(int, subject), 0)):
            return None
    try:
        message, cut = describe(subject, text_limit)
    except BaseException:
        message, cut = "", False
    name = qualified_name(type(error))
    try:
        advice = (
            about_missing_file(error)
            or about_shadowing(error)
            or about_encoding(error)
            or about_byte_order_mark(error)
            or about_removed_name(error)
            or about_input(error)
            or about_event_loop(error)
            or about_name(error, _code_of(filename))
        )
    except BaseException:
        advice = None
    try:
        text, last = _format(error)
        text, shortened = shorten(text, _MAX_TRACEBACK_CHARACTERS)
        text = valid(text if advice is None else f"{text}{advice}\n")
        # The name that was meant, as Python guesses it, and the notes of the exception.
        said = f"{name}: {message}" if message else name
        # The message of SystemExit is what is exited with.
        is_known = last.startswith(said) and not isinstance(error, SystemExit)
        added = valid(last[len(said) :].rstrip("\n")) if is_known else ""
        added = added if message else added.lstrip("\n")
    except BaseException as problem:
        text = f"[traceback not available: {name_of(type(problem))}]\n{name}: {message}\n"
        text, shortened = shorten(text, _MAX_TRACEBACK_CHARACTERS)
        added = ""
    added += "" if advice is None else f"; {advice}"
    if added:
        message = f"{message}{added}"
        cut = cut or len(message) > text_limit
        message = message[:text_limit]
    try:
        line = _line_in(error, filename) if compiled is None else _line_of_compiler(error, compiled)
    except BaseException:
        line = None
    return Failure(name, message, text, line, cut or shortened)


def _code_of(filename: str) -> str:
    entry = _linecache.get(filename, ())
    return "".join(entry[2]) if len(entry) > 2 else ""


def _format(error: BaseException) -> tuple[str, str]:
    """The traceback, and what it ends with: type, message and what Python adds to them."""
    for name, module in _NEEDED_MODULES.items():
        if _modules.get(name) is not module:
            _modules[name] = module
    linecache.cache = _linecache
    trace = _get_traceback(error)
    depth, frame = 0, trace
    while frame is not None:
        depth += 1
        frame = frame.tb_next
    limit = None if depth <= _MAX_TRACEBACK_FRAMES else -_MAX_TRACEBACK_FRAMES
    formatted = _TracebackException(type(error), error, trace, limit=limit)
    _clean_stacks(formatted)
    return "".join(formatted.format()), "".join(formatted.format_exception_only())


def _clean_stacks(root: traceback.TracebackException) -> None:
    """Take our own frames out of a formatted exception and of all that are chained to it."""
    seen: set[int] = set()
    # Any: more is put into them than the stubs know.
    queue: list[Any] = [root]
    while queue:
        item = queue.pop()
        if item is None or id(item) in seen:
            continue
        seen.add(id(item))
        frames = _without_machinery(item.stack or ())
        if frames:
            item.stack[:] = frames
        elif _KNOWS_NO_STACK:
            # No header without frames: what the compiler reports has none.
            item.stack = None
        else:
            item.stack = _StackSummary()
            # The formatter of this Python writes a header unless it is None; newer ones, and the stubs, do not have it.
            item.exc_traceback = None
        queue.extend((item.__cause__, item.__context__))
        queue.extend(getattr(item, "exceptions", None) or ())


def _without_machinery(stack: Sequence[traceback.FrameSummary]) -> list[traceback.FrameSummary]:
    """The frames but for our own, and for what lies between those and the guest's first."""
    first = 0
    if stack and stack[0].filename == OWN_FILENAME:
        while first < len(stack) and stack[first].filename.startswith((OWN_FILENAME, _ASYNCIO)):
            first += 1
    return [frame for frame in stack[first:] if frame.filename != OWN_FILENAME]


def _line_of_compiler(error: BaseException, code: str) -> int | None:
    line: object = None
    if issubclass(type(error), SyntaxError):
        line = cast(SyntaxError, error).lineno
    elif issubclass(type(error), UnicodeEncodeError):
        line = code.count("\n", 0, cast(UnicodeEncodeError, error).start) + 1
    if line is None and "\0" in code:
        line = code.count("\n", 0, code.index("\0")) + 1
    return line if type(line) is int and line > 0 else None


def _line_in(error: BaseException, filename: str) -> int | None:
    """The line that the innermost frame of that file was at."""
    line = None
    trace = _get_traceback(error)
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == filename:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line if line is not None and line > 0 else None
