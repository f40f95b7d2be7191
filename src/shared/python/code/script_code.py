"""Compiles a piece of code so that the value of its last expression can be had."""

from __future__ import annotations

import ast
import inspect
import re
import types
from typing import NamedTuple

from .magics import Magics
from .notebook_code import MAGICS
from .notebook_exports import lend_shell
from .notebook_file import parse_code
from .suppressed_value import ends_with_semicolon, lines_of

_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_Expr = ast.Expr
_Expression = ast.Expression
_CO_COROUTINE = inspect.CO_COROUTINE

_NESTED = "the code is nested too deeply to be read"
_SIGNS = re.compile(r"(?:(?:[-+~(\[{]|not\b)[ \t]*){1000}")
# More than the parser and the compiler need, in bytes.
_NEEDED_BYTES, _NEEDED_BYTES_EACH = 1024 * 1024, 200
_new_bytearray = bytearray

# A line that is nothing but an expression, as many cells are: in it is nothing that a statement, a magic or a prompt
# needs, no semicolon, and no backslash, of which Python may warn each time it reads one. What matches and is no
# expression after all costs one more look at a short line.
_ONE_EXPRESSION = re.compile(r"(?!(?:import|from|del|raise|assert)\b)[^\s=:;!?%#\\][^\n\r\f=:;!?%#\\]{0,200}")


class ScriptCode(NamedTuple):
    """The statements, and the last of them by itself when it is an expression."""

    statements: types.CodeType | None
    expression: types.CodeType | None
    # Whether it calls what notebooks have beside Python.
    has_magics: bool

    @property
    def awaits(self) -> bool:
        """Whether there is an `await` at top level."""
        return any(part is not None and part.co_flags & _CO_COROUTINE for part in self._parts)

    @property
    def _parts(self) -> tuple[types.CodeType | None, types.CodeType | None]:
        return self.statements, self.expression

    def evaluate(self, namespace: dict[str, object]) -> object:
        """Execute code that awaits nothing; the value of the last expression, or None.

        No coroutine: in one a StopIteration of the code's would become a RuntimeError.
        """
        value = None
        for part in self._begin(namespace):
            value = eval(part, namespace)
        return None if self.expression is None else value

    async def evaluate_awaiting(self, namespace: dict[str, object]) -> object:
        """The same for code that has an `await` at top level."""
        value = None
        for part in self._begin(namespace):
            value = eval(part, namespace)
            if part.co_flags & _CO_COROUTINE:
                value = await value
        return None if self.expression is None else value

    def _begin(self, namespace: dict[str, object]) -> list[types.CodeType]:
        if self.has_magics:
            # It stays: functions of this code may be called by a later run.
            magics = namespace.get(MAGICS)
            if not isinstance(magics, Magics):
                namespace[MAGICS] = Magics(namespace)
        return [part for part in self._parts if part is not None]


def compile_script(source: str, filename: str) -> ScriptCode:
    """Raises what the compiler raises, and SyntaxError where that is MemoryError for the lack of something else."""
    try:
        return _compile(source, filename)
    except SyntaxError as error:
        _show_line(error, source, filename)
        raise
    except MemoryError:
        # The parser raises it for what is nested too deeply for its stack, too. Raises when memory is what lacks.
        _new_bytearray(_NEEDED_BYTES + _NEEDED_BYTES_EACH * len(source))
    raise SyntaxError(_NESTED, (filename, _nested_line(source), None, None))


def _show_line(error: SyntaxError, source: str, filename: str) -> None:
    """Of what is found after parsing, such as a `return` outside of functions: no file has it."""
    if error.text is not None or error.filename != filename or error.lineno is None:
        return
    lines = lines_of(source)
    if 1 <= error.lineno <= len(lines):
        error.text = lines[error.lineno - 1] + "\n"


def _nested_line(source: str) -> int | None:
    """The line of a long row of signs, which is what can be told without a parser."""
    found = _SIGNS.search(source)
    return None if found is None else source.count("\n", 0, found.start()) + 1


def _compile(source: str, filename: str) -> ScriptCode:
    if _ONE_EXPRESSION.fullmatch(source) and "get_ipython" not in source:
        try:
            # Three times as fast as by way of a tree, and the same code.
            return ScriptCode(None, compile(source, filename, "eval", _FLAGS, True), False)
        except Exception:
            # What is wrong with it is found out, and told, below.
            pass
    tree, code, has_magics = parse_code(source, filename)
    # The name alone costs nothing to find.
    if "get_ipython" in source and lend_shell(tree, MAGICS):
        has_magics = True
    body = tree.body
    expression = None
    last = body[-1] if body else None
    if isinstance(last, _Expr) and not ends_with_semicolon(code, last):
        body.pop()
        expression = compile(_Expression(last.value), filename, "eval", _FLAGS, True)
    statements = compile(tree, filename, "exec", _FLAGS, True) if body else None
    return ScriptCode(statements, expression, has_magics)


def linecache_entry(filename: str, code: str) -> tuple[int, None, list[str], str]:
    """An entry that linecache takes for one of a module loader and therefore never re-checks on disk."""
    return len(code), None, [line + "\n" for line in lines_of(code)], filename
