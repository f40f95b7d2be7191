"""Event loops of the guest interpreter: every one blocks, so asyncio is the same in a plain script and at top level."""

from __future__ import annotations

import asyncio
import asyncio.events
import asyncio.tasks
import asyncio.unix_events
import contextvars
import time
import weakref
from collections.abc import Callable, Coroutine
from types import FrameType
from typing import Any

from ....shared.python.modules import OWN_FILENAME
from ..interrupts import accept_interrupts, would_tear_package
from .blocking_loop import STOPPED, BlockingEventLoop, LoopPolicy, forget_current_task, is_of_loop
from .nested_loops import install_nested_loops
from .sliced_waits import Pause, make_sleep

_set_running_loop = asyncio.events._set_running_loop
_get_traceback = BaseException.__dict__["__traceback__"].__get__
_wait = asyncio.wait
_all_tasks = asyncio.all_tasks
_CancelledError = asyncio.CancelledError
_unregister_task = asyncio.tasks._unregister_task

# How long cancelled tasks may take to clean up after a run, in seconds of wall time.
_SETTLE_SECONDS = 1.0


class EventLoops:
    """Runs what awaits at top level, and cleans up after each run."""

    def __init__(self, policy: LoopPolicy, loops: weakref.WeakSet[BlockingEventLoop]) -> None:
        self._policy = policy
        self._loops = loops

    def run(self, work: Coroutine[Any, Any, Any], context: contextvars.Context) -> Any:
        """What `work` returns, run in `context` on the loop that all runs share. Raises what it raises.

        An interrupt ends it at the await where it waits.
        """
        return _TopLevel(self._policy.own_loop(), work, context).run()

    def leave(self) -> None:
        """Whatever happened: no loop runs."""
        _set_running_loop(None)

    def settle(self) -> None:
        """Cancel what a run left on event loops, wait for it within bounds, and silence what does not end.

        Of all loops, whatever one of them raises; then the first of it is raised.
        """
        # Before anything else: an interrupt may have left a loop registered as running.
        forget_current_task()
        BlockingEventLoop.vivarium_nested.clear()
        failure: BaseException | None = None
        for loop in list(self._loops):
            if loop.is_closed() or loop.is_running():
                continue
            try:
                self._settle(loop)
                loop.report_failed_tasks()
            except BaseException as error:
                failure = failure or error
            finally:
                if loop is self._policy.own:
                    loop.drop_callbacks()
        if failure is not None:
            raise failure

    def _settle(self, loop: BlockingEventLoop) -> None:
        pending = _all_tasks(loop)
        if pending:
            for task in pending:
                task.cancel()
            # Any: the flag is private.
            waiter: Any = loop.create_task(_bounded_wait(loop, pending))
            waiter._log_destroy_pending = False
            try:
                while not waiter.done():
                    try:
                        loop.run_until_complete(waiter)
                    except SystemExit, KeyboardInterrupt:
                        # Of a task's own, in which it stays.
                        continue
                    except RuntimeError as error:
                        # A task that is being cleaned up has stopped the loop.
                        if error.args != (STOPPED,):
                            raise
            finally:
                _report_and_abandon(loop, [*pending, waiter])
                # Timers and callbacks of what was abandoned must not run in a later run.
                loop.drop_callbacks()


class _TopLevel:
    """One run that awaits at top level."""

    def __init__(self, loop: BlockingEventLoop, work: Coroutine[Any, Any, Any], context: contextvars.Context) -> None:
        self._loop = loop
        self._value: Any = None
        self._error: BaseException | None = None
        # What the run is to fail with once its task has been cancelled for it.
        self._reason: BaseException | None = None
        self._task = loop.create_task(self._keep_outcome(work), context=context)

    def run(self) -> Any:
        accept_interrupts(self._on_interrupt)
        while not self._task.done():
            try:
                self._loop.run_until_complete(self._task)
            except SystemExit:
                # Stays in its task: it reaches whoever awaits it, or stderr at the end of the run.
                continue
            except KeyboardInterrupt:
                # In another task: this one is to end.
                self._end_with(KeyboardInterrupt())
            except BaseException as error:
                if self._reason is None and error.args == (STOPPED,):
                    # By code that knows a loop as its own; this one goes on for what is awaited.
                    continue
                if self._reason is not None and not isinstance(self._reason, KeyboardInterrupt):
                    raise
                self._end_with(error)
        error, reason = self._error, self._reason
        if error is None:
            return self._value
        if reason is not None and issubclass(type(error), _CancelledError):
            error = reason.with_traceback(_get_traceback(error))
        raise error

    async def _keep_outcome(self, work: Coroutine[Any, Any, Any]) -> None:
        """Whatever is raised is kept, so that the loop has no part in it."""
        try:
            self._value = await work
        except BaseException as error:
            self._error = error

    def _end_with(self, reason: BaseException) -> None:
        self._reason = reason
        nested = self._loop.vivarium_nested
        # A task that waits for a loop inside of it takes note of nothing else.
        (nested[-1] if nested else self._task).cancel()

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        """An exception in the loop's own code would lose a task's next step: there the task is cancelled instead."""
        if would_tear_package(frame):
            return
        # What is ours is part of whatever called it: of the loop, or of a guest that sleeps.
        while frame is not None and frame.f_code.co_filename == OWN_FILENAME:
            frame = frame.f_back
        if frame is not None and not is_of_loop(frame):
            raise KeyboardInterrupt
        self._end_with(KeyboardInterrupt())


async def _bounded_wait(loop: BlockingEventLoop, tasks: set[asyncio.Task[Any]]) -> None:
    deadline = loop.time() + _SETTLE_SECONDS
    while tasks and (left := deadline - loop.time()) > 0:
        try:
            _, tasks = await _wait(tasks, timeout=left)
        except _CancelledError:
            # A task that is being cleaned up cancels us.
            continue


def _report_and_abandon(loop: Any, tasks: list[Any]) -> None:
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


def install_event_loops(block: Callable[[float], None]) -> EventLoops:
    """Put the loops in place, once per interpreter. `block` is how to wait, see `Pause`."""
    original_sleep = time.sleep
    pause = Pause(block, original_sleep)
    loops: weakref.WeakSet[BlockingEventLoop] = weakref.WeakSet()
    BlockingEventLoop.vivarium_pause = pause
    BlockingEventLoop.vivarium_loops = loops

    time.sleep = make_sleep(original_sleep, pause)
    asyncio.EventLoop = asyncio.SelectorEventLoop = BlockingEventLoop
    asyncio.unix_events.EventLoop = asyncio.unix_events.SelectorEventLoop = BlockingEventLoop
    # Any: of these there is nothing in the stubs; the public names warn.
    unix_events: Any = asyncio.unix_events
    events: Any = asyncio.events
    unix_events._DefaultEventLoopPolicy._loop_factory = BlockingEventLoop
    install_nested_loops()
    policy = LoopPolicy()
    events._set_event_loop_policy(policy)
    return EventLoops(policy, loops)
