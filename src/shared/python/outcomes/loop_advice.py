"""What to say where code needs an event loop that runs, and none does."""

from __future__ import annotations


def about_event_loop(error: BaseException) -> str | None:
    """None for other errors."""
    if type(error) is not RuntimeError or error.args != ("no running event loop",):
        return None
    return (
        "an event loop runs here while code with an await at its top level does: "
        "await the task or the coroutine, or call asyncio.run()"
    )
