"""Tells which files there are below the workspace, and which of them a run has made or changed."""

from __future__ import annotations

import mimetypes
import os
import stat
import sys
import time
from collections.abc import Callable, Collection
from json.encoder import encode_basestring
from typing import Any, Dict, Tuple

from ..text import valid
from .file_names import fitting_name
from .unfinished_files import unfinished
from .workspace_aliases import Places

_MAX_FILES = 1000
# Of those made elsewhere.
_MAX_ELSEWHERE = 20
_MAX_WALKED_ENTRIES = 10_000

_scandir = os.scandir
_rename, _symlink, _lexists = os.rename, os.symlink, os.path.lexists
_makedirs = os.makedirs
_chdir, _getcwd = os.chdir, os.getcwd
_S_ISREG, _S_ISDIR = stat.S_ISREG, stat.S_ISDIR
_time_ns = time.time_ns
_MimeTypes = mimetypes.MimeTypes
_encode_json_string = encode_basestring
# Any: not every finder can forget what it has seen; that of a folder can.
_path_importer_cache: dict[str, Any] = sys.path_importer_cache

_modules = sys.modules
_stat = os.stat

# Name relative to the workspace -> (size in bytes, mtime in ns, inode). (typing's own, for Python 3.8.)
FileStates = Dict[str, Tuple[int, int, int]]


