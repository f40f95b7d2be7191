"""Texts of objects that may not want to be described: exact, cut to a limit, and fit for UTF-8.

Limits are in characters, that is Unicode code points.
"""

from __future__ import annotations

MAX_TYPE_CHARACTERS = 512

_str_getitem = str.__getitem__
_str_len = str.__len__
_type_name = type.__dict__["__name__"].__get__
_type_qualname = type.__dict__["__qualname__"].__get__
_type_module = type.__dict__["__module__"].__get__


def _exact(text: str, limit: int) -> str:
    """The first `limit` characters as an exact `str`, whatever methods a subclass overrides."""
    return _str_getitem(text, slice(0, limit))


def valid(text: str) -> str:
    """`text` with lone surrogates written out, so that it survives UTF-8."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def name_of(cls: type) -> str:
    """A class's name, past any metaclass that lies about it."""
    try:
        return _exact(_type_name(cls), MAX_TYPE_CHARACTERS)
    except Exception:
        return "object"


def qualified_name(cls: type) -> str:
    """A class's name as a traceback prints it."""
    try:
        name = _exact(_type_qualname(cls), MAX_TYPE_CHARACTERS)
    except Exception:
        name = name_of(cls)
    try:
        module = _exact(_type_module(cls), MAX_TYPE_CHARACTERS)
    except Exception:
        module = "<unknown>"
    return valid(name if module in ("builtins", "__main__") else f"{module}.{name}")


def describe(value: object, limit: int) -> tuple[str, bool]:
    """`str(value)` cut to `limit` characters, and whether it was cut; a placeholder when it cannot be had."""
    try:
        text = str(value)
        return valid(_exact(text, limit)), _str_len(text) > limit
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        hint = ""
        if type(value) is int:
            # str() refuses long integers; say so, because the placeholder alone would puzzle.
            hint = f" ({value.bit_length()} bits; see sys.set_int_max_str_digits)"
        name = name_of(type(value))
        placeholder = f"<unprintable {name} object: {name_of(type(error))} raised by __str__{hint}>"
        return valid(_exact(placeholder, limit)), len(placeholder) > limit


def shorten(text: str, limit: int) -> tuple[str, bool]:
    """`text` with its middle left out when it is longer than `limit` characters, and whether it was."""
    if len(text) <= limit:
        return text, False
    notice = f"\n  [... {len(text) - limit} characters left out ...]\n"
    half = (limit - len(notice)) // 2
    return text[:half] + notice + text[-half:], True
