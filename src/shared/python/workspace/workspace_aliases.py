"""Where code in the sandbox keeps its files: the places that other tools have are one and the same folder."""

from __future__ import annotations

import os
import stat
import sys
from typing import Dict, Tuple

_symlink, _rmdir, _makedirs, _lstat, _scandir = os.symlink, os.rmdir, os.makedirs, os.lstat, os.scandir
_dirname = os.path.dirname
_S_ISREG, _S_ISDIR, _S_ISLNK = stat.S_ISREG, stat.S_ISDIR, stat.S_ISLNK

# The user's own Python has the places of the user's computer.
_IN_SANDBOX = sys.platform == "emscripten"

# What code knows from other tools and notebooks.
_ALIASES = ("/mnt/data", "/home/user", "/home/pyodide", "/home/sandbox", "/content", "/kaggle/working")

# What programs keep for themselves stays out of the workspace.
_OWN_FOLDERS = {
    "XDG_CONFIG_HOME": "/var/config",
    "XDG_CACHE_HOME": "/var/cache",
    "XDG_DATA_HOME": "/var/share",
    "XDG_STATE_HOME": "/var/state",
    "MPLCONFIGDIR": "/var/config/matplotlib",
}
# Not looked through: the system's, and what programs keep for themselves.
_SKIPPED = frozenset(("/lib", "/dev", "/proc", "/sys", "/usr", "/var", "/bin", "/etc", "/sbin", "/lib64"))
_MAX_WALKED = 2000

# Path -> (size in bytes, mtime in ns). (typing's own, for Python 3.8.)
PlaceStates = Dict[str, Tuple[int, int]]


class Places:
    def __init__(self, folder: str) -> None:
        """`folder` is the workspace's absolute path."""
        self._folder = folder
        self._before: PlaceStates = {}
        # The count of changes at the last walk, what it found, and whether it left something out.
        self._walked: tuple[int, PlaceStates, bool] | None = None
        # Whether there were too many entries to know them all.
        self._is_cut = False
        if _IN_SANDBOX:
            os.environ["HOME"] = folder
            for name, path in _OWN_FOLDERS.items():
                os.environ.setdefault(name, path)
            # Nobody's terminal: wide enough for tables. The command line says how wide its own is.
            os.environ.setdefault("COLUMNS", "200")

    def unite(self) -> None:
        """Let the other places lead to the workspace, as long as nothing else is there."""
        if not _IN_SANDBOX:
            return
        for alias in _ALIASES:
            try:
                if _S_ISLNK(_lstat(alias).st_mode):
                    continue
                # Only when it is empty.
                _rmdir(alias)
            except FileNotFoundError:
                pass
            except OSError:
                continue
            try:
                _makedirs(_dirname(alias), exist_ok=True)
                _symlink(self._folder, alias)
            except OSError:
                continue

    def before_run(self, count: int | None) -> None:
        """Take note of the files elsewhere. `count` grows with each change of a file; None where nobody counts."""
        self._before, self._is_cut = self._walk(count)

    def forget_runs(self) -> None:
        """What was there is to be looked for again: in a copy of this memory other files may be there."""
        self._walked = None

    def made_elsewhere(self, count: int | None) -> list[tuple[str, int]]:
        """Paths and sizes of what was made or changed since then outside of the workspace.

        Where not all was known before, only what was known and has changed: the rest may have been there.
        """
        after, _ = self._walk(count)
        before = self._before
        if after is before:
            return []
        return [
            (path, state[0])
            for path, state in sorted(after.items())
            if before.get(path) != state and (path in before or not self._is_cut)
        ]

    def _walk(self, count: int | None) -> tuple[PlaceStates, bool]:
        """The regular files, and whether some were left out."""
        if not _IN_SANDBOX:
            return {}, False
        if self._walked is not None and self._walked[0] == count:
            return self._walked[1:]
        found, is_cut = self._look_through()
        self._walked = None if count is None else (count, found, is_cut)
        return found, is_cut

    def _look_through(self) -> tuple[PlaceStates, bool]:
        found: PlaceStates = {}
        left = _MAX_WALKED
        pending = ["/"]
        while pending:
            try:
                with _scandir(pending.pop()) as entries:
                    for entry in entries:
                        left -= 1
                        if left < 0:
                            return found, True
                        path = entry.path
                        if path == self._folder or path in _SKIPPED or entry.name == "__pycache__":
                            continue
                        try:
                            status = entry.stat(follow_symlinks=False)
                        except OSError:
                            # Gone meanwhile.
                            continue
                        if _S_ISDIR(status.st_mode):
                            pending.append(path)
                        elif _S_ISREG(status.st_mode):
                            found[path] = (status.st_size, status.st_mtime_ns)
            except OSError:
                continue
        return found, False
