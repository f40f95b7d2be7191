"""Characters that no font of a plot has: said once in a run, with what would help, instead of a warning for each."""

from __future__ import annotations

import functools
import re
import sys
import unicodedata
from typing import Any, Callable

from .fallback_fonts import FONTS

_MAX_NAMED = 20
_MAX_NOTED = 1000
_NO_CHARACTERS = ("Cc", "Cn", "Cs")

# Of a text between dollar signs; its fonts are others.
_NOT_IN_MATHEMATICS = re.compile(r"Font .* does not have a glyph for .*\[U\+([0-9a-fA-F]{2,6})\]")


class MissingGlyphs:
    """Those of one session."""

    def __init__(self) -> None:
        self._missing: dict[str, None] = {}
        # Of the drawing under way, which may be made again with more fonts.
        self._drawing: dict[str, None] | None = None
        self._in_mathematics: dict[str, None] = {}
        self._has_told = False
        self._is_embedding = False

    def begin_run(self) -> None:
        self._missing.clear()
        self._in_mathematics.clear()
        self._has_told = False

    def begin_drawing(self) -> None:
        """What the drawing before this one lacked is no matter any more."""
        self._drawing = {}

    def of_this_drawing(self) -> list[str]:
        return list(self._drawing or ())

    def end_drawing(self) -> None:
        """What the last drawing lacked is what is missing."""
        self._missing.update(self._drawing or {})
        self._drawing = None

    def tell(self) -> None:
        """Say which there were, once in a run."""
        if self._has_told or not (self._missing or self._in_mathematics):
            return
        self._has_told = True
        if self._missing:
            sys.stderr.write(_about_missing("".join(self._missing)))
        if self._in_mathematics:
            named = "".join(self._in_mathematics)[:_MAX_NAMED]
            sys.stderr.write(f"plot: no font of formulas has {named}; write them outside of the dollar signs\n")

    def attend_to_texts(self, helpers: Any) -> None:
        """`helpers` is the module whose function gives the warnings."""

        def warn_on_missing_glyph(codepoint: int, *_: Any, **__: Any) -> None:
            self._note(self._missing if self._drawing is None else self._drawing, codepoint)

        helpers.warn_on_missing_glyph = warn_on_missing_glyph

    def attend_to_pdf(self, module: Any) -> None:
        """`module` writes fonts into files, one by one: what one of them lacks by itself is no matter."""
        write: Callable[[Any], None] = module.PdfFile.writeFonts

        @functools.wraps(write)
        def write_fonts(file: Any) -> None:
            self._is_embedding = True
            try:
                write(file)
            finally:
                self._is_embedding = False

        module.PdfFile.writeFonts = write_fonts

    def attend_to_mathematics(self, module: Any) -> None:
        """`module` is the one whose logger says what formulas lack."""
        module._log.addFilter(self)

    def filter(self, record: Any) -> bool:
        """Of a logger: whether the record is to be passed on."""
        found = _NOT_IN_MATHEMATICS.match(record.getMessage())
        if found is not None:
            self._note(self._in_mathematics, int(found[1], 16))
        return found is None

    def _note(self, among: dict[str, None], codepoint: int) -> None:
        if self._is_embedding:
            return
        character = chr(codepoint)
        # Matplotlib itself asks for some that are none.
        if len(among) < _MAX_NOTED and unicodedata.category(character) not in _NO_CHARACTERS:
            among[character] = None


def _about_missing(characters: str) -> str:
    fonts = [next((font for font in FONTS if font.has(one)), None) for one in characters]
    packages = list(dict.fromkeys(font.package for font in fonts if font is not None))
    helps = [f"name {' and '.join(packages)} for the run"] if packages else []
    rest = "".join(one for one, font in zip(characters, fonts) if font is None)
    scripts = _scripts_of(rest)[:5]
    if scripts:
        helps.append(f"{', '.join(scripts)} can not be drawn here: write these texts in Latin letters")
    return f"plot: no font has {characters[:_MAX_NAMED]}{''.join(f'; {one}' for one in helps)}\n"


def _scripts_of(characters: str) -> list[str]:
    """As the names of the characters begin: Devanagari, Thai."""
    names = (unicodedata.name(character, "").partition(" ")[0].capitalize() for character in characters)
    return list(dict.fromkeys(name for name in names if name))
