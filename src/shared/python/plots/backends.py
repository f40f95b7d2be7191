"""Matplotlib's ways to draw in windows become the one that draws into memory: there are no windows."""

from __future__ import annotations

import functools
from typing import Any

# What draws into files and memory.
_DRAWING = frozenset(("agg", "cairo", "pdf", "pgf", "ps", "svg", "template"))


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
