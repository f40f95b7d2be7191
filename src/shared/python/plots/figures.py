"""Takes Matplotlib's figures: with `plt.show()`, with `display(fig)`, and those left open at the end of a run.

It never imports Matplotlib itself: it waits until the guest does.
"""

from __future__ import annotations

import functools
import io
import sys
import warnings
import weakref
from typing import Any, Sequence

from ..after_import import AfterImport
from ..displays.display_forms import DisplayForms
from ..displays.outputs import Outputs
from .animations import Animations, is_animation
from .backends import attend_to_matplotlib, attend_to_pyplot
from .fallback_fonts import FallbackFonts, FetchFonts
from .interaction import attend_to_figures
from .missing_glyphs import MissingGlyphs
from .redrawing import Redrawing
from .right_to_left import attend_to_text
from .unshaped_scripts import UnshapedScripts

_modules = sys.modules

_PYPLOT = "matplotlib.pyplot"
_FORMATS = {"png": "image/png", "svg": "image/svg+xml"}


class Figures:
    """The figures of one session."""

    def __init__(self, outputs: Outputs, forms: DisplayForms, fetch_fonts: FetchFonts | None) -> None:
        self._outputs = outputs
        # Those taken in this run.
        self._taken: weakref.WeakSet[Any] = weakref.WeakSet()
        self.animations = Animations()
        self.missing_glyphs = MissingGlyphs()
        self.unshaped = UnshapedScripts()
        self.fonts = FallbackFonts(fetch_fonts)
        # Of warnings that drawing gave: each is told once.
        self._told_warnings: dict[Any, Any] = {}
        forms.add_formatter(_is_figure, self._form_of)
        forms.add_formatter(is_animation, self._form_of_animation)

    def begin_run(self) -> None:
        self.missing_glyphs.begin_run()
        self.unshaped.begin_run()
        self.fonts.begin_run()
        self._taken.clear()

    def has_taken(self, obj: object) -> bool:
        """Whether `obj` is a figure that this run has shown already, or an animation of one."""
        figure: object = getattr(obj, "_fig", None) if is_animation(obj) else obj
        return _is_figure(figure) and figure in self._taken

    def take_open(self) -> None:
        """Show the open figures, in the order of their numbers, and close them. Raises what drawing raises."""
        failure: Exception | None = None
        for figure in _open_figures():
            try:
                self._take(figure)
            except Exception as error:
                failure = failure or error
                _close(figure)
        self.missing_glyphs.tell()
        self.unshaped.tell()
        if failure is not None:
            raise failure

    def end_run(self, error: BaseException) -> None:
        """Take the open figures of code that failed, so that none is left for the next run.

        They are only closed when it was stopped or has no memory left: whoever stops it does not wait for plots.
        """
        try:
            if not issubclass(type(error), (KeyboardInterrupt, MemoryError)):
                self.take_open()
        finally:
            for figure in _open_figures():
                _close(figure)

    def attend(self, pyplot: Any) -> None:
        """Take the place of what would show figures in windows. To be called when pyplot has been imported."""
        figures = self

        @functools.wraps(pyplot.show)
        def show(*args: Any, **options: Any) -> None:
            block = args[0] if args else options.get("block")
            # Code that goes on while a figure is shown changes it: its last state is shown at the end of the run.
            if block or (block is None and not pyplot.isinteractive()):
                figures.take_open()

        pyplot.show = show
        attend_to_pyplot(pyplot)
        backend_bases = _modules["matplotlib.backend_bases"]
        # It looks for a shell of IPython's behind any module of that name, ours included.
        backend_bases.FigureCanvasBase._fix_ipython_backend2gui = classmethod(lambda cls: None)
        manager_base = backend_bases.FigureManagerBase

        @functools.wraps(manager_base.show)
        def show_manager(manager: Any) -> None:
            figures._take(manager.canvas.figure)

        manager_base.show = show_manager

    def _draw(self, figure: Any, animations: Sequence[Any]) -> dict[str, Any]:
        """As `_drawn`, or with the frames of its animations, and says which characters no font has."""
        self._taken.add(figure)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            film = self.animations.play(figure, animations)
            forms = _drawn(figure)
            if film is not None:
                forms = film.forms(forms)
        for warning in caught:
            self._pass_on(warning)
        self.missing_glyphs.tell()
        self.unshaped.tell()
        return forms

    def _pass_on(self, warning: warnings.WarningMessage) -> None:
        warnings.warn_explicit(
            warning.message, warning.category, warning.filename, warning.lineno, registry=self._told_warnings
        )

    def _take(self, figure: Any) -> None:
        forms = self._draw(figure, self.animations.waiting_on(figure))
        _close(figure)
        self._outputs.send(forms)

    def _form_of(self, figure: Any) -> dict[str, Any]:
        """For `display(fig)`; like one that was shown, it is closed."""
        forms = self._draw(figure, self.animations.waiting_on(figure))
        _close(figure)
        return forms

    def _form_of_animation(self, animation: Any) -> dict[str, Any]:
        """For `display(animation)`, which plays it also when it was played before."""
        figure = animation._fig
        forms = self._draw(figure, [animation])
        _close(figure)
        return forms


def _open_figures() -> list[Any]:
    """In the order of their numbers."""
    helpers = _modules.get("matplotlib._pylab_helpers")
    if _PYPLOT not in _modules or helpers is None:
        return []
    managers = sorted(helpers.Gcf.get_all_fig_managers(), key=lambda manager: manager.num)
    return [manager.canvas.figure for manager in managers]


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


def install_figures(
    outputs: Outputs, forms: DisplayForms, after_import: AfterImport, fetch_fonts: FetchFonts | None = None
) -> Figures:
    """Be ready for Matplotlib. `fetch_fonts`, where there is one, brings packages with fonts during a run."""
    figures = Figures(outputs, forms, fetch_fonts)
    redrawing = Redrawing(figures.missing_glyphs, figures.fonts)
    after_import.call("matplotlib", attend_to_matplotlib)
    after_import.call("matplotlib.text", attend_to_text)
    after_import.call("matplotlib.text", figures.unshaped.attend_to_text)
    after_import.call("matplotlib.figure", attend_to_figures)
    after_import.call("matplotlib._text_helpers", figures.missing_glyphs.attend_to_texts)
    after_import.call("matplotlib.backends.backend_pdf", figures.missing_glyphs.attend_to_pdf)
    after_import.call("matplotlib._mathtext", figures.missing_glyphs.attend_to_mathematics)
    after_import.call("matplotlib.font_manager", figures.fonts.attend)
    after_import.call("matplotlib.backend_bases", redrawing.attend_to_canvases)
    after_import.call("matplotlib.backends.backend_agg", redrawing.attend_to_agg)
    after_import.call("matplotlib.animation", figures.animations.attend)
    after_import.call(_PYPLOT, figures.attend)
    return figures
