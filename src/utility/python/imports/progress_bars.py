"""Progress bars that others refresh from a thread: here they are drawn when there is progress."""

from __future__ import annotations

import functools
import time
from typing import Any

from ....shared.python.after_import import AfterImport

_monotonic = time.monotonic


def _without_monitor(std: Any) -> None:
    # A thread that looks after bars whose loop has become slow; without it they are drawn as the loop goes.
    std.tqdm.monitor_interval = 0


def _as_text(notebook: Any) -> None:
    """There is nothing that widgets could be shown in: the bar of the terminal takes their place."""
    std = notebook.std_tqdm

    class TextBar(std):
        def __init__(self, *args: Any, **options: Any) -> None:
            options.pop("display", None)
            std.__init__(self, *args, **options)

    # So it is called in tqdm.
    TextBar.__name__ = TextBar.__qualname__ = "tqdm_notebook"
    TextBar.__module__ = notebook.__name__

    @functools.wraps(notebook.tnrange)
    def tnrange(*args: Any, **options: Any) -> Any:
        return TextBar(range(*args), **options)

    notebook.tqdm_notebook = notebook.tqdm = TextBar
    notebook.tnrange = notebook.trange = tnrange


def _without_refreshing_thread(live: Any) -> None:
    class RefreshThread:
        """What `rich.live` asks of its thread."""

        def __init__(self, live: Any, refresh_per_second: float) -> None:
            self.seconds = 1 / refresh_per_second
            self.live = live
            self.last = _monotonic()

        def start(self) -> None:
            pass

        stop = join = start

        def progressed(self) -> None:
            if _monotonic() - self.last >= self.seconds:
                self.live.refresh()
                self.last = _monotonic()

    live._RefreshThread = RefreshThread
    # `print` inside of a live display redraws it by itself.
    update = live.Live.update

    @functools.wraps(update)
    def update_now(shown: Any, renderable: Any, *args: Any, **options: Any) -> None:
        update(shown, renderable, *args, **options)
        _progressed(shown)

    live.Live.update = update_now


def _progressed(live: Any) -> None:
    thread = getattr(live, "_refresh_thread", None)
    if thread is not None and hasattr(thread, "progressed"):
        thread.progressed()


def _refreshed_by_progress(progress: Any) -> None:
    class TrackThread:
        """What `Progress.track` asks of its thread."""

        def __init__(self, progress: Any, task_id: Any, update_period: float) -> None:
            self._progress = progress
            self._task_id = task_id
            self._completed = 0

        @property
        def completed(self) -> Any:
            return self._completed

        @completed.setter
        def completed(self, value: Any) -> None:
            self._progress.advance(self._task_id, value - self._completed)
            self._completed = value

        def __enter__(self) -> TrackThread:
            return self

        def __exit__(self, *error: object) -> None:
            self._progress.update(self._task_id, completed=self._completed, refresh=True)

    progress._TrackThread = TrackThread
    for name in ("advance", "update"):
        setattr(progress.Progress, name, _followed(getattr(progress.Progress, name)))


def _followed(method: Any) -> Any:
    @functools.wraps(method)
    def call(progress: Any, *args: Any, **options: Any) -> Any:
        result = method(progress, *args, **options)
        _progressed(progress.live)
        return result

    return call


def install_progress_bars(after_import: AfterImport) -> None:
    """Be ready for tqdm and rich."""
    for name, attend in (
        ("tqdm.std", _without_monitor),
        ("tqdm.notebook", _as_text),
        ("rich.live", _without_refreshing_thread),
        ("rich.progress", _refreshed_by_progress),
    ):
        after_import.call(name, attend)
