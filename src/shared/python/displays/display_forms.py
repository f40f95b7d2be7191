"""The forms an object can be shown in: those that IPython asks objects for."""

from __future__ import annotations

import sys
import traceback
from typing import Any, Callable, Collection, Dict, cast

from ..modules import OWN_FILENAME
from .mime_texts import is_text

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
# Charts and animations as such: their other forms are pages with scripts, which nobody runs.
_CHARTS = ("application/vnd.plotly.", "application/vnd.vega", "application/vnd.vivarium.animation")
# Objects that claim to have every attribute have this one, too.
_CANARY = "_ipython_canary_method_should_not_exist_"

# MIME type -> data. (typing's own, for Python 3.8.)
Bundle = Dict[str, Any]
# Forms of one kind of object beyond those it offers itself.
Formatter = Callable[[Any], Bundle]


class DisplayForms:
    """Asks objects for their forms."""

    def __init__(self) -> None:
        self._formatters: list[tuple[Callable[[Any], bool], Formatter]] = []

    def add_formatter(self, applies: Callable[[Any], bool], format_object: Formatter) -> None:
        """Objects for which `applies(obj)` is true have the forms that `format_object(obj)` gives as well."""
        self._formatters.append((applies, format_object))

    def of(self, obj: object, include: Collection[str] | None = None, exclude: Collection[str] | None = None) -> Bundle:
        """The object as MIME type -> data; nothing when it has shown itself (`_ipython_display_`)."""
        show_itself = _method(obj, "_ipython_display_")
        if show_itself is not None:
            try:
                show_itself()
                return {}
            except NotImplementedError:
                pass
            except Exception as error:
                report(error)
        forms: Bundle = {}
        bundle_method = _method(obj, "_repr_mimebundle_")
        if bundle_method is not None:
            data = _data(_attempt(bundle_method, include=include, exclude=exclude))
            if isinstance(data, dict):
                forms = chosen(dict(cast(Bundle, data)), include, exclude)
            elif data is not None:
                _complain(f"_repr_mimebundle_ returned {type(data).__name__}, not a dict", obj)
        if "text/plain" not in forms and _wanted("text/plain", include, exclude):
            forms = {"text/plain": _plain_text(obj), **forms}
        for applies, format_object in self._formatters:
            if applies(obj):
                found: Bundle = _attempt(format_object, obj) or {}
                forms.update(chosen(found, include, exclude))
        for mime, name in _METHODS:
            if mime in forms or not _wanted(mime, include, exclude):
                continue
            if mime == "text/html" and any(str(form).startswith(_CHARTS) for form in forms):
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


def is_class(obj: object) -> bool:
    """Past an object that lies about its class."""
    return issubclass(type(obj), type)


def _wanted(mime: str, include: Collection[str] | None, exclude: Collection[str] | None) -> bool:
    return (not include or mime in include) and (not exclude or mime not in exclude)


def chosen(forms: Bundle, include: Collection[str] | None, exclude: Collection[str] | None) -> Bundle:
    return {mime: data for mime, data in forms.items() if _wanted(mime, include, exclude)}


def _method(obj: object, name: str) -> Any:
    """The object's own method of that name, or None; a class has it for its objects, not for itself."""
    if is_class(obj):
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
        report(error)
        return None


def _data(result: Any) -> Any:
    """The data of what a method returned: that, or a pair of it and metadata."""
    if not isinstance(result, tuple):
        return result
    parts = cast("tuple[Any, ...]", result)
    return parts[0] if len(parts) == 2 else parts


def _fits_type(mime: str, data: object) -> bool:
    if mime == "application/json":
        return isinstance(data, (dict, list, str))
    if not is_text(mime):
        # A str is base64 already.
        return isinstance(data, (bytes, bytearray, memoryview, str))
    return isinstance(data, str)


def _plain_text(obj: object) -> str:
    try:
        return repr(obj)
    except Exception as error:
        report(error)
        return object.__repr__(obj)


def report(error: Exception) -> None:
    formatted = _TracebackException.from_exception(error)
    formatted.stack[:] = [frame for frame in formatted.stack if frame.filename != OWN_FILENAME]
    _write_error("".join(formatted.format()))


def _complain(what: str, obj: object) -> None:
    _write_error(f"display: {what}; left out for a {type(obj).__name__}\n")


def _write_error(text: str) -> None:
    try:
        sys.stderr.write(text)
    except Exception:
        pass
