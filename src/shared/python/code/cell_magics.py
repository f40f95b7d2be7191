"""Cells that a magic stands above: measured as a whole, or with what they print kept."""

from __future__ import annotations

import ast


def timed(tree: ast.Module, magics: str, shows_value: bool) -> ast.Module:
    """Begins to count before the first statement, and says how long it took after the last."""
    began = ast.parse(f"{magics}.begin_cell()").body
    ended = ast.parse(f"{magics}.end_cell()").body[0]
    last = tree.body[-1] if tree.body else None
    is_value = shows_value and isinstance(last, ast.Expr)
    if is_value and isinstance(last, ast.Expr) and isinstance(ended, ast.Expr) and isinstance(ended.value, ast.Call):
        # The value of the cell is still that of its last expression.
        ended.value.args.append(last.value)
        last.value = ended.value
    else:
        tree.body.append(ended)
        if not shows_value:
            tree.body.extend(ast.parse("None").body)
    at = _after_imports_of_the_future(tree)
    tree.body[at:at] = began
    return tree


def captured(tree: ast.Module, magics: str, name: str) -> ast.Module:
    """What the cell prints is kept under the name, or nowhere; its value is not shown."""
    at = _after_imports_of_the_future(tree)
    around = ast.parse(f"with {magics}.captured({name!r}): pass").body[0]
    if isinstance(around, ast.With) and len(tree.body) > at:
        around.body = tree.body[at:]
        tree.body[at:] = [ast.copy_location(around, tree.body[at])]
    return tree


def _after_imports_of_the_future(tree: ast.Module) -> int:
    at = 0
    while at < len(tree.body) and isinstance(tree.body[at], ast.ImportFrom):
        at += 1
    return at
