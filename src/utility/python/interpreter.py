"""Puts everything into a new Python that its sessions need."""

from __future__ import annotations

import json
from collections.abc import Callable

from ...shared.python.display import install_display
from ...shared.python.display_forms import DisplayForms
from ...shared.python.figures import install_figures
from ...shared.python.outputs import Outputs
from ...shared.python.workspace_files import WorkspaceFiles
from .event_loops import install_event_loops
from .interrupts import install_interrupts
from .packages import Packages
from .provided_modules import install_provided_modules
from .session import Session
from .standard_input import install_standard_input


def install(workspace: str, provided: str) -> Callable[[], Session]:
    """Once per interpreter; what it returns opens a session.

    `workspace` is the absolute path of the folder that code works in; `provided` a JSON object of the sources of
    modules for guest code.
    """
    install_interrupts()
    loops = install_event_loops()
    outputs, forms = Outputs(), DisplayForms()
    display = install_display(outputs, forms)
    figures = install_figures(outputs, forms)
    standard_input = install_standard_input()
    files = WorkspaceFiles(workspace)
    install_provided_modules(json.loads(provided))
    packages = Packages()

    def open_session() -> Session:
        return Session(loops, outputs, display, figures, standard_input, files, packages)

    return open_session
