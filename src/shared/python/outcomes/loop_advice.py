"""What to say where code needs an event loop that runs, and none does."""

from __future__ import annotations


def about_event_loop(error: BaseException) -> str | None:
    """None for other errors."""
    if type(error) is not RuntimeError or len(error.args) != 1:
        return None
    (words,) = error.args
    if type(words) is not str or words != "no running event loop":
        return None
    return (
        "top-level code runs in an event loop only if it has an await: "
        "await the task or the coroutine, or call asyncio.run()"
    )
