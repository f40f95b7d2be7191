"""Takes the prompts off what was copied out of an interactive session, or off a notebook's page.

No line gets another number, and nothing that may be code is left out: where code can't be told from output, there is no
answer.
"""

from __future__ import annotations

import ast
import builtins
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from textwrap import dedent
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    # Python 3.8 can't make it when it runs.
    Parse = Callable[[str], ast.Module]

_CELL = r"In[ \u00a0]\[(?:\d+|[ *\u00a0])\]:"
_PROMPT = re.compile(rf"\s*(?:>>>|(?P<cell>{_CELL}))[ \u00a0]?")
_GOES_ON = re.compile(r"\s*\.\.\.(?:[ \u00a0]|(?=\t)|$)")
_CELL_GOES_ON = re.compile(r"\s*\.{3,}:[ \u00a0]?")
_ANSWER = re.compile(r"\s*Out ?\[\d+\]:")
# What a Python that was started in a terminal says first, after the command.
_GREETING = (
    r"(?:\S{0,200}[$>] ?(?:python|py|ipython)[\d.]*[^\S\n]*"
    r"|I?Python \d+\.\d[^\n]*|Type ['\"][^\n]*|\[(?:GCC|Clang|MSC)[^\n]*)"
)
# The first line that is neither empty nor a comment nor a greeting. Each line is read in one way only: in linear time.
_BEGINS = re.compile(rf"(?:[^\S\n]*(?:#[^\n]*|{_GREETING})?\n)*[^\S\n]*(?:>>>|{_CELL})")
# What Python itself prints, with lines of the code in it.
_REPORT = re.compile(r'.*Traceback \(most recent call last\)|\s*File "|\S+:\d+: \w*Warning: ')
_DOTS = re.compile(r"^\s*\.{3,}:?\s")
# Of a line without the blanks before it.
_MAGIC = re.compile(r"(?:[\w., ]+=\s*)?[%!?]|[\w.]+\?{1,2}\s*$")
_SHOWING_MAGIC = re.compile(r"%time|[!?]")
_PRINTS = re.compile(r"\bprint\b")
# Without one of these a line does nothing.
_MAY_BE_CODE = re.compile(r"[=(]|[:[{]$|^(?:import|del|assert|raise|return|global|nonlocal|await|type|yield)\b")
# What makes a statement of its first line.
_ENDINGS = {":": " pass", "(": ")", "[": "]", "{": "}"}

# Of these a line of output may consist.
_NO_CODE = (ast.Pass, ast.Break, ast.Continue)
# Functions: what else looks like a call may be how an object is shown.
_FUNCTIONS = frozenset(name for name, value in vars(builtins).items() if not isinstance(value, type)) | {"display"}
_NUMBERS = frozenset(("nan", "inf"))
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class Session(NamedTuple):
    lines: list[str]
    # Numbers of the lines in which a notebook's cell begins; empty for a session of Python's own.
    cells: list[int]

    def shows(self, line: int, following: int) -> bool:
        """Whether the value of the statement in a line is shown: of a cell only that of the last one is.

        `following` is the line of the next statement.
        """
        return not self.cells or bisect_right(self.cells, line) != bisect_right(self.cells, following)


def begins_with_prompt(code: str) -> bool:
    """Whether its first line has a prompt. `In [1]: x = 3` is Python, too: an annotation of a part of `In`."""
    return _BEGINS.match(code) is not None


def without_prompts(code: str, parse: Parse) -> Session | None:
    """The code of a session. None where there is none, and where something in it may be code or may be output."""
    if not begins_with_prompt(code):
        return None
    lines = code.split("\n")
    blocks = _blocks_in(lines)
    written = [""] * len(lines)
    for block in blocks:
        kept = block.code(parse)
        if kept is None:
            return None
        written[block.start : block.start + len(kept)] = kept
    if not any(line.strip() for line in written):
        return None
    return Session(written, [block.start + 1 for block in blocks if block.is_cell])


class _Block(NamedTuple):
    """From a prompt to the next one."""

    # Index of its first line.
    start: int
    # Whether it is one of a notebook, which may have several statements.
    is_cell: bool
    # How wide the prompt is, in characters.
    width: int
    # At prompts, without these.
    typed: list[str]
    # Without a prompt.
    bare: list[str]
    # After what marks a result.
    answer: list[str]

    def code(self, parse: Parse) -> list[str] | None:
        """Its lines that are code, beginning with its first. None where that can't be told."""
        if not _Input(True, False).may_print(self.answer, parse):
            return None
        typed = _Input.read("\n".join(self.typed), parse)
        if typed is not None and typed.may_print(self.bare, parse):
            return self.typed
        code = self._with_bare(parse)
        if self.is_cell:
            return code
        return None if typed is not None or _parsed("\n".join(code), parse) is None else code

    def _with_bare(self, parse: Parse) -> list[str]:
        """Lines that are as far to the right as the first one stand below it, where that makes it Python."""
        whole = [*self.typed, *self.bare]
        blanks = " " * self.width
        if not all(line.startswith(blanks) for line in self.bare if line.strip()):
            return whole
        moved = [*self.typed, *(line[self.width :] for line in self.bare)]
        return whole if _parsed("\n".join(moved), parse) is None else moved


