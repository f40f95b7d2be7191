"""The `nest_asyncio` of the sandbox: its event loops run inside of each other once they are told to."""

import asyncio
from typing import Any

__all__ = ["apply"]


def apply(loop: Any = None) -> None:
    """Let `asyncio.run` and `loop.run_until_complete` be called while a loop runs."""
    if loop is not None and not isinstance(loop, asyncio.BaseEventLoop):
        raise ValueError(f"Can't patch loop of type {type(loop)}")
    # The sandbox's own, which is not in the stubs.
    own: Any = asyncio.EventLoop
    own.vivarium_nest()
