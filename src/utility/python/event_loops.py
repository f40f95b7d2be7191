"""Event loops of the guest interpreter: a blocking one for plain scripts, a tamed one for top-level await.

Pyodide's only loop, `WebLoop`, sits on JavaScript's and cannot block: without JavaScript Promise Integration
its `asyncio.run(main())` returns a pending future at once, and the usual script ends before it began.
`install()` therefore gives plain scripts `BlockingEventLoop`, which runs to completion on the spot, the
same on every engine, and leaves `WebLoop` to code with a top-level `await`.

Loaded before `runner.py`, like it into a fresh namespace; `install()` returns the `EventLoops` it needs.
Guest code can reach and change all of this: it is a convenience, never a boundary.
"""

from __future__ import annotations

import builtins

# Functions defined below look names up in this copy: guest code that patches `builtins` does not reach them.
__builtins__ = dict(vars(builtins))

import asyncio
import asyncio.base_events
import asyncio.events
import asyncio.runners
import asyncio.tasks
import asyncio.unix_events
import contextvars
import math
import sys
import time
import traceback
import weakref
from collections.abc import Callable, Coroutine
from typing import Any

_monotonic = time.monotonic
_set_running_loop = asyncio.events._set_running_loop
_get_running_loop = asyncio.events._get_running_loop
_wait = asyncio.wait
_unregister_task = asyncio.tasks._unregister_task
_all_tasks = asyncio.all_tasks
_CancelledError = asyncio.CancelledError
_Handle = asyncio.Handle
_iscoroutine = asyncio.iscoroutine
_TracebackException = traceback.TracebackException
_repr = repr

# Longest uninterruptible stretch of a sleep, in seconds.
_SLICE_SECONDS = 0.02
# Up to this, in seconds, the plain way is as good as any.
_SHORT_SECONDS = 0.001
# How long cancelled tasks may take to clean up after a run, in seconds of wall time.
_SETTLE_SECONDS = 1.0
# Failed tasks remembered for the report at the end of a run; beyond that they are reported when collected.
_MAX_FAILED = 1000
# Where frames of the event loops come from: `<vivarium>` is this file.
_LOOP_FILENAMES = ("<vivarium>", asyncio.events.__file__)
# setTimeout()'s longest delay, in ms.
_MAX_TIMEOUT_MS = 2**31 - 1

_DEADLOCK = (
    "every task is waiting and nothing is left that could wake one: the program would hang for ever. "
    "(Network requests and JavaScript promises cannot complete inside asyncio.run() here: "
    "use a top-level 'await main()' instead.)"
)


class RunMarker:
    """Which run a task belongs to; found through the task's context."""

    __slots__ = ("ended", "failed", "interrupted", "task")

    def __init__(self) -> None:
        self.ended: bool = False
        # Set by the first interrupt, so that the cancellation it causes is reported as KeyboardInterrupt.
        self.interrupted: bool = False
        self.task: asyncio.Task[Any] | None = None
        self.failed: list[asyncio.Future[Any]] = []


_RUN: contextvars.ContextVar[RunMarker | None] = contextvars.ContextVar("vivarium_run", default=None)


class _Pause:
    """How to block for a while; Emscripten's way burns CPU, the host may give a better one."""

    __slots__ = ("block",)

    def __init__(self, block: Callable[[float], None]) -> None:
        # Takes seconds; may return early.
        self.block = block

    def slice(self, left: float) -> None:
        """Block for a part of `left` seconds, then let interrupts in."""
        self.block(left if left < _SLICE_SECONDS else _SLICE_SECONDS)
        # repr() asks for pending signals at once; plain bytecode only every 50th time.
        _repr(None)


