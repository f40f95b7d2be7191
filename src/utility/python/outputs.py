"""`display()`: what guest code shows, in the forms that IPython asks objects for.

Loaded like `runner.py`, and before it. All that is sent is looked at again outside: nothing here protects
anything. It keeps to the budgets so that what does not fit is left out with a note that says so.
"""

from __future__ import annotations

import builtins

# See runner.py.
__builtins__ = dict(vars(builtins))

import base64
import json
import sys
import traceback
from collections.abc import Callable, Collection
from json.encoder import encode_basestring
from typing import Any

_OWN_FILENAME = "<vivarium>"

_b64encode = base64.b64encode
_dumps = json.dumps
_encode_json_string = encode_basestring
_TracebackException = traceback.TracebackException

# In the order in which IPython asks.
_METHODS = (
    ("text/html", "_repr_html_"),
    ("text/markdown", "_repr_markdown_"),
    ("image/svg+xml", "_repr_svg_"),
    ("image/png", "_repr_png_"),
    ("application/pdf", "_repr_pdf_"),
    ("image/jpeg", "_repr_jpeg_"),
    ("text/latex", "_repr_latex_"),
    ("application/json", "_repr_json_"),
    ("application/javascript", "_repr_javascript_"),
)
# Objects that claim to have every attribute have this one, too.
_CANARY = "_ipython_canary_method_should_not_exist_"

# Values of these types have nothing to show but their text.
_PLAIN = frozenset((str, bytes, bytearray, int, float, complex, bool, list, tuple, dict, set, frozenset, range))

# Kept for the note that more was shown than fits.
_NOTE_BYTES = 512
_MAX_NOTE_CHARACTERS = 4096
_MAX_MIME_CHARACTERS = 127

Bundle = dict[str, Any]
# Forms of one kind of object beyond those it offers itself.
Formatter = Callable[[Any], Bundle]


class DisplayHandle:
    """What `display(…, display_id=…)` returns. An update is shown anew: nothing shown is ever taken back."""

    def __init__(self, show: Callable[..., Any], display_id: str) -> None:
        self._show = show
        self.display_id = display_id

    def __repr__(self) -> str:
        return f"<DisplayHandle display_id={self.display_id}>"

    def display(self, obj: object, **options: Any) -> None:
        self._show(obj, **options)

    def update(self, obj: object, **options: Any) -> None:
        self._show(obj, **options)


