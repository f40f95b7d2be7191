"""What a run leaves behind on an event loop: cancelled, reported, forgotten."""

from __future__ import annotations

import asyncio
import asyncio.events
import asyncio.tasks
import traceback
from typing import Any

from ...shared.python.modules import OWN_FILENAME

_unregister_task = asyncio.tasks._unregister_task
_TracebackException = traceback.TracebackException

# Where frames of the event loops come from.
_LOOP_FILENAMES = (OWN_FILENAME, asyncio.events.__file__)


def describe_context(context: dict[str, Any]) -> str:
    """What an event loop has to report, in the words of asyncio's own handler."""
    lines = [context.get("message") or "Unhandled exception in event loop"]
    lines += [f"{key}: {context[key]!r}" for key in sorted(context) if key not in ("message", "exception")]
    error: BaseException | None = context.get("exception")
    text = "\n".join(lines) + "\n"
    if error is None:
        return text
    trace = error.__traceback__
    # The loop's own frames come first and say nothing.
    while trace is not None and trace.tb_frame.f_code.co_filename in _LOOP_FILENAMES:
        trace = trace.tb_next
    return text + "".join(_TracebackException(type(error), error, trace).format())


def report_and_abandon(loop: Any, tasks: list[asyncio.Task[Any]]) -> None:
    """Say on stderr which cancelled tasks failed; forget those that are still not done."""
    for task in tasks:
        if not task.done():
            task._log_destroy_pending = False  # pyright: ignore[reportAttributeAccessIssue] - private
            _unregister_task(task)
        elif not task.cancelled() and task.exception() is not None:
            loop.call_exception_handler(
                {
                    "message": "unhandled exception in a task that was cancelled at the end of the run",
                    "exception": task.exception(),
                    "task": task,
                }
            )
