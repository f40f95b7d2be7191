"""Pictures of an animation's frames: a player has each of them, everybody else a GIF."""

from __future__ import annotations

import base64
import io
import json
import math
import sys
import time
from typing import Any

_b64encode = base64.b64encode
_dumps = json.dumps
_modules = sys.modules
_monotonic = time.monotonic

# As in src/shared/contract/animation.ts.
ANIMATION_MIME = "application/vnd.vivarium.animation+json"

# Frames that are gone through.
MAX_COUNT = 2000
# Those that are drawn, what they take together as base64, the pixels of one (a larger one is drawn smaller) and of all,
# and the time for drawing them: what is planned for, and what ends it.
_MAX_FRAMES = 500
_MAX_TEXT = 4 * 1024 * 1024
_MAX_PIXELS = 1_000_000
_MAX_ALL_PIXELS = 100_000_000
_PLANNED_SECONDS, _MAX_SECONDS = 10.0, 15.0
# By these first ones is told what all would take; the very first takes longer.
_SAMPLE = 3
# A PNG that is larger is tried as JPEG, too.
_LARGE_PNG = 64 * 1024
_MAX_GIF = 2 * 1024 * 1024
# In ms. Browsers take shorter ones in a GIF for a mistake, and play it slowly.
_MIN_INTERVAL, _MAX_INTERVAL = 20.0, 60_000.0
_USUAL_INTERVAL = 200.0


