"""Scripts that were exported from a notebook: they ask the notebook's shell for what a magic did there.

There is no shell of IPython's here, and the name `get_ipython` does not exist, so that code which only asks where it
runs gets the true answer. Only calls of the shell's methods are led to what knows the magics.
"""

from __future__ import annotations

import ast

from .notebook_shell import NotebookShell

_NAME = "get_ipython"
_METHODS = frozenset(name for name in vars(NotebookShell) if not name.startswith("_"))


def lend_shell(tree: ast.Module, magics: str) -> bool:
    """Put the shell in the place of `get_ipython()` where a method of its is called. Whether there was such a place.

    `magics` is the name under which the code finds what has the shell.
    """
    nodes = list(ast.walk(tree))
    names = _names_in(nodes)
    changed = False
    kept_in: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr in _METHODS:
            if _asks(node.value, names):
                node.value = _shell(node.value, magics)
                changed = True
            elif isinstance(node.value, ast.Name):
                kept_in.add(node.value.id)
    for statement in tree.body:
        if (
            isinstance(statement, ast.Assign)
            and _asks(statement.value, names)
            and any(isinstance(target, ast.Name) and target.id in kept_in for target in statement.targets)
        ):
            statement.value = _shell(statement.value, magics)
            changed = True
    return changed


def _names_in(nodes: list[ast.AST]) -> frozenset[str]:
    """What the code calls it; nothing where the name is one of its own."""
    names = {_NAME}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "IPython":
            names.update(alias.asname for alias in node.names if alias.name == _NAME and alias.asname)
        elif _binds(node):
            return frozenset()
    return frozenset(names)


def _binds(node: ast.AST) -> bool:
    if isinstance(node, ast.Name):
        return node.id == _NAME and not isinstance(node.ctx, ast.Load)
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name == _NAME


def _asks(node: ast.expr, names: frozenset[str]) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names and not node.args


def _shell(call: ast.expr, magics: str) -> ast.expr:
    shell = ast.Attribute(ast.Name(magics, ast.Load()), "shell", ast.Load())
    return ast.fix_missing_locations(ast.copy_location(shell, call))
