"""Keeps our frames out of the tracebacks and warnings that Python prints, whoever asks it to."""

from __future__ import annotations

import functools
import traceback
import warnings
from typing import Any

from ..modules import OWN_FILENAME


def hide_internal_frames() -> None:
    """Once per interpreter. A warning that is blamed on us comes from outside of the code, as in a plain Python."""
    # Any: it is private, and called by the interpreter.
    module: Any = warnings
    show = module._showwarnmsg

    @functools.wraps(show)
    def show_warning(message: Any) -> None:
        if message.filename == OWN_FILENAME:
            message.filename, message.lineno = "sys", 1
        show(message)

    module._showwarnmsg = show_warning
    # Before Python 3.11 there is none.
    summary: Any = traceback.StackSummary
    format_frame = getattr(summary, "format_frame_summary", None)
    if format_frame is None:
        return

    @functools.wraps(format_frame)
    def format_guest_frame(stack: Any, frame: Any, **options: Any) -> Any:
        return None if frame.filename == OWN_FILENAME else format_frame(stack, frame, **options)

    summary.format_frame_summary = format_guest_frame
