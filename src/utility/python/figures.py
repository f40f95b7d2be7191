"""Takes Matplotlib's figures: with `plt.show()`, with `display(fig)`, and those left open at the end of a run.

Loaded like `runner.py`, and before it. It never imports Matplotlib itself: it waits until the guest does.
"""

from __future__ import annotations

import builtins

# See runner.py.
__builtins__ = dict(vars(builtins))

import functools
import io
import sys
from importlib.machinery import ModuleSpec
from typing import Any

_modules = sys.modules

_PYPLOT = "matplotlib.pyplot"
_FORMATS = {"png": "image/png", "svg": "image/svg+xml"}


class Figures:
    """The figures of one session."""

    def __init__(self, outputs: Any) -> None:
        """`outputs` is what `install()` of outputs.py returned."""
        self._outputs = outputs
        outputs.add_formatter(_is_figure, self._form_of)

    def take_open(self) -> None:
        """Show the open figures, in the order of their numbers, and close them. Raises what drawing raises."""
        if _PYPLOT not in _modules:
            return
        helpers = _modules.get("matplotlib._pylab_helpers")
        if helpers is None:
            return
        failure: Exception | None = None
        for manager in sorted(helpers.Gcf.get_all_fig_managers(), key=lambda manager: manager.num):
            try:
                self._take(manager.canvas.figure)
            except Exception as error:
                failure = failure or error
                _close(manager.canvas.figure)
        if failure is not None:
            raise failure

    def attend(self, pyplot: Any) -> None:
        """Take the place of what would show figures in windows. To be called when pyplot has been imported."""
        figures = self

        @functools.wraps(pyplot.show)
        def show(*args: Any, **options: Any) -> None:
            figures.take_open()

        pyplot.show = show
        manager_base = _modules["matplotlib.backend_bases"].FigureManagerBase

        @functools.wraps(manager_base.show)
        def show_manager(manager: Any) -> None:
            figures._take(manager.canvas.figure)

        manager_base.show = show_manager

    def _take(self, figure: Any) -> None:
        forms = _drawn(figure)
        _close(figure)
        self._outputs.send(forms)

    def _form_of(self, figure: Any) -> dict[str, Any]:
        """For `display(fig)`; like one that was shown, it is closed."""
        forms = _drawn(figure)
        _close(figure)
        return forms


def _is_figure(obj: object) -> bool:
    module = _modules.get("matplotlib.figure")
    return module is not None and issubclass(type(obj), module.Figure)


def _drawn(figure: Any) -> dict[str, Any]:
    """In the format that `rcParams["savefig.format"]` names when it is SVG, otherwise as PNG."""
    wanted = _modules["matplotlib"].rcParams["savefig.format"]
    mime = _FORMATS.get(wanted, "image/png")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg" if mime == "image/svg+xml" else "png", bbox_inches="tight")
    data = buffer.getvalue()
    return {"text/plain": repr(figure), mime: data.decode() if mime == "image/svg+xml" else data}


def _close(figure: Any) -> None:
    pyplot = _modules.get(_PYPLOT)
    if pyplot is not None:
        pyplot.close(figure)


class _PyplotFinder:
    """Lets `figures` attend to pyplot the moment it has been imported; otherwise finds nothing."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name != _PYPLOT:
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                self._follow(spec)
                return spec
        return None

    def _follow(self, spec: ModuleSpec) -> None:
        loader = spec.loader
        if loader is None or not hasattr(loader, "exec_module"):
            return
        execute = loader.exec_module

        def exec_module(module: Any) -> None:
            execute(module)
            self._figures.attend(module)

        loader.exec_module = exec_module  # type: ignore[method-assign]


def install(outputs: Any) -> Figures:
    """Be ready for Matplotlib; `outputs` is what `install()` of outputs.py returned."""
    figures = Figures(outputs)
    sys.meta_path.insert(0, _PyplotFinder(figures))
    return figures
