"""What copying does to code: prose around it, characters that only look right, indentation.

No line gets another number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

# Of a line that is looked at, in characters.
MAX_LINE = 4000

# The beginning or the end of code in a chat's answer.
_FENCE = re.compile(r"\s*(?:```|~~~)\s*(\w*).*")
_CODE_FENCES = frozenset(("python", "py", "python3", "ipython", "ipython3", "tool_code"))
# The number of a line, with or without a mark after it.
_NUMBERED = re.compile(r"[ \t]{0,8}(\d{1,5})(?:(?:[ \t]{0,4}[|\u2502]|[:)]|\.(?!\d))(.*)|((?:[ \t].*)?))")
_QUOTES = ('"""', "'''")
_QUOTE = ('"', "'")
# Those of one kind: each of them opens a string, and any of them closes it.
_DOUBLE_QUOTES = '"\u201c\u201d\u201e\u201f\uff02'
_SINGLE_QUOTES = "'\u2018\u2019\u201a\u201b\uff07"

_INVALID_CHARACTER = re.compile(r"invalid (?:non-printable )?character .*U\+([0-9A-F]{4,6})")
_BLANKS = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
# Characters of one kind, with what the keyboard has in their place.
_LOOKALIKES = (
    (_BLANKS, " "),
    ("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),
    ("\u201c\u201d\u201e\u201f", '"'),
    ("\u2018\u2019\u201a\u201b", "'"),
    ("\u2010\u2011\u2012\u2013\u2212", "-"),
    ("\u2026", "..."),
    # Those of East Asian keyboards.
    ("\u3002", "."),
    ("\u3001", ","),
    *((chr(0xFEE0 + ord(mark)), mark) for mark in "!\"#%&'()*+,-./:;<=>@[\\]^`{|}~0123456789"),
    # Those of books.
    ("\u00d7", "*"),
    ("\u00f7", "/"),
    ("\u2264", "<="),
    ("\u2265", ">="),
    ("\u2260", "!="),
)


class _Block(NamedTuple):
    """What stands between two fences: lines by their index."""

    language: str
    start: int
    end: int


def without_numbers(lines: list[str]) -> list[str] | None:
    """Lines that were copied with their numbers, without these; None for anything else."""
    kept: list[str] = []
    expected: int | None = None
    numbered = 0
    for line in lines:
        found = _NUMBERED.fullmatch(line) if len(line) <= MAX_LINE else None
        if found is None:
            if line.strip():
                return None
            kept.append("")
            continue
        number = int(found[1])
        if expected is not None and number != expected:
            return None
        expected = number + 1
        numbered += 1
        kept.append(found[2] or found[3] or "")
    # One number is a number; numbers alone are no code.
    return kept if numbered >= 2 and any(line.strip() for line in kept) else None


def without_prose(lines: list[str], error_line: int | None, parses: Callable[[str], bool]) -> list[str] | None:
    """The code of a chat's answer: what stands between fences, where the error is in what stands around them.

    Fences of no language are around code where none are of Python and it parses (`parses`), or none does. None for
    anything else, such as a program with fences in its strings.
    """
    blocks = _blocks_in(lines)
    if blocks is None:
        return None
    code = [block for block in blocks if block.language in _CODE_FENCES]
    if not code:
        bare = [block for block in blocks if not block.language]
        code = [block for block in bare if parses("\n".join(lines[block.start : block.end]))] or bare
    kept = [""] * len(lines)
    for block in code:
        if error_line is not None and block.start < error_line <= block.end:
            return None
        kept[block.start : block.end] = lines[block.start : block.end]
    return kept if any(line.strip() for line in kept) else None


def _blocks_in(lines: list[str]) -> list[_Block] | None:
    """None where fences belong to a text in the code."""
    blocks: list[_Block] = []
    language: str | None = None
    start = 0
    for index, line in enumerate(lines):
        fence = _FENCE.fullmatch(line) if len(line) <= MAX_LINE else None
        if language is None:
            if any(quotes in line for quotes in _QUOTES):
                return None
            if fence is not None:
                language, start = fence[1].lower(), index + 1
        elif fence is not None:
            if (not language or language in _CODE_FENCES) and _is_in_string(lines[start:index]):
                return None
            blocks.append(_Block(language, start, index))
            language = None
    if language is not None:
        blocks.append(_Block(language, start, len(lines)))
    return blocks


def _is_in_string(lines: list[str]) -> bool:
    return any(sum(line.count(quotes) for line in lines) % 2 == 1 for quotes in _QUOTES)


def without_lookalikes(line: str, error: SyntaxError) -> str | None:
    """The line with what was meant, where Python can't read a character of it; None for other errors.

    Only of the kind that Python names, and only what stands outside of strings and comments.
    """
    invalid = _INVALID_CHARACTER.match(error.msg)
    if invalid is None or len(line) > MAX_LINE:
        return None
    found = chr(int(invalid[1], 16))
    for kind, meant in _LOOKALIKES:
        if found in kind:
            return _meant(line, _column(line, found, error), kind, meant)
    return None


def _column(line: str, found: str, error: SyntaxError) -> int:
    """Where Python found it: up to there it could read the line."""
    column = (error.offset or 1) - 1
    return column if line[column : column + 1] == found else max(line.find(found), 0)


def _meant(line: str, start: int, kind: str, meant: str) -> str:
    """The line with `meant` for those of the kind that stand in the code from `start` on."""
    written = [line[:start]]
    # What closes the string that the character is in; empty in the code.
    closing = ""
    is_escaped = False
    for index in range(start, len(line)):
        character = line[index]
        is_meant = character in kind and (not closing or character in closing)
        if closing:
            if character in closing and not is_escaped:
                closing = ""
            is_escaped = character == "\\" and not is_escaped
        elif character == "#" or line.startswith(_QUOTES, index):
            # What is in a comment stays; where the string ends is further down.
            return "".join(written) + line[index:]
        else:
            closing = _closing(character)
        written.append(meant if is_meant else character)
    return "".join(written)


def _closing(opening: str) -> str:
    """What ends the string that the character begins; empty where it begins none.

    Also of those that Python can't read and that are not yet mended: what is in their strings stays as well.
    """
    if opening in _QUOTE:
        return opening
    return next((quotes for quotes in (_DOUBLE_QUOTES, _SINGLE_QUOTES) if opening in quotes), "")


def dedented(lines: list[str], parses: Callable[[str], bool]) -> list[str] | None:
    """Without what all lines are indented by; the first line may have lost it on its way. None where it is nothing.

    Where lines stand further left, as those of a string may, it is to be Python afterwards (`parses`).
    """
    for first in (0, 1):
        written = [line for line in lines[first:] if line.strip()]
        margin = min((len(line) - len(line.lstrip()) for line in written), default=0)
        start = written[0][:margin] if written else ""
        if margin > 0 and all(line.startswith(start) for line in written):
            # A single line that is indented is a slip, and for Python to tell of.
            if first == 1 and (len(written) < 2 or lines[0].rstrip().endswith(":")):
                return None
            return [*lines[:first], *(line[margin:] if line.strip() else "" for line in lines[first:])]
    around = _dedented_around_strings(lines)
    return around if around is not None and parses("\n".join(around)) else None


def _dedented_around_strings(lines: list[str]) -> list[str] | None:
    """Lines of a string may stand further left: what the first line is indented by is taken from those that have it."""
    first = next((line for line in lines if line.strip()), "")
    start = first[: len(first) - len(first.lstrip())]
    if not start or not any(quotes in line for line in lines for quotes in _QUOTES):
        return None
    # Not removeprefix(), for Python 3.8.
    return [line[len(start) :] if line.startswith(start) else line for line in lines]