def _make_sleep(original: Callable[[float], None], pause: _Pause) -> Callable[[float], None]:
    """A `time.sleep` that notices interrupts between slices and never hands control to JavaScript."""

    def sleep(seconds: float, /) -> None:
        """Delay execution for a given number of seconds, which may be a fraction."""
        if not isinstance(seconds, (int, float)) or not _SHORT_SECONDS < seconds < math.inf:
            # Short, or wrong in a way that the original knows how to say.
            original(seconds)
            return
        deadline = _monotonic() + seconds
        while (left := deadline - _monotonic()) > 0:
            pause.slice(left)

    return sleep


class _TimerSelector:
    """Stands in for an I/O selector: waits for the next timer, there being no I/O to wait for."""

    __slots__ = ("_pause", "_ready")

    def __init__(self, ready: Any, pause: _Pause) -> None:
        self._ready = ready
        self._pause = pause

    def select(self, timeout: float | None) -> list[Any]:
        """Sleep `timeout` seconds, less when an interrupt makes something ready meanwhile."""
        if timeout is None:
            raise RuntimeError(_DEADLOCK)
        if timeout <= 0:
            return []
        deadline = _monotonic() + timeout
        while not self._ready and (left := deadline - _monotonic()) > 0:
            self._pause.slice(left)
        return []


