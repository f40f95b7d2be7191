"""Matplotlib's animations, which a window would play: a figure that is shown has their last frame."""

from __future__ import annotations

import sys
import time
from itertools import islice
from typing import Any

_modules = sys.modules
_monotonic = time.monotonic

# Of one figure's: what comes after either is not drawn.
_SECONDS = 10.0
_MAX_FRAMES = 2000


def play(figure: Any) -> None:
    """Go through the frames of the animations on this figure that were neither played nor saved."""
    module = _modules.get("matplotlib.animation")
    if module is None:
        return
    for animation in _animations_on(figure, module.Animation):
        if animation._draw_was_started:
            continue
        # As if its window had been drawn: it does not complain that nobody has seen it.
        animation._draw_was_started = True
        animation._init_draw()
        until = _monotonic() + _SECONDS
        for frame in islice(animation.new_saved_frame_seq(), _MAX_FRAMES):
            animation._draw_next_frame(frame, blit=False)
            if _monotonic() > until:
                sys.stderr.write(f"plot: an animation was played for {_SECONDS:.0f} seconds, not to its end\n")
                break


def _animations_on(figure: Any, kind: type) -> list[Any]:
    """They wait for the first drawing of their figure."""
    waiting = figure.canvas.callbacks.callbacks.get("draw_event", {})
    found = [getattr(reference(), "__self__", None) for reference in list(waiting.values())]
    return [one for one in found if isinstance(one, kind)]
