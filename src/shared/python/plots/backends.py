"""Matplotlib's ways to draw in windows become the one that draws into memory: there are no windows."""

from __future__ import annotations

import functools
from typing import Any

# What draws into files and memory.
_DRAWING = frozenset(("agg", "cairo", "pdf", "pgf", "ps", "svg", "template"))


# What scripts ask the window of a figure for, in pixels.
_SCREEN = (1280, 960)
_ANSWERS = {"maxsize": _SCREEN, "winfo_screenwidth": _SCREEN[0], "winfo_screenheight": _SCREEN[1]}


class NoWindow:
    """Takes what scripts tell the window of a figure, such as to become as large as the screen."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)

        def tell(*args: Any, **options: Any) -> Any:
            return _ANSWERS.get(name)

        return tell


def without_windows(name: Any) -> Any:
    return name if not isinstance(name, str) or name.lower() in _DRAWING else "agg"


def attend_to_matplotlib(matplotlib: Any) -> None:
    use = matplotlib.use

    @functools.wraps(use)
    def use_drawing(backend: Any, **options: Any) -> None:
        use(without_windows(backend), **options)

    matplotlib.use = use_drawing


def attend_to_pyplot(pyplot: Any) -> None:
    switch = pyplot.switch_backend

    @functools.wraps(switch)
    def switch_drawing(newbackend: Any) -> None:
        switch(without_windows(newbackend))

    pyplot.switch_backend = switch_drawing
    pyplot.FigureManagerBase.window = pyplot.FigureManagerBase.frame = NoWindow()
