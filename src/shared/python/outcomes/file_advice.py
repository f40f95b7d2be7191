"""What to say of a file that is not there: those that are."""

from __future__ import annotations

import difflib
import os
from typing import cast

from ..code.script_names import is_script_name

_scandir, _getcwd, _basename, _lexists = os.scandir, os.getcwd, os.path.basename, os.path.lexists
_dirname = os.path.dirname
_close_matches = difflib.get_close_matches

_MAX_NAMED = 20
_MAX_LOOKED_AT = 1000
_MAX_FOLDERS = 100


def about_missing_file(error: BaseException) -> str | None:
    """None for other errors, and where the name is no text."""
    if not issubclass(type(error), FileNotFoundError):
        return None
    missing = cast(FileNotFoundError, error).filename
    if type(missing) is not str or _lexists(missing):
        return None
    if is_script_name(_basename(missing)):
        return "this code was given as text, and is in no file"
    folder = _dirname(missing)
    if folder and not _lexists(folder):
        # Whoever writes there needs the folder, whoever reads may have meant another file.
        start = f"there is no folder {folder!r}: make it with os.makedirs, or use the working directory; "
    else:
        start = ""
    return start + _about_files(missing)


def _about_files(missing: str) -> str:
    names = _names_here()
    if not names:
        return f"there are no files in {_getcwd()}"
    close = _close_matches(_basename(missing), [_basename(name) for name in names], 1, 0.75)
    meant = [name for name in names if close and _basename(name) == close[0]]
    more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
    hint = f"did you mean {meant[0]!r}? " if meant else ""
    return f"{hint}the files here are: {', '.join(names[:_MAX_NAMED])}{more}"


def _names_here() -> list[str]:
    """Of the files below the working directory, relative to it."""
    found: list[str] = []
    left, pending = _MAX_LOOKED_AT, [""]
    folders = 0
    while pending and folders < _MAX_FOLDERS:
        prefix = pending.pop()
        folders += 1
        try:
            with _scandir(os.path.join(_getcwd(), prefix)) as entries:
                for entry in entries:
                    left -= 1
                    if left < 0:
                        return sorted(found)
                    if entry.name.startswith((".", "__pycache__")) or entry.is_symlink():
                        continue
                    if entry.is_dir():
                        pending.append(f"{prefix}{entry.name}/")
                    else:
                        found.append(prefix + entry.name)
        except OSError:
            continue
    return sorted(found)
