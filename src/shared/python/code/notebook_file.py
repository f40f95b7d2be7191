"""Code that is the text of a notebook's file: its cells are run one after the other, as one piece of code.

Each keeps what it is there: a magic in its first line is one for the cell, and the value of its last line is shown.
"""

from __future__ import annotations

import ast
import json
import re
from typing import Any, cast

from .notebook_code import MAGICS, Notebook, parse_notebook
from .suppressed_value import ends_with_semicolon

_MARK = re.compile(r"^# %% cell \d+ of the notebook$", re.MULTILINE)
_FIRST_MARK = "# %% cell 1 of the notebook"


def code_of(text: str) -> str:
    """The code of its cells with a line before each. Any other text as it is, also a notebook's of another language."""
    notebook = _notebook_in(text)
    if notebook is None or _language_of(notebook) != "python":
        return text
    sources = [source for source in map(_source_of, _cells_of(notebook)) if source is not None]
    parts = [f"# %% cell {number} of the notebook\n{source}" for number, source in enumerate(sources, 1)]
    return "\n".join(parts) or f"{_FIRST_MARK}\n"


def parse_code(code: str, filename: str) -> Notebook:
    """As `parse_notebook`, also of what `code_of` gives. Raises SyntaxError for a notebook of another language."""
    if not code.startswith(_FIRST_MARK):
        foreign = _notebook_in(code)
        if foreign is not None:
            language = _language_of(foreign)[:40]
            raise SyntaxError(f"this is a notebook in {language}, and only Python runs here", (filename, 1, 1, ""))
        return parse_notebook(code, filename)
    starts = [found.start() for found in _MARK.finditer(code)]
    body: list[ast.stmt] = []
    has_magics = False
    last = ""
    for start, end in zip(starts, [*starts[1:], len(code)]):
        # Lines keep their numbers. A magic of the cell may stand below the mark.
        cell = parse_notebook("\n" * code.count("\n", 0, start) + code[start:end], filename)
        is_last = end == len(code)
        has_magics = has_magics or cell.has_magics
        last = cell.code
        shown = cell.tree.body[-1] if cell.tree.body else None
        if not is_last and isinstance(shown, ast.Expr) and not ends_with_semicolon(cell.code, shown):
            shown.value = _shown(shown.value)
            has_magics = True
        body.extend(cell.tree.body)
    return Notebook(ast.Module(body, []), last, has_magics)


def _notebook_in(text: str) -> dict[str, Any] | None:
    if not text.lstrip().startswith("{") or '"cells"' not in text or not text.rstrip().endswith("}"):
        return None
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(notebook, dict) or "nbformat" not in notebook:
        return None
    return cast("dict[str, Any]", notebook)


def _shown(value: ast.expr) -> ast.expr:
    call = ast.Call(ast.Attribute(ast.Name(MAGICS, ast.Load()), "show", ast.Load()), [value], [])
    return ast.fix_missing_locations(ast.copy_location(call, value))


def _cells_of(notebook: dict[str, Any]) -> list[Any]:
    """Also of the format before the one of today, which has sheets."""
    return [
        cell for sheet in _list_of(notebook.get("worksheets")) or [notebook] for cell in _list_of(_of(sheet, "cells"))
    ]


def _source_of(cell: Any) -> str | None:
    """None for what is no code."""
    if _of(cell, "cell_type") != "code":
        return None
    source = _of(cell, "source") or _of(cell, "input")
    return "".join(line for line in _list_of(source) or [source] if isinstance(line, str))


def _language_of(notebook: dict[str, Any]) -> str:
    for kind, key in (("kernelspec", "language"), ("language_info", "name")):
        language = _of(_of(notebook.get("metadata"), kind), key)
        if isinstance(language, str) and language:
            return "python" if language.lower().startswith(("python", "ipython")) else language
    return "python"


def _of(holder: Any, key: str) -> Any:
    return cast("dict[str, Any]", holder).get(key) if isinstance(holder, dict) else None


def _list_of(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []
