"""What libraries that draw ask an operating system for: programs that write films and set text, and its fonts."""

from __future__ import annotations

import functools
import os
import sys
from typing import Any

from .absent_messages import sentence

# FreeType's, of a file that is not there or that can not be opened.
_NO_FONT = "cannot open resource"
_SHOWN_NAME = 200


def _no_films(animation: Any) -> None:
    """Matplotlib knows the programs that are missing by name only."""
    find = animation.MovieWriterRegistry.__getitem__

    @functools.wraps(find)
    def find_writer(registry: Any, name: Any) -> Any:
        if isinstance(name, str) and name.startswith(("ffmpeg", "avconv", "imagemagick")):
            raise RuntimeError(f"Requested MovieWriter ({name}) not available: {sentence('ffmpeg')}")
        return find(registry, name)

    animation.MovieWriterRegistry.__getitem__ = find_writer
    save = animation.Animation.save

    @functools.wraps(save)
    def save_animation(shown: Any, filename: Any, *args: Any, **options: Any) -> Any:
        writer = args[0] if args else options.get("writer")
        name = str(filename).lower()
        if writer is None and name.endswith(".gif"):
            options["writer"] = "pillow"
        elif name.endswith((".mp4", ".m4v", ".avi", ".mov", ".mkv", ".webm", ".mpg", ".mpeg")):
            raise RuntimeError(f"{filename} can not be written: {sentence('ffmpeg')}")
        return save(shown, filename, *args, **options)

    animation.Animation.save = save_animation

    def to_player(shown: Any, embed_limit: Any = None) -> Any:
        sys.stderr.write("plot: there is no ffmpeg in the sandbox, so to_html5_video() makes what to_jshtml() makes\n")
        return shown.to_jshtml()

    animation.Animation.to_html5_video = to_player


def _no_latex(texmanager: Any) -> None:
    """`text.usetex` of Matplotlib starts LaTeX."""

    def refuse(*args: Any, **options: Any) -> None:
        raise RuntimeError(sentence("latex"))

    texmanager.TexManager._run_checked_subprocess = staticmethod(refuse)


def _no_system_fonts(fonts: Any) -> None:
    load = fonts.truetype

    @functools.wraps(load)
    def load_font(font: Any = None, *args: Any, **options: Any) -> Any:
        try:
            return load(font, *args, **options)
        except OSError as error:
            name = str(font)
            if str(error) != _NO_FONT or os.path.exists(name):
                raise
            raise OSError(f"{_NO_FONT}: {sentence('fonts')} ({name[:_SHOWN_NAME]})") from None

    fonts.truetype = load_font


ABSENT_IN_PICTURES = (
    ("matplotlib.animation", _no_films),
    ("matplotlib.texmanager", _no_latex),
    ("PIL.ImageFont", _no_system_fonts),
)