class BlockingEventLoop(asyncio.base_events.BaseEventLoop):
    """An event loop of timers and callbacks only: no sockets, no pipes, no subprocesses, no threads."""

    # Set by install(): how to wait, and whom to tell of a new loop.
    _vivarium_pause: _Pause = _Pause(time.sleep)
    _vivarium_loops: weakref.WeakSet[BlockingEventLoop] = weakref.WeakSet()

    def __init__(self, selector: object = None) -> None:
        """`selector` is accepted, and ignored, for code written for SelectorEventLoop."""
        super().__init__()
        self._selector = _TimerSelector(self._ready, self._vivarium_pause)
        self._vivarium_loops.add(self)

    def _process_events(self, event_list: list[Any]) -> None:
        pass

    def _write_to_self(self) -> None:
        # Only an interrupt handler can call from outside, and select() looks at the queue between slices.
        pass

    def run_in_executor(self, executor: object, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        """Call `func` right here: the interpreter has no threads."""
        self._check_closed()
        future = self.create_future()
        try:
            result = func(*args)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            if isinstance(error, StopIteration):
                # A future refuses StopIteration, as it would end the coroutine that awaits it.
                wrapped = RuntimeError("function run in an executor raised StopIteration")
                wrapped.__cause__ = error
                error = wrapped
            future.set_exception(error)
        else:
            future.set_result(result)
        return future

    def set_default_executor(self, executor: object) -> None:
        pass

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        self._executor_shutdown_called = True


class _LoopPolicy(asyncio.events._AbstractEventLoopPolicy):
    """What asyncio asks when no loop is running, that is: in a plain script."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def get_event_loop(self) -> asyncio.AbstractEventLoop:
        """The current loop, made when there is none, as up to Python 3.13 and as most scripts expect."""
        if self._loop is None or self._loop.is_closed():
            self._loop = BlockingEventLoop()
        return self._loop

    def set_event_loop(self, loop: asyncio.AbstractEventLoop | None) -> None:
        if loop is not None and not isinstance(loop, asyncio.AbstractEventLoop):
            raise TypeError(
                f"loop must be an instance of AbstractEventLoop or None, not '{type(loop).__name__}'"
            )
        self._loop = loop

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return BlockingEventLoop()


class EventLoops:
    """Moves the interpreter between its two loops and cleans up after a run."""

    def __init__(
        self, web_loop: Any, blocking_loops: weakref.WeakSet[BlockingEventLoop], pause: _Pause
    ) -> None:
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

    def leave_plain(self) -> None:
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
            waiter._log_destroy_pending = False
            try:
                loop.run_until_complete(waiter)
            finally:
                _report_and_abandon(loop, [*pending, waiter])
                # Timers and callbacks of what was abandoned must not run in a later run.
                loop._ready.clear()
                loop._scheduled.clear()

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

        context.run(_RUN.set, marker)
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

    async def settle(self, marker: RunMarker) -> None:
        """Cancel what the run left behind, wait for it within bounds, and silence what does not end."""
        own = marker.task
        pending = [
            task
            for task in _all_tasks(self.web_loop)
            if task is not own and task.get_context().get(_RUN) is marker
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
            _report_and_abandon(self.web_loop, pending)
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

    # Taming of the web loop.

    def tame_web_loop(self, schedule: Callable[[Any, float], Any], once: Callable[..., Any]) -> None:
        """Let no exception of a guest task escape into JavaScript's loop, and no callback outlive its run."""
        loop = self.web_loop

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
                    marker = handle._context.get(_RUN)
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
                    self.interrupt()

            # Not `_may_syncify`: code must not behave differently where the engine can suspend it.
            schedule(once(run_handle), min(delay * 1000, _MAX_TIMEOUT_MS))
            return handle

        def note_done(future: asyncio.Future[Any] | None = None) -> None:
            # WebLoop reports a failed task at once, although it may be awaited later: wait as CPython does.
            if future is not None and getattr(future, "_log_traceback", False):
                marker = self._current
                if marker is not None and len(marker.failed) < _MAX_FAILED:
                    marker.failed.append(future)
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
            sys.stderr.write(_describe_context(context))

        loop.call_later = call_later
        loop.default_exception_handler = default_exception_handler
        loop._decrement_in_progress = note_done
        loop.run_forever = run_forever
        loop.run_until_complete = run_until_complete


def _describe_context(context: dict[str, Any]) -> str:
    """What an event loop has to report, in the words of asyncio's own handler."""
    lines = [context.get("message") or "Unhandled exception in event loop"]
    lines += [f"{key}: {context[key]!r}" for key in sorted(context) if key not in ("message", "exception")]
    error = context.get("exception")
    text = "\n".join(lines) + "\n"
    if error is None:
        return text
    trace = error.__traceback__
    # The loop's own frames come first and say nothing.
    while trace is not None and trace.tb_frame.f_code.co_filename in _LOOP_FILENAMES:
        trace = trace.tb_next
    return text + "".join(_TracebackException(type(error), error, trace).format())


async def _bounded_wait(tasks: set[asyncio.Task[Any]]) -> None:
    await _wait(tasks, timeout=_SETTLE_SECONDS)


def _report_and_abandon(loop: Any, tasks: list[asyncio.Task[Any]]) -> None:
    """Say on stderr which cancelled tasks failed; forget those that are still not done."""
    for task in tasks:
        if not task.done():
            task._log_destroy_pending = False
            _unregister_task(task)
        elif not task.cancelled() and task.exception() is not None:
            loop.call_exception_handler(
                {
                    "message": "unhandled exception in a task that was cancelled at the end of the run",
                    "exception": task.exception(),
                    "task": task,
                }
            )


def install() -> EventLoops:
    """Put the loops in place, once per interpreter."""
    from pyodide import webloop

    original_sleep = webloop._orig_sleep
    pause = _Pause(original_sleep)
    web_loop = _get_running_loop()

    blocking_loops: weakref.WeakSet[BlockingEventLoop] = weakref.WeakSet()
    BlockingEventLoop._vivarium_pause = pause
    BlockingEventLoop._vivarium_loops = blocking_loops

    time.sleep = _make_sleep(original_sleep, pause)
    asyncio.run = asyncio.runners.run
    asyncio.EventLoop = asyncio.SelectorEventLoop = BlockingEventLoop
    asyncio.unix_events.EventLoop = asyncio.unix_events.SelectorEventLoop = BlockingEventLoop
    asyncio.unix_events._DefaultEventLoopPolicy._loop_factory = BlockingEventLoop
    asyncio.events._set_event_loop_policy(_LoopPolicy())

    loops = EventLoops(web_loop, blocking_loops, pause)
    loops.tame_web_loop(webloop.scheduleCallback, webloop.create_once_callable)
    return loops
