"""The line to the process that started us: its orders, and what it is told and asked, each a line of JSON.

It has pipes of its own: the standard streams are the code's. Whatever else is in them, such as the rest of an answer
whose reading was interrupted, is passed by.
"""

from __future__ import annotations

import _thread
import json
import os
import queue
import signal
from typing import Any, cast

# Pipes from and to that process.
_ORDERS, _REPORTS = 4, 5
_PART_BYTES = 64 * 1024
# A wait for a thread's word has to end now and then for an interrupt to be seen, in s: on Windows it is not broken off.
_LOOK_SECONDS = 0.1

_read, _write, _getpid, _get_ident = os.read, os.write, os.getpid, _thread.get_ident
_dumps, _loads = json.dumps, json.loads
_raise_signal, _SIGINT = signal.raise_signal, signal.SIGINT
_Empty = queue.Empty


class Channel:
    def __init__(self, interrupts_by_order: bool) -> None:
        """Made in the main thread; `interrupts_by_order` where the system has no signal for it."""
        for pipe in (_ORDERS, _REPORTS):
            os.set_inheritable(pipe, False)
        self._pid = _getpid()
        self._thread = _get_ident()
        self._rest = b""
        self._orders: queue.SimpleQueue[dict[str, Any] | None] | None = None
        if interrupts_by_order:
            self._orders = queue.SimpleQueue()
            _thread.start_new_thread(self._take_orders, ())

    def is_ours(self) -> bool:
        """Whether this is the thread that may use it, in the process that was started: a forked child may not."""
        return _getpid() == self._pid and _get_ident() == self._thread

    def tell(self, report: dict[str, Any]) -> None:
        if _getpid() != self._pid:
            return
        line = _dumps(report).encode() + b"\n"
        try:
            while line:
                line = line[_write(_REPORTS, line) :]
        except OSError:
            # That process is gone, and so are we.
            pass

    def next_order(self) -> dict[str, Any] | None:
        """Waits for it; None when there will be none any more. Raises KeyboardInterrupt while that is let through."""
        if self._orders is None:
            return self._read_order()
        while True:
            try:
                return self._orders.get(True, _LOOK_SECONDS)
            except _Empty:
                continue

    def _read_order(self) -> dict[str, Any] | None:
        while True:
            line, end, rest = self._rest.partition(b"\n")
            if end:
                self._rest = rest
                order = _parse(line)
                if order is not None:
                    return order
                continue
            try:
                part = _read(_ORDERS, _PART_BYTES)
            except OSError:
                return None
            if not part:
                return None
            self._rest += part

    def _take_orders(self) -> None:
        """In a thread of its own."""
        orders = self._orders
        while orders is not None:
            order = self._read_order()
            if order is not None and order["do"] == "interrupt":
                _raise_signal(_SIGINT)
                continue
            orders.put(order)
            if order is None:
                return


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        order = _loads(line)
    except ValueError:
        return None
    return cast("dict[str, Any]", order) if type(order) is dict and "do" in order else None
