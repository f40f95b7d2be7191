"""Standard input of native code: whoever runs it is asked, if they answer, through the channel."""

from __future__ import annotations

import base64
import builtins
import errno
import functools
import io
import sys
from typing import Any

from ....shared.python.sessions.standard_input import install_standard_input
from .channel import Channel

# In UTF-16 units, as the other side counts them.
_MAX_PROMPT_UNITS = 4096
_LAST_CALL = 2**31 - 1

_decode_base64 = base64.b64decode
_TextIOWrapper, _BufferedReader = io.TextIOWrapper, io.BufferedReader


class ChannelInput:
    """What is behind `sys.stdin`; a line comes in parts, each asked for."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._is_answered = False
        self._calls = 0
        self._left = b""
        self._prompt, self._is_secret = "", False

    def begin_run(self, is_answered: bool) -> None:
        """What the last run has not read is gone. `is_answered`: somebody answers in this one."""
        self._is_answered = is_answered
        self._left = b""
        self._prompt, self._is_secret = "", False
        # Any: a raw stream is all that it needs.
        reader: Any = _Reader(self)
        sys.stdin = _TextIOWrapper(_BufferedReader(reader), encoding="utf-8", errors="surrogateescape")

    def end_run(self) -> None:
        self._is_answered = False

    def is_answered(self) -> bool:
        return self._is_answered and self._channel.is_ours()

    def announce(self, prompt: str, secret: bool) -> None:
        """The next question goes with it."""
        self._prompt, self._is_secret = prompt, secret

    def read_into(self, target: Any) -> int:
        if not self._left:
            if not self.is_answered():
                return 0
            self._left = self._ask()
        size = min(len(target), len(self._left))
        target[:size] = self._left[:size]
        self._left = self._left[size:]
        return size

    def _ask(self) -> bytes:
        self._calls = call = self._calls % _LAST_CALL + 1
        prompt, self._prompt = _shortened(self._prompt), ""
        self._channel.tell({"say": "input", "call": call, "prompt": prompt, "secret": self._is_secret})
        while True:
            order = self._channel.next_order()
            if order is None:
                return b""
            # An answer that was given up comes late.
            if order["do"] != "answer" or order["call"] != call:
                continue
            if order["kind"] == "failed":
                raise OSError(errno.EIO, "the input could not be read")
            return _decode_base64(order["bytes"]) if order["kind"] == "bytes" else b""


class _Reader(io.RawIOBase):
    """One `sys.stdin`, which code may close."""

    def __init__(self, source: ChannelInput) -> None:
        super().__init__()
        self._source = source

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        # Of the system's, which is empty.
        return 0

    def readinto(self, target: Any) -> int:
        return self._source.read_into(target)


def install_channel_input(channel: Channel) -> ChannelInput:
    """Let `input()`, `getpass()` and `sys.stdin` ask whoever runs the code."""
    source = ChannelInput(channel)
    install_standard_input(source.announce)
    asked = builtins.input

    @functools.wraps(asked)
    def read_line(prompt: object = "", /) -> str:
        try:
            return asked(prompt)
        except EOFError:
            if source.is_answered():
                raise
        raise EOFError("EOF when reading a line: code that runs in your own Python is given no input here")

    builtins.input = read_line
    return source


def _shortened(prompt: str) -> str:
    units = prompt.encode("utf-16-le", "replace")
    return units[: 2 * _MAX_PROMPT_UNITS].decode("utf-16-le", "ignore")
