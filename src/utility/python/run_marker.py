"""Marks the tasks of a run with a top-level await."""

from __future__ import annotations

import asyncio
import contextvars
from typing import Any


class RunMarker:
    """Which run a task belongs to; found through the task's context."""

    __slots__ = ("ended", "failed", "interrupted", "task")

    def __init__(self) -> None:
        self.ended: bool = False
        # Set by the first interrupt, so that the cancellation it causes is reported as KeyboardInterrupt.
        self.interrupted: bool = False
        self.task: asyncio.Task[Any] | None = None
        self.failed: list[asyncio.Future[Any]] = []


RUN: contextvars.ContextVar[RunMarker | None] = contextvars.ContextVar("vivarium_run", default=None)
