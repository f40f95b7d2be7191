"""Texts of a plot whose letters would have to be joined or set in another order: said once in a run.

Matplotlib sets one character after the other. That is right for Latin letters, and as good as right for Thai; in most
scripts of India and South-East Asia it is not what a reader expects.
"""

from __future__ import annotations

import sys
import unicodedata
from typing import Any, Callable

_category, _combining, _name = unicodedata.category, unicodedata.combining, unicodedata.name

# From Devanagari to Khmer, and the parts of them further up.
_FIRST, _LAST = "\u0900", "\u1aff"
_EXTENDED = (("\ua8e0", "\ua8ff"), ("\ua980", "\uaaff"))
# Their vowels stand where they are written, and marks above one another are rare.
_IN_ORDER = ("THAI", "LAO")
# Neither of these scripts is one.
_OTHERS = ("HANGUL", "GEORGIAN", "ETHIOPIC", "CHEROKEE", "CANADIAN", "OGHAM", "RUNIC", "MONGOLIAN", "TAGALOG")
_VIRAMA = 9
_MAX_NAMED = 5


class UnshapedScripts:
    """Those of one session."""

    def __init__(self) -> None:
        self._found: dict[str, None] = {}
        self._has_told = False

    def begin_run(self) -> None:
        self._found.clear()
        self._has_told = False

    def tell(self) -> None:
        """Say which there were, once in a run."""
        if self._has_told or not self._found:
            return
        self._has_told = True
        named = ", ".join(list(self._found)[:_MAX_NAMED])
        sys.stderr.write(
            f"plot: letters of {named} stand one after the other, neither joined nor rearranged, as Matplotlib sets "
            "them; where that matters, write these texts in Latin letters, or show them outside of the plot\n"
        )

    def attend_to_text(self, module: Any) -> None:
        """Called with `matplotlib.text`."""
        preprocess: Callable[..., Any] = module.Text._preprocess_math

        def preprocess_line(text: Any, line: str) -> Any:
            self.look_at(line)
            return preprocess(text, line)

        module.Text._preprocess_math = preprocess_line

    def look_at(self, line: object) -> None:
        if not isinstance(line, str) or line.isascii():
            return
        before = ""
        for character in line:
            script = _script_of(character)
            if script and script.capitalize() not in self._found and _is_reshaped(script, before, character):
                self._found[script.capitalize()] = None
            before = character


def _script_of(character: str) -> str:
    """As the character's name begins; empty for scripts that are set letter by letter."""
    in_extended = any(first <= character <= last for first, last in _EXTENDED)
    if not (_FIRST <= character <= _LAST or in_extended):
        return ""
    script = _name(character, "").partition(" ")[0]
    return "" if script in _OTHERS else script


def _is_reshaped(script: str, before: str, character: str) -> bool:
    """Whether the character changes those around it, or its place."""
    kind = _category(character)
    if script in _IN_ORDER:
        return kind == "Mn" and _category(before or " ") == "Mn"
    if _combining(character) == _VIRAMA:
        return True
    # The others stand before their letter, around it, or join with it.
    return kind == "Mc" and not _name(character).endswith((" SIGN AA", " SIGN II", " VISARGA"))
