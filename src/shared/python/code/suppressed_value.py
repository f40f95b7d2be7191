"""Whether the last expression of a piece of code is followed by a semicolon, which quiets it as in IPython."""

from __future__ import annotations

import ast
import re
from typing import cast

# A semicolon after an expression: closing brackets around it, blanks and comments may come before.
_SEMICOLON = re.compile(r"(?:[\s)\\]|#[^\n]*(?![^\n]))*;")


def lines_of(code: str) -> list[str]:
    """The lines as Python counts them, without their ends."""
    # Not splitlines(): Python ends lines at newlines only.
    return code.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def ends_with_semicolon(code: str, last: ast.Expr) -> bool:
    """`last` is an expression of that code."""
    if ";" not in code:
        return False
    # The compiler always knows where a node ends.
    end_line, end_column = cast(int, last.end_lineno), cast(int, last.end_col_offset)
    lines = lines_of(code)[end_line - 1 :]
    # Columns of the tree count bytes of UTF-8.
    lines[0] = lines[0].encode()[end_column:].decode()
    return _SEMICOLON.match("\n".join(lines)) is not None
