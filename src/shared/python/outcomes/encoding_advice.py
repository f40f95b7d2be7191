"""What to say of bytes that were read as text and are in another encoding, or no text at all."""

from __future__ import annotations

_UTF8 = frozenset(("utf-8", "utf8", "utf-8-sig", "ascii"))
# By how such files begin.
_NO_TEXT = (
    (b"PK\x03\x04", "a ZIP archive, as files of Excel and Word are: pandas.read_excel() reads a workbook"),
    (b"\xd0\xcf\x11\xe0", "an old file of Excel or Word: pandas.read_excel() reads a workbook"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x1f\x8b", "compressed with gzip: gzip.open() reads it, and pandas where the name ends in .gz"),
    (b"SQLite format 3", "a database: sqlite3.connect() opens it"),
)
_LOOKED_AT = 4096
_NAMES_LOOKED_AT = 1000
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def about_encoding(error: BaseException) -> str | None:
    """None for other errors."""
    if type(error) is not UnicodeDecodeError:
        return None
    if error.encoding.lower() not in _UTF8:
        return None
    start = error.object[:16]
    for mark, kind in _NO_TEXT:
        if start.startswith(mark):
            return f"this is no text, but {kind}"
    if start.startswith(_UTF16):
        return 'the text is in UTF-16: give encoding="utf-16" where it is opened or read'
    if _is_of_another_script(error.object):
        example = 'encoding="gb18030" for Chinese, "cp932" for Japanese, "cp949" for Korean or "cp1251" for Cyrillic'
    else:
        example = 'encoding="cp1252" for what Western European programs of Windows write'
    return f"the text is not in UTF-8: give its encoding where it is opened or read, such as {example}"


def about_byte_order_mark(error: BaseException) -> str | None:
    """Of a key that a dictionary where the error was raised has with a byte order mark before it; None for others."""
    key = error.args[0] if type(error) is KeyError and len(error.args) == 1 else None
    trace = error.__traceback__
    if type(key) is not str or trace is None:
        return None
    while trace.tb_next is not None:
        trace = trace.tb_next
    marked = f"\ufeff{key}"
    for value in list(trace.tb_frame.f_locals.values())[:_NAMES_LOOKED_AT]:
        if type(value) is dict and marked in value:
            return (
                'the key begins with a byte order mark (\\ufeff), as the file does: open that with encoding="utf-8-sig"'
            )
    return None


def _is_of_another_script(text: bytes) -> bool:
    """Whether more of its letters are beyond ASCII than in the languages of Western Europe."""
    looked_at = text[:_LOOKED_AT]
    beyond = sum(byte >= 0x80 for byte in looked_at)
    return beyond > sum(chr(byte).isalpha() for byte in looked_at if byte < 0x80)