def _blocks_in(lines: list[str]) -> list[_Block]:
    """What comes before the first is left out."""
    blocks: list[_Block] = []
    to: list[str] = []
    for index, line in enumerate(lines):
        prompt = _PROMPT.match(line)
        if prompt is not None:
            to = [line[prompt.end() :]]
            blocks.append(_Block(index, prompt["cell"] is not None, prompt.end(), to, [], []))
            continue
        if not blocks:
            continue
        block = blocks[-1]
        goes_on = (_CELL_GOES_ON if block.is_cell else _GOES_ON).match(line) if to is block.typed else None
        if goes_on is not None:
            block.typed.append(line[goes_on.end() :])
        elif block.is_cell and _ANSWER.match(line):
            # What else is in this line is the value itself.
            to = block.answer
            to.append("")
        else:
            to = block.bare if to is block.typed else to
            to.append(line)
    return blocks


class _Input(NamedTuple):
    """What was put in, and what that can have printed."""

    # Whether a value may be shown, as an object is.
    shows: bool
    # Whether any text may have been printed.
    prints: bool
    # Whether it prints nothing at all.
    is_silent: bool = False

    @staticmethod
    def read(text: str, parse: Parse) -> _Input | None:
        """None where it is no whole statement."""
        tree = _parsed(text, parse)
        if tree is None and any(_MAGIC.match(line.lstrip()) for line in text.split("\n")):
            return _Input(_SHOWING_MAGIC.search(text) is not None, "!" in text)
        if tree is None:
            return None
        kinds = {type(node) for statement in tree.body for node in _outside_of_definitions(statement)}
        does = kinds & {ast.Expr, ast.Call, ast.Await, ast.Import, ast.ImportFrom, ast.With, ast.AsyncWith}
        return _Input(ast.Expr in kinds, _PRINTS.search(text) is not None, not does)

    def may_print(self, lines: list[str], parse: Parse) -> bool:
        """Whether these are what it has printed; not so where something in them may be code."""
        written = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
        if not written:
            return True
        if any(_REPORT.match(line) for line in written):
            # Lines of the code are further right in it.
            written = [line for line in written if line[:1].strip()]
        elif self.is_silent:
            return False
        tree = _parsed(dedent("\n".join(lines)), parse)
        if tree is not None:
            return not self._has_code(tree)
        return not any(self._may_be_code(_DOTS.sub("", line).strip(), parse) for line in written)

    def _may_be_code(self, line: str, parse: Parse) -> bool:
        if not _MAY_BE_CODE.search(line):
            return False
        ending = _ENDINGS.get(line[-1], "")
        tree = _parsed(line + ending, parse)
        # Nobody prints the first line of an assignment.
        return tree is not None and (self._replace(prints=False) if ending else self)._has_code(tree)

    def _has_code(self, tree: ast.Module) -> bool:
        return any(self._is_code(statement) for statement in tree.body)

    def _is_code(self, statement: ast.stmt) -> bool:
        if isinstance(statement, _NO_CODE):
            return False
        if isinstance(statement, ast.AnnAssign):
            # `Name: Alice`
            return statement.value is not None
        if isinstance(statement, ast.Expr):
            does = any(isinstance(node, (ast.Call, ast.Await, ast.NamedExpr)) for node in ast.walk(statement))
            return does and not (self.shows and _is_shown(statement.value))
        if isinstance(statement, ast.Assign):
            is_line = statement.lineno == statement.end_lineno
            return not (self.prints and is_line and _is_shown(statement.value))
        return True


def _outside_of_definitions(statement: ast.stmt) -> Iterator[ast.AST]:
    # Not by recursion: it may be nested deeply.
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        if not isinstance(node, _DEFINITIONS):
            yield node
            pending.extend(ast.iter_child_nodes(node))


def _is_shown(value: ast.expr) -> bool:
    """Whether it may be how an object is shown: of constants alone, and of calls that stand for objects."""
    called: set[ast.AST] = set()
    return all(_is_part_shown(node, called) for node in ast.walk(value))


def _is_part_shown(node: ast.AST, called: set[ast.AST]) -> bool:
    """`called` gets what stands for classes. To be called for a node before those in it."""
    if isinstance(node, ast.Call):
        called.add(node.func)
        if isinstance(node.func, ast.Name):
            return node.func.id not in _FUNCTIONS
        # `plt.show()`
        return bool(node.args or node.keywords)
    if isinstance(node, ast.Attribute) and node in called:
        called.add(node.value)
    if isinstance(node, ast.Name):
        return node in called or node.id in _NUMBERS
    return not isinstance(node, (ast.Await, ast.NamedExpr, ast.Lambda))


def _parsed(text: str, parse: Parse) -> ast.Module | None:
    try:
        return parse(text)
    except (SyntaxError, MemoryError, RecursionError):
        # The latter for what is nested too deeply.
        return None
