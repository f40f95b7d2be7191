"""Lets `input()` and `getpass()` say what they ask for, beside printing it.

Reading itself is up to Python: its standard input leads to the host.
"""

from __future__ import annotations

import builtins
import functools
import getpass
import sys
from collections.abc import Callable
from typing import Any

from ..outcomes.input_advice import NO_PASSWORD

_input = builtins.input


def install_standard_input(announce: Callable[[str, bool], None]) -> None:
    """Take the place of the built-in `input` and of `getpass`, which knows terminals only.

    `announce(prompt, secret)` is told each prompt before its line is read, and whether that is not to be seen.
    """

    @functools.wraps(_input)
    def read_line(prompt: object = "", /) -> str:
        text = str(prompt)
        announce(text, False)
        try:
            return _input(text)
        finally:
            announce("", False)

    @functools.wraps(getpass.getpass)
    def read_password(prompt: str = "Password: ", stream: Any = None, *, echo_char: Any = None) -> str:
        stream = sys.stderr if stream is None else stream
        stream.write(prompt)
        stream.flush()
        announce(str(prompt), True)
        try:
            line = sys.stdin.readline()
        finally:
            announce("", False)
            # The end of the line that nobody saw.
            stream.write("\n")
        if not line:
            raise EOFError(NO_PASSWORD)
        return line.rstrip("\n")

    builtins.input = read_line
    getpass.getpass = read_password
