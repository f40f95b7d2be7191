"""Adds compiled code to the standard library's zip file, and leaves out what Pyodide has in it for JavaScript; run at
build time by the interpreter it is for.

Imports from the zip then compile nothing. The sources stay: tracebacks and `inspect` show them.
"""

import importlib._bootstrap_external
import importlib.util
import warnings
import zipfile
from typing import Any

# Any: its stub leaves out what is private.
_bootstrap: Any = importlib._bootstrap_external

# Packages of Python's side of the bridge to JavaScript.
_LEFT_OUT = ("pyodide/", "_pyodide/")


def compile_library(source: str, target: str, place: str) -> int:
    """Write `source`'s entries and their compiled forms to `target`; how many were compiled.

    `place` is where the interpreter will have the zip file: tracebacks name it.
    """
    count = 0
    with (
        zipfile.ZipFile(source) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        for entry in old.infolist():
            if entry.filename.startswith(_LEFT_OUT):
                continue
            data = old.read(entry)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, data)
            if not entry.filename.endswith(".py"):
                continue
            try:
                code = compile(data, f"{place}/{entry.filename}", "exec", dont_inherit=True, optimize=0)
            except SyntaxError:
                # Some are there to be wrong, for tests of other tools.
                continue
            # Unchecked: the zip file as a whole is what is checked.
            compiled = bytes(_bootstrap._code_to_hash_pyc(code, importlib.util.source_hash(data), False))
            new.writestr(zipfile.ZipInfo(entry.filename + "c", entry.date_time), compiled, zipfile.ZIP_DEFLATED)
            count += 1
    return count
