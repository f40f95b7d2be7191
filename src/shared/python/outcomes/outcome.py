"""The outcome of a run as JSON (`GuestReport`)."""

from __future__ import annotations

from collections.abc import Sequence
from json.encoder import encode_basestring
from typing import NamedTuple

from ..text import describe
from .exact_json import exact_json
from .failures import Failure

_encode = encode_basestring


class Value(NamedTuple):
    """What the last expression came to."""

    text: str
    truncated: bool
    # None when JSON can't hold it exactly.
    json: str | None


def describe_value(value: object, text_limit: int) -> Value:
    """`text_limit` cuts the text, in characters."""
    text, cut = describe(value, text_limit)
    return Value(text, cut, exact_json(value))


def outcome_json(
    value: Value | None, failure: Failure | None, files: Sequence[str] = (), files_cut: bool = False
) -> str:
    """`files` are JSON objects, see workspace_files.py."""
    truncated = files_cut or any(part is not None and part.truncated for part in (value, failure))
    value_json = error_json = "null"
    if value is not None:
        json_part = "" if value.json is None else f',"json":{value.json}'
        value_json = f'{{"text":{_encode(value.text)}{json_part}}}'
    if failure is not None:
        line = "null" if failure.line is None else failure.line
        error_json = (
            f'{{"type":{_encode(failure.type)},"message":{_encode(failure.message)},'
            f'"traceback":{_encode(failure.traceback)},"line":{line}}}'
        )
    return (
        f'{{"value":{value_json},"error":{error_json},"files":[{",".join(files)}],'
        f'"truncated":{"true" if truncated else "false"}}}'
    )


# Made beforehand: there may be no memory left for them.
_LAST_RESORT = outcome_json(
    None,
    Failure("RuntimeError", "The run ended, but its outcome could not be described.", "", None, True),
).encode()
_LAST_RESORT_MEMORY = outcome_json(None, Failure("MemoryError", "", "", None, True)).encode()


def last_resort(error: BaseException) -> bytes:
    """The outcome when nothing better can be had."""
    return _LAST_RESORT_MEMORY if issubclass(type(error), MemoryError) else _LAST_RESORT
