"""What copying does to code: prose around it, characters that only look right, indentation.

No line gets another number.
"""

from __future__ import annotations

import re

# Of a line that is looked at, in characters.
MAX_LINE = 4000

# The beginning or the end of code in a chat's answer.
_FENCE = re.compile(r"\s*(?:```|~~~)\s*(\w*).*")
_CODE_FENCES = frozenset(("", "python", "py", "python3", "ipython", "ipython3", "tool_code"))
_QUOTES = ('"""', "'''")

_INVALID_CHARACTER = re.compile(r"invalid (?:non-printable )?character .*U\+([0-9A-F]{4,6})")
_BLANKS = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
# Characters of one kind, with what the keyboard has in their place.
_LOOKALIKES = (
    (_BLANKS, " "),
    ("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),
    ("\u201c\u201d\u201e\u201f", '"'),
    ("\u2018\u2019\u201a\u201b", "'"),
)


def without_prose(lines: list[str], error_line: int | None) -> list[str] | None:
    """The code of a chat's answer: what stands between fences, where the error is in what stands around them.

    None for anything else, such as a program with fences in its strings.
    """
    kept: list[str] = []
    is_code: bool | None = None
    has_code = False
    for number, line in enumerate(lines, 1):
        fence = _FENCE.fullmatch(line) if len(line) <= MAX_LINE else None
        if fence is not None and is_code is True and _is_in_string(kept):
            # They belong to a text in the code.
            return None
        if fence is not None:
            is_code = fence[1].lower() in _CODE_FENCES if is_code is None else None
        is_kept = fence is None and is_code is True
        if is_kept and number == error_line:
            return None
        if is_code is None and any(quotes in line for quotes in _QUOTES):
            return None
        kept.append(line if is_kept else "")
        has_code = has_code or (is_kept and bool(line.strip()))
    return kept if has_code else None


def _is_in_string(lines: list[str]) -> bool:
    return any(sum(line.count(quotes) for line in lines) % 2 == 1 for quotes in _QUOTES)


def without_lookalikes(line: str, error: SyntaxError) -> str | None:
    """The line with what was meant, where Python can't read a character of it; None for other errors.

    Only of the kind that Python names: others may stand in strings.
    """
    invalid = _INVALID_CHARACTER.match(error.msg)
    if invalid is None or len(line) > MAX_LINE:
        return None
    found = chr(int(invalid[1], 16))
    for kind, meant in _LOOKALIKES:
        if found in kind:
            return "".join(meant if character in kind else character for character in line)
    return None


def dedented(lines: list[str]) -> list[str] | None:
    """Without what all lines are indented by; the first line may have lost it on its way. None where it is nothing."""
    for first in (0, 1):
        written = [line for line in lines[first:] if line.strip()]
        margin = min((len(line) - len(line.lstrip()) for line in written), default=0)
        start = written[0][:margin] if written else ""
        if margin > 0 and all(line.startswith(start) for line in written):
            # A single line that is indented is a slip, and for Python to tell of.
            if first == 1 and (len(written) < 2 or lines[0].rstrip().endswith(":")):
                return None
            return [*lines[:first], *(line[margin:] if line.strip() else "" for line in lines[first:])]
    return _dedented_around_strings(lines)


def _dedented_around_strings(lines: list[str]) -> list[str] | None:
    """Lines of a string may stand further left: what the first line is indented by is taken from those that have it."""
    first = next((line for line in lines if line.strip()), "")
    start = first[: len(first) - len(first.lstrip())]
    if not start or not any(quotes in line for line in lines for quotes in _QUOTES):
        return None
    # Not removeprefix(), for Python 3.8.
    return [line[len(start) :] if line.startswith(start) else line for line in lines]
