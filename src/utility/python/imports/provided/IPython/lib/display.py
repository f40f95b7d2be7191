"""Sound, films and addresses, as `IPython.display` shows them."""

import base64
import io
import mimetypes
import os
import wave
from array import array
from typing import Any, ClassVar, cast

__all__ = ["Audio", "FileLink", "FileLinks", "IFrame", "Video", "YouTubeVideo"]


class _Address:
    """What is elsewhere, and shown as its address: a page of the sandbox loads nothing."""

    def __init__(self, src: object, *args: Any, **options: Any) -> None:
        self.src = str(src)

    def __repr__(self) -> str:
        return f"{type(self).__name__}: {self.src}"


class IFrame(_Address):
    pass


class FileLink(_Address):
    pass


class FileLinks(_Address):
    pass


class YouTubeVideo(_Address):
    def __init__(self, id: object, *args: Any, **options: Any) -> None:  # noqa: A002 - its name in IPython
        super().__init__(f"https://www.youtube.com/watch?v={id}")


class _Media:
    """Sound or a film in a file or as bytes, shown as an element of HTML that plays it."""

    _tag: ClassVar[str]
    _mime: ClassVar[str]

    def __init__(
        self, data: Any = None, filename: Any = None, url: str | None = None, rate: int | None = None, **options: Any
    ) -> None:
        if isinstance(data, (str, os.PathLike)):
            data, filename = None, cast("str | os.PathLike[str]", data)
        if filename is not None and not str(filename).startswith(("http://", "https://")):
            with open(filename, "rb") as file:
                data = file.read()
        elif url is not None or filename is not None:
            raise OSError(f"{type(self).__name__}(url=…): code in the sandbox has no network; pass the data or a file")
        self.mimetype = options.get("mimetype") or mimetypes.guess_type(str(filename))[0] or self._mime
        self.data = data if isinstance(data, (bytes, bytearray)) else _wave_of(data, rate)

    def __repr__(self) -> str:
        return f"<IPython.display.{type(self).__name__} object>"

    def _repr_html_(self) -> str:
        encoded = base64.b64encode(self.data).decode()
        return f'<{self._tag} controls src="data:{self.mimetype};base64,{encoded}"></{self._tag}>'


class Audio(_Media):
    _tag, _mime = "audio", "audio/wav"


class Video(_Media):
    _tag, _mime = "video", "video/mp4"


def _wave_of(samples: Any, rate: int | None) -> bytes:
    """Samples, one channel or several, as a WAV file; the loudest becomes as loud as can be."""
    if samples is None or rate is None:
        raise ValueError("Audio needs data, a file, or samples with their rate")
    rows = [list(row) if hasattr(row, "__iter__") else [row] for row in samples]
    # One row for each channel, as IPython takes them, where there is more than one.
    channels = rows if len(rows) and len(rows[0]) > 1 else [[row[0] for row in rows]]
    loudest = max((abs(float(value)) for channel in channels for value in channel), default=0.0) or 1.0
    frames = array(
        "h", (int(float(value) / loudest * 32767) for frame in zip(*channels, strict=True) for value in frame)
    )
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(int(rate))
        file.writeframes(frames.tobytes())
    return buffer.getvalue()
