"""Which files may not be whole: those that are still open for writing, but for what is whole once it was flushed.

Text is. Of bytes nobody knows: archives, workbooks and compressed files have parts that are written as they are closed.
"""

from __future__ import annotations

import gc
import io
import os
import stat
import sys
from collections.abc import Iterable
from typing import Any

_get_objects = gc.get_objects
_TextIOWrapper, _FileIO = io.TextIOWrapper, io.FileIO
_BUFFERS = (io.BufferedWriter, io.BufferedRandom)
_listdir, _fstat, _stat = os.listdir, os.fstat, os.stat
# Not on Windows.
_pread: Any = getattr(os, "pread", None)
_S_ISREG = stat.S_ISREG
_ACCESS_MODE, _READ_ONLY = os.O_RDONLY | os.O_WRONLY | os.O_RDWR, os.O_RDONLY
_modules = sys.modules

# One of these lists what a process has open; on Windows nothing does.
_DESCRIPTOR_FOLDERS = ("/proc/self/fd", "/dev/fd")
_STANDARD_STREAMS = 3
# Of a type (Py_TPFLAGS_HAVE_GC).
_HAVE_GC = 1 << 14
_DATABASE_HEAD = b"SQLite format 3\0"
# Behind the name of a database: what holds a transaction that is under way, and those that are not in the database yet.
_JOURNALS = ("-journal", "-wal")


def _load_fcntl() -> Any:
    try:
        import fcntl
    except ImportError:
        # Windows.
        return None
    return fcntl


_fcntl = _load_fcntl()


def unfinished(folder: str, names: Iterable[str]) -> set[str]:
    """Those of the files below `folder` that may not be whole. To be asked once what was written is flushed."""
    found = _open_for_writing()
    if not found:
        return set()
    named = {_key(status): name for name, status in _states(folder, names)}
    suspects = {descriptor: named[key] for descriptor, key in found.items() if key in named}
    if not suspects:
        return set()
    whole = _Whole(_get_objects())
    return {name for descriptor, name in suspects.items() if not whole.holds(descriptor, f"{folder}/{name}")}


def _open_for_writing() -> dict[int, tuple[int, int]]:
    """Which file each descriptor writes into."""
    found: dict[int, tuple[int, int]] = {}
    for descriptor in _descriptors():
        try:
            status = _fstat(descriptor)
            if _S_ISREG(status.st_mode) and _is_writing(descriptor):
                found[descriptor] = _key(status)
        except OSError:
            # It was the list's own.
            continue
    return found


def _descriptors() -> list[int]:
    for folder in _DESCRIPTOR_FOLDERS:
        try:
            return [number for number in map(int, _listdir(folder)) if number >= _STANDARD_STREAMS]
        except (OSError, ValueError):
            continue
    return [file.fileno() for file in _raw_files(_get_objects()) if file.writable()]


def _is_writing(descriptor: int) -> bool:
    return _fcntl is None or (_fcntl.fcntl(descriptor, _fcntl.F_GETFL) & _ACCESS_MODE) != _READ_ONLY


def _states(folder: str, names: Iterable[str]) -> Iterable[tuple[str, os.stat_result]]:
    for name in names:
        try:
            yield name, _stat(f"{folder}/{name}")
        except OSError:
            continue


def _key(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _raw_files(objects: Iterable[object]) -> Iterable[io.FileIO]:
    for found in objects:
        if type(found) is _FileIO and not found.closed:
            yield found


class _Whole:
    """What is whole although it is open for writing."""

    def __init__(self, objects: list[Any]) -> None:
        # Descriptors that Python's own files have; others are those of libraries and mapped files.
        self._owned = {file.fileno() for file in _raw_files(objects)}
        self._text = {descriptor for descriptor in map(_descriptor_of_text, objects) if descriptor is not None}
        self._mapped = {size for size in map(_size_of_mapped, objects) if size is not None}
        self._may_all_be_mapped = _has_mapped_out_of_sight()

    def holds(self, descriptor: int, path: str) -> bool:
        if descriptor in self._owned:
            return descriptor in self._text
        if self._may_all_be_mapped:
            return True
        try:
            return _fstat(descriptor).st_size in self._mapped or _is_database_at_rest(descriptor, path)
        except OSError:
            return False


def _descriptor_of_text(found: object) -> int | None:
    if type(found) is not _TextIOWrapper:
        return None
    try:
        buffer: Any = found.buffer
        if type(buffer) in _BUFFERS and type(buffer.raw) is _FileIO:
            return buffer.raw.fileno()
    except ValueError:
        # It is closed, or its buffer was taken away.
        pass
    return None


def _mapped_kind() -> Any:
    return getattr(_modules.get("mmap"), "mmap", None)


def _has_mapped_out_of_sight() -> bool:
    """Whether there may be mapped files that the garbage collector does not know (until Python 3.9)."""
    kind = _mapped_kind()
    return kind is not None and not kind.__flags__ & _HAVE_GC


def _size_of_mapped(found: Any) -> int | None:
    """Of its file. It has a descriptor of its own that it tells nobody."""
    if type(found) is not _mapped_kind() or found.closed:
        return None
    return found.size()


def _is_database_at_rest(descriptor: int, path: str) -> bool:
    """Databases stay open, and are whole between two transactions.

    Read through the descriptor that is there: the locks of a file belong to the process, and end as soon as it closes
    any other descriptor of it.
    """
    if _pread is None or _pread(descriptor, len(_DATABASE_HEAD), 0) != _DATABASE_HEAD:
        return False
    return not any(_has_content(f"{path}{ending}") for ending in _JOURNALS)


def _has_content(path: str) -> bool:
    try:
        return _stat(path).st_size > 0
    except FileNotFoundError:
        return False
