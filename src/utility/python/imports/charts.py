"""Plotly's and Altair's figures are handed out as what they are: whoever shows the run draws them."""

from __future__ import annotations

import builtins
import types
from typing import Any

from ....shared.python.after_import import AfterImport

# Plotly's renderers that would draw with a browser or a page with scripts.
_PLOTLY_PAGES = (
    *("notebook", "notebook_connected", "kaggle", "azure", "colab", "cocalc", "databricks"),
    *("browser", "firefox", "chrome", "chromium", "iframe", "iframe_connected", "vscode", "jupyterlab", "nteract"),
    *("sphinx_gallery",),
)
_ALTAIR_PAGES = (
    *("default", "html", "colab", "kaggle", "zeppelin", "mimetype", "jupyterlab", "nteract", "jupyter", "browser"),
    *("notebook", "olli", "altair_viewer"),
)
_ALTAIR_VERSIONS = ("v4", "v5", "v6")


def _show_plotly_inline(module: Any) -> None:
    renderers = module.renderers
    inline = module.PlotlyRenderer()
    renderers["plotly_mimetype"] = inline
    for name in _PLOTLY_PAGES:
        renderers[name] = inline
    renderers.default = "plotly_mimetype"
    # It wants to know them there before it shows anything, and asks no more of them.
    if not module.nbformat:
        module.nbformat = types.SimpleNamespace(__version__="5.10.4")
    if not module.ipython_display:
        module.ipython_display = types.SimpleNamespace(display=builtins.__dict__["display"])


def _show_plotly_as_value(module: Any) -> None:
    """By its forms: shown by itself, it would not be known for the value of the run."""
    figure = module.BaseFigure
    if "_ipython_display_" in figure.__dict__:
        del figure._ipython_display_


def _without_scripts(module: Any) -> None:
    def init_notebook_mode(connected: bool = False) -> None:
        """Nothing has to be made ready."""

    module.init_notebook_mode = init_notebook_mode


def _show_altair_inline(module: Any) -> None:
    mime = getattr(module, "VEGALITE_MIME_TYPE", None)
    if not isinstance(mime, str):
        return

    def inline(spec: dict[str, Any], **metadata: Any) -> dict[str, Any]:
        return {mime: spec}

    for name in _ALTAIR_PAGES:
        module.renderers.register(name, inline)
    module.renderers.enable("default")


def install_charts(after_import: AfterImport) -> None:
    """Be ready for Plotly and Altair."""
    after_import.call("plotly.io._renderers", _show_plotly_inline)
    after_import.call("plotly.basedatatypes", _show_plotly_as_value)
    after_import.call("plotly.offline.offline", _without_scripts)
    for version in _ALTAIR_VERSIONS:
        after_import.call(f"altair.vegalite.{version}.display", _show_altair_inline)