class WorkspaceFiles:
    def __init__(self, folder: str, count_changes: Callable[[], int | None] = lambda: None) -> None:
        """`folder` is the workspace's absolute path.

        `count_changes` gives a number that grows with each change of any file, or None where nobody counts.
        """
        self.folder = folder
        self._count_changes = count_changes
        # That number when the workspace was entered.
        self._entered_at: int | None = None
        # What the last walk found, and that number at the time.
        self._walked: tuple[int, FileStates] | None = None
        self._places = Places(folder)
        self._mimetypes: mimetypes.MimeTypes | None = None
        self._walked_all = True
        # Of the files that modules were made from: their times when the run ended that imported them.
        self._sources: dict[str, int] = {}
        # Modules there were when they were looked through for that.
        self._modules_seen = 0

    def forget_runs(self) -> None:
        """As if nothing had been run yet."""
        # In a copy of this memory others are counted.
        self._entered_at = self._walked = None
        self._places.forget_runs()

    def enter(self, *, stay: bool = False) -> None:
        """Make the workspace the working directory, and files put there since the last run importable.

        With `stay`, a working directory that is still there remains.
        """
        count = self._count_changes()
        is_unchanged = count is not None and count == self._entered_at
        if not is_unchanged:
            self._places.unite()
        if not (stay and _has_working_directory()):
            self._go_in()
        if is_unchanged:
            return
        if any(_time_of(path) != time for path, time in self._sources.items()):
            # Others may hold on to what is old in one of them.
            for name in self._own_modules():
                _modules.pop(name, None)
            self._sources = {}
        finder = _path_importer_cache.get(self.folder)
        if finder is not None:
            # Directory times have whole milliseconds: a file just added could go unnoticed.
            finder.invalidate_caches()
        self._entered_at = self._count_changes()

    def _go_in(self) -> None:
        try:
            _chdir(self.folder)
        except OSError:
            try:
                _makedirs(self.folder, exist_ok=True)
                _chdir(self.folder)
            except OSError:
                pass

    def before_run(self) -> FileStates:
        """The files as they are now, to be compared with later. To be called right after `enter`."""
        count = self._entered_at
        self._places.before_run(count)
        before = self._walk(count)
        if before:
            # Files carry whole milliseconds: let one pass, or a rewrite within it would look like no change.
            newest = max(times for _, times, _ in before.values()) // 1_000_000
            for _ in range(100_000):
                if not 0 <= newest - _time_ns() // 1_000_000 < 5:
                    break
        return before

    def changed(self, before: FileStates) -> tuple[list[str], bool]:
        """New and changed files as JSON objects, and whether some were left out.

        In the order of their names; after them, with absolute paths, what was made outside of the workspace.
        """
        count = self._count_changes()
        after = self._walk(count)
        changed = {} if after is before else {name: state for name, state in after.items() if before.get(name) != state}
        changed, renamed = self._give_fitting_names(changed, after)
        described, cut = self._describe(changed, renamed, self._unfinished(changed))
        # There are many modules, and most runs have no files and import nothing.
        if before or after or len(_modules) != self._modules_seen:
            self._sources = {path: self._sources.get(path) or _time_of(path) for path in self._own_modules().values()}
            self._modules_seen = len(_modules)
        elsewhere = {path: (size, 0, 0) for path, size in self._places.made_elsewhere(count)[:_MAX_ELSEWHERE]}
        return [*described, *self._describe(elsewhere, {})[0]], cut or not self._walked_all

    def _unfinished(self, changed: FileStates) -> set[str]:
        if not changed:
            return set()
        try:
            return unfinished(self.folder, changed)
        except Exception:
            # There is no memory for it, or the code has changed what it needs.
            return set()

    def _own_modules(self) -> dict[str, str]:
        """Modules made from files of the workspace: the files by the names of the modules."""
        found: dict[str, str] = {}
        for name, module in list(_modules.items()):
            try:
                path = module.__dict__.get("__file__")
            except Exception:
                # It is no module; anything can be in there.
                continue
            if type(name) is str and name != "__main__" and type(path) is str and path.startswith(f"{self.folder}/"):
                found[name] = path
        return found

    def _give_fitting_names(self, changed: FileStates, after: FileStates) -> tuple[FileStates, dict[str, str]]:
        """Move files whose names no caller could ask for to names that fit; their old names lead there.

        The files by their names now, and the old names by the new ones.
        """
        found: FileStates = {}
        renamed: dict[str, str] = {}
        for name, state in changed.items():
            fitting = fitting_name(name, lambda new: new in after or new in renamed)
            if fitting != name and self._move(name, fitting):
                renamed[fitting] = name
                found[fitting] = state
            else:
                found[name] = state
        return found, renamed

    def _move(self, name: str, fitting: str) -> bool:
        old, new = f"{self.folder}/{name}", f"{self.folder}/{fitting}"
        try:
            if _lexists(new):
                return False
            _makedirs(os.path.dirname(new), exist_ok=True)
            _rename(old, new)
            _symlink(new, old)
        except (OSError, ValueError):
            return False
        return True

    def list_json(self) -> str:
        """All files as a JSON array (`GuestFileList`)."""
        return f"[{','.join(self._describe(self._walk(self._count_changes()), {})[0])}]"

    def _walk(self, count: int | None) -> FileStates:
        """The regular files; links are not followed. What the last walk found, where `count` is as it was then."""
        if self._walked is not None and self._walked[0] == count:
            return self._walked[1]
        found, self._walked_all = self._look_through()
        # Only now: without memory the walk may end early.
        self._walked = None if count is None else (count, found)
        return found

    def _look_through(self) -> tuple[FileStates, bool]:
        """The regular files, and whether these are all."""
        found: FileStates = {}
        left = _MAX_WALKED_ENTRIES
        pending = [("", self.folder)]
        while pending:
            prefix, path = pending.pop()
            try:
                with _scandir(path) as entries:
                    for entry in entries:
                        left -= 1
                        if left < 0:
                            return found, False
                        try:
                            status = entry.stat(follow_symlinks=False)
                        except OSError:
                            continue
                        if _S_ISREG(status.st_mode):
                            found[prefix + entry.name] = (status.st_size, status.st_mtime_ns, status.st_ino)
                        elif _S_ISDIR(status.st_mode) and entry.name != "__pycache__":
                            pending.append((f"{prefix}{entry.name}/", entry.path))
            except OSError:
                continue
        return found, True

    def _describe(
        self, files: FileStates, renamed: dict[str, str], still_open: Collection[str] = ()
    ) -> tuple[list[str], bool]:
        described: list[str] = []
        for name in sorted(files):
            try:
                name.encode()
            except UnicodeEncodeError:
                # No caller could ask for a file whose name is not text.
                continue
            if len(described) == _MAX_FILES:
                return described, True
            was = f',"was":{_encode_json_string(valid(renamed[name]))}' if name in renamed else ""
            is_open = ',"open":true' if name in still_open else ""
            described.append(
                f'{{"name":{_encode_json_string(name)},"size":{files[name][0]},'
                f'"mime":{_encode_json_string(self._mime_of(name))}{was}{is_open}}}'
            )
        return described, False

    def _mime_of(self, name: str) -> str:
        if self._mimetypes is None:
            self._mimetypes = _MimeTypes()
        kind, encoding = self._mimetypes.guess_type(name)
        if encoding is not None:
            # guess_type() names what is inside; the file itself is compressed.
            return {
                "gzip": "application/gzip",
                "bzip2": "application/x-bzip2",
                "xz": "application/x-xz",
            }.get(encoding, "application/octet-stream")
        return kind if kind is not None else "application/octet-stream"


def _has_working_directory() -> bool:
    try:
        _getcwd()
    except OSError:
        return False
    return True


def _time_of(path: str) -> int:
    try:
        return _stat(path).st_mtime_ns
    except OSError:
        return 0
