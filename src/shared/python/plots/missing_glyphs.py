"""Characters that no font of a plot has: said once in a run, with what would help, instead of a warning for each."""

from __future__ import annotations

import re
import sys
import unicodedata
from typing import Any

_MAX_NAMED = 20
_MAX_NOTED = 1000
_NO_CHARACTERS = ("Cc", "Cn", "Cs")

# Characters -> the package that has them; of several, the first that fits.
_ADVICE = (
    (re.compile("[\u3040-\u30ff]"), "matplotlib-fontja"),
    (re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]"), "koreanize-matplotlib"),
    (re.compile("[\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff]"), "cvttf-notosanscjk-regular"),
)
_HELPED = tuple(pattern for pattern, _ in _ADVICE)
_EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff\ufe0f]")
# Of a text between dollar signs; its fonts are others.
_NOT_IN_MATHEMATICS = re.compile(r"Font .* does not have a glyph for .*\[U\+([0-9a-fA-F]{2,6})\]")


class MissingGlyphs:
    """Those of one session."""

    def __init__(self) -> None:
        self._missing: dict[str, None] = {}
        self._in_mathematics: dict[str, None] = {}
        self._has_told = False

    def begin_run(self) -> None:
        self._missing.clear()
        self._in_mathematics.clear()
        self._has_told = False

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
            self._note(self._missing, codepoint)

        helpers.warn_on_missing_glyph = warn_on_missing_glyph

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
        character = chr(codepoint)
        # Matplotlib itself asks for some that are none.
        if len(among) < _MAX_NOTED and unicodedata.category(character) not in _NO_CHARACTERS:
            among[character] = None


def _about_missing(characters: str) -> str:
    packages = [name for pattern, name in _ADVICE if pattern.search(characters)]
    helps = [f"name {' and '.join(packages)} for the run"] if packages else []
    if _EMOJI.search(characters):
        helps.append("write words instead of emoji")
    rest = "".join(one for one in characters if not any(pattern.search(one) for pattern in (_EMOJI, *_HELPED)))
    scripts = _scripts_of(rest)[:5]
    if scripts:
        helps.append(f"{', '.join(scripts)} can not be drawn here: write these texts in Latin letters")
    return f"plot: no font has {characters[:_MAX_NAMED]}{''.join(f'; {one}' for one in helps)}\n"


def _scripts_of(characters: str) -> list[str]:
    """As the names of the characters begin: Devanagari, Thai."""
    names = (unicodedata.name(character, "").partition(" ")[0].capitalize() for character in characters)
    return list(dict.fromkeys(name for name in names if name))
