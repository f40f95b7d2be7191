"""An event loop that blocks until the program is done, the same on every engine."""

from __future__ import annotations

import asyncio
import asyncio.base_events
import asyncio.events
import asyncio.tasks
import contextlib
import time
import weakref
from collections.abc import Callable, Generator
from types import FrameType, TracebackType
from typing import Any, ClassVar

from ....shared.python.modules import OWN_FILENAME
from .sliced_waits import Pause

_monotonic = time.monotonic
_get_running_loop, _set_running_loop = asyncio.events._get_running_loop, asyncio.events._set_running_loop
# Any: of it there is nothing in the stubs.
_tasks: Any = asyncio.tasks
_swap_current_task = _tasks._swap_current_task
_BaseEventLoop: Any = asyncio.base_events.BaseEventLoop
_check_running = _BaseEventLoop._check_running

_DEADLOCK = (
    "every task is waiting and nothing is left that could wake one: the program would hang for ever. "
    "(There are no threads, connections or processes here that could.)"
)

# What a loop raises that was stopped too early.
STOPPED = "Event loop stopped before Future completed."

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

    # Whether a loop may run while another one does, or the same one; see nested_loops.py.
    vivarium_nests: ClassVar[bool] = False
    vivarium_nest: ClassVar[Any]
    # What is waited for inside of a task, the innermost last.
    vivarium_nested: ClassVar[list[asyncio.Future[Any]]] = []

    # Of the base class; its stub leaves out what is private.
    _ready: Any
    _scheduled: Any
    _stopping: bool
    _thread_id: int | None
    _old_agen_hooks: Any
    _check_closed: Callable[[], None]
    _run_forever_setup: Callable[[], None]
    _run_forever_cleanup: Callable[[], None]
    _run_once: Callable[[], None]

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

    def run_forever(self) -> None:
        outer = _get_running_loop()
        if outer is None:
            super().run_forever()
            return
        self._check_running()
        with self._inside_of(outer):
            super().run_forever()

    def run_until_complete(self, future: Any) -> Any:
        outer = _get_running_loop()
        if outer is None:
            return super().run_until_complete(future)
        self._check_closed()
        self._check_running()
        awaited: Any = asyncio.ensure_future(future, loop=self)
        if awaited is not future:
            awaited._log_destroy_pending = False
        self.vivarium_nested.append(awaited)
        is_stopped = False
        try:
            with self._inside_of(outer) as was_running:
                if not was_running:
                    return super().run_until_complete(awaited)
                self._run_forever_setup()
                try:
                    while not awaited.done():
                        self._run_once()
                        # That is for the outermost: perhaps what it waits for is done.
                        is_stopped = is_stopped or self._stopping
                        self._stopping = False
                finally:
                    self._run_forever_cleanup()
        finally:
            self.vivarium_nested.pop()
            self._stopping = self._stopping or is_stopped
        return awaited.result()

    def _check_running(self) -> None:
        if not self.vivarium_nests:
            _check_running(self)

    @contextlib.contextmanager
    def _inside_of(self, outer: asyncio.AbstractEventLoop) -> Generator[bool]:
        """Let this loop run while the task that asks for it is held. Whether it runs already."""
        task = _swap_current_task(outer, None)
        _set_running_loop(None)
        kept = self._thread_id, self._old_agen_hooks, self._stopping
        waiting = len(self._ready)
        self._stopping = False
        try:
            yield self._thread_id is not None
        finally:
            self._thread_id, self._old_agen_hooks, self._stopping = kept
            _set_running_loop(outer)
            _swap_current_task(outer, task)
            # The outer one is going to take as many as there were, some of which are done.
            while len(self._ready) < waiting:
                done = asyncio.Handle(_nothing, (), self)
                done.cancel()
                self._ready.append(done)

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


def _nothing() -> None:
    pass


def forget_current_task() -> None:
    """Whatever was interrupted: no loop runs, and no task."""
    nobody: Any = object()
    _set_running_loop(nobody)
    _swap_current_task(nobody, None)
    _set_running_loop(None)


def _of_guest(trace: TracebackType | None) -> TracebackType | None:
    """Without the loop's own frames, which come first in what a task let out."""
    while trace is not None and is_of_loop(trace.tb_frame):
        trace = trace.tb_next
    return trace


# Any: private, since the public name of the base class warns.
_events: Any = asyncio.events


class LoopPolicy(_events._AbstractEventLoopPolicy):
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
