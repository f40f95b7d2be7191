"""Reads code as people paste it: indented as a whole, out of a notebook, a chat or an interactive session.

Only what Python itself can't parse is looked at, and no line gets another number.
"""

from __future__ import annotations

import ast
import re
from types import CodeType
from typing import NamedTuple

from .cell_magics import captured, timed
from .other_languages import with_language
from .pasted_page import without_page, without_title
from .pasted_session import Session, begins_with_prompt, without_prompts
from .pasted_text import MAX_LINE, dedented, without_lookalikes, without_prose

_PyCF_ONLY_AST = ast.PyCF_ONLY_AST
_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT

# What the translated lines call; see magics.py.
MAGICS = "__vivarium_magics__"

_MAX_LINES = 200
# All code is parsed again for each line that is mended: this many characters in all.
_MAX_PARSED = 8_000_000
# So is each line of a session: this many characters in all.
_MAX_SESSION = 200_000

_LINE_MAGIC = re.compile(r"(\s*)(?:(.*?[^=!<>\s]\s*=)\s*)?%(\w+)\s*(.*)")
_SHELL = re.compile(r"(\s*)(?:(.*?[^=!<>\s]\s*=)\s*)?!!?\s*(.*)")
# A line of a shell in which packages are installed, as it stands above the code in a chat's answer.
_BARE_INSTALL = re.compile(
    r"(\s*)(?:\$\s+)?(?:(?:python[\d.]*|py)\s+-m\s+)?(?:uv\s+)?(?:pip[\d.]*|conda|mamba)\s+(install\s.*)"
)
_HELP = re.compile(r"(\s*)(?:\?{1,2}([\w.]+)|([\w.]+)\?{1,2})\s*;?\s*(?:#.*)?")
_CELL_MAGIC = re.compile(r"\s*%%(\w+)\s*(.*)")
_FENCE = re.compile(r"\s*(?:```|~~~)\s*\w*\s*")
_OPTIONS = re.compile(r"(?:-\w\s*\d*\s+)*")

# They change what a notebook does, not what the code means.
_QUIET = frozenset(
    (
        "matplotlib",
        "config",
        "load_ext",
        "reload_ext",
        "autoreload",
        "precision",
        "colors",
        "xmode",
        "automagic",
        "clear",
        "cls",
    )
)
_INSTALLERS = frozenset(("pip", "pip3", "conda", "mamba", "uv"))
# Those that tell of the working directory or change it, and environment variables: what they call in magics.py.
_FOLDERS = {"cd": "cd", "pwd": "pwd", "ls": "ls", "env": "env", "set_env": "env"}
_SHOWN_CELLS = {
    "html": "text/html",
    "markdown": "text/markdown",
    "latex": "text/latex",
    "svg": "image/svg+xml",
}


class Notebook(NamedTuple):
    """Code as Python takes it."""

    tree: ast.Module
    # What it was read from.
    code: str
    # Whether it calls magics.py.
    has_magics: bool


def parse_notebook(code: str, filename: str) -> Notebook:
    """Raises what the compiler raises, and SyntaxError for what belongs to a notebook and is not known here."""
    tree, first = None, None
    code = without_title(code)
    try:
        tree = _parse(code, filename)
    except SyntaxError as error:
        first = error
    # Out of its reach: what is raised below stands for itself.
    if tree is not None and not begins_with_prompt(code):
        return Notebook(tree, code, False)
    translation = _Translation(code, filename)
    if tree is not None and not translation.take_prompts_off():
        return Notebook(tree, code, False)
    return translation.read(first)


def compile_alone(source: str | ast.Module, filename: str, mode: str) -> CodeType:
    """Without the future statements of our own modules, which `compile`, `exec` and `eval` pass on."""
    return compile(source, filename, mode, 0, True)


def _parse(code: str, filename: str) -> ast.Module:
    return compile(code, filename, "exec", _FLAGS | _PyCF_ONLY_AST, True)


