"""The part of `signal` that is written in C."""

from collections.abc import Callable
from types import FrameType

SIGINT: int
SIG_IGN: int

def signal(signalnum: int, handler: Callable[[int, FrameType | None], object] | int, /) -> object: ...
