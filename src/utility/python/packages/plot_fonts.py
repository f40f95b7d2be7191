"""Which fonts plots need beside Matplotlib's own: by the words of a run and the fonts that its code names."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator

from ....shared.python.plots.font_table import FONT_TABLE

_WORKSPACE = "/workspace"

_open = open
_listdir = os.listdir

# Of what may be the name of a font, in characters.
_MAX_NAME = 200

# Characters that Matplotlib's own fonts lack. Japanese is told from Chinese by its kana.
_FONTS = json.loads(FONT_TABLE)
_MODULES = {kind: font["module"] for kind, font in _FONTS["fonts"].items()}
_KANA = re.compile("[\u3040-\u30ff]")
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
_HAN = re.compile("[\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff]")
# Names of fonts that code asks for, as models write them, by what their texts are written in.
_FONT_NAMES = {
    "han": "SimHei|SimSun|KaiTi|FangSong|Microsoft YaHei|PingFang|WenQuanYi|STHeiti|STSong|Songti|Heiti|Source Han|"
    "Noto Sans CJK|Noto Serif CJK|Microsoft JhengHei|Noto Sans SC|Noto Sans TC",
    "kana": "MS Gothic|MS Mincho|Yu Gothic|YuGothic|Meiryo|Hiragino|IPAexGothic|IPAGothic|IPAPGothic|TakaoPGothic|"
    "Noto Sans JP|japanize",
    "hangul": "Malgun|NanumGothic|Nanum|AppleGothic|Apple SD Gothic|Batang|Gulim|Noto Sans KR",
}
_NAMED_FONTS = {kind: re.compile(f"(?:{names})") for kind, names in _FONT_NAMES.items()}
# Texts given with a run, of which plots may have words: how many are looked at, and how far into each, in bytes.
_TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".md", ".xml", ".html", ".yaml", ".yml")
_MAX_TEXTS = 20
_MAX_TEXT_BYTES = 64 * 1024


class PlotFonts:
    """Modules of the fonts that texts ask for."""

    def __init__(self) -> None:
        self._modules: dict[str, None] = {}

    def read(self, text: str) -> None:
        """A string of the code: words of a plot, or the name of a font."""
        self._read_words(text)
        if len(text) <= _MAX_NAME:
            for kind, names in _NAMED_FONTS.items():
                if names.match(text):
                    self._modules[_MODULES[kind]] = None

    def needed(self, imported: set[str], names: set[str]) -> Iterator[str]:
        """Where anything is plotted: `imported` are the modules that were imported, `names` what code has mentioned."""
        plots = _FONTS["plots"]
        if imported.isdisjoint((*_FONTS["users"], *plots["of"])):
            return
        for text in _texts_given():
            self._read_words(text)
        if not imported.isdisjoint(_FONTS["users"]) or (
            not imported.isdisjoint(plots["of"]) and not names.isdisjoint(plots["names"])
        ):
            yield from self._modules

    def _read_words(self, text: str) -> None:
        if _KANA.search(text):
            self._modules[_MODULES["kana"]] = None
        elif _HAN.search(text):
            self._modules[_MODULES["han"]] = None
        if _HANGUL.search(text):
            self._modules[_MODULES["hangul"]] = None


def _texts_given() -> Iterator[str]:
    """The beginnings of text files in the workspace: what a plot says may stand in one of them."""
    try:
        names = sorted(name for name in _listdir(_WORKSPACE) if name.lower().endswith(_TEXT_SUFFIXES))
    except OSError:
        return
    for name in names[:_MAX_TEXTS]:
        try:
            with _open(f"{_WORKSPACE}/{name}", "rb") as file:
                yield file.read(_MAX_TEXT_BYTES).decode("utf-8", "ignore")
        except OSError:
            continue