class Outputs:
    """What one session shows."""

    def __init__(self) -> None:
        self._send: Any = None
        self._max_bytes = self._max_total_bytes = self._max_count = self._max_types = 0
        self._bytes_left = self._count_left = 0
        self._handles = 0
        self._formatters: list[tuple[Callable[[Any], bool], Formatter]] = []

    def show_with(self, send: Any, max_bytes: int, max_total_bytes: int, max_count: int, max_types: int) -> None:
        """From now on `send(json)` takes what is shown (`GuestDisplay`); the budgets are those of each run."""
        self._send = send
        self._max_bytes, self._max_total_bytes = max_bytes, max_total_bytes
        self._max_count, self._max_types = max_count, max_types
        self.begin_run()

    def begin_run(self) -> None:
        self._bytes_left, self._count_left = self._max_total_bytes, self._max_count

    def add_formatter(self, applies: Callable[[Any], bool], format_object: Formatter) -> None:
        """Objects for which `applies(obj)` is true have the forms that `format_object(obj)` gives as well."""
        self._formatters.append((applies, format_object))

    def display(
        self,
        *objs: object,
        include: Collection[str] | None = None,
        exclude: Collection[str] | None = None,
        metadata: dict[str, Any] | None = None,
        transient: dict[str, Any] | None = None,
        display_id: Any = None,
        raw: bool = False,
        clear: bool = False,
        **options: Any,
    ) -> DisplayHandle | None:
        """Show objects, each in all the forms it offers, as IPython's `display` does.

        `include` and `exclude` choose among the forms by MIME type; with `raw`, the objects are dictionaries of
        MIME types and data. `metadata`, `transient` and `clear` are taken and have no effect.
        """
        for obj in objs:
            if raw:
                if not isinstance(obj, dict):
                    raise TypeError("display(raw=True) needs dictionaries of MIME types and data")
                self.send(_chosen(dict(obj), include, exclude))
            else:
                self.send(self.forms_of(obj, include, exclude))
        if display_id is None:
            return None
        if display_id is True:
            self._handles += 1
            display_id = f"display-{self._handles}"
        return DisplayHandle(self.display, str(display_id))

    def forms_of(
        self, obj: object, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> Bundle:
        """The object as MIME type -> data; nothing when it has shown itself (`_ipython_display_`)."""
        show_itself = _method(obj, "_ipython_display_")
        if show_itself is not None:
            try:
                show_itself()
                return {}
            except NotImplementedError:
                pass
            except Exception as error:
                _report(error)
        forms: Bundle = {}
        bundle_method = _method(obj, "_repr_mimebundle_")
        if bundle_method is not None:
            data = _data(_attempt(bundle_method, include=include, exclude=exclude))
            if isinstance(data, dict):
                forms = _chosen(dict(data), include, exclude)
            elif data is not None:
                _complain(f"_repr_mimebundle_ returned {type(data).__name__}, not a dict", obj)
        if "text/plain" not in forms and _wanted("text/plain", include, exclude):
            forms = {"text/plain": _plain_text(obj), **forms}
        for applies, format_object in self._formatters:
            if applies(obj):
                found = _attempt(format_object, obj) or {}
                forms.update(_chosen(found, include, exclude))
        for mime, name in _METHODS:
            if mime in forms or not _wanted(mime, include, exclude):
                continue
            method = _method(obj, name)
            data = None if method is None else _data(_attempt(method))
            if data is None:
                continue
            if _fits_type(mime, data):
                forms[mime] = data
            else:
                _complain(f"{name} returned {type(data).__name__}", obj)
        return forms

    def show_value(self, value: object) -> None:
        """Show the value of a run's last expression when there is more to it than its text."""
        if type(value) in _PLAIN or _isclass(value):
            return
        try:
            forms = self.forms_of(value)
            if forms and set(forms) != {"text/plain"}:
                self.send(forms)
        except Exception as error:
            # An object that breaks when it is looked at still has its text.
            _report(error)

    def send(self, forms: Bundle) -> None:
        """Show one thing, as far as the budgets allow."""
        if not forms or self._send is None:
            return
        if self._count_left <= 0:
            return
        contents, notes = _texts(forms, self._max_types)
        room = min(self._max_bytes, self._bytes_left - _NOTE_BYTES)
        last = self._count_left == 1
        sizes = {mime: _pair_bytes(mime, text) for mime, text in contents.items()}
        size = sum(sizes.values())
        if last or (size > room and room < self._max_bytes):
            self._finish("of the outputs of this run, no more are shown: " + self._spent(last))
            return
        if notes or size > room:
            room -= _MAX_NOTE_CHARACTERS
        # The largest first: what is left says more than nothing.
        for mime in sorted(sizes, key=lambda mime: (mime == "text/plain", -sizes[mime])):
            if size <= room:
                break
            if mime == "text/plain" and contents:
                text = contents[mime]
                # A character has at most six bytes as JSON.
                contents[mime] = text[: max(0, room // 8)]
                notes.append(f"{mime} cut: {len(text)} characters are too many for one output")
                break
            size -= sizes.pop(mime)
            taken = len(contents.pop(mime).encode("utf-8", "replace"))
            notes.append(f"{mime} left out: {taken} bytes are more than the {self._max_bytes} of one output")
        if notes:
            note = "\n".join(f"[{note}]" for note in notes)[:_MAX_NOTE_CHARACTERS]
            plain = contents.get("text/plain", "")
            contents["text/plain"] = f"{plain}\n{note}" if plain else note
        self._pass_on(contents, cut=bool(notes))

    def _spent(self, last: bool) -> str:
        if last:
            return f"there are more than {self._max_count - 1}"
        return f"together they are larger than {self._max_total_bytes} bytes"

    def _finish(self, note: str) -> None:
        """The last thing this run shows."""
        self._pass_on({"text/plain": f"[{note}]"}, cut=True)
        self._count_left = 0

    def _pass_on(self, contents: dict[str, str], *, cut: bool) -> None:
        if not contents:
            return
        pairs = ",".join(f"[{_encode_json_string(mime)},{_encode_json_string(text)}]" for mime, text in contents.items())
        message = f'{{"mime":[{pairs}],"cut":{"true" if cut else "false"}}}'
        self._count_left -= 1
        self._bytes_left -= len(message) if message.isascii() else len(message.encode())
        # What was printed before is to be seen before.
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:
                pass
        self._send(message)


def _isclass(obj: object) -> bool:
    """Past an object that lies about its class."""
    return issubclass(type(obj), type)


def _wanted(mime: str, include: Collection[str] | None, exclude: Collection[str] | None) -> bool:
    return (not include or mime in include) and (not exclude or mime not in exclude)


def _chosen(forms: Bundle, include: Collection[str] | None, exclude: Collection[str] | None) -> Bundle:
    return {mime: data for mime, data in forms.items() if _wanted(mime, include, exclude)}


def _method(obj: object, name: str) -> Any:
    """The object's own method of that name, or None; a class has it for its objects, not for itself."""
    if _isclass(obj):
        return None
    try:
        if getattr(obj, _CANARY, None) is not None:
            return None
        method = getattr(obj, name, None)
    except Exception:
        return None
    return method if callable(method) else None


def _attempt(work: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """What `work` returns; None when it fails, which is said on stderr as in IPython."""
    try:
        return work(*args, **options)
    except NotImplementedError:
        return None
    except Exception as error:
        _report(error)
        return None


def _data(result: Any) -> Any:
    """The data of what a method returned: that, or a pair of it and metadata."""
    return result[0] if isinstance(result, tuple) and len(result) == 2 else result


def _fits_type(mime: str, data: object) -> bool:
    if mime == "application/json":
        return isinstance(data, (dict, list, str))
    if mime in ("image/png", "image/jpeg", "application/pdf"):
        # A str is base64 already.
        return isinstance(data, (bytes, bytearray, memoryview, str))
    return isinstance(data, str)


def _plain_text(obj: object) -> str:
    try:
        return repr(obj)
    except Exception as error:
        _report(error)
        return object.__repr__(obj)


def _report(error: Exception) -> None:
    formatted = _TracebackException.from_exception(error)
    formatted.stack[:] = [frame for frame in formatted.stack if frame.filename != _OWN_FILENAME]
    _write_error("".join(formatted.format()))


def _complain(what: str, obj: object) -> None:
    _write_error(f"display: {what}; left out for a {type(obj).__name__}\n")


def _write_error(text: str) -> None:
    try:
        sys.stderr.write(text)
    except Exception:
        pass


def _valid(text: str) -> str:
    """`text` with lone surrogates written out, so that it survives UTF-8."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def _is_mime(mime: object) -> bool:
    if type(mime) is not str or len(mime) > _MAX_MIME_CHARACTERS or mime.count("/") != 1:
        return False
    allowed = "abcdefghijklmnopqrstuvwxyz0123456789"
    return all(part and part[0] in allowed and not part.strip(allowed + "!#$&^_.+-") for part in mime.split("/"))


def _text_of(mime: str, data: object) -> str:
    """The data as the text that stands for it. Raises TypeError or ValueError when there is none."""
    if mime == "application/json" or mime.endswith("+json"):
        # A str is JSON text already.
        return data[:] if isinstance(data, str) else _dumps(data, ensure_ascii=False, allow_nan=False)
    if isinstance(data, (bytes, bytearray, memoryview)):
        return _b64encode(data).decode("ascii")
    if isinstance(data, str):
        text = str.__str__(data)
        # As IPython's front ends have it: one line of base64.
        return text.replace("\n", "") if mime in ("image/png", "image/jpeg", "application/pdf") else text
    if isinstance(data, (list, tuple)) and all(isinstance(line, str) for line in data):
        return "".join(data)
    raise TypeError(f"{type(data).__name__} is neither text nor bytes")


def _texts(forms: Bundle, max_types: int) -> tuple[dict[str, str], list[str]]:
    """(MIME type -> text, what was left out and why)."""
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
                contents[name] = _valid(_text_of(name, data))
            except Exception as error:
                notes.append(f"{name} left out: {type(error).__name__}: {ascii(str(error))[:200]}")
    return contents, notes[:20]


def _pair_bytes(mime: str, text: str) -> int:
    encoded = _encode_json_string(text)
    return len(mime) + 6 + (len(encoded) if encoded.isascii() else len(encoded.encode()))


def install() -> Outputs:
    """Give the guest `display`."""
    outputs = Outputs()

    def display(*objs: object, **options: Any) -> DisplayHandle | None:
        return outputs.display(*objs, **options)

    display.__doc__ = Outputs.display.__doc__
    builtins.display = display  # type: ignore[attr-defined]
    return outputs
