"""What pages and messages put around code, or write in place of its characters.

No line gets another number.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .pasted_text import MAX_LINE, dedented, without_numbers

# What a chat's page has above code: its language and the names of buttons, in lines of their own.
_BUTTONS = (
    "copy code|copy|edit|run|code kopieren|kopieren|bearbeiten|copier le code|copier|modifier|copiar código|copiar|"
    "editar|copia codice|copia|modifica|skopiuj kod|kopiuj|edytuj|"
    "复制代码|复制|编辑|コードをコピーする|コピーする|編集する"
)
_LANGUAGE = "python3?|py"
_LINE_END = r"[ \t]*\r?\n"
_TITLE = re.compile(
    rf"\s*(?:{_LANGUAGE}|copy code){_LINE_END}(?:[ \t]*(?:(?:{_BUTTONS})[ \t]*)?\r?\n)*(?=[^\n]*\S)", re.IGNORECASE
)
# What pages write in place of a blank.
_PAGE_BLANK = "\u00a0"
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'", "nbsp": " "}
_ENTITY = re.compile(rf"&({'|'.join(_ENTITIES)}|#\d{{1,6}}|#[xX][\da-fA-F]{{1,5}});")
_QUOTED = re.compile(r"[ \t]{0,3}>(?!>>)[ \u00a0]?(.*)")


def without_title(code: str) -> str:
    """The code, without what stands above it in a chat: empty lines are in its place.

    Python could read it, as names; but such a line does nothing, if it is not the last one.
    """
    title = _TITLE.match(code)
    return code if title is None else "\n" * title[0].count("\n") + code[title.end() :]


def without_page(lines: list[str], parses: Callable[[str], bool]) -> list[str] | None:
    """The code, where something of this was all that was wrong with it; None for anything else.

    Each change is made to what those before it left, since quotations have entities in them, or are numbered. The
    first result that is Python is taken: what stands in its strings may look like the rest. Blanks of pages count as
    blanks; they stay for pasted_text.py, which tells those in strings from those in the code.
    """

    def is_code(code: str) -> bool:
        return parses(code.replace(_PAGE_BLANK, " "))

    for change in (_without_numbers, _without_quote_marks, _without_entities, _without_numbers, _without_quote_marks):
        changed = change(lines, is_code)
        if changed is None or changed == lines:
            continue
        lines = changed
        if is_code("\n".join(lines)):
            return lines
    return None


def _without_numbers(lines: list[str], parses: Callable[[str], bool]) -> list[str] | None:
    kept = without_numbers(lines)
    return None if kept is None else dedented(kept, parses) or kept


def _without_quote_marks(lines: list[str], _: Callable[[str], bool]) -> list[str] | None:
    """What a message quotes, with a `>` before each line; None for anything else."""
    kept: list[str] = []
    for line in lines:
        quoted = _QUOTED.fullmatch(line) if len(line) <= MAX_LINE else None
        if quoted is None and line.strip():
            return None
        kept.append("" if quoted is None else quoted[1])
    return kept if any(line.strip() for line in kept) else None


def _without_entities(lines: list[str], _: Callable[[str], bool]) -> list[str]:
    """With the characters that a page's source writes as `&lt;`."""
    return [_ENTITY.sub(_character, line) for line in lines]


def _character(entity: re.Match[str]) -> str:
    name = entity[1]
    if not name.startswith("#"):
        return _ENTITIES[name]
    number = int(f"0{name[1:]}", 16) if name[1] in "xX" else int(name[1:])
    # Neither ends of lines nor what no text has.
    if number < 0x20 or 0xD800 <= number < 0xE000:
        return entity[0]
    character = chr(number)
    return " " if character == _PAGE_BLANK else character
