"""Lets event loops run inside of each other, once code asks for it as `nest_asyncio` does."""

from __future__ import annotations

import asyncio
import asyncio.events
import functools
from typing import Any

from .blocking_loop import BlockingEventLoop

_get_running_loop = asyncio.events._get_running_loop


def allow_nesting() -> None:
    """For all loops, and for the rest of the session."""
    if BlockingEventLoop.vivarium_nests:
        return
    BlockingEventLoop.vivarium_nests = True
    # Any: asyncio.runners is not in the stubs of the package.
    runners: Any = asyncio.runners
    plain: Any = asyncio.run

    @functools.wraps(plain)
    def run(main: Any, **options: Any) -> Any:
        loop = _get_running_loop()
        return plain(main, **options) if loop is None else loop.run_until_complete(main)

    asyncio.run = runners.run = run


def install_nested_loops() -> None:
    """Once per interpreter; the `nest_asyncio` that is provided calls it by way of the loop's class."""
    BlockingEventLoop.vivarium_nest = staticmethod(allow_nesting)
