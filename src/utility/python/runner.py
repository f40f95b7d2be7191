"""The resident runner: executes one piece of code after another in a session and says what came of it.

Loaded after `event_loops.py` with `exec(compile(source, '<vivarium>', 'exec'), namespace)` into a fresh
namespace that guest code does not see as its globals. Guest code can reach and change all of this: the
runner is a convenience, never a boundary. But code that means no harm must not break it, so everything it
needs is captured at load time.
"""

from __future__ import annotations

import builtins

# Functions defined below look names up in this copy: guest code that patches `builtins` does not reach them.
__builtins__ = dict(vars(builtins))

import _signal
import ast
import contextvars
import functools
import inspect
import linecache
import re
import sys
import traceback
import types
from collections.abc import Awaitable
from importlib import import_module
from json.encoder import encode_basestring
from typing import Any, NamedTuple

# Bounds of an outcome. Characters are Unicode code points.
_MAX_JSON_BYTES = 256 * 1024
_MAX_JSON_DEPTH = 64
_MAX_JSON_INT = 2**53 - 1
_MAX_TRACEBACK_CHARACTERS = 64 * 1024
_MAX_TRACEBACK_FRAMES = 1000
_MAX_TYPE_CHARACTERS = 512
# Sources kept for tracebacks and inspect.getsource, newest first out last.
_MAX_SOURCES = 256
_MAX_SOURCE_CHARACTERS = 8 * 1024 * 1024

# Frames of this file and of event_loops.py carry it.
_OWN_FILENAME = "<vivarium>"
_COMPILE_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_CO_COROUTINE = inspect.CO_COROUTINE

_str = str
_type = type
_compile = compile
_eval = eval
_str_getitem = str.__getitem__
_str_len = str.__len__
_type_name = type.__dict__["__name__"].__get__
_type_qualname = type.__dict__["__qualname__"].__get__
_type_module = type.__dict__["__module__"].__get__
_get_traceback = BaseException.__dict__["__traceback__"].__get__
_encode_json_string = encode_basestring
_float_repr = float.__repr__
_int_repr = int.__repr__
_PyCF_ONLY_AST = ast.PyCF_ONLY_AST
_Expr = ast.Expr
_Module = ast.Module
_Expression = ast.Expression
_set_signal = _signal.signal
_SIGINT = _signal.SIGINT
_SIG_IGN = _signal.SIG_IGN
_interrupt_handler = _signal.default_int_handler
_getrecursionlimit = sys.getrecursionlimit
_setrecursionlimit = sys.setrecursionlimit
_RECURSION_LIMIT = sys.getrecursionlimit()
_getprofile, _setprofile = sys.getprofile, sys.setprofile
_gettrace, _settrace = sys.gettrace, sys.settrace
_modules = sys.modules
_linecache = linecache.cache
_TracebackException = traceback.TracebackException
_CancelledError: type[BaseException] = import_module("asyncio").CancelledError

_BUILTINS = vars(builtins)
_PRISTINE_BUILTINS = dict(_BUILTINS)
# Modules that formatting an error imports or looks up by name.
_NEEDED_MODULES = {
    name: _modules[name]
    for name in ("sys", "os", "builtins", "traceback", "linecache", "tokenize", "ast", "keyword", "re", "io")
    if name in _modules
}

# A semicolon after an expression: closing brackets around it, blanks and comments may come before.
_SEMICOLON = re.compile(r"(?:[\s)\\]|#[^\n]*+)*+;")

_LAST_RESORT = (
    '{"value":null,"error":{"type":"RuntimeError","message":"The run ended, but its outcome could not be '
    'described.","traceback":"","line":null},"files":[],"truncated":true}'
)

_LAST_RESORT_MEMORY = (
    '{"value":null,"error":{"type":"MemoryError","message":"","traceback":"","line":null},"files":[],"truncated":true}'
)
# Held while guest code runs and given back when it fails: without it there may be no memory left to say that
# there is no memory left.
_RESERVE_BYTES = 2 * 1024 * 1024
_new_bytearray = bytearray


def _ignore_interrupts() -> None:
    """From here on interrupts change nothing. One that is pending comes out of the first call, and is dropped."""
    try:
        _set_signal(_SIGINT, _SIG_IGN)
    except KeyboardInterrupt:
        _set_signal(_SIGINT, _SIG_IGN)


def _last_resort(error: BaseException) -> str:
    return _LAST_RESORT_MEMORY if issubclass(_type(error), MemoryError) else _LAST_RESORT


