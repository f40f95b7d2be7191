"""JSON of values that it holds exactly, within bounds."""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import Any

MAX_BYTES = 256 * 1024
MAX_DEPTH = 64
MAX_INT = 2**53 - 1

_encode_string = encode_basestring
_float_repr = float.__repr__
_int_repr = int.__repr__


class _NotJsonError(Exception):
    """The value has no exact JSON form, or too large a one."""


class _JsonWriter:
    """Writes exactly representable values as JSON; the size bound also bounds the work."""

    __slots__ = ("left", "parts")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.left: int = MAX_BYTES

    def put(self, text: str, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise _NotJsonError
        self.parts.append(text)

    def write_string(self, text: str) -> None:
        if len(text) > self.left:
            raise _NotJsonError
        encoded = _encode_string(text)
        if encoded.isascii():
            self.put(encoded, len(encoded))
            return
        try:
            size = len(encoded.encode())
        except UnicodeEncodeError:
            raise _NotJsonError from None
        self.put(encoded, size)

    def write(self, value: Any, depth: int) -> None:
        """Append `value`, which `depth` containers enclose."""
        # By the exact type, as a subclass may have a text of its own.
        cls = type(value)  # pyright: ignore[reportUnknownVariableType] - the type of Any is not known
        if value is None:
            self.put("null", 4)
        elif value is True:
            self.put("true", 4)
        elif value is False:
            self.put("false", 5)
        elif cls is str:
            self.write_string(value)
        elif cls is int:
            if not -MAX_INT <= value <= MAX_INT:
                raise _NotJsonError
            text = _int_repr(value)
            self.put(text, len(text))
        elif cls is float:
            if not value - value == 0.0:
                raise _NotJsonError
            text = _float_repr(value)
            self.put(text, len(text))
        elif cls is list or cls is tuple or cls is dict:
            if depth >= MAX_DEPTH:
                raise _NotJsonError
            if cls is dict:
                self.write_dict(value, depth)
            else:
                self.write_sequence(value, depth)
        else:
            raise _NotJsonError

    def write_sequence(self, values: list[object] | tuple[object, ...], depth: int) -> None:
        opening = "["
        for item in values:
            self.put(opening, 1)
            self.write(item, depth + 1)
            opening = ","
        self.put("[]" if opening == "[" else "]", 2)

    def write_dict(self, values: dict[object, object], depth: int) -> None:
        opening = "{"
        for key, item in values.items():
            if type(key) is not str:
                raise _NotJsonError
            self.put(opening, 1)
            self.write_string(key)
            self.put(":", 1)
            self.write(item, depth + 1)
            opening = ","
        self.put("{}" if opening == "{" else "}", 2)


def exact_json(value: object) -> str | None:
    """`value` as JSON, or None when JSON cannot hold it exactly or it is too large."""
    writer = _JsonWriter()
    try:
        writer.write(value, 0)
    except KeyboardInterrupt:
        raise
    except BaseException:
        return None
    return "".join(writer.parts)
