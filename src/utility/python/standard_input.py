"""Lets `input()` and `getpass()` say what they ask for, beside printing it.

Reading itself is up to Python: its standard input leads to the host.
"""

from __future__ import annotations

import builtins
import functools
import getpass
import sys
from typing import Any

_input = builtins.input


class StandardInput:
    def __init__(self) -> None:
        self._announce: Any = None

    def announce_with(self, announce: Any) -> None:
        """From now on `announce(prompt, secret)` is told each prompt before its line is read, and whether that is not
        to be seen."""
        self._announce = announce

    def announce(self, prompt: str, secret: bool = False) -> None:
        if self._announce is not None:
            self._announce(prompt, secret)


def install_standard_input() -> StandardInput:
    """Take the place of the built-in `input` and of `getpass`, which knows terminals only."""
    standard_input = StandardInput()

    @functools.wraps(_input)
    def input(prompt: object = "", /) -> str:  # noqa: A001 - it is the built-in from here on
        text = str(prompt)
        standard_input.announce(text)
        try:
            return _input(text)
        finally:
            standard_input.announce("")

    @functools.wraps(getpass.getpass)
    def read_password(prompt: str = "Password: ", stream: Any = None, *, echo_char: Any = None) -> str:
        stream = sys.stderr if stream is None else stream
        stream.write(prompt)
        stream.flush()
        standard_input.announce(str(prompt), secret=True)
        try:
            line = sys.stdin.readline()
        finally:
            standard_input.announce("")
            # The end of the line that nobody saw.
            stream.write("\n")
        if not line:
            raise EOFError
        return line.rstrip("\n")

    builtins.input = input
    getpass.getpass = read_password
    return standard_input
