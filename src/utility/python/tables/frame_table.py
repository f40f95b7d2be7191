"""A data frame as it was when it was shown: its fields, and its rows in any order, some or all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .cell_texts import CellTexts

# Of a larger frame, as many columns and rows are kept as make this.
_MAX_CELLS = 1_000_000
_MAX_COLUMNS = 10_000
# That come with the description.
_HEAD_ROWS = 100
_HEAD_FIELDS = 60
_HEAD_CHARACTERS = 200_000
_NAME_CHARACTERS = 200
# Of one answer; as JSON in UTF-8 no character has more than six bytes.
_ANSWER_CHARACTERS = 650_000
# Objects of the guest's own classes are made texts at once, that many of a column.
_MAX_SETTLED = 20_000

_COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "=": lambda values, value: values == value,
    "!=": lambda values, value: values != value,
    "<": lambda values, value: values < value,
    "<=": lambda values, value: values <= value,
    ">": lambda values, value: values > value,
    ">=": lambda values, value: values >= value,
}
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


class FrameTable:
    """The index's levels are its first fields, the columns the others."""

    def __init__(self, pandas: Any, shown: Any) -> None:
        """`shown`: a DataFrame or a Series. Called in a run; the guest's classes may have their say here only."""
        self._pandas = pandas
        self._texts = CellTexts(pandas)
        is_series = isinstance(shown, pandas.Series)
        frame = pandas.DataFrame(shown)
        self._all_rows, self._all_columns = frame.shape
        columns = min(self._all_columns, _MAX_COLUMNS)
        rows = min(self._all_rows, max(1, _MAX_CELLS // max(1, columns)))
        # A copy: what the code changes later is no part of what was shown.
        kept = frame.iloc[:rows, :columns].copy()
        self._kept = kept
        index = kept.index
        self._levels: int = index.nlevels
        self._rows: int = rows
        self._names = [[_name(name)] for name in index.names]
        if is_series:
            self._names.append([_name(shown.name)])
        elif kept.columns.nlevels > 1:
            self._names += [[_name(part) for part in label] for label in kept.columns]
        else:
            self._names += [[_name(label)] for label in kept.columns]
        self._fields: dict[int, Any] = {}
        self._dates: dict[int, bool] = {}
        self._types = [index.get_level_values(level).dtype for level in range(self._levels)] + list(kept.dtypes)
        for place, dtype in enumerate(self._types):
            if self._is_object(dtype) or not self._is_known(dtype):
                self._fields[place] = self._settled(self._field(place))
        self._order: tuple[str, Any] = ("", None)

    @property
    def cells(self) -> int:
        return self._rows * len(self._types)

    def describe(self, name: str) -> dict[str, Any]:
        """As `ShownTable` in src/shared/contract/table.ts."""
        fields = range(min(len(self._types), _HEAD_FIELDS))
        head = self._cells(range(min(self._rows, _HEAD_ROWS)), fields, self._texts.short, _HEAD_CHARACTERS)
        return {
            "version": 1,
            "table": name,
            "rows": self._all_rows,
            "columns": self._all_columns,
            "keptRows": self._rows,
            "levels": self._levels,
            "fields": [
                {"name": name, "type": str(dtype)[:_NAME_CHARACTERS], "isNumber": self._is_number(dtype)}
                for name, dtype in zip(self._names, self._types, strict=True)
            ],
            "head": head,
        }

    def rows(self, asked: dict[str, Any]) -> dict[str, Any]:
        """As `TableAnswer`; fewer rows than asked for when they are too long. Raises ValueError for a bad filter."""
        order = self._ordered(asked.get("filter"), asked.get("sort"))
        total = self._rows if order is None else len(order)
        first = min(asked["first"], total)
        wanted = range(first, min(total, first + asked["count"]))
        positions = wanted if order is None else order[first : wanted.stop]
        fields = range(asked["firstField"], min(len(self._types), asked["firstField"] + asked["fields"]))
        text = self._texts.whole if asked["whole"] else self._texts.short
        return {"kind": "rows", "rows": total, "cells": self._cells(positions, fields, text, _ANSWER_CHARACTERS)}

    def _field(self, place: int) -> Any:
        """A series with the places of the rows as its index."""
        field = self._fields.get(place)
        if field is not None:
            return field
        index = self._kept.index
        of_index = place < self._levels
        values = index.get_level_values(place) if of_index else self._kept.iloc[:, place - self._levels]
        return self._pandas.Series(values.array)

    def _is_object(self, dtype: Any) -> bool:
        return bool(self._pandas.api.types.is_object_dtype(dtype))

    def _is_known(self, dtype: Any) -> bool:
        """Whether the code of that type is NumPy's or pandas' own."""
        return type(dtype).__module__.partition(".")[0] in ("pandas", "numpy")

    def _settled(self, field: Any) -> Any:
        """The field without values whose texts only code of the guest's can tell, as far as there are few."""
        values: list[Any] = field.astype(object).tolist()
        if not self._texts.are_scalars(set(map(type, values))):
            for place, value in enumerate(values[:_MAX_SETTLED]):
                if not self._texts.is_plain(value):
                    values[place] = str(value)[:_ANSWER_CHARACTERS]
        return self._pandas.Series(values, dtype=object)

    def _is_number(self, dtype: Any) -> bool:
        types = self._pandas.api.types
        return bool(types.is_numeric_dtype(dtype) and not types.is_bool_dtype(dtype))

    def _cells(self, positions: Any, fields: range, text: Callable[[Any], str], room: int) -> list[list[str | int]]:
        columns = [self._column(place, list(positions), text) for place in fields]
        rows: list[list[str | int]] = []
        for cells in zip(*columns, strict=True):
            size = sum(len(cell) if isinstance(cell, str) else 1 for cell in cells)
            if size > room and rows:
                break
            # One row always: what does not fit is cut in each of its cells.
            most = max(1, room // len(cells))
            row = [cell[:most] if size > room and isinstance(cell, str) else cell for cell in cells]
            rows.append(row)
            room -= size
        return rows

    def _column(self, place: int, positions: list[int], text: Callable[[Any], str]) -> list[str | int]:
        part = self._field(place).iloc[positions]
        if self._has_dates(place):
            part = part.dt.strftime("%Y-%m-%d")
        missing: list[bool] = part.isna().tolist()
        values: list[Any] = part.tolist()
        return [
            self._texts.missing(value) if is_missing else text(value)
            for value, is_missing in zip(values, missing, strict=True)
        ]

    def _has_dates(self, place: int) -> bool:
        """Whether its times are all midnights, which say no more than the days."""
        known = self._dates.get(place)
        if known is None:
            dtype = self._types[place]
            known = self._pandas.api.types.is_datetime64_dtype(dtype)
            if known:
                times = self._field(place).dropna()
                known = len(times) > 0 and bool((times == times.dt.normalize()).all())
            self._dates[place] = known
        return known

    def _ordered(self, condition: dict[str, Any] | None, sort: dict[str, Any] | None) -> Any:
        """Places of the rows, None for all of them as they are. The last order is remembered."""
        if condition is None and sort is None:
            return None
        key = repr((condition, sort))
        if self._order[0] != key:
            places = None if condition is None else self._matching(condition).to_numpy().nonzero()[0]
            if sort is not None:
                places = self._sorted(sort["field"], bool(sort["descending"]), places)
            self._order = (key, places)
        return self._order[1]

    def _sorted(self, field: int, descending: bool, places: Any) -> Any:
        """What is missing comes last."""
        values = self._field(field)
        if places is not None:
            values = values.iloc[places]
        if self._is_object(values.dtype) and not self._is_sortable(values):
            values = values.map(self._texts.whole, na_action="ignore")
        return values.sort_values(kind="stable", ascending=not descending, na_position="last").index.to_numpy()

    def _is_sortable(self, values: Any) -> bool:
        """Whether its values are of one type that Python itself orders."""
        kinds = set(map(type, values.dropna().tolist()))
        return len(kinds) <= 1 and self._texts.are_scalars(kinds) and complex not in kinds

    def _matching(self, condition: dict[str, Any]) -> Any:
        operator, text, field = condition["operator"], condition["text"], condition["field"]
        if field is None:
            found = self._pandas.Series(False, index=range(self._rows))
            for place, dtype in enumerate(self._types):
                if self._may_contain(dtype, text):
                    # Texts of all numbers would take too long.
                    operator = "=" if self._is_number(dtype) else "contains"
                    found = found | self._field_matches(self._field(place), operator, text)
            return found
        return self._field_matches(self._field(field), operator, text)

    def _field_matches(self, field: Any, operator: str, text: str) -> Any:
        if operator == "missing":
            return field.isna()
        if operator == "present":
            return field.notna()
        if operator == "contains":
            return self._contains(field, text.casefold())
        values, value = self._comparable(field, text)
        matches = _COMPARED[operator](values, value).fillna(False).astype(bool)
        # NaN differs from everything, but whoever looks for values means values.
        return matches & field.notna()

    def _may_contain(self, dtype: Any, text: str) -> bool:
        types = self._pandas.api.types
        if self._is_number(dtype):
            try:
                _number(text)
            except ValueError:
                return False
        return not types.is_datetime64_any_dtype(dtype) or any(map(str.isdigit, text))

    def _contains(self, field: Any, needle: str) -> Any:
        values: list[Any] = field.tolist()
        whole = str if self._texts.are_scalars(set(map(type, values))) else self._texts.whole
        found = self._pandas.Series([needle in whole(value).casefold() for value in values], dtype=bool)
        return found & field.notna()

    def _as_text(self, field: Any) -> Any:
        if self._is_object(field.dtype):
            return field.map(self._texts.whole, na_action="ignore")
        return field.astype(str).where(field.notna())

    def _comparable(self, field: Any, text: str) -> tuple[Any, Any]:
        """The field's values, and what they are compared with. Raises ValueError when the text is no such value."""
        pandas, types = self._pandas, self._pandas.api.types
        dtype = field.dtype
        if isinstance(dtype, pandas.CategoricalDtype):
            field = field.astype(dtype.categories.dtype)
            dtype = field.dtype
        if types.is_bool_dtype(dtype):
            if text.strip().lower() not in _BOOLEANS:
                raise ValueError(text)
            return field, _BOOLEANS[text.strip().lower()]
        if types.is_complex_dtype(dtype):
            return self._as_text(field), text
        if types.is_numeric_dtype(dtype):
            return field, _number(text)
        if types.is_datetime64_any_dtype(dtype):
            moment = pandas.Timestamp(text)
            zone = getattr(dtype, "tz", None)
            return field, moment.tz_localize(zone) if zone is not None and moment.tz is None else moment
        if types.is_timedelta64_dtype(dtype):
            return field, pandas.Timedelta(text)
        return self._as_text(field), text


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def _name(name: Any) -> str:
    return "" if name is None else str(name)[:_NAME_CHARACTERS]
