"""What is known of a run beside its code: its arguments, its own name, the width of the terminal."""

from __future__ import annotations

import json
import os
import sys
from typing import NamedTuple

_loads = json.loads
_getcwd, _join = os.getcwd, os.path.join


class RunFacts(NamedTuple):
    """As `RunFacts` in src/shared/protocol/interpreter.ts."""

    args: list[str] | None = None
    # The code's own name below the workspace.
    script: str | None = None
    columns: int | None = None
    # Where its end is that of the program: how long that may take.
    endSeconds: float | None = None  # noqa: N815 - its name in the protocol
    # The functions of the app's that it may call, as JSON; see host_functions.py.
    functions: str | None = None
    # Somebody asks for rows of the data frames that it shows; see shown_tables.py.
    tables: bool = False
    # What whoever runs it counts its runs by: the code goes by it in tracebacks.
    number: int | None = None

    def apply(self, namespace: dict[str, object]) -> None:
        if self.args is not None:
            # A list of its own: an earlier run may have taken the other one away.
            sys.argv = [self.script or "-c", *self.args]
        if self.script is not None:
            namespace["__file__"] = _join(_getcwd(), self.script)
        if self.columns is not None:
            os.environ["COLUMNS"] = str(self.columns)


_NOTHING_TOLD = RunFacts()


def read_facts(text: str) -> RunFacts:
    """`text` is JSON."""
    # As it is for most runs of a session.
    if text == "{}":
        return _NOTHING_TOLD
    return RunFacts(**_loads(text))
