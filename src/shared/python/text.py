"""Texts of objects that may not want to be described: exact, cut to a limit, and fit for UTF-8.

Limits are in characters, that is Unicode code points.
"""

from __future__ import annotations

import sys
from typing import Any

# Any: Python 3.8 has neither.
_sys: Any = sys
_get_max_digits = getattr(_sys, "get_int_max_str_digits", None)
_set_max_digits = getattr(_sys, "set_int_max_str_digits", None)
# What a script may print by itself, and what is written of longer integers. More digits take long to find.
_PLAIN_DIGITS = 4300
_SHOWN_DIGITS = 1000
_MAX_DIGITS = 1_000_000
_DIGITS_PER_BIT = 0.30103
_MAX_REASON = 300
# Of a cut text, in characters.
_MIN_FOR_ENDS = 1000

MAX_TYPE_CHARACTERS = 512

_str_getitem = str.__getitem__
_str_len = str.__len__
_type_name = type.__dict__["__name__"].__get__
_type_qualname = type.__dict__["__qualname__"].__get__
_type_module = type.__dict__["__module__"].__get__


def _exact(text: str, limit: int) -> str:
    """The first `limit` characters as an exact `str`, whatever methods a subclass overrides."""
    return _str_getitem(text, slice(0, limit))


def _cut(text: str, limit: int) -> str:
    """At most `limit` characters: the first ones, or both ends where that leaves enough of them."""
    length = _str_len(text)
    if length <= limit or limit < _MIN_FOR_ENDS:
        return _exact(text, limit)
    # The number that is told is not longer than this one.
    half = (limit - len(_left_out(length))) // 2
    return _exact(text, half) + _left_out(length - 2 * half) + _str_getitem(text, slice(length - half, length))


def _left_out(count: int) -> str:
    return f"\n[... {count} characters left out ...]\n"


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
    """`str(value)` cut to `limit` characters, and whether it was cut; why not, when it can not be had."""
    try:
        text = _text_of(value)
        return valid(_cut(text, limit)), _str_len(text) > limit
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        reason = f"a value of type {name_of(type(value))} that has no text: its __str__ raised {_words_of(error)}"
        return valid(_exact(reason, limit)), len(reason) > limit


def _text_of(value: object) -> str:
    if type(value) is int and value.bit_length() * _DIGITS_PER_BIT > _PLAIN_DIGITS:
        return _digits_of(value)
    try:
        return str(value)
    except ValueError:
        # Perhaps for an integer that is in it somewhere.
        return _with_more_digits(value)


def _with_more_digits(value: object) -> str:
    if _get_max_digits is None or _set_max_digits is None:
        return str(value)
    usual = _get_max_digits()
    _set_max_digits(_MAX_DIGITS)
    try:
        return str(value)
    finally:
        _set_max_digits(usual)


def _digits_of(value: int) -> str:
    """A long integer with its middle left out."""
    if value.bit_length() * _DIGITS_PER_BIT > _MAX_DIGITS - 1:
        about = int(value.bit_length() * _DIGITS_PER_BIT)
        return f"an integer of about {about} digits, which would take long to write out"
    text = _with_more_digits(value)
    left_out = len(text) - 2 * _SHOWN_DIGITS
    count = len(text) - text.startswith("-")
    return f"{text[:_SHOWN_DIGITS]}[... {left_out} of {count} digits left out ...]{text[-_SHOWN_DIGITS:]}"


def _words_of(error: BaseException) -> str:
    name = name_of(type(error))
    try:
        words = _exact(str(error), _MAX_REASON)
    except BaseException:
        words = ""
    return f"{name}: {words}" if words else name


def shorten(text: str, limit: int) -> tuple[str, bool]:
    """`text` with its middle left out when it is longer than `limit` characters, and whether it was."""
    if len(text) <= limit:
        return text, False
    notice = f"\n  [... {len(text) - limit} characters left out ...]\n"
    half = (limit - len(notice)) // 2
    return text[:half] + notice + text[-half:], True
