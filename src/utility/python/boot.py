"""Run after modules.py and in its namespace: what is loaded with it takes the realm's orders."""
# `given` is put there by guest-interpreter.ts.
# pyright: reportUndefinedVariable=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false

import binascii
import marshal
import types
import zlib

_compile, _mark = compile_source, COMPILED  # noqa: F821
_decompress, _loads, _from_base64 = zlib.decompress, marshal.loads, binascii.a2b_base64


def code_of(text: str) -> types.CodeType:
    """Of a source, or of the compiled form that the build makes of it (scripts/build/compiled_source.py)."""
    if text.startswith(_mark):
        return _loads(_decompress(_from_base64(text[len(_mark) :])))
    return _compile(text)


_parts = json.loads(given)  # noqa: F821
drive = load_from(_parts["sources"], "driver", "install_driver", code_of)(_parts["installation"])  # noqa: F821
del given, _parts  # noqa: F821
