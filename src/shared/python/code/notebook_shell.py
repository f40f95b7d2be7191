"""What `get_ipython()` answers code that was exported from a notebook: a shell with the magics that are known here."""

from __future__ import annotations

from typing import Any

from .notebook_code import compile_alone, parse_notebook

_exec, _eval = exec, eval
_FILENAME = "<magic>"


class NotebookShell:
    """Not of IPython's classes, and without a configuration: libraries that look for a notebook find none."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.user_ns = namespace
        self.config: dict[str, Any] = {}

    def __repr__(self) -> str:
        return "<the notebook's shell: magics only>"

    def run_line_magic(self, magic_name: str, line: str = "", *_: Any, **options: Any) -> None:
        self._run(f"%{magic_name} {line}")

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> None:
        self._run(f"%%{magic_name} {line}\n{cell}")

    def magic(self, arg_s: str) -> None:
        self._run(f"%{arg_s}")

    def system(self, cmd: str) -> None:
        self._run(f"!{cmd}")

    def getoutput(self, cmd: str, *_: Any, **options: Any) -> None:
        self._run(f"!{cmd}")

    def run_cell(self, raw_cell: str, *_: Any, **options: Any) -> None:
        self._run(raw_cell)

    def ev(self, expr: str) -> Any:
        return _eval(compile_alone(expr, _FILENAME, "eval"), self.user_ns)

    def _run(self, text: str) -> None:
        _exec(compile_alone(parse_notebook(text, _FILENAME).tree, _FILENAME, "exec"), self.user_ns)
