"""The `IPython.display` of the sandbox where the package is not installed: `display`, and what can be shown by it."""

import base64
import builtins
import errno
import json
import os
from collections.abc import Callable, Collection
from typing import Any, ClassVar, cast

from .lib.display import Audio, FileLink, FileLinks, IFrame, Video, YouTubeVideo

__all__ = [
    "HTML",
    "JSON",
    "SVG",
    "Audio",
    "Code",
    "DisplayObject",
    "FileLink",
    "FileLinks",
    "IFrame",
    "Image",
    "Javascript",
    "Latex",
    "Markdown",
    "Math",
    "Pretty",
    "TextDisplayObject",
    "Video",
    "YouTubeVideo",
    "clear_output",
    "display",
    "display_html",
    "display_latex",
    "display_markdown",
    "display_png",
    "display_pretty",
    "display_svg",
    "publish_display_data",
    "set_matplotlib_formats",
    "update_display",
]

# Any: the one that the sandbox adds has no stub.
_builtins: Any = builtins
display: Callable[..., Any] = _builtins.display


# As in src/shared/contract/run.ts.
_CLEAR = "application/vnd.vivarium.clear+json"


def clear_output(wait: bool = False) -> None:
    """Lets whoever shows the run take away what was shown so far; what was printed stays in the result."""
    display({_CLEAR: {"wait": bool(wait)}}, raw=True)


def publish_display_data(
    data: dict[str, Any], metadata: dict[str, Any] | None = None, *, transient: object = None, **options: object
) -> None:
    """Show one thing, given as a dictionary of MIME types and data."""
    display(data, raw=True)


def update_display(obj: object, *, display_id: object, **options: Any) -> None:
    """Show an object anew."""
    display(obj, display_id=display_id, **options)


