"""Event loops of the guest interpreter: a blocking one for plain scripts, a tamed one for top-level await.

Pyodide's only loop, `WebLoop`, sits on JavaScript's and cannot block: without JavaScript Promise Integration
its `asyncio.run(main())` returns a pending future at once, and the usual script ends before it began.
So plain scripts get `BlockingEventLoop`, and `WebLoop` is left to code with a top-level `await`.
"""

from __future__ import annotations

import asyncio
import asyncio.events
import asyncio.runners
import asyncio.unix_events
import contextvars
import time
import weakref
from collections.abc import Callable, Coroutine
from typing import Any

from .blocking_loop import BlockingEventLoop, LoopPolicy
from .loose_tasks import report_and_abandon
from .pauses import Pause, make_sleep
from .run_marker import RUN, RunMarker
from .web_loop import tame_web_loop

_monotonic = time.monotonic
_set_running_loop = asyncio.events._set_running_loop
_get_running_loop = asyncio.events._get_running_loop
_wait = asyncio.wait
_all_tasks = asyncio.all_tasks
_CancelledError = asyncio.CancelledError

# How long cancelled tasks may take to clean up after a run, in seconds of wall time.
_SETTLE_SECONDS = 1.0
# Failed tasks remembered for the report at the end of a run; beyond that they are reported when collected.
_MAX_FAILED = 1000


class EventLoops:
    """Moves the interpreter between its two loops and cleans up after a run."""

    def __init__(self, web_loop: Any, blocking_loops: weakref.WeakSet[BlockingEventLoop], pause: Pause) -> None:
        self.web_loop = web_loop
        self._pause = pause
        self._blocking_loops = blocking_loops
        self._current: RunMarker | None = None

    def sleep_with(self, block: Callable[[float], None]) -> None:
        """From here on `block` is how to wait: it takes seconds and returns early when an interrupt comes."""
        self._pause.block = block

    # Plain runs.

    def enter_plain(self) -> None:
        """From here on no loop runs, as in any script."""
        _set_running_loop(None)

    def restore(self) -> None:
        """Whatever happened: JavaScript callbacks find their loop running."""
        _set_running_loop(self.web_loop)

    def _leave_plain(self) -> None:
        """Give JavaScript callbacks their loop back, and cancel what the run left on blocking loops."""
        # Before anything else: an interrupt may have left a blocking loop registered as running.
        _set_running_loop(None)
        try:
            if self._blocking_loops:
                self._settle_blocking()
        finally:
            _set_running_loop(self.web_loop)

    def _settle_blocking(self) -> None:
        for loop in list(self._blocking_loops):
            if loop.is_closed() or loop.is_running():
                continue
            pending = _all_tasks(loop)
            if not pending:
                continue
            for task in pending:
                task.cancel()
            waiter = loop.create_task(_bounded_wait(pending))
            waiter._log_destroy_pending = False  # pyright: ignore[reportAttributeAccessIssue] - private
            try:
                loop.run_until_complete(waiter)
            finally:
                report_and_abandon(loop, [*pending, waiter])
                # Timers and callbacks of what was abandoned must not run in a later run.
                loop.drop_callbacks()

    # Runs with a top-level await.

    def start(
        self,
        drive: Callable[[RunMarker], Coroutine[Any, Any, str]],
        context: contextvars.Context,
    ) -> asyncio.Future[str]:
        """Run `drive(marker)` as a task of the web loop in `context`, whose tasks all belong to this run.

        The future gets what `drive` returns. It stands outside the run, so that it can tell JavaScript the
        outcome when the run's own callbacks are dead already.
        """
        marker = RunMarker()
        outcome: asyncio.Future[str] = self.web_loop.create_future()

        async def run() -> None:
            text = await drive(marker)
            marker.ended = True
            marker.failed.clear()
            self._current = None
            if not outcome.done():
                outcome.set_result(text)

        context.run(RUN.set, marker)
        self._current = marker
        marker.task = self.web_loop.create_task(run(), context=context)
        return outcome

    def interrupt(self) -> bool:
        """End the run that is waiting in a top-level await as KeyboardInterrupt; False when there is none."""
        marker = self._current
        if marker is None or marker.ended or marker.task is None or marker.task.done():
            return False
        marker.interrupted = True
        return marker.task.cancel()

    def note_failed(self, future: asyncio.Future[Any]) -> None:
        """Remember a failed task of the run, to report it at the end unless somebody looks at it."""
        marker = self._current
        if marker is not None and len(marker.failed) < _MAX_FAILED:
            marker.failed.append(future)

    async def settle(self, marker: RunMarker | None) -> None:
        """Cancel what the run left behind, wait for it within bounds, and silence what does not end.

        Without a marker it was a plain run; then nothing is awaited.
        """
        if marker is None:
            self._leave_plain()
        else:
            await self._settle_tasks(marker)

    async def _settle_tasks(self, marker: RunMarker) -> None:
        own = marker.task
        pending = [
            task for task in _all_tasks(self.web_loop) if task is not own and task.get_context().get(RUN) is marker
        ]
        if pending:
            for task in pending:
                task.cancel()
            deadline = _monotonic() + _SETTLE_SECONDS
            while (left := deadline - _monotonic()) > 0:
                try:
                    _, waiting = await _wait(pending, timeout=left)
                    if not waiting:
                        break
                except _CancelledError:
                    # A task that is being cleaned up cancels us: the outcome comes first.
                    continue
            report_and_abandon(self.web_loop, pending)
        for future in marker.failed:
            if getattr(future, "_log_traceback", False):
                future._log_traceback = False
                self.web_loop.call_exception_handler(
                    {
                        "message": "Task exception was never retrieved",
                        "task": future,
                        "exception": future.exception(),
                    }
                )


async def _bounded_wait(tasks: set[asyncio.Task[Any]]) -> None:
    await _wait(tasks, timeout=_SETTLE_SECONDS)


def install_event_loops() -> EventLoops:
    """Put the loops in place, once per interpreter."""
    from pyodide import webloop

    original_sleep = webloop._orig_sleep  # pyright: ignore[reportPrivateUsage] - the real one
    pause = Pause(original_sleep)
    web_loop = _get_running_loop()

    blocking_loops: weakref.WeakSet[BlockingEventLoop] = weakref.WeakSet()
    BlockingEventLoop.vivarium_pause = pause
    BlockingEventLoop.vivarium_loops = blocking_loops

    time.sleep = make_sleep(original_sleep, pause)
    asyncio.run = asyncio.runners.run
    asyncio.EventLoop = asyncio.SelectorEventLoop = BlockingEventLoop
    asyncio.unix_events.EventLoop = asyncio.unix_events.SelectorEventLoop = BlockingEventLoop
    # Any: of these there is nothing in the stubs; the public names warn.
    unix_events: Any = asyncio.unix_events
    unix_events._DefaultEventLoopPolicy._loop_factory = BlockingEventLoop
    asyncio.events._set_event_loop_policy(LoopPolicy())  # pyright: ignore[reportPrivateUsage]

    loops = EventLoops(web_loop, blocking_loops, pause)
    tame_web_loop(loops, webloop.scheduleCallback, webloop.create_once_callable)
    return loops