class Film:
    """Those of one figure."""

    def __init__(self, figure: Any, animation: Any) -> None:
        self._figure, self._animation = figure, animation
        self._interval = _clamped(getattr(animation, "_interval", _USUAL_INTERVAL))
        self._repeats = bool(getattr(animation, "_repeat", True))
        # How many frames there will be, where that is known.
        self._expected = _length_of(animation)
        self._begun = self._second_begun = _monotonic()
        self._size = (0, 0)
        self._dpi = 0.0
        self._frames: list[str] = []
        self._text = 0
        # The same with a palette each, for a GIF.
        self._images: list[Any] = []
        # Only each of so many is drawn.
        self._every = 1
        # Frames that there were, drawn or not; whether there would be more.
        self._count = 0
        self.has_more = False
        # Why no more are drawn.
        self._cut: str | None = None

    @property
    def count(self) -> int:
        return self._count

    def take(self) -> None:
        """The figure is as the next frame has it: take a picture, unless it is one too many."""
        index = self._count
        self._count += 1
        if index == 1:
            self._second_begun = _monotonic()
        if index == _SAMPLE:
            self._plan()
        if self._cut is None and _monotonic() > self._begun + _MAX_SECONDS:
            self._cut = f"drawing them took {_MAX_SECONDS:.0f} s"
        if self._cut is None and index % self._every == 0:
            self._draw()

    def _plan(self) -> None:
        """Draw so many that all fits: better some from the beginning to the end than all of the beginning."""
        if self._expected is None or not self._frames:
            return
        seconds = _monotonic() - self._second_begun
        shares = (
            seconds / (_SAMPLE - 1) / _PLANNED_SECONDS,
            self._text / _SAMPLE / _MAX_TEXT,
            self._size[0] * self._size[1] / _MAX_ALL_PIXELS,
            1 / _MAX_FRAMES,
        )
        self._every = max(1, math.ceil(self._expected * max(shares)))
        self._frames = self._frames[:: self._every]
        self._images = self._images[:: self._every]
        self._text = sum(map(len, self._frames))

    def _draw(self) -> None:
        if not self._frames:
            inches = [float(side) for side in self._figure.get_size_inches()]
            self._dpi = min(float(self._figure.dpi), math.sqrt(_MAX_PIXELS / (inches[0] * inches[1])))
            self._size = (int(inches[0] * self._dpi), int(inches[1] * self._dpi))
        most = min(_MAX_FRAMES, _MAX_ALL_PIXELS // max(1, self._size[0] * self._size[1]))
        if len(self._frames) >= most:
            self._cut = f"{most} are shown at most"
            return
        image = self._picture()
        frame = _b64encode(_bytes_of(image)).decode("ascii")
        if self._text + len(frame) > _MAX_TEXT:
            self._cut = f"more would be larger than {_MAX_TEXT // 1024 // 1024} MiB"
            return
        self._frames.append(frame)
        self._text += len(frame)
        self._images.append(image.quantize(256, method=_FAST_OCTREE, dither=0))

    def tell(self) -> None:
        """Say what was left out."""
        drawn = len(self._frames)
        if drawn == 0 or (drawn >= self._count and not self.has_more):
            return
        total = f"more than {self._count}" if self.has_more else str(self._count)
        if self._cut is not None:
            said = f"the first {drawn} of {total} frames are shown: {self._cut}"
            if self._every > 1:
                said = f"{drawn} of {total} frames are shown, one of {self._every}, and not to the end: {self._cut}"
        elif self._every > 1:
            said = (
                f"{drawn} of {total} frames are shown, one of {self._every}: all would take too long or too much room"
            )
        else:
            said = f"the first {drawn} of {total} frames are shown"
        sys.stderr.write(f"plot: of an animation, {said}\n")

    def forms(self, still: dict[str, Any]) -> dict[str, Any]:
        """The forms of the figure. `still`: those of its picture as the last frame left it."""
        if len(self._frames) < 2:
            return still
        film = {
            "version": 1,
            "intervalMs": min(self._interval * self._every, _MAX_INTERVAL),
            "loop": self._repeats,
            "every": self._every,
            "total": None if self.has_more else self._count,
            "frames": self._frames,
        }
        gif = self._gif()
        others = still if gif is None else {"image/gif": gif}
        return {**others, "text/plain": repr(self._animation), ANIMATION_MIME: _dumps(film)}

    def _picture(self) -> Any:
        """Opaque, and each of the same size."""
        image_module = _modules["PIL.Image"]
        buffer = io.BytesIO()
        with _modules["matplotlib"].rc_context({"savefig.bbox": None}):
            self._figure.savefig(buffer, format="rgba", dpi=self._dpi)
        image = image_module.frombuffer("RGBA", self._size, buffer.getvalue(), "raw", "RGBA", 0, 1)
        if image.getextrema()[3][0] < 255:
            image = image_module.alpha_composite(image_module.new("RGBA", self._size, "white"), image)
        return image.convert("RGB")

    def _gif(self) -> bytes | None:
        """Of all frames, or of some when all would be too large; None when that is too large as well."""
        every = 1
        for _ in range(2):
            first, *others = self._images[::every]
            buffer = io.BytesIO()
            repeats = {"loop": 0} if self._repeats else {}
            first.save(
                buffer,
                format="GIF",
                save_all=True,
                append_images=others,
                duration=self._interval * self._every * every,
                **repeats,
            )
            data = buffer.getvalue()
            if len(data) <= _MAX_GIF:
                return data
            every = math.ceil(len(data) / _MAX_GIF) + 1
        return None


# Pillow's `Quantize.FASTOCTREE`; older versions have the number alone.
_FAST_OCTREE = 2


def _bytes_of(image: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    png = buffer.getvalue()
    if len(png) <= _LARGE_PNG:
        return png
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=90)
    jpeg = buffer.getvalue()
    return min(png, jpeg, key=len)


def _length_of(animation: Any) -> int | None:
    """Matplotlib keeps that of a FuncAnimation as what is to be saved."""
    frames = getattr(animation, "_framedata", None)
    try:
        count = getattr(animation, "_save_count", None) if frames is None else len(frames)
    except TypeError:
        return None
    return min(count, MAX_COUNT) if isinstance(count, int) else None


def _clamped(interval: Any) -> float:
    try:
        number = float(interval)
    except Exception:
        return _USUAL_INTERVAL
    return min(max(number, _MIN_INTERVAL), _MAX_INTERVAL) if math.isfinite(number) else _USUAL_INTERVAL
