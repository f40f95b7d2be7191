"""Fonts that Matplotlib falls back on for characters that its own fonts lack, from packages that bring such.

A package that is not there is asked for while a plot is drawn, where somebody can fetch it.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import re
import sys
from importlib.machinery import PathFinder
from typing import Any, Callable, Iterable, List

from .font_table import FONT_TABLE

_modules = sys.modules
_MANAGER = "matplotlib.font_manager"

# Asks for the packages of these modules, and returns once they are there, or won't be. (typing's own, for Python 3.8.)
FetchFonts = Callable[[List[str]], object]

# Another package that brings such a font, though nobody fetches it.
_OTHERS = {"mplfonts": ("fonts/NotoSansCJKsc-Regular.otf", "fonts/SourceHanSansSC-Regular.otf")}

# Messages of Matplotlib's that are remembered.
_MAX_TOLD = 1000


class PlotFont:
    """A font of the table."""

    def __init__(self, name: str, parts: dict[str, str]) -> None:
        self.name = name
        self.package = parts["package"]
        self.module = parts["module"]
        self.file = parts["file"]
        self._characters = re.compile(f"[{parts['characters']}]")

    def has(self, character: str) -> bool:
        return self._characters.match(character) is not None


_TABLE = json.loads(FONT_TABLE)["fonts"]
FONTS = [PlotFont(name, parts) for name, parts in _TABLE.items()]
# Fonts that may be asked for by their names: they are there before anything is drawn.
_BY_NAME = ("kana", "hangul", "han")


class _Once:
    """Lets each message pass once: Matplotlib looks fonts up again and again, and each time says what it lacks."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def filter(self, record: Any) -> bool:
        message = record.getMessage()
        if message in self._told:
            return False
        if len(self._told) < _MAX_TOLD:
            self._told.add(message)
        return True


class FallbackFonts:
    """Those of one session."""

    def __init__(self, fetch: FetchFonts | None) -> None:
        self._fetch = fetch
        self._files: list[str] = []
        # Names of fonts, and modules of `_OTHERS`.
        self._added: set[str] = set()
        # Modules that were asked for in this run.
        self._asked: set[str] = set()

    def begin_run(self) -> None:
        """What was installed since the last run may bring fonts."""
        self._asked.clear()
        if _MANAGER in _modules:
            self._add_named()

    def attend(self, fonts: Any) -> None:
        """Called with `matplotlib.font_manager`: texts fall back on what is added, whatever fonts the code asks for."""
        fonts._log.addFilter(_Once())
        manager = fonts.fontManager
        find_fonts = manager._find_fonts_by_props

        @functools.wraps(find_fonts)
        def find_all(*args: Any, **options: Any) -> Any:
            found = find_fonts(*args, **options)
            return [*found, *(path for path in self._files if path not in found)]

        manager._find_fonts_by_props = find_all
        self._add_named()

    def add_for(self, characters: Iterable[str]) -> bool:
        """Add fonts that may have these characters, which all others lack; false when there is none to add."""
        wanted = self._wanted(characters)
        absent = list(dict.fromkeys(font.module for font in wanted if _folder_of(font.module) is None))
        absent = [module for module in absent if module not in self._asked]
        if absent and self._fetch is not None:
            self._asked.update(absent)
            self._fetch(absent)
            importlib.invalidate_caches()
        before = len(self._files)
        for font in wanted:
            self._add(font.name, font.module, (font.file,))
        if len(self._files) == before:
            return False
        _forget_sizes()
        return True

    def _wanted(self, characters: Iterable[str]) -> list[PlotFont]:
        """For each character the next font that could have it."""
        fonts: dict[str, PlotFont] = {}
        for character in characters:
            found = next((font for font in FONTS if self._is_left(font) and font.has(character)), None)
            if found is not None:
                fonts[found.name] = found
        if "kana" in fonts:
            # A Japanese font has its Chinese characters, too.
            fonts.pop("han", None)
        return list(fonts.values())

    def _is_left(self, font: PlotFont) -> bool:
        if font.name in self._added:
            return False
        return font.module not in self._asked or _folder_of(font.module) is not None

    def _add_named(self) -> None:
        for font in FONTS:
            if font.name in _BY_NAME:
                self._add(font.name, font.module, (font.file,))
        for module, files in _OTHERS.items():
            self._add(module, module, files)

    def _add(self, name: str, module: str, files: tuple[str, ...]) -> None:
        folder = None if name in self._added else _folder_of(module)
        if folder is None:
            return
        self._added.add(name)
        paths = (os.path.join(folder, *file.split("/")) for file in files)
        path = next((path for path in paths if os.path.exists(path)), None)
        if path is None:
            return
        try:
            # By its name, too.
            _modules[_MANAGER].fontManager.addfont(path)
        except Exception:
            # Without it all is as it was: the plot has boxes for what it can't draw.
            return
        self._files.append(path)


def _folder_of(module: str) -> str | None:
    """None when the module is not there."""
    try:
        spec = PathFinder.find_spec(module)
        places = None if spec is None else spec.submodule_search_locations
        return places[0] if places else None
    except Exception:
        return None


def _forget_sizes() -> None:
    """Matplotlib keeps the sizes of texts, as they were without the font."""
    texts = _modules.get("matplotlib.text")
    sizes: Any = getattr(texts, "_get_text_metrics_with_cache_impl", None)
    forget = getattr(sizes, "cache_clear", None)
    if forget is not None:
        forget()
