"""Values of a data frame as texts, without a call of code that the guest has written.

A cell is its text, or a number for what is missing: see `MISSING`.
"""

from __future__ import annotations

import datetime
import decimal
import fractions
import math
import uuid
from collections.abc import Callable, Iterable
from typing import Any

# As `TableCell` in src/shared/contract/table.ts.
MISSING = {"NaN": 0, "None": 1, "NaT": 2, "<NA>": 3}

# Characters of a cell that are shown before somebody asks for all of it.
SHOWN_CHARACTERS = 200
_MAX_MEMBERS = 200
_MAX_DEPTH = 3
_SCALARS = (
    *(str, int, float, complex, bool, bytes, type(None)),
    *(datetime.date, datetime.datetime, datetime.time, datetime.timedelta),
    *(decimal.Decimal, fractions.Fraction, uuid.UUID),
)
_PANDAS_SCALARS = ("Timestamp", "Timedelta", "Period", "Interval")
_type_name: Callable[[type], str] = type.__dict__["__name__"].__get__

# A number's decimals that are shown, and how long one may be before they are cut.
_DECIMALS = 6
_LONGEST_NUMBER = 12


class CellTexts:
    def __init__(self, pandas: Any) -> None:
        missing: list[object] = [pandas.NaT, pandas.NA]
        of_pandas: list[type] = [getattr(pandas, name) for name in _PANDAS_SCALARS]
        self._scalars: frozenset[type] = frozenset((*_SCALARS, *of_pandas, *map(type, missing)))

    def are_scalars(self, kinds: Iterable[type]) -> bool:
        return self._scalars.issuperset(kinds)

    def is_plain(self, value: object, depth: int = 0) -> bool:
        """Whether nothing of the guest's code is called when it is made a text."""
        kind = type(value)
        if kind in self._scalars:
            return True
        if depth >= _MAX_DEPTH:
            return False
        members: Any = value
        if kind in (list, tuple, set, frozenset):
            return len(members) <= _MAX_MEMBERS and all(self.is_plain(member, depth + 1) for member in members)
        if kind is dict:
            pairs = members.items()
            return len(pairs) <= _MAX_MEMBERS and all(self.is_plain(pair, depth) for pair in pairs)
        return False

    def whole(self, value: object) -> str:
        if isinstance(value, str) and type(value) is str:
            return value
        return str(value) if self.is_plain(value) else f"<{_type_name(type(value))}>"

    def short(self, value: object) -> str:
        """As it is shown in a table: few decimals, and not more than is seen."""
        if type(value) is float:
            return _short_number(value)
        text = self.whole(value)
        return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"

    def missing(self, value: object) -> int:
        """The number for a value that pandas takes for missing."""
        return MISSING.get("NaN" if type(value) is float else self.whole(value), 0)


def _short_number(value: float) -> str:
    text = repr(value)
    if len(text) <= _LONGEST_NUMBER or not math.isfinite(value):
        return text
    if 1e-4 <= abs(value) < 1e15:
        return f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return f"{value:.{_DECIMALS}e}"