class _Translation:
    def __init__(self, code: str, filename: str) -> None:
        self._filename = filename
        self._lines = code.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._written = list(self._lines)
        self._has_magics = False
        self._timed_by: str | None = None
        # The name under which what it prints is kept; None where that is shown.
        self._captured_as: str | None = None
        self._session: Session | None = None
        self._session_left = _MAX_SESSION
        self._is_dedented = self._is_unfenced = self._is_off_page = False
        # By the number of a line in which characters were taken for others: what was wrong with it as it was written.
        self._guessed: dict[int, SyntaxError] = {}

    def take_prompts_off(self) -> bool:
        """Whether it is a session, of which what it printed is left out."""
        code = "\n".join(self._lines)
        if self._session is not None or not begins_with_prompt(code) or len(code) > self._session_left:
            return False
        self._session_left -= len(code)
        self._session = without_prompts(code, self._parse)
        return self._session is not None and self._becomes(self._session.lines)

    def read(self, first: SyntaxError | None) -> Notebook:
        """`first` is what the compiler says of the code as it is; None where only prompts were taken off."""
        written = self._cell_magic()
        if written is not None:
            return Notebook(_parse(written, self._filename), written, True)
        error = first or SyntaxError("invalid syntax", (self._filename, 1, 1, self._lines[0]))
        # The prompts, or a cell magic that was taken out, may have been all that was wrong.
        is_mended = self._lines != self._written
        parsed = 0
        for _ in range(_MAX_LINES):
            if parsed > _MAX_PARSED or not (is_mended or self._mend(error)):
                raise self._as_written(error)
            is_mended = False
            code = "\n".join(self._lines)
            parsed += len(code)
            try:
                tree = _parse(code, self._filename)
            except SyntaxError as next_error:
                error = next_error
                continue
            if self._session is not None:
                self._echo(tree, self._session)
            if self._timed_by is not None:
                tree = timed(tree, MAGICS, shows_value=self._timed_by == "time")
            if self._captured_as is not None:
                tree = captured(tree, MAGICS, self._captured_as)
            return Notebook(tree, code, self._has_magics)
        raise self._as_written(error)

    def _as_written(self, error: SyntaxError) -> SyntaxError:
        """The one about the line that the user wrote, where that became no Python by what was changed."""
        return with_language(self._guessed.get(error.lineno or 0, error), "\n".join(self._written))

    def _mend(self, error: SyntaxError) -> bool:
        """Whether something was changed that the error may be about."""
        if isinstance(error, IndentationError) and not self._is_dedented:
            self._is_dedented = self._becomes(dedented(self._lines, self._parses))
            if self._is_dedented:
                return True
        number = error.lineno
        if not self._is_off_page:
            self._is_off_page = True
            if self._becomes(without_page(self._lines, self._parses)):
                return True
        if not self._is_unfenced:
            self._is_unfenced = self._becomes(without_prose(self._lines, number, self._parses))
            if self._is_unfenced:
                return True
        if self.take_prompts_off():
            return True
        if number is None or not 1 <= number <= len(self._lines):
            return False
        line = self._lines[number - 1]
        changed = without_lookalikes(line, error)
        if changed is not None:
            self._guessed.setdefault(number, error)
        else:
            changed = self._translate(line, number)
        if changed is None:
            return False
        self._lines[number - 1] = changed
        return True

    def _becomes(self, lines: list[str] | None) -> bool:
        if lines is None or lines == self._lines:
            return False
        self._lines = lines
        return True

    def _translate(self, line: str, number: int) -> str | None:
        """The line as Python; None when it is nothing known."""
        if len(line) > MAX_LINE:
            return None
        cell_magic = _CELL_MAGIC.fullmatch(line)
        if cell_magic is not None and cell_magic[1] not in (*_QUIET, "time", "timeit", "capture"):
            raise self._unknown(f"%%{cell_magic[1]}", "magic", line, number)
        if cell_magic is not None or _FENCE.fullmatch(line):
            return ""
        help_match = _HELP.fullmatch(line)
        if help_match is not None:
            return f"{help_match[1]}{self._call('help', help_match[2] or help_match[3])}"
        magic = _LINE_MAGIC.fullmatch(line)
        if magic is not None:
            return self._line_magic(magic, line, number)
        bare = _BARE_INSTALL.fullmatch(line)
        if bare is not None:
            return f"{bare[1]}{self._call('install', bare[2])}"
        shell = _SHELL.fullmatch(line)
        return None if shell is None else self._shell(shell, line, number)

    def _line_magic(self, magic: re.Match[str], line: str, number: int) -> str:
        indent, target, name, rest = magic[1], magic[2] or "", magic[3], magic[4]
        if name in _QUIET:
            return f"{indent}pass"
        if name == "reset":
            return f"{indent}{self._call('reset', rest)}"
        if name == "run" and rest and not target:
            return f"{indent}{self._call('run_file', rest)}"
        if name in _FOLDERS:
            return indent + (f"{target} " if target else "") + self._call(_FOLDERS[name], rest)
        if name in _INSTALLERS:
            # `%conda install -y x`, `%uv pip install x`
            return f"{indent}{self._call('install', rest)}"
        if name == "time" and rest:
            return indent + self._time(f"{target} {rest}".strip())
        if name == "timeit" and rest:
            return indent + target + self._timeit(rest)
        raise self._unknown(f"%{name}", "magic", line, number)

    def _shell(self, shell: re.Match[str], line: str, number: int) -> str:
        words = shell[3].split()
        tool = words[0].rpartition("/")[2] if words else ""
        if tool.startswith(("python", "{sys.executable}")) and words[1:2] == ["-m"]:
            words, tool = words[2:], words[2] if len(words) > 2 else ""
        if tool in _INSTALLERS and "install" in words:
            return f"{shell[1]}{self._call('install', ' '.join(words[1:]))}"
        raise self._unknown(f"!{shell[3]}", "shell command", line, number)

    def _time(self, code: str) -> str:
        """An expression keeps its value: `end(begin(), expression)`, evaluated one after the other."""
        expression = self._expression_in(code)
        if expression is not None:
            self._has_magics = True
            quiet = ";" if code.rstrip().endswith(";") else ""
            return f"{MAGICS}.end({MAGICS}.begin(), {expression}){quiet}"
        if self._parses(f"with _: {code}"):
            self._has_magics = True
            return f"with {MAGICS}.timed(): {code}"
        if self._parses(code):
            self._has_magics = True
            return f"{MAGICS}.run_timed({code!r}, locals())"
        # It goes on in the next line.
        return code

    def _timeit(self, rest: str) -> str:
        options = _OPTIONS.match(rest)
        given = "" if options is None else options[0]
        code = rest[len(given) :]
        answers = ", answers=True" if "-o" in given.split() else ""
        self._has_magics = True
        expression = self._expression_in(code)
        if expression is not None:
            return f"{MAGICS}.timeit(lambda: ({expression}){answers})"
        return f"{MAGICS}.timeit({code!r}, locals(){answers})"

    def _expression_in(self, code: str) -> str | None:
        """The code without what follows, such as a comment, when it is one expression."""
        try:
            body = _parse(code, self._filename).body
        except SyntaxError:
            return None
        if len(body) != 1 or not isinstance(body[0], ast.Expr):
            return None
        # Columns of the tree count bytes of UTF-8.
        return code.encode()[body[0].value.col_offset : body[0].value.end_col_offset].decode()

    def _parse(self, code: str) -> ast.Module:
        return _parse(code, self._filename)

    def _parses(self, code: str) -> bool:
        try:
            self._parse(code)
        except SyntaxError:
            return False
        return True

    def _call(self, name: str, text: str) -> str:
        self._has_magics = True
        return f"{MAGICS}.{name}({text!r})"

    def _cell_magic(self) -> str | None:
        """Translate a magic in the first line that is for the whole cell. The code, where its text is no Python."""
        for index, line in enumerate(self._lines):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            magic = _CELL_MAGIC.fullmatch(line)
            if magic is None:
                return None
            name, rest = magic[1], magic[2].strip()
            body = "\n".join(self._lines[index + 1 :])
            if name in ("time", "timeit"):
                self._timed_by, self._has_magics = name, True
            elif name == "capture":
                kept = next((word for word in rest.split() if not word.startswith("-")), "")
                if kept and not kept.isidentifier():
                    raise self._unknown(f"%%{name}", "magic", line, index + 1)
                self._captured_as, self._has_magics = kept, True
            elif name in _SHOWN_CELLS:
                return f"display({{{_SHOWN_CELLS[name]!r}: {body!r}}}, raw=True)"
            elif name in ("writefile", "file"):
                words = rest.split()
                target = next((word for word in words if not word.startswith("-")), "")
                return f"{MAGICS}.write_file({target!r}, {body!r}, {'-a' in words})"
            elif name not in _QUIET:
                raise self._unknown(f"%%{name}", "magic", line, index + 1)
            self._lines[index] = ""
            return None
        return None

    def _echo(self, tree: ast.Module, session: Session) -> None:
        """Each value is shown, as in an interactive session; that of the last one is the code's."""
        for statement, following in zip(tree.body, tree.body[1:]):
            if isinstance(statement, ast.Expr) and session.shows(statement.lineno, following.lineno):
                shown = ast.parse(f"{MAGICS}.echo()", mode="eval").body
                if isinstance(shown, ast.Call):
                    shown.args.append(statement.value)
                    statement.value = ast.fix_missing_locations(ast.copy_location(shown, statement.value))
                    self._has_magics = True

    def _unknown(self, what: str, kind: str, line: str, number: int) -> SyntaxError:
        advice = {
            "magic": "it belongs to IPython and is not known here; write it in Python, or take the line out",
            "shell command": "shell commands do not run here; write it in Python, or take the line out",
        }[kind]
        start = len(line) - len(line.lstrip()) + 1
        shown = what if len(what) <= 60 else what[:60] + "…"
        return SyntaxError(f"{kind} {shown} in line {number}: {advice}", (self._filename, number, start, line))
