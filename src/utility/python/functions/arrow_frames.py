"""Data frames in calls of functions of the app's that take them as Arrow: streams of Arrow's IPC format.

pyarrow makes and reads them, but for frames of polars, which does both by itself.
"""

from __future__ import annotations

import base64
import io
import sys
from importlib import import_module
from typing import Any

_modules = sys.modules
# Any: what the items of a memoryview are does not matter.
_BYTES: Any = (bytes, bytearray, memoryview)

# As arrow-frames.ts has it.
_KEY = "__arrow__"


class NoArrowError(Exception):
    """pyarrow is not there."""


class FrameError(Exception):
    """A data frame has no form in Arrow; the message says why."""


def write_frame(value: Any) -> Any:
    """A data frame, a table of pyarrow's or the bytes of a stream as they cross; other values as they are.

    Raises NoArrowError, FrameError.
    """
    data = _stream_of(value)
    return value if data is None else {_KEY: base64.b64encode(data).decode()}


def read_frames(value: Any) -> Any:
    """The data frames in an answer, which is one or a dict of values. Raises NoArrowError, FrameError."""
    if not _is_dict(value):
        return value
    if _is_frame(value):
        return _frame_of(value[_KEY])
    return {key: _frame_of(one[_KEY]) if _is_frame(one) else one for key, one in value.items()}


def _is_dict(value: object) -> bool:
    return type(value) is dict


def _is_frame(value: Any) -> bool:
    return _is_dict(value) and list(value) == [_KEY]


def _stream_of(value: Any) -> bytes | None:
    if isinstance(value, _BYTES):
        return bytes(value)
    polars, pandas = _modules.get("polars"), _modules.get("pandas")
    if polars is not None and isinstance(value, polars.DataFrame):
        target = io.BytesIO()
        # In the form that every reader knows.
        value.write_ipc_stream(target, compat_level=polars.CompatLevel.oldest())
        return target.getvalue()
    arrow = _modules.get("pyarrow")
    if arrow is not None and isinstance(value, (arrow.Table, arrow.RecordBatch)):
        return _arrow_stream(value)
    if pandas is None or not isinstance(value, pandas.DataFrame):
        return None
    try:
        return _arrow_stream(_pyarrow().Table.from_pandas(value))
    except NoArrowError:
        raise
    except Exception as error:
        raise FrameError(str(error)) from None


def _arrow_stream(table: Any) -> bytes:
    target = io.BytesIO()
    with import_module("pyarrow.ipc").new_stream(target, table.schema) as writer:
        writer.write(table)
    return target.getvalue()


def _frame_of(text: str) -> Any:
    data = base64.b64decode(text)
    polars = _modules.get("polars")
    try:
        if polars is not None and "pandas" not in _modules:
            return polars.read_ipc_stream(io.BytesIO(data))
        _pyarrow()
        return import_module("pyarrow.ipc").open_stream(data).read_all().to_pandas()
    except NoArrowError:
        raise
    except Exception as error:
        raise FrameError(str(error)) from None


def _pyarrow() -> Any:
    try:
        return import_module("pyarrow")
    except ImportError:
        raise NoArrowError from None
