"""Names below the workspace that a caller can ask for: as workspace-path.ts has them."""

from __future__ import annotations

import re
from collections.abc import Callable

_MAX_UNITS = 255
# Control characters, separators of lines, what turns text around, and halves of characters.
_REFUSED = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]")
_DRIVE = re.compile(r"^[A-Za-z]:[\\/]")
_ENDING = re.compile(r"(?<=.)\.[A-Za-z0-9]{1,10}$")


def fitting_name(name: str, is_taken: Callable[[str], bool]) -> str:
    """`name` itself when it fits; otherwise one that does and is not taken."""
    if _fits(name):
        return name
    # A path as Windows has it, from code that was made for it.
    path = _DRIVE.sub("", name).replace("\\", "/")
    segments = [_REFUSED.sub("_", part) for part in path.split("/")]
    kept = "/".join(part for part in segments if part not in ("", ".", ".."))
    ending = _ENDING.search(kept)
    end = "" if ending is None else ending[0]
    stem = kept[: len(kept) - len(end)] or "file"
    for number in range(1, 1000):
        mark = "" if number == 1 else f"-{number}"
        while _units(stem + mark + end) > _MAX_UNITS:
            stem = stem[:-1].rstrip("/")
        if not is_taken(stem + mark + end):
            return stem + mark + end
    return name


def _fits(name: str) -> bool:
    return "\\" not in name and _REFUSED.search(name) is None and _units(name) <= _MAX_UNITS


def _units(name: str) -> int:
    """Of UTF-16."""
    return len(name.encode("utf-16-le", "surrogatepass")) // 2
