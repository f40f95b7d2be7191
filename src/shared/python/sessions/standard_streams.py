"""Python's standard streams between runs."""

from __future__ import annotations

import sys
from typing import Any

_open = open
_NAMES = ("stdin", "stdout", "stderr")


class StandardStreams:
    def __init__(self) -> None:
        self._streams = {name: getattr(sys, name, None) for name in _NAMES}

    def restore(self) -> None:
        """Flush what the guest printed, and give the next run the usual streams."""
        for name, original in self._streams.items():
            current = getattr(sys, name, None)
            if current is not original:
                if name != "stdin":
                    _flush(current)
                setattr(sys, name, original)
            if name != "stdin":
                _flush(original)
            self._reopen(name, original)

    def _reopen(self, name: str, stream: Any) -> None:
        """Replace a standard stream that was closed: `exit()` closes stdin, for one."""
        try:
            if not _is_closed(stream):
                return
            stream = _open(
                _NAMES.index(name),
                "r" if name == "stdin" else "w",
                encoding="utf-8",
                errors="backslashreplace" if name == "stderr" else "strict",
                closefd=False,
            )
        except Exception:
            return
        self._streams[name] = stream
        setattr(sys, name, stream)


def _is_closed(stream: Any) -> bool:
    """Also one whose buffer was taken away, which then can't even say whether it is closed."""
    try:
        return bool(stream.closed)
    except Exception:
        return True


def _flush(stream: Any) -> None:
    try:
        stream.flush()
    except BaseException:
        # None, closed, or the guest's own: nothing more can be got out of it.
        pass
