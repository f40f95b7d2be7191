"""Tames Pyodide's `WebLoop`, which runs in turns of JavaScript's event loop."""

from __future__ import annotations

import asyncio
import asyncio.events
import contextvars
import math
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .loose_tasks import describe_context
from .run_marker import RUN

if TYPE_CHECKING:
    from typing import Protocol

    class Loops(Protocol):
        """The loops that a session runs on."""

        @property
        def web_loop(self) -> Any: ...
        def interrupt(self) -> object: ...
        def note_failed(self, task: asyncio.Future[Any], /) -> None: ...


_set_running_loop = asyncio.events._set_running_loop
_Handle = asyncio.Handle
_iscoroutine = asyncio.iscoroutine

# setTimeout()'s longest delay, in ms.
_MAX_TIMEOUT_MS = 2**31 - 1


def tame_web_loop(loops: Loops, schedule: Callable[[Any, float], Any], once: Callable[..., Any]) -> None:
    """Let no exception of a guest task escape into JavaScript's loop, and no callback outlive its run."""
    loop = loops.web_loop

    def call_later(
        delay: float,
        callback: Callable[..., Any],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.Handle:
        if delay < 0:
            raise ValueError("Can't schedule in the past")
        handle = _Handle(callback, args, loop, context=context)
        if delay == math.inf:
            return handle

        def run_handle() -> None:
            try:
                if handle.cancelled():
                    return
                marker = handle._context.get(RUN)
                if marker is not None and marker.ended:
                    return
                loop._install_asyncgen_hooks()
                # Guest code may have taken it away, and nothing else would bring it back.
                _set_running_loop(loop)
                handle._run()
            except SystemExit:
                # Stays in its task: it reaches whoever awaits it, or stderr at the end of the run.
                pass
            except KeyboardInterrupt:
                loops.interrupt()

        # Not `_may_syncify`: code must not behave differently where the engine can suspend it.
        schedule(once(run_handle), min(delay * 1000, _MAX_TIMEOUT_MS))
        return handle

    def note_done(future: asyncio.Future[Any] | None = None) -> None:
        # WebLoop reports a failed task at once, although it may be awaited later: wait as CPython does.
        if future is not None and getattr(future, "_log_traceback", False):
            loops.note_failed(future)
        loop._in_progress -= 1
        if loop._no_in_progress_handler and loop._in_progress == 0:
            loop._no_in_progress_handler()

    def run_forever() -> None:
        raise RuntimeError("This event loop is already running")

    def run_until_complete(future: Any) -> Any:
        if _iscoroutine(future):
            future.close()
        raise RuntimeError("This event loop is already running")

    def default_exception_handler(context: dict[str, Any]) -> None:
        sys.stderr.write(describe_context(context))

    loop.call_later = call_later
    loop.default_exception_handler = default_exception_handler
    loop._decrement_in_progress = note_done
    loop.run_forever = run_forever
    loop.run_until_complete = run_until_complete