class _Failure(NamedTuple):
    """An error in the words of `RunError`."""

    type: str
    message: str
    traceback: str
    # 1-based line of the run's source.
    line: int | None
    truncated: bool


class _NotJson(Exception):
    """The value has no exact JSON form, or too large a one."""


def _exact(text: str, limit: int) -> str:
    """The first `limit` characters as an exact `str`, whatever methods a subclass overrides."""
    return _str_getitem(text, slice(0, limit))


def _valid(text: str) -> str:
    """`text` with lone surrogates written out, so that it survives UTF-8."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def _name_of(cls: type) -> str:
    """A class's name, past any metaclass that lies about it."""
    try:
        return _exact(_type_name(cls), _MAX_TYPE_CHARACTERS)
    except Exception:
        return "object"


def _qualified_name(cls: type) -> str:
    """A class's name as a traceback prints it."""
    try:
        name = _exact(_type_qualname(cls), _MAX_TYPE_CHARACTERS)
    except Exception:
        name = _name_of(cls)
    try:
        module = _exact(_type_module(cls), _MAX_TYPE_CHARACTERS)
    except Exception:
        module = "<unknown>"
    return name if module in ("builtins", "__main__") else f"{module}.{name}"


def _describe(value: object, limit: int) -> tuple[str, bool]:
    """`str(value)` cut to `limit` characters, and whether it was cut; a placeholder when it cannot be had."""
    try:
        text = _str(value)
        return _valid(_exact(text, limit)), _str_len(text) > limit
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        hint = ""
        if _type(value) is int:
            # str() refuses long integers; say so, because the placeholder alone would puzzle.
            hint = f" ({value.bit_length()} bits; see sys.set_int_max_str_digits)"
        name = _name_of(_type(value))
        placeholder = f"<unprintable {name} object: {_name_of(_type(error))} raised by __str__{hint}>"
        return _valid(_exact(placeholder, limit)), len(placeholder) > limit


