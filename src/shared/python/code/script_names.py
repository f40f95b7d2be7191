"""What code goes by that was given as text: the file name in its tracebacks."""

from __future__ import annotations

import re

# Of the first or only piece of code.
SCRIPT = "<script>"

_NUMBERED = re.compile(r"<script(?: \d+)?>")


def script_name(number: int) -> str:
    """`number` counts from 1."""
    return SCRIPT if number == 1 else f"<script {number}>"


def is_script_name(name: str) -> bool:
    return _NUMBERED.fullmatch(name) is not None
