"""Lets pandas show all columns of a table: wide ones in several parts, as wide as the terminal, instead of cut."""

from __future__ import annotations

from typing import Any

from ..after_import import AfterImport

_MAX_COLUMNS = 60


def _show_all(pandas: Any) -> None:
    pandas.set_option("display.max_columns", _MAX_COLUMNS)
    # As `shutil.get_terminal_size` has it, that is: COLUMNS.
    pandas.set_option("display.width", None)


def install_wide_frames(after_import: AfterImport) -> None:
    after_import.call("pandas", _show_all)
