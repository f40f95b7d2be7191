"""Draws a figure again once there are fonts for what the first drawing lacked, before anyone has its picture."""

from __future__ import annotations

import functools
import os
from typing import Any, Callable, TypeVar

from .fallback_fonts import FallbackFonts
from .missing_glyphs import MissingGlyphs

_T = TypeVar("_T")

# One for kana, one for what the Japanese font lacks, one for what no emoji are.
_MAX_ROUNDS = 4


class Redrawing:
    """Of one session."""

    def __init__(self, missing: MissingGlyphs, fonts: FallbackFonts) -> None:
        self._missing = missing
        self._fonts = fonts
        self._is_drawing = False

    def attend_to_canvases(self, module: Any) -> None:
        """Called with `matplotlib.backend_bases`: what is saved is drawn again."""
        print_figure: Callable[..., Any] = module.FigureCanvasBase.print_figure

        @functools.wraps(print_figure)
        def print_complete(canvas: Any, filename: Any, *args: Any, **options: Any) -> Any:
            rewind = _rewind_of(filename)
            if rewind is None:
                # What is written there stays: the fonts have to be there before.
                self._draw(canvas.figure.draw_without_rendering, lambda: True)
                return print_figure(canvas, filename, *args, **options)
            return self._draw(lambda: print_figure(canvas, filename, *args, **options), rewind)

        module.FigureCanvasBase.print_figure = print_complete

    def attend_to_agg(self, module: Any) -> None:
        """Called with `matplotlib.backends.backend_agg`: so is what is drawn for its pixels."""
        draw: Callable[[Any], None] = module.FigureCanvasAgg.draw

        @functools.wraps(draw)
        def draw_complete(canvas: Any) -> None:
            self._draw(lambda: draw(canvas), lambda: True)

        module.FigureCanvasAgg.draw = draw_complete

    def _draw(self, draw: Callable[[], _T], rewind: Callable[[], bool]) -> _T:
        if self._is_drawing:
            return draw()
        self._is_drawing = True
        try:
            for _ in range(_MAX_ROUNDS - 1):
                self._missing.begin_drawing()
                result = draw()
                lacking = self._missing.of_this_drawing()
                if not lacking or not self._fonts.add_for(lacking) or not rewind():
                    return result
            self._missing.begin_drawing()
            return draw()
        finally:
            self._missing.end_drawing()
            self._is_drawing = False


def _rewind_of(target: Any) -> Callable[[], bool] | None:
    """What makes it possible to write there once more; None when nothing does."""
    if isinstance(target, (str, os.PathLike)):
        return lambda: True
    try:
        start = target.tell()
        if not target.seekable() or not callable(target.truncate):
            return None
    except Exception:
        return None

    def rewind() -> bool:
        target.seek(start)
        target.truncate()
        return True

    return rewind