class _JsonWriter:
    """Writes exactly representable values as JSON; the size bound also bounds the work."""

    __slots__ = ("left", "parts")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.left: int = _MAX_JSON_BYTES

    def put(self, text: str, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise _NotJson
        self.parts.append(text)

    def write_string(self, text: str) -> None:
        if len(text) > self.left:
            raise _NotJson
        encoded = _encode_json_string(text)
        if encoded.isascii():
            self.put(encoded, len(encoded))
            return
        try:
            size = len(encoded.encode())
        except UnicodeEncodeError:
            raise _NotJson from None
        self.put(encoded, size)

    def write(self, value: object, depth: int) -> None:
        """Append `value`, which `depth` containers enclose."""
        cls = _type(value)
        if value is None:
            self.put("null", 4)
        elif value is True:
            self.put("true", 4)
        elif value is False:
            self.put("false", 5)
        elif cls is str:
            self.write_string(value)
        elif cls is int:
            if not -_MAX_JSON_INT <= value <= _MAX_JSON_INT:
                raise _NotJson
            text = _int_repr(value)
            self.put(text, len(text))
        elif cls is float:
            if not value - value == 0.0:
                raise _NotJson
            text = _float_repr(value)
            self.put(text, len(text))
        elif cls is list or cls is tuple:
            if depth >= _MAX_JSON_DEPTH:
                raise _NotJson
            opening = "["
            for item in value:
                self.put(opening, 1)
                self.write(item, depth + 1)
                opening = ","
            self.put("[]" if opening == "[" else "]", 2)
        elif cls is dict:
            if depth >= _MAX_JSON_DEPTH:
                raise _NotJson
            opening = "{"
            for key, item in value.items():
                if _type(key) is not str:
                    raise _NotJson
                self.put(opening, 1)
                self.write_string(key)
                self.put(":", 1)
                self.write(item, depth + 1)
                opening = ","
            self.put("{}" if opening == "{" else "}", 2)
        else:
            raise _NotJson


def _exact_json(value: object) -> str | None:
    """`value` as JSON, or None when JSON cannot hold it exactly or it is too large."""
    writer = _JsonWriter()
    try:
        writer.write(value, 0)
    except KeyboardInterrupt:
        raise
    except BaseException:
        return None
    return "".join(writer.parts)


def _shorten(text: str, limit: int) -> tuple[str, bool]:
    """`text` with its middle left out when it is longer than `limit` characters."""
    if len(text) <= limit:
        return text, False
    notice = f"\n  [... {len(text) - limit} characters left out ...]\n"
    half = (limit - len(notice)) // 2
    return text[:half] + notice + text[-half:], True


def _is_outer_frame(filename: str) -> bool:
    """Whether a frame is machinery around the guest's code when it comes before any of the guest's."""
    return "/pyodide/" in filename or "/_pyodide/" in filename


def _clean_stacks(root: traceback.TracebackException) -> None:
    """Take our own frames out of a formatted exception and of all that are chained to it."""
    seen: set[int] = set()
    queue = [root]
    while queue:
        item = queue.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if item.stack is not None:
            frames = [frame for frame in item.stack if frame.filename != _OWN_FILENAME]
            while frames and _is_outer_frame(frames[0].filename):
                del frames[0]
            if frames:
                item.stack[:] = frames
            else:
                # No header without frames: what the compiler reports has none.
                item.stack = None
        for chained in (item.__cause__, item.__context__):
            if chained is not None:
                queue.append(chained)
        if item.exceptions:
            queue.extend(item.exceptions)


def _format_traceback(error: BaseException) -> str:
    trace = _get_traceback(error)
    depth, frame = 0, trace
    while frame is not None:
        depth += 1
        frame = frame.tb_next
    limit = None if depth <= _MAX_TRACEBACK_FRAMES else -_MAX_TRACEBACK_FRAMES
    formatted = _TracebackException(_type(error), error, trace, limit=limit)
    _clean_stacks(formatted)
    return "".join(formatted.format())


class Session:
    """One interpreter's state between runs: its globals are those of the module `__main__`."""

    def __init__(self, event_loops: Any, outputs: Any, figures: Any, standard_input: Any, files: Any) -> None:
        """Each is what `install()` of the module of that name returned."""
        self._loops = event_loops
        self._outputs = outputs
        self._figures = figures
        self._input = standard_input
        self._files = files
        self._main = types.ModuleType("__main__")
        self._globals = vars(self._main)
        self._globals["__builtins__"] = builtins
        # Tasks and plain code of all runs share it, so that context variables last like globals.
        self._context = contextvars.copy_context()
        self._runs = 0
        self._filename = "<script>"
        self._sources: dict[str, str] = {}
        self._sources_size = 0
        self._reserve: bytearray | None = None
        self._busy = False
        self._streams = {name: getattr(sys, name, None) for name in ("stdin", "stdout", "stderr")}
        # What guest code set, while it is put aside to let our own work go on undisturbed.
        self._guest_builtins: dict[str, Any] | None = None
        self._guest_recursion_limit: int | None = None
        self._outer_main = _modules.get("__main__")
        _modules["__main__"] = self._main
        # A cached .pyc beside an imported input file would look like a result.
        sys.dont_write_bytecode = True
        if files.folder not in sys.path:
            sys.path.insert(0, files.folder)
        self._files.enter()
        self._teach_inspect()
        _set_signal(_SIGINT, _SIG_IGN)

    # Between runs SIGINT is ignored: an interrupt that comes late must not hit the next run or our own work.

    def run(self, code: str, text_limit: int) -> str | Awaitable[str]:
        """Execute `code`; its outcome as JSON (`GuestOutcome`), or a future of it for a top-level await.

        `text_limit` is in characters and cuts the value's text and the error's message. Never raises.
        """
        try:
            return self._run(code, text_limit)
        except BaseException as error:
            _ignore_interrupts()
            self._reserve = None
            self._loops.restore()
            self._busy = False
            return _last_resort(error)

    def sleep_with(self, block: Any) -> None:
        """Let `time.sleep` and idle event loops wait by `block(seconds)`, which an interrupt ends early."""
        self._loops.sleep_with(block)

    def show_with(self, send: Any, max_bytes: int, max_total_bytes: int, max_count: int, max_types: int) -> None:
        """Let `send(json)` take what is shown; see outputs.py."""
        self._outputs.show_with(send, max_bytes, max_total_bytes, max_count, max_types)

    def ask_with(self, announce: Any) -> None:
        """Let `announce(prompt)` know what `input()` asks for."""
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
        for filename in self._sources:
            _linecache.pop(filename, None)
        self._sources.clear()
        self._sources_size = self._runs = 0
        self._filename = "<script>"
        self._globals.pop("__file__", None)

    def interrupt(self) -> bool:
        """Stop a run that waits in a top-level await while no Python code runs; False when none does.

        A run that computes is stopped through the interpreter's interrupt buffer instead.
        """
        return self._loops.interrupt()

    def _run(self, code: str, text_limit: int) -> str | Awaitable[str]:
        if self._busy:
            failure = _Failure("RuntimeError", "another run of this session has not ended", "", None, False)
            return self._outcome(None, failure, {}, text_limit, list_files=False)
        self._refill_reserve()
        if code.startswith("\ufeff"):
            # What some editors put before UTF-8; not part of the program.
            code = code[1:]
        self._register_source(code)
        self._files.enter()
        before = self._files.before_run()
        self._outputs.begin_run()
        self._figures.begin_run()
        statements = expression = None
        try:
            statements, expression = self._compile(code)
        except BaseException as error:
            failure = self._describe_failure(error, text_limit, code)
            self._end()
            return self._outcome(None, failure, before, text_limit, list_files=False)

        if (statements is not None and statements.co_flags & _CO_COROUTINE) or (
            expression is not None and expression.co_flags & _CO_COROUTINE
        ):
            self._busy = True

            async def drive(marker: Any) -> str:
                return await self._drive(marker, statements, expression, before, text_limit)

            return self._loops.start(drive, self._context)

        self._busy = True
        value: tuple[str, bool, str | None] | None = None
        failure: _Failure | None = None
        try:
            self._loops.enter_plain()
            self._resume_guest()
            _set_signal(_SIGINT, _interrupt_handler)
            result = None
            if statements is not None:
                self._context.run(_eval, statements, self._globals)
            if expression is not None:
                result = self._context.run(_eval, expression, self._globals)
                if result is not None:
                    value = self._describe_value(result, text_limit)
            self._context.run(self._show_rest, result)
            _set_signal(_SIGINT, _SIG_IGN)
        except BaseException as error:
            _ignore_interrupts()
            self._reserve = None
            value = None
            self._show_after(error)
            self._suspend_guest()
            failure = self._describe_failure(error, text_limit, None)
        self._suspend_guest()
        try:
            self._loops.leave_plain()
        except BaseException as error:
            if failure is None and value is None:
                failure = self._describe_failure(error, text_limit, None)
        self._end()
        self._busy = False
        return self._outcome(value, failure, before, text_limit)

    async def _drive(
        self,
        marker: Any,
        statements: types.CodeType | None,
        expression: types.CodeType | None,
        before: dict[str, tuple[int, int]],
        text_limit: int,
    ) -> str:
        """The asynchronous twin of `_run`: everything in one task, which never raises."""
        value: tuple[str, bool, str | None] | None = None
        failure: _Failure | None = None
        try:
            try:
                self._resume_guest()
                _set_signal(_SIGINT, _interrupt_handler)
                result = None
                if statements is not None:
                    pending = _eval(statements, self._globals)
                    if statements.co_flags & _CO_COROUTINE:
                        await pending
                if expression is not None:
                    result = _eval(expression, self._globals)
                    if expression.co_flags & _CO_COROUTINE:
                        result = await result
                    if result is not None:
                        value = self._describe_value(result, text_limit)
                self._show_rest(result)
                _set_signal(_SIGINT, _SIG_IGN)
            except BaseException as error:
                _ignore_interrupts()
                self._reserve = None
                value = None
                if marker.interrupted and issubclass(_type(error), _CancelledError):
                    error = KeyboardInterrupt().with_traceback(_get_traceback(error))
                self._show_after(error)
                self._suspend_guest()
                failure = self._describe_failure(error, text_limit, None)
            self._suspend_guest()
            await self._loops.settle(marker)
            self._end()
            return self._outcome(value, failure, before, text_limit)
        except BaseException as error:
            _ignore_interrupts()
            self._reserve = None
            return _last_resort(error)
        finally:
            self._busy = False

    def _refill_reserve(self) -> None:
        if self._reserve is None:
            try:
                self._reserve = _new_bytearray(_RESERVE_BYTES)
            except MemoryError:
                # A session that is full may still run what makes room.
                pass

    # Compiling.

    def _compile(self, code: str) -> tuple[types.CodeType | None, types.CodeType | None]:
        """The statements, and the last of them by itself when it is an expression."""
        tree = _compile(code, self._filename, "exec", _COMPILE_FLAGS | _PyCF_ONLY_AST, True)
        body = tree.body
        expression = None
        if body and _type(body[-1]) is _Expr and not _ends_with_semicolon(code, body[-1]):
            last = _Expression(body.pop().value)
            expression = _compile(last, self._filename, "eval", _COMPILE_FLAGS, True)
        statements = _compile(tree, self._filename, "exec", _COMPILE_FLAGS, True) if body else None
        return statements, expression

    def _register_source(self, code: str) -> None:
        """Let tracebacks and `inspect` show this run's source under its file name."""
        self._runs += 1
        self._filename = filename = "<script>" if self._runs == 1 else f"<script {self._runs}>"
        self._globals["__file__"] = filename
        self._sources[filename] = code
        self._sources_size += len(code)
        while len(self._sources) > _MAX_SOURCES or self._sources_size > _MAX_SOURCE_CHARACTERS:
            oldest = next(iter(self._sources))
            if oldest == filename:
                break
            self._sources_size -= len(self._sources.pop(oldest))
            _linecache.pop(oldest, None)
        _linecache[filename] = _linecache_entry(filename, code)

    def _teach_inspect(self) -> None:
        """Let `inspect.getsource` find a class in the run that defined it.

        It goes by the module's `__file__`, of which there is one, while each run has a source of its own.
        """
        original = inspect.getfile

        @functools.wraps(original)
        def getfile(object: Any) -> str:
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

    # Around a run.

    def _show_rest(self, result: object) -> None:
        """Show the figures left open, and the value when there is more to it than its text."""
        self._figures.take_open()
        if result is not None and not self._figures.has_taken(result):
            self._outputs.show_value(result)

    def _show_after(self, error: BaseException) -> None:
        """The same for code that failed: the figures made before."""
        if issubclass(_type(error), (KeyboardInterrupt, MemoryError)):
            # Whoever stops the run does not wait for plots, and without memory there are none.
            return
        try:
            _set_signal(_SIGINT, _interrupt_handler)
            self._context.run(self._figures.take_open)
            _set_signal(_SIGINT, _SIG_IGN)
        except BaseException:
            # The first error is the one to tell of.
            _ignore_interrupts()

    def _resume_guest(self) -> None:
        """Put back what the guest's code of an earlier run had changed."""
        if self._guest_builtins is not None:
            _BUILTINS.clear()
            _BUILTINS.update(self._guest_builtins)
            self._guest_builtins = None
        if self._guest_recursion_limit is not None:
            try:
                _setrecursionlimit(self._guest_recursion_limit)
            except RecursionError:
                pass
            self._guest_recursion_limit = None

    def _suspend_guest(self) -> None:
        """Put aside what the guest's code changed and our own work could stumble over."""
        if _getprofile() is not None:
            _setprofile(None)
        if _gettrace() is not None:
            _settrace(None)
        limit = _getrecursionlimit()
        if limit != _RECURSION_LIMIT:
            self._guest_recursion_limit = limit
            _setrecursionlimit(_RECURSION_LIMIT)
        if len(_BUILTINS) != len(_PRISTINE_BUILTINS) or _BUILTINS != _PRISTINE_BUILTINS:
            self._guest_builtins = dict(_BUILTINS)
            _BUILTINS.clear()
            _BUILTINS.update(_PRISTINE_BUILTINS)

    def _end(self) -> None:
        """Flush what the guest printed and give the next run the usual streams and module table."""
        for name, original in self._streams.items():
            current = getattr(sys, name, None)
            if current is not original:
                if name != "stdin":
                    _flush(current)
                setattr(sys, name, original)
            if name != "stdin":
                _flush(original)
            self._reopen(name, original)
        if _modules.get("__main__") is not self._main:
            _modules["__main__"] = self._main

    def _reopen(self, name: str, stream: Any) -> None:
        """Replace a standard stream that was closed: `exit()` closes stdin, for one."""
        try:
            if not stream.closed:
                return
            descriptor = ("stdin", "stdout", "stderr").index(name)
            stream = open(
                descriptor,
                "r" if name == "stdin" else "w",
                encoding="utf-8",
                errors="backslashreplace" if name == "stderr" else "strict",
                closefd=False,
            )
        except Exception:
            return
        self._streams[name] = stream
        setattr(sys, name, stream)

    # Describing.

    def _describe_value(self, value: object, text_limit: int) -> tuple[str, bool, str | None]:
        """(text, whether it was cut, JSON or None) of the last expression's value."""
        text, cut = _describe(value, text_limit)
        return text, cut, _exact_json(value)

    def _describe_failure(self, error: BaseException, text_limit: int, code: str | None) -> _Failure | None:
        """What to say of an exception; None for an exit that is not one. `code` is given for compile errors."""
        subject: object = error
        if issubclass(_type(error), SystemExit):
            try:
                subject = error.code
            except BaseException:
                subject = error
            if subject is None or (issubclass(_type(subject), int) and int.__eq__(subject, 0)):
                return None
        try:
            message, cut = _describe(subject, text_limit)
        except BaseException:
            message, cut = "", False
        name = _valid(_qualified_name(_type(error)))
        try:
            text, shortened = _shorten(self._traceback_of(error), _MAX_TRACEBACK_CHARACTERS)
            text = _valid(text)
        except BaseException as problem:
            text = f"[traceback not available: {_name_of(_type(problem))}]\n{name}: {message}\n"
            text, shortened = _shorten(text, _MAX_TRACEBACK_CHARACTERS)
        try:
            line = self._line_of(error, code)
        except BaseException:
            line = None
        return _Failure(name, message, text, line, cut or shortened)

    def _traceback_of(self, error: BaseException) -> str:
        for module_name, module in _NEEDED_MODULES.items():
            if _modules.get(module_name) is not module:
                _modules[module_name] = module
        linecache.cache = _linecache
        for filename, source in self._sources.items():
            if filename not in _linecache:
                _linecache[filename] = _linecache_entry(filename, source)
        return _format_traceback(error)

    def _line_of(self, error: BaseException, code: str | None) -> int | None:
        """The 1-based line of this run's source that is to blame, or None."""
        if code is not None:
            line: object = None
            if issubclass(_type(error), SyntaxError):
                line = error.lineno
                if line is None and "\0" in code:
                    line = code.count("\n", 0, code.index("\0")) + 1
            elif issubclass(_type(error), UnicodeEncodeError):
                line = code.count("\n", 0, error.start) + 1
            return line if _type(line) is int and line > 0 else None
        line = None
        trace = _get_traceback(error)
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self._filename:
                line = trace.tb_lineno
            trace = trace.tb_next
        return line if line is not None and line > 0 else None

    def _outcome(
        self,
        value: tuple[str, bool, str | None] | None,
        failure: _Failure | None,
        before: dict[str, tuple[int, int]],
        text_limit: int,
        *,
        list_files: bool = True,
    ) -> str:
        """The run's outcome as JSON (`GuestOutcome`)."""
        truncated = False
        files: list[str] = []
        if list_files:
            try:
                files, truncated = self._files.changed(before)
            except Exception:
                # The files are there all the same; the caller learns that the list is not complete.
                truncated = True
        value_json = error_json = "null"
        if value is not None:
            text, cut, exact = value
            truncated = truncated or cut
            json_part = "" if exact is None else f',"json":{exact}'
            value_json = f'{{"text":{_encode_json_string(text)}{json_part}}}'
        if failure is not None:
            truncated = truncated or failure.truncated
            line = "null" if failure.line is None else failure.line
            error_json = (
                f'{{"type":{_encode_json_string(failure.type)},"message":{_encode_json_string(failure.message)},'
                f'"traceback":{_encode_json_string(failure.traceback)},"line":{line}}}'
            )
        return (
            f'{{"value":{value_json},"error":{error_json},"files":[{",".join(files)}],'
            f'"truncated":{"true" if truncated else "false"}}}'
        )


def _linecache_entry(filename: str, code: str) -> tuple[int, None, list[str], str]:
    """An entry that linecache takes for one of a module loader and therefore never re-checks on disk."""
    if "\r" in code:
        code = code.replace("\r\n", "\n").replace("\r", "\n")
    # Not splitlines(): Python ends lines at newlines only.
    lines = [line + "\n" for line in code.split("\n")]
    return len(code), None, lines, filename


def _ends_with_semicolon(code: str, last: ast.Expr) -> bool:
    """Whether the last expression is followed by a semicolon, which quiets it as in IPython."""
    if ";" not in code:
        return False
    lines = code.replace("\r\n", "\n").replace("\r", "\n").split("\n")[last.end_lineno - 1 :]
    # Columns of the tree count bytes of UTF-8.
    lines[0] = lines[0].encode()[last.end_col_offset :].decode()
    return _SEMICOLON.match("\n".join(lines)) is not None


def _flush(stream: Any) -> None:
    try:
        stream.flush()
    except BaseException:
        # None, closed, or the guest's own: nothing more can be got out of it.
        pass


def create_session(event_loops: Any, outputs: Any, figures: Any, standard_input: Any, files: Any) -> Session:
    """A session with empty globals; each part is what `install()` of its module returned."""
    return Session(event_loops, outputs, figures, standard_input, files)
