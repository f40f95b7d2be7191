"""The way out of Python: one character device, to which each write is a message to the realm.

Its first byte says what is wanted (see guest-device.ts); a read is the answer to what was asked. Guest
code can do both, too: it can say nothing that it could not have said by calling what is here.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress

_read, _write = os.read, os.write
_dumps = json.dumps
_repr = repr
_join = b"".join
_from_bytes = int.from_bytes

# Most bytes of an answer that come at once, with the byte before them, and that byte where no more follow.
_PART_BYTES = 256 * 1024
_LAST = b"\1"
# Of the count of changes. Read by itself: to find out whether files are written takes several times as long.
_COUNT_BYTES = 6


class Device:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._calls = 0

    def sleep(self, seconds: float) -> None:
        """Block for that time, less when an interrupt comes. Raises OSError when there is no device."""
        _write(self._descriptor, b"s" + _repr(seconds).encode())

    def show(self, json: str) -> None:
        """Pass on something to show (`GuestDisplay`)."""
        _write(self._descriptor, b"d" + json.encode("utf-8", "replace"))

    def is_writing(self) -> bool:
        """Whether files are open for writing. True, too, where that can not be told."""
        try:
            return _read(self._descriptor, 1) != b"\0"
        except OSError, MemoryError:
            return True

    def file_changes(self) -> int | None:
        """A number that grows with each change of a file. None when there is no device that could tell."""
        try:
            count = _read(self._descriptor, _COUNT_BYTES)
        except OSError:
            return None
        return _from_bytes(count, "little") if len(count) == _COUNT_BYTES else None

    def call(self, call: bytes) -> bytes:
        """Call a function of the app's, and block until it has answered; both are JSON. Raises OSError when it can't.

        An interrupt is raised here as everywhere; the answer to what was let go of that way is never seen.
        """
        self._calls += 1
        number = _repr(self._calls).encode()
        # Where the interrupt is of no concern, Python writes the same again, and waits for the same answer.
        _write(self._descriptor, b"c" + number + b" " + call)
        parts: list[bytes] = []
        while True:
            part = _read(self._descriptor, _PART_BYTES)
            parts.append(part[1:])
            if part[:1] == _LAST:
                return _join(parts)
            _write(self._descriptor, b"r" + number)

    def fetch_fonts(self, modules: list[str]) -> None:
        """Block until the packages of these modules are in the file system, those that can be had."""
        with suppress(OSError):
            _write(self._descriptor, b"f" + _dumps({"modules": modules}).encode())

    def announce(self, prompt: str, secret: bool) -> None:
        """Say what is asked for before standard input is read, and whether the answer must not be seen."""
        _write(self._descriptor, (b"p" if secret else b"q") + prompt.encode("utf-8", "replace"))
