"""What a run shows: one thing after another, within budgets.

All that is sent is looked at again outside: nothing here protects anything. It keeps to the budgets so that what
does not fit is left out with a note that says so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any

from .mime_texts import pair_bytes, texts_of

_encode_json_string = encode_basestring

# Kept for the note that more was shown than fits.
_NOTE_BYTES = 512
_MAX_NOTE_CHARACTERS = 4096


class Outputs:
    """What one session shows."""

    def __init__(self) -> None:
        self._send: Callable[[str], object] | None = None
        self._max_bytes = self._max_total_bytes = self._max_count = self._max_types = 0
        self._bytes_left = self._count_left = 0

    def show_with(
        self, send: Callable[[str], object], max_bytes: int, max_total_bytes: int, max_count: int, max_types: int
    ) -> None:
        """From now on `send(json)` takes what is shown (`GuestDisplay`); the budgets are those of each run."""
        self._send = send
        self._max_bytes, self._max_total_bytes = max_bytes, max_total_bytes
        self._max_count, self._max_types = max_count, max_types
        self.begin_run()

    def begin_run(self) -> None:
        self._bytes_left, self._count_left = self._max_total_bytes, self._max_count

    def send(self, forms: dict[str, Any]) -> None:
        """Show one thing, as far as the budgets allow."""
        if not forms or self._send is None:
            return
        if self._count_left <= 0:
            return
        contents, notes = texts_of(forms, self._max_types)
        room = min(self._max_bytes, self._bytes_left - _NOTE_BYTES)
        last = self._count_left == 1
        sizes = {mime: pair_bytes(mime, text) for mime, text in contents.items()}
        size = sum(sizes.values())
        if last or (size > room and room < self._max_bytes):
            self._finish("of the outputs of this run, no more are shown: " + self._spent(last))
            return
        if notes or size > room:
            room -= _MAX_NOTE_CHARACTERS
        # The largest first: what is left says more than nothing.
        for mime in sorted(sizes, key=lambda mime: (mime == "text/plain", -sizes[mime])):
            if size <= room:
                break
            if mime == "text/plain" and contents:
                text = contents[mime]
                # A character has at most six bytes as JSON.
                contents[mime] = text[: max(0, room // 8)]
                notes.append(f"{mime} cut: {len(text)} characters are too many for one output")
                break
            size -= sizes.pop(mime)
            taken = len(contents.pop(mime).encode("utf-8", "replace"))
            notes.append(f"{mime} left out: {taken} bytes are more than the {self._max_bytes} of one output")
        if notes:
            note = "\n".join(f"[{note}]" for note in notes)[:_MAX_NOTE_CHARACTERS]
            plain = contents.get("text/plain", "")
            contents["text/plain"] = f"{plain}\n{note}" if plain else note
        self._pass_on(contents, cut=bool(notes))

    def _spent(self, last: bool) -> str:
        if last:
            return f"there are more than {self._max_count - 1}"
        return f"together they are larger than {self._max_total_bytes} bytes"

    def _finish(self, note: str) -> None:
        """The last thing this run shows."""
        self._pass_on({"text/plain": f"[{note}]"}, cut=True)
        self._count_left = 0

    def _pass_on(self, contents: dict[str, str], *, cut: bool) -> None:
        if not contents or self._send is None:
            return
        pairs = ",".join(
            f"[{_encode_json_string(mime)},{_encode_json_string(text)}]" for mime, text in contents.items()
        )
        message = f'{{"mime":[{pairs}],"cut":{"true" if cut else "false"}}}'
        self._count_left -= 1
        self._bytes_left -= len(message) if message.isascii() else len(message.encode())
        # What was printed before is to be seen before.
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:
                pass
        self._send(message)
