"""Runs code in the user's own interpreter and writes down what came of it: one program, or the runs of a session.

The folder holds `script.py` (the code), `facts.json` (`RunFacts`), `workspace` (the working directory) and
`faults.txt`. The outcome (`GuestReport` as JSON) goes to `outcome.json` there, what is shown to `displays.jsonl`
(`GuestDisplay`, one a line). Nothing of our own is ever printed.

The code can reach and change all of this: it is a convenience, never a boundary.
"""

from __future__ import annotations

import faulthandler
import os

from .channel import Channel
from .native_program import run_program
from .native_session import keep_session
from .native_setup import install_parts
from .parent_watch import follow_parent

_join = os.path.join


def main(
    folder: str,
    options: frozenset[str],
    text_limit: int,
    display_bytes: int,
    total_display_bytes: int,
    display_count: int,
    display_types: int,
) -> None:
    """`text_limit` cuts texts of a program, in characters; the other numbers are the limits of `Outputs.show_with`.

    `options`: `session`, or else it is one program; `input`, when somebody answers the program; `orders`, when
    interrupts come as orders.
    """
    # It stays open as long as the process lives.
    faults = open(_join(folder, "faults.txt"), "wb")  # noqa: SIM115 - open until the end
    faulthandler.enable(faults, all_threads=False)
    follow_parent()
    limits = (display_bytes, total_display_bytes, display_count, display_types)
    parts = install_parts(folder, Channel("orders" in options), limits)
    if "session" in options:
        keep_session(parts)
    else:
        run_program(parts, text_limit, is_answered="input" in options)
