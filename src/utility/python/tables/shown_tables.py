"""Data frames that a run has shown: the window asks for their rows as its user scrolls.

Some of them are kept, as they were when they were shown. Answers are made between runs, so nothing of the guest's
own code is called for them; see cell_texts.py.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

from ..sessions.deadline import Deadline

if TYPE_CHECKING:
    from .frame_table import FrameTable

_modules = sys.modules
_loads, _dumps = json.loads, json.dumps
_urandom = os.urandom
_isinstance = isinstance

TABLE_MIME = "application/vnd.vivarium.table+json"

# So many are kept, and so many cells of them in all; the oldest one goes first.
_MAX_TABLES = 16
_MAX_CELLS = 4_000_000
# For one answer, in seconds.
_ANSWER_SECONDS = 5


class ShownTables:
    def __init__(self) -> None:
        self._tables: dict[str, FrameTable] = {}
        self._wanted = False

    def begin_run(self, wanted: bool) -> None:
        """`wanted`: whoever runs the code asks for rows of what it shows."""
        self._wanted = wanted

    def applies(self, obj: object) -> bool:
        """Whether the object is a data frame or a series, and somebody wants its rows."""
        pandas: Any = _modules.get("pandas") if self._wanted else None
        try:
            return pandas is not None and _isinstance(obj, (pandas.DataFrame, pandas.Series))
        except Exception:
            # It may be a module of the guest's of that name.
            return False

    def forms(self, obj: Any) -> dict[str, str]:
        """What the window needs to show it: its fields and first rows. Nothing when there is no memory for it."""
        from .frame_table import FrameTable

        # No name of an earlier interpreter comes up again.
        name = _urandom(12).hex()
        try:
            table = FrameTable(_modules["pandas"], obj)
            described = _dumps(table.describe(name), ensure_ascii=False)
        except Exception:
            # Its usual forms are there.
            return {}
        self._tables[name] = table
        self._make_room()
        return {TABLE_MIME: described}

    def rows(self, query: str) -> str:
        """The answer to a `TableQuery`, as JSON (`TableAnswer`)."""
        asked = _loads(query)
        table = self._tables.get(asked["table"])
        if table is None:
            return '{"kind":"gone"}'
        answers: list[dict[str, Any]] = []
        try:
            Deadline(_ANSWER_SECONDS, "too slow").watch(lambda: answers.append(table.rows(asked)))
        except TimeoutError:
            return '{"kind":"slow"}'
        except ValueError, TypeError:
            # What is compared with is no value of that type, or none that its values can be compared with.
            return '{"kind":"no-value"}'
        except Exception:
            # This question can't be answered; others can.
            return '{"kind":"failed"}'
        return _dumps(answers[0], ensure_ascii=False)

    def _make_room(self) -> None:
        while len(self._tables) > 1 and (
            len(self._tables) > _MAX_TABLES or sum(table.cells for table in self._tables.values()) > _MAX_CELLS
        ):
            del self._tables[next(iter(self._tables))]
