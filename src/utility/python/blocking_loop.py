"""An event loop that blocks until the program is done, the same on every engine."""

from __future__ import annotations

import asyncio
import asyncio.base_events
import asyncio.events
import time
import weakref
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, ClassVar

from ...shared.python.modules import OWN_FILENAME
from .pauses import Pause

_monotonic = time.monotonic

_DEADLOCK = (
    "every task is waiting and nothing is left that could wake one: the program would hang for ever. "
    "(There are no threads, connections or processes here that could.)"
)


_ASYNCIO = asyncio.__file__.rpartition("/")[0] + "/"


def is_of_loop(frame: FrameType) -> bool:
    """Whether that is code of an event loop, and not what runs on it."""
    filename = frame.f_code.co_filename
    return filename == OWN_FILENAME or filename.startswith(_ASYNCIO)


class _TimerSelector:
    """Stands in for an I/O selector: waits for the next timer, there being no I/O to wait for."""

    __slots__ = ("_pause", "_ready")

    def __init__(self, ready: Any, pause: Pause) -> None:
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

    # Set by install_event_loops(): how to wait, and whom to tell of a new loop.
    vivarium_pause: ClassVar[Pause] = Pause(time.sleep, time.sleep)
    vivarium_loops: ClassVar[weakref.WeakSet[BlockingEventLoop]] = weakref.WeakSet()

    # Of the base class; its stub leaves out what is private.
    _ready: Any
    _scheduled: Any
    _check_closed: Callable[[], None]

    def __init__(self, selector: object = None) -> None:
        """`selector` is accepted, and ignored, for code written for SelectorEventLoop."""
        super().__init__()
        self._selector = _TimerSelector(self._ready, self.vivarium_pause)
        self.vivarium_loops.add(self)
        self._tasks: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()

    def create_task(self, coro: Any, **options: Any) -> asyncio.Task[Any]:
        task = super().create_task(coro, **options)
        self._tasks.add(task)
        return task

    def report_failed_tasks(self) -> None:
        """Say on stderr which tasks failed without anybody having looked, as happens when they are collected."""
        for task in list(self._tasks):
            if task.done() and getattr(task, "_log_traceback", False):
                task._log_traceback = False
                error = task.exception()
                if error is not None:
                    error = error.with_traceback(_of_guest(error.__traceback__))
                self.call_exception_handler(
                    {"message": "Task exception was never retrieved", "task": task, "exception": error}
                )
        self._tasks.clear()

    def drop_callbacks(self) -> None:
        """Let nothing that was scheduled run any more."""
        self._ready.clear()
        self._scheduled.clear()

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
        except SystemExit, KeyboardInterrupt:
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


def _of_guest(trace: TracebackType | None) -> TracebackType | None:
    """Without the loop's own frames, which come first in what a task let out."""
    while trace is not None and is_of_loop(trace.tb_frame):
        trace = trace.tb_next
    return trace


# The public name of the base class warns.
class LoopPolicy(asyncio.events._AbstractEventLoopPolicy):  # pyright: ignore[reportPrivateUsage]
    """What asyncio asks when no loop is running."""

    def __init__(self) -> None:
        self.own: BlockingEventLoop | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def own_loop(self) -> BlockingEventLoop:
        """The loop of code that made none itself: for all runs the same, as what waits on a loop belongs to it."""
        if self.own is None or self.own.is_closed():
            self.own = BlockingEventLoop()
        return self.own

    def get_event_loop(self) -> asyncio.AbstractEventLoop:
        """The current loop, which is there as up to Python 3.13 and as most scripts expect."""
        return self.own_loop() if self._loop is None or self._loop.is_closed() else self._loop

    def set_event_loop(self, loop: object) -> None:
        if loop is not None and not isinstance(loop, asyncio.AbstractEventLoop):
            raise TypeError(f"loop must be an instance of AbstractEventLoop or None, not '{type(loop).__name__}'")
        self._loop = loop

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return BlockingEventLoop()
