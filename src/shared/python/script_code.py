"""Compiles a piece of code so that the value of its last expression can be had."""

from __future__ import annotations

import ast
import inspect
import re
import types
from typing import Any, Coroutine, NamedTuple, TypeVar, cast

_Result = TypeVar("_Result")

_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_PyCF_ONLY_AST = ast.PyCF_ONLY_AST
_Expr = ast.Expr
_Expression = ast.Expression
_CO_COROUTINE = inspect.CO_COROUTINE

# A semicolon after an expression: closing brackets around it, blanks and comments may come before.
_SEMICOLON = re.compile(r"(?:[\s)\\]|#[^\n]*(?![^\n]))*;")


class ScriptCode(NamedTuple):
    """The statements, and the last of them by itself when it is an expression."""

    statements: types.CodeType | None
    expression: types.CodeType | None

    @property
    def awaits(self) -> bool:
        """Whether there is an `await` at top level."""
        return any(part is not None and part.co_flags & _CO_COROUTINE for part in self)

    async def evaluate(self, namespace: dict[str, object]) -> object:
        """Execute it; the value of the last expression, or None. Never waits unless the code does."""
        value = None
        for part in self:
            if part is not None:
                value = eval(part, namespace)
                if part.co_flags & _CO_COROUTINE:
                    value = await value
        return None if self.expression is None else value


def compile_script(code: str, filename: str) -> ScriptCode:
    """Raises what the compiler raises."""
    tree = compile(code, filename, "exec", _FLAGS | _PyCF_ONLY_AST, True)
    body = tree.body
    expression = None
    if body and type(body[-1]) is _Expr and not _ends_with_semicolon(code, body[-1]):
        last = _Expression(body.pop().value)
        expression = compile(last, filename, "eval", _FLAGS, True)
    statements = compile(tree, filename, "exec", _FLAGS, True) if body else None
    return ScriptCode(statements, expression)


def in_one_step(coroutine: Coroutine[Any, Any, _Result]) -> _Result:
    """What a coroutine that never waits returns. Raises what it raises."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise RuntimeError("code without an await waits")


def lines_of(code: str) -> list[str]:
    """The lines as Python counts them, without their ends."""
    # Not splitlines(): Python ends lines at newlines only.
    return code.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def linecache_entry(filename: str, code: str) -> tuple[int, None, list[str], str]:
    """An entry that linecache takes for one of a module loader and therefore never re-checks on disk."""
    return len(code), None, [line + "\n" for line in lines_of(code)], filename


def _ends_with_semicolon(code: str, last: ast.Expr) -> bool:
    """Whether the last expression is followed by a semicolon, which quiets it as in IPython."""
    if ";" not in code:
        return False
    # The compiler always knows where a node ends.
    end_line, end_column = cast(int, last.end_lineno), cast(int, last.end_col_offset)
    lines = lines_of(code)[end_line - 1 :]
    # Columns of the tree count bytes of UTF-8.
    lines[0] = lines[0].encode()[end_column:].decode()
    return _SEMICOLON.match("\n".join(lines)) is not None
