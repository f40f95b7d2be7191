"""Matplotlib's animations, which a window would play: a figure that is shown has their last frame."""

from __future__ import annotations

import sys
import time
from itertools import islice
from typing import Any

_modules = sys.modules
_monotonic = time.monotonic

# Of one animation: what comes after either is not drawn.
_SECONDS = 10.0
_MAX_FRAMES = 2000


def play(figure: Any) -> None:
    """Go through the frames of the animations on this figure that were neither played nor saved."""
    module = _modules.get("matplotlib.animation")
    if module is None:
        return
    for animation in _animations_on(figure, module.Animation):
        # Older versions of Matplotlib don't say.
        if getattr(animation, "_draw_was_started", True):
            continue
        # As if its window had been drawn: it does not complain that nobody has seen it.
        animation._draw_was_started = True
        try:
            _play(animation)
        except Exception as error:
            # As on a desktop, where the window goes on: the figure is shown as it is by then.
            sys.stderr.write(f"plot: an animation ended with {type(error).__name__}: {error}\n")


def _play(animation: Any) -> None:
    animation._init_draw()
    until = _monotonic() + _SECONDS
    for frame in islice(animation.new_saved_frame_seq(), _MAX_FRAMES):
        # Only what it draws into: the figure itself is drawn once, when it is shown.
        animation._pre_draw(frame, False)
        animation._draw_frame(frame)
        if _monotonic() > until:
            sys.stderr.write(f"plot: an animation was played for {_SECONDS:.0f} seconds, not to its end\n")
            return


def _animations_on(figure: Any, kind: type) -> list[Any]:
    """They wait for the first drawing of their figure."""
    waiting = figure.canvas.callbacks.callbacks.get("draw_event", {})
    found = [getattr(reference(), "__self__", None) for reference in list(waiting.values())]
    return [one for one in found if isinstance(one, kind)]
