"""What stands for an object's forms on the way out: texts by MIME type, binary ones as base64. See mime-types.json."""

from __future__ import annotations

import base64
import json
import re
from json.encoder import encode_basestring
from typing import Any, Sequence, cast

from ..text import valid
from .mime_table import MIME_TABLE

_b64encode = base64.b64encode
_dumps = json.dumps
_encode_json_string = encode_basestring

_TABLE = json.loads(MIME_TABLE)
_MAX_MIME_CHARACTERS: int = _TABLE["maxCharacters"]
_JSON: dict[str, list[str]] = _TABLE["json"]
_TEXT: dict[str, list[str]] = _TABLE["text"]
_JSON_ENDINGS = tuple(_JSON["endings"])
_TEXT_BEGINNINGS = tuple(_TEXT["beginnings"])
# Of several lines, as base64.encodebytes() writes it.
_is_base64 = re.compile(r"[A-Za-z0-9+/\n]+[=\n]{0,4}").fullmatch


def is_json(mime: str) -> bool:
    return mime in _JSON["types"] or mime.endswith(_JSON_ENDINGS)


def is_text(mime: str) -> bool:
    """False for a type whose content is bytes."""
    return is_json(mime) or mime in _TEXT["types"] or mime.startswith(_TEXT_BEGINNINGS)


def _is_mime(mime: object) -> bool:
    if type(mime) is not str or len(mime) > _MAX_MIME_CHARACTERS or mime.count("/") != 1:
        return False
    allowed = "abcdefghijklmnopqrstuvwxyz0123456789"
    return all(part and part[0] in allowed and not part.strip(allowed + "!#$&^_.+-") for part in mime.split("/"))


def _text_of(mime: str, data: object) -> str:
    """The data as the text that stands for it. Raises TypeError or ValueError when there is none."""
    if is_json(mime):
        # A str is JSON text already.
        return data[:] if isinstance(data, str) else _dumps(data, ensure_ascii=False, allow_nan=False)
    if isinstance(data, (bytes, bytearray, memoryview)):
        octets = cast("bytes | bytearray | memoryview[int]", data)
        return bytes(octets).decode() if is_text(mime) else _b64encode(octets).decode("ascii")
    if isinstance(data, str):
        text = str.__str__(data)
        # As IPython's front ends have it: one line of base64.
        in_lines = "\n" in text and not is_text(mime) and _is_base64(text)
        return text.replace("\n", "") if in_lines else text
    lines = _lines(data)
    if lines is not None:
        return "".join(lines)
    raise TypeError(f"{type(data).__name__} is neither text nor bytes")


def _lines(data: object) -> Sequence[str] | None:
    if not isinstance(data, (list, tuple)):
        return None
    items = cast("Sequence[object]", data)
    return cast("Sequence[str]", items) if all(isinstance(item, str) for item in items) else None


def texts_of(forms: dict[Any, Any], max_types: int) -> tuple[dict[str, str], list[str]]:
    """(MIME type -> text, what was left out and why). Of what the keys are, nothing is known."""
    contents: dict[str, str] = {}
    notes: list[str] = []
    for mime, data in forms.items():
        name = mime.lower() if isinstance(mime, str) else mime
        if not _is_mime(name):
            notes.append(f"{ascii(mime)[:80]} left out: no MIME type")
        elif len(contents) >= max_types - 1 and name != "text/plain":
            notes.append(f"{name} left out: an output has at most {max_types} types")
        else:
            try:
                contents[name] = valid(_text_of(name, data))
            except Exception as error:
                notes.append(f"{name} left out: {type(error).__name__}: {ascii(str(error))[:200]}")
    return contents, notes[:20]


def pair_bytes(mime: str, text: str) -> int:
    encoded = _encode_json_string(text)
    return len(mime) + 6 + (len(encoded) if encoded.isascii() else len(encoded.encode()))
