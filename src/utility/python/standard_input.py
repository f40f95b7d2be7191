"""Lets `input()` say what it asks for, beside printing it.

Reading itself is up to Python: its standard input leads to the host.
"""

from __future__ import annotations

import builtins
import functools
from typing import Any

_input = builtins.input


class StandardInput:
    def __init__(self) -> None:
        self._announce: Any = None

    def announce_with(self, announce: Any) -> None:
        """From now on `announce(prompt)` is told each prompt before its line is read."""
        self._announce = announce

    def announce(self, prompt: str) -> None:
        if self._announce is not None:
            self._announce(prompt)


def install_standard_input() -> StandardInput:
    """Take the place of the built-in `input`."""
    standard_input = StandardInput()

    @functools.wraps(_input)
    def input(prompt: object = "", /) -> str:
        text = str(prompt)
        standard_input.announce(text)
        try:
            return _input(text)
        finally:
            standard_input.announce("")

    builtins.input = input
    return standard_input
