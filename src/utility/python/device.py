"""The way out of Python: one character device, to which each write is a message to the realm.

Its first byte says what is wanted (see guest-device.ts); a read is the answer to the one question that there is. Guest
code can do both, too: it can say nothing that it could not have said by calling what is here.
"""

from __future__ import annotations

import os

_read, _write = os.read, os.write
_repr = repr


class Device:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def sleep(self, seconds: float) -> None:
        """Block for that time, less when an interrupt comes. Raises OSError when there is no device."""
        _write(self._descriptor, b"s" + _repr(seconds).encode())

    def show(self, json: str) -> None:
        """Pass on something to show (`GuestDisplay`)."""
        _write(self._descriptor, b"d" + json.encode("utf-8", "replace"))

    def is_writing(self) -> bool:
        """Whether files are open for writing. True, too, when there is no device that could tell."""
        try:
            return _read(self._descriptor, 1) != b"\0"
        except OSError:
            return True

    def announce(self, prompt: str, secret: bool) -> None:
        """Say what is asked for before standard input is read, and whether the answer must not be seen."""
        _write(self._descriptor, (b"p" if secret else b"q") + prompt.encode("utf-8", "replace"))
