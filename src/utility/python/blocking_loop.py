"""An event loop for plain scripts: it blocks until the program is done, the same on every engine."""

from __future__ import annotations

import asyncio
import asyncio.base_events
import asyncio.events
import time
import weakref
from collections.abc import Callable
from typing import Any, ClassVar

from .pauses import Pause

_monotonic = time.monotonic

_DEADLOCK = (
    "every task is waiting and nothing is left that could wake one: the program would hang for ever. "
    "(Network requests and JavaScript promises cannot complete inside asyncio.run() here: "
    "use a top-level 'await main()' instead.)"
)


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

    # Set by install(): how to wait, and whom to tell of a new loop.
    vivarium_pause: ClassVar[Pause] = Pause(time.sleep)
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


# The public name of the base class warns.
class LoopPolicy(asyncio.events._AbstractEventLoopPolicy):  # pyright: ignore[reportPrivateUsage]
    """What asyncio asks when no loop is running, that is: in a plain script."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def get_event_loop(self) -> asyncio.AbstractEventLoop:
        """The current loop, made when there is none, as up to Python 3.13 and as most scripts expect."""
        if self._loop is None or self._loop.is_closed():
            self._loop = BlockingEventLoop()
        return self._loop

    def set_event_loop(self, loop: object) -> None:
        if loop is not None and not isinstance(loop, asyncio.AbstractEventLoop):
            raise TypeError(f"loop must be an instance of AbstractEventLoop or None, not '{type(loop).__name__}'")
        self._loop = loop

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return BlockingEventLoop()
