"""What Python has as the data that JSON holds, for a call of a function of the app's.

Numbers and tables of libraries become plain ones; whatever has no form in JSON is refused, and never changed silently.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime
import enum
import json
import math
import pathlib
import sys
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, cast

_MAX_INT = 2**53 - 1
# Any: what the items of a memoryview are does not matter.
_BYTES: Any = (bytes, bytearray, memoryview)
_modules = sys.modules
_dumps = json.dumps


class PlainDataError(Exception):
    """A value that JSON does not hold. `path` leads to it."""

    def __init__(self, path: str, message: str, kind: str) -> None:
        super().__init__(message)
        self.path = path
        self.kind = kind


class _Reader:
    """Goes through a value once, within bounds."""

    __slots__ = ("_depth", "_left")

    def __init__(self, size: int, depth: int) -> None:
        self._left = size
        self._depth = depth

    def spend(self, size: int, path: str) -> None:
        self._left -= size
        if self._left < 0:
            raise PlainDataError(path, "The arguments are too large to be passed on", "too_large")

    def read(self, value: Any, path: str, depth: int) -> Any:
        if value is None or value is True or value is False:
            self.spend(4, path)
            return value
        if isinstance(value, enum.Enum):
            return self.read(value.value, path, depth)
        if isinstance(value, str):
            self.spend(len(value) + 2, path)
            return str(value)
        if isinstance(value, int):
            return self._integer(int(value), path)
        if isinstance(value, float):
            return self._float(float(value), path)
        if depth == 0:
            raise PlainDataError(path, "Input is nested too deeply, or contains itself", "too_deep")
        if isinstance(value, Mapping):
            return self._mapping(cast("Mapping[object, object]", value), path, depth - 1)
        if isinstance(value, (list, tuple, set, frozenset)):
            return self._sequence(cast("Iterable[object]", value), path, depth - 1)
        return self._other(value, path, depth - 1)

    def _integer(self, value: int, path: str) -> int:
        if not -_MAX_INT <= value <= _MAX_INT:
            raise PlainDataError(path, "Integers beyond 2**53 lose digits on the way; pass it as text", "int_size")
        self.spend(8, path)
        return value

    def _float(self, value: float, path: str) -> float | None:
        if not math.isfinite(value):
            raise PlainDataError(path, "Input should be a finite number: JSON has no nan and no inf", "finite_number")
        self.spend(8, path)
        return value

    def _mapping(self, values: Mapping[object, object], path: str, depth: int) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        for key, value in values.items():
            if not isinstance(key, (str, int)):
                raise PlainDataError(path, "Keys should be valid strings", "string_type")
            name = str(key)
            self.spend(len(name) + 4, path)
            plain[name] = self.read(value, f"{path}.{name}" if path else name, depth)
        return plain

    def _sequence(self, values: Iterable[object], path: str, depth: int) -> list[Any]:
        plain: list[Any] = []
        for index, value in enumerate(values):
            self.spend(1, path)
            plain.append(self.read(value, f"{path}.{index}", depth))
        return plain

    def _other(self, value: Any, path: str, depth: int) -> Any:
        if isinstance(value, _BYTES):
            self.spend(len(value) * 4 // 3, path)
            return base64.b64encode(value).decode()
        if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
            return self.read(value.isoformat(), path, depth)
        if isinstance(value, (pathlib.PurePath, uuid.UUID)):
            return self.read(str(value), path, depth)
        dump = getattr(value, "model_dump", None)
        if dump is not None and not isinstance(value, type):
            return self.read(dump(mode="json"), path, depth)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
            return self._mapping(cast("Mapping[object, object]", fields), path, depth)
        return self._of_library(value, path, depth)

    def _of_library(self, value: Any, path: str, depth: int) -> Any:
        pandas, numpy = _modules.get("pandas"), _modules.get("numpy")
        if pandas is not None:
            # Missing values are None, as in JSON; a table is the list of its rows.
            if isinstance(value, pandas.DataFrame):
                return self.read(_records(value), path, depth + 1)
            if isinstance(value, (pandas.Series, pandas.Index)):
                return self.read(_present(value), path, depth + 1)
            if value is pandas.NaT or value is pandas.NA:
                return None
        if numpy is not None:
            if isinstance(value, numpy.generic):
                return self.read(value.item(), path, depth)
            if isinstance(value, numpy.ndarray):
                return self.read(value.tolist(), path, depth)
        raise PlainDataError(path, f"Input of type {type(value).__name__} has no form in JSON", "json_type")


def _records(table: Any) -> list[dict[str, Any]]:
    columns = [(str(name), _present(table.iloc[:, index])) for index, name in enumerate(table.columns)]
    return [{name: values[row] for name, values in columns} for row in range(len(table))]


def _present(values: Any) -> list[Any]:
    missing = values.isna().tolist()
    return [None if gone else value for value, gone in zip(values.tolist(), missing, strict=True)]


def plain_data(value: object, size: int, depth: int) -> Any:
    """`value` as plain data of about `size` bytes at most. Raises PlainDataError."""
    return _Reader(size, depth).read(value, "", depth)


def plain_json(value: object) -> bytes:
    """JSON of plain data."""
    return _dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
