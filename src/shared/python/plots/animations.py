"""Matplotlib's animations, which a desktop would play in a window: their frames, drawn one by one."""

from __future__ import annotations

import functools
import sys
import time
import weakref
from typing import Any, Callable, Iterator, Sequence

from .animation_frames import MAX_COUNT, Film

_modules = sys.modules
_monotonic = time.monotonic

# Frames that are not drawn are gone through all the same, so that the figure is left as the last one has it; so long.
_SECONDS = 20.0
# What a page with a player in it may have, in MiB, so that it can be shown; Matplotlib's own limit is this one.
_PAGE_MIB, _USUAL_PAGE_MIB = 7.0, 20.0


def is_animation(obj: object) -> bool:
    module = _modules.get("matplotlib.animation")
    return module is not None and issubclass(type(obj), module.Animation)


class Animations:
    """Those of one session."""

    def __init__(self) -> None:
        # Played or saved: nobody waits for them any more.
        self._seen: weakref.WeakSet[Any] = weakref.WeakSet()

    def attend(self, module: Any) -> None:
        """Called with `matplotlib.animation`."""
        settings = _modules["matplotlib"].rcParams
        if settings["animation.embed_limit"] == _USUAL_PAGE_MIB:
            settings["animation.embed_limit"] = _PAGE_MIB
        save = module.Animation.save
        seen = self._seen

        @functools.wraps(save)
        def save_animation(animation: Any, *args: Any, **options: Any) -> Any:
            seen.add(animation)
            return save(animation, *args, **options)

        module.Animation.save = save_animation

    def waiting_on(self, figure: Any) -> list[Any]:
        """The animations on this figure that were neither played nor saved: they listen for its end."""
        listening = figure.canvas.callbacks.callbacks.get("close_event", {})
        found = [getattr(reference(), "__self__", None) for reference in list(listening.values())]
        return [one for one in found if is_animation(one) and one not in self._seen]

    def play(self, figure: Any, animations: Sequence[Any]) -> Film | None:
        """Draw the frames of animations of one figure, together; None when there are none.

        The figure is left as the last frame has it.
        """
        if not animations:
            return None
        for animation in animations:
            self._seen.add(animation)
            # As if its window had been drawn: it does not complain that nobody has seen it.
            animation._draw_was_started = True
        film = Film(figure, animations[0])
        try:
            _play(animations, film)
        except Exception as error:
            # As on a desktop, where the window goes on: the figure is shown as it is by then.
            sys.stderr.write(f"plot: an animation ended with {type(error).__name__}: {error}\n")
        film.tell()
        return film


def _play(animations: Sequence[Any], film: Film) -> None:
    begun = _monotonic()
    for animation in animations:
        animation._init_draw()
    for step in _steps(animations):
        if film.count == MAX_COUNT or _monotonic() > begun + _SECONDS:
            film.has_more = True
            return
        step()
        film.take()


def _steps(animations: Sequence[Any]) -> Iterator[Callable[[], None]]:
    """What makes each next frame, until all animations are at their ends."""
    left = [(animation, iter(animation.new_saved_frame_seq())) for animation in animations]
    while left:
        due: list[tuple[Any, Any]] = []
        for animation, frames in list(left):
            try:
                due.append((animation, next(frames)))
            except StopIteration:
                left.remove((animation, frames))
        if due:
            yield functools.partial(_step, due)


def _step(due: list[tuple[Any, Any]]) -> None:
    for animation, frame in due:
        # Only what it draws into: the figure itself is drawn when its picture is taken.
        animation._pre_draw(frame, False)
        animation._draw_frame(frame)
