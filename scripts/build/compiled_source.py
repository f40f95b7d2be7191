"""The compiled form of a source, made at build time by the interpreter that is to run it."""

import binascii
import marshal
import types
import zlib
from collections.abc import Callable


def compiled_source(source: str, compile_source: Callable[[str], types.CodeType], mark: str) -> str:
    """What `code_of` in boot.py reads: `mark`, and the marshalled code."""
    code = zlib.compress(marshal.dumps(compile_source(source)), 9)
    return mark + binascii.b2a_base64(code, newline=False).decode()
