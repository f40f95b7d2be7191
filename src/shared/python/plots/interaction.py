"""What scripts wait for in the window of a figure: nobody clicks there, so it is over at once."""

from __future__ import annotations

import sys
from typing import Any

_NOBODY = "plot: {name} has nobody to wait for: a figure is shown as a picture, which takes no clicks and no keys\n"


def attend_to_figures(figure: Any) -> None:
    """`figure` is Matplotlib's module of that name."""

    def ginput(self: Any, n: int = 1, *args: Any, **options: Any) -> list[Any]:
        sys.stderr.write(_NOBODY.format(name="ginput()"))
        return []

    def waitforbuttonpress(self: Any, timeout: float = -1) -> None:
        sys.stderr.write(_NOBODY.format(name="waitforbuttonpress()"))

    figure.Figure.ginput, figure.Figure.waitforbuttonpress = ginput, waitforbuttonpress