class DisplayObject:
    """Data to be shown in a form of its own, given as such or in a file."""

    _mode: ClassVar[str] = "r"
    data: Any

    def __init__(
        self,
        data: Any = None,
        url: str | None = None,
        filename: str | os.PathLike[str] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        if isinstance(data, os.PathLike):
            data, filename = None, os.fspath(cast("os.PathLike[str]", data))
        elif isinstance(data, str) and url is None and filename is None:
            if data.startswith(("http://", "https://")):
                data, url = None, data
            elif _is_file(data):
                data, filename = None, data
        self.data, self.url, self.metadata = data, url, metadata or {}
        self.filename = None if filename is None else os.fspath(filename)
        self.reload()
        self._check_data()

    def __repr__(self) -> str:
        return f"<IPython.display.{type(self).__name__} object>"

    def reload(self) -> None:
        """Read the file once more."""
        if self.filename is not None:
            with open(self.filename, self._mode, encoding=None if "b" in self._mode else "utf-8") as file:
                self.data = file.read()
        elif self.url is not None:
            raise OSError(f"{type(self).__name__}(url=…): code in the sandbox has no network; pass the data or a file")

    def _check_data(self) -> None:
        if self.data is not None and not isinstance(self.data, str):
            raise TypeError(f"{type(self).__name__} expects text, not {self.data!r}")


TextDisplayObject = DisplayObject


class Code(DisplayObject):
    """Code as text; `language` has no effect."""

    def __init__(self, data: Any = None, url: str | None = None, filename: Any = None, language: object = None) -> None:
        super().__init__(data, url, filename)

    def __repr__(self) -> str:
        return self.data or ""


class Pretty(DisplayObject):
    def __repr__(self) -> str:
        return self.data or ""


class HTML(DisplayObject):
    def _repr_html_(self) -> Any:
        return self.data

    # What other libraries ask for.
    __html__ = _repr_html_


class Markdown(DisplayObject):
    def _repr_markdown_(self) -> Any:
        return self.data


class Latex(DisplayObject):
    def _repr_latex_(self) -> Any:
        return self.data


class Math(Latex):
    def _repr_latex_(self) -> Any:
        text = (self.data or "").strip("$")
        return rf"$\displaystyle {text}$"


class Javascript(DisplayObject):
    """Is shown as text: nothing runs it."""

    def _repr_javascript_(self) -> Any:
        return self.data


class SVG(DisplayObject):
    def __init__(self, data: Any = None, *rest: Any, **options: Any) -> None:
        super().__init__(data.decode() if isinstance(data, bytes) else data, *rest, **options)

    def _repr_svg_(self) -> Any:
        """Without what stands before the picture."""
        text = self.data or ""
        return text[max(0, text.find("<svg")) :]


class JSON(DisplayObject):
    def __init__(
        self,
        data: Any = None,
        url: str | None = None,
        filename: str | os.PathLike[str] | None = None,
        expanded: bool = False,
        metadata: dict[str, Any] | None = None,
        root: str = "root",
        **options: Any,
    ) -> None:
        super().__init__(data, url, filename, {"expanded": expanded, "root": root, **(metadata or {}), **options})

    def _check_data(self) -> None:
        if isinstance(self.data, str):
            self.data = json.loads(self.data)
        elif self.data is not None and not isinstance(self.data, (dict, list)):
            raise TypeError(f"JSON expects a dict, a list or JSON text, not {type(self.data).__name__}")

    def _repr_json_(self) -> Any:
        return self.data


# The first bytes of a picture's data.
_KINDS = {"png": b"\x89PNG", "jpeg": b"\xff\xd8", "gif": b"GIF8", "webp": b"RIFF"}


class Image(DisplayObject):
    """A PNG, JPEG, GIF or WebP picture, from bytes, base64 text or a file. `width` and `height` have no effect."""

    _mode = "rb"

    def __init__(
        self,
        data: Any = None,
        url: str | None = None,
        filename: str | os.PathLike[str] | None = None,
        format: str | None = None,  # noqa: A002 - its name in IPython
        embed: bool | None = None,
        width: object = None,
        height: object = None,
        **options: Any,
    ) -> None:
        self.format, self.embed = format, True if embed is None else embed
        self.width, self.height = width, height
        super().__init__(data, url, filename, options.get("metadata"))

    def _check_data(self) -> None:
        if self.data is None:
            raise ValueError("Image needs data or a file")
        if isinstance(self.data, str):
            try:
                self.data = base64.b64decode(self.data, validate=True)
            except ValueError:
                # Neither a picture nor the name of a file that is here.
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), self.data) from None
        data = bytes(self.data)
        found = next((kind for kind, start in _KINDS.items() if data.startswith(start)), None)
        kind = (self.format or found or "png").lower()
        self.format = "jpeg" if kind == "jpg" else kind
        if self.format not in _KINDS:
            raise ValueError(f"Image: the format {self.format!r} is none of {', '.join(_KINDS)}; SVG() shows SVG")

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, Any]:
        return {f"image/{self.format}": self.data}


def _display_as(mime: str) -> Callable[..., None]:
    def show(*objs: object, raw: bool = False, **options: Any) -> None:
        for obj in objs:
            if raw:
                display({mime: obj}, raw=True)
            else:
                display(obj, include=[mime, "text/plain"])

    return show


display_html = _display_as("text/html")
display_markdown = _display_as("text/markdown")
display_latex = _display_as("text/latex")
display_png = _display_as("image/png")
display_svg = _display_as("image/svg+xml")
display_pretty = _display_as("text/plain")


def set_matplotlib_formats(*formats: str, **options: Any) -> None:
    """Of the formats, SVG is taken; pictures are PNG otherwise."""
    import matplotlib

    matplotlib.rcParams["savefig.format"] = "svg" if "svg" in formats else "png"


def _is_file(text: str) -> bool:
    try:
        return len(text) < 4096 and os.path.isfile(text)
    except ValueError:
        # A character that no name can have.
        return False
