"""The `IPython.display` of the sandbox where the package is not installed: `display`, and what can be shown by it."""

import base64
import builtins
import json
import os

__all__ = [
    "DisplayObject",
    "HTML",
    "Image",
    "JSON",
    "Javascript",
    "Latex",
    "Markdown",
    "Math",
    "Pretty",
    "SVG",
    "clear_output",
    "display",
    "publish_display_data",
    "update_display",
]

display = builtins.display


def clear_output(wait=False):
    """Takes nothing back: what was shown stays."""


def publish_display_data(data, metadata=None, *, transient=None, **options):
    """Show one thing, given as a dictionary of MIME types and data."""
    display(data, raw=True)


def update_display(obj, *, display_id, **options):
    """Show an object anew."""
    display(obj, display_id=display_id, **options)


class DisplayObject:
    """Data to be shown in a form of its own, given as such or in a file."""

    _mode = "r"

    def __init__(self, data=None, url=None, filename=None, metadata=None):
        if isinstance(data, os.PathLike):
            data, filename = None, os.fspath(data)
        elif isinstance(data, str) and url is None and filename is None:
            if data.startswith(("http://", "https://")):
                data, url = None, data
            elif _is_file(data):
                data, filename = None, data
        self.data, self.url, self.metadata = data, url, metadata or {}
        self.filename = None if filename is None else os.fspath(filename)
        self.reload()
        self._check_data()

    def __repr__(self):
        return f"<IPython.display.{type(self).__name__} object>"

    def reload(self):
        """Read the file once more."""
        if self.filename is not None:
            with open(self.filename, self._mode, encoding=None if "b" in self._mode else "utf-8") as file:
                self.data = file.read()
        elif self.url is not None:
            raise OSError(f"{type(self).__name__}(url=…): code in the sandbox has no network; pass the data or a file")

    def _check_data(self):
        if self.data is not None and not isinstance(self.data, str):
            raise TypeError(f"{type(self).__name__} expects text, not {self.data!r}")


class Pretty(DisplayObject):
    def __repr__(self):
        return self.data or ""


class HTML(DisplayObject):
    def _repr_html_(self):
        return self.data

    # What other libraries ask for.
    __html__ = _repr_html_


class Markdown(DisplayObject):
    def _repr_markdown_(self):
        return self.data


class Latex(DisplayObject):
    def _repr_latex_(self):
        return self.data


class Math(Latex):
    def _repr_latex_(self):
        text = (self.data or "").strip("$")
        return rf"$\displaystyle {text}$"


class Javascript(DisplayObject):
    """Is shown as text: nothing runs it."""

    def _repr_javascript_(self):
        return self.data


class SVG(DisplayObject):
    def __init__(self, data=None, url=None, filename=None, metadata=None):
        super().__init__(data.decode() if isinstance(data, bytes) else data, url, filename, metadata)

    def _repr_svg_(self):
        """Without what stands before the picture."""
        text = self.data or ""
        return text[max(0, text.find("<svg")) :]


class JSON(DisplayObject):
    def __init__(self, data=None, url=None, filename=None, expanded=False, metadata=None, root="root", **options):
        super().__init__(data, url, filename, {"expanded": expanded, "root": root, **(metadata or {}), **options})

    def _check_data(self):
        if isinstance(self.data, str):
            self.data = json.loads(self.data)
        elif self.data is not None and not isinstance(self.data, (dict, list)):
            raise TypeError(f"JSON expects a dict, a list or JSON text, not {type(self.data).__name__}")

    def _repr_json_(self):
        return self.data


# The first bytes of a picture's data.
_KINDS = {"png": b"\x89PNG", "jpeg": b"\xff\xd8", "gif": b"GIF8", "webp": b"RIFF"}


class Image(DisplayObject):
    """A PNG, JPEG, GIF or WebP picture, from bytes, base64 text or a file. `width` and `height` have no effect."""

    _mode = "rb"

    def __init__(self, data=None, url=None, filename=None, format=None, embed=None, width=None, height=None, **options):
        self.format, self.embed = format, True if embed is None else embed
        self.width, self.height = width, height
        super().__init__(data, url, filename, options.get("metadata"))

    def _check_data(self):
        if isinstance(self.data, str):
            self.data = base64.b64decode(self.data, validate=True)
        if self.data is None:
            raise ValueError("Image needs data or a file")
        data = bytes(self.data)
        found = next((kind for kind, start in _KINDS.items() if data.startswith(start)), None)
        kind = (self.format or found or "png").lower()
        self.format = "jpeg" if kind == "jpg" else kind
        if self.format not in _KINDS:
            raise ValueError(f"Image: the format {self.format!r} is none of {', '.join(_KINDS)}; SVG() shows SVG")

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {f"image/{self.format}": self.data}


def _is_file(text):
    try:
        return len(text) < 4096 and os.path.isfile(text)
    except ValueError:
        # A character that no name can have.
        return False
