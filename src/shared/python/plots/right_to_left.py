"""Arabic and Hebrew as a plot has to have them: letters joined, and in the order in which they are seen.

Matplotlib draws one character after the other, from left to right. This is the part of the Unicode algorithm that
titles and labels need: one direction for a line, runs of the other, numbers, brackets.
"""

from __future__ import annotations

import sys
import unicodedata
from typing import Any, Callable, Dict

_bidirectional = unicodedata.bidirectional
_decomposition = unicodedata.decomposition
_modules = sys.modules

_TATWEEL = "\u0640"
_LAM = "\u0644"
_MIRRORED = dict(zip("()[]{}<>«»", ")(][}{><»«"))
_BETWEEN_DIGITS = frozenset(("CS", "ES", "ET"))

# Letter (two for lam with alef) -> its form at a place in a word. (typing's own, for Python 3.8.)
_Forms = Dict[str, Dict[str, str]]


def _forms() -> _Forms:
    """Of the Arabic letters, as Unicode's own data has them."""
    found: _Forms = {}
    for start, end in ((0xFB50, 0xFC00), (0xFE80, 0xFEFD)):
        for point in range(start, end):
            place, _, letters = _decomposition(chr(point)).partition(" ")
            if place in ("<isolated>", "<final>", "<initial>", "<medial>"):
                base = "".join(chr(int(letter, 16)) for letter in letters.split())
                found.setdefault(base, {}).setdefault(place[1:-1], chr(point))
    return found


class RightToLeft:
    def __init__(self) -> None:
        # Made when it is needed.
        self._table: _Forms | None = None

    def visual(self, line: str) -> str:
        """The line as it is seen, read from left to right; one without letters of such a script as it is."""
        if line.isascii() or "bidi" in _modules:
            # Who has that package orders the text already.
            return line
        kinds = [_bidirectional(character) for character in line]
        if not any(kind in ("R", "AL") for kind in kinds) or _is_shaped(line):
            return line
        return _ordered(_clusters(self._joined(line)))

    def _joined(self, line: str) -> str:
        if self._table is None:
            self._table = _forms()
        table = self._table
        clusters = _clusters(line)
        letters = [cluster[0] for cluster in clusters]
        shaped: list[str] = []
        index = 0
        joins = False
        while index < len(letters):
            letter, marks, length = letters[index], clusters[index][1:], 1
            pair = letter + letters[index + 1] if letter == _LAM and index + 1 < len(letters) else ""
            if pair in table:
                letter, marks, length = pair, marks + clusters[index + 1][1:], 2
            following = letters[index + length] if index + length < len(letters) else ""
            forms = table.get(letter, {})
            before = joins and "final" in forms
            after = "initial" in forms and (following == _TATWEEL or "final" in table.get(following, {}))
            place = {(True, True): "medial", (True, False): "final", (False, True): "initial"}.get((before, after))
            shaped.append(forms.get(place or "isolated", forms.get("isolated", letter)) + marks)
            joins = "initial" in forms or letter == _TATWEEL
            index += length
        return "".join(shaped)


def _is_shaped(line: str) -> bool:
    return any("\ufb50" <= character <= "\ufdff" or "\ufe70" <= character <= "\ufefc" for character in line)


def _clusters(line: str) -> list[str]:
    """Characters with the marks on them."""
    found: list[str] = []
    for character in line:
        if found and _bidirectional(character) == "NSM":
            found[-1] += character
        else:
            found.append(character)
    return found


def _directions(clusters: list[str], base: str) -> list[str]:
    """`L`, `R` or `D` (a number) for each."""
    kinds = [_bidirectional(cluster[0]) for cluster in clusters]
    found = [{"L": "L", "R": "R", "AL": "R", "EN": "D", "AN": "D"}.get(kind, "") for kind in kinds]
    for index in range(1, len(found) - 1):
        if kinds[index] in _BETWEEN_DIGITS and found[index - 1] == "D" and found[index + 1] == "D":
            found[index] = "D"
    before = base
    index = 0
    while index < len(found):
        if found[index]:
            before = "R" if found[index] == "D" else found[index]
            index += 1
            continue
        end = index
        while end < len(found) and not found[end]:
            end += 1
        after = base if end == len(found) else "R" if found[end] == "D" else found[end]
        for place in range(index, end):
            found[place] = before if before == after else base
        index = end
    return found


def _ordered(clusters: list[str]) -> str:
    strong = (_bidirectional(cluster[0]) for cluster in clusters)
    base = next(("L" if kind == "L" else "R" for kind in strong if kind in ("L", "R", "AL")), "L")
    directions = _directions(clusters, base)
    levels: list[int] = []
    is_after_left = base == "L"
    for direction in directions:
        if direction == "D":
            levels.append(0 if base == "L" and is_after_left else 2)
            continue
        is_after_left = direction == "L"
        levels.append(1 if direction == "R" else 0 if base == "L" else 2)
    seen = [_MIRRORED.get(cluster, cluster) if level % 2 == 1 else cluster for cluster, level in zip(clusters, levels)]
    for level in (2, 1):
        index = 0
        while index < len(seen):
            end = index
            while end < len(seen) and levels[end] >= level:
                end += 1
            seen[index:end] = seen[index:end][::-1]
            levels[index:end] = levels[index:end][::-1]
            index = end + 1
    return "".join(seen)


def attend_to_text(module: Any) -> None:
    """Called with `matplotlib.text`: each line is measured and drawn as it is seen."""
    right_to_left = RightToLeft()
    preprocess: Callable[..., Any] = module.Text._preprocess_math

    def preprocess_line(text: Any, line: str) -> Any:
        clean, is_math = preprocess(text, line)
        return (right_to_left.visual(clean) if is_math is False else clean), is_math

    module.Text._preprocess_math = preprocess_line
