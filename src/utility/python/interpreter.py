"""Puts everything into a new Python that its session needs."""

from __future__ import annotations

import json

from ...shared.python.after_import import install_after_import
from ...shared.python.display import install_display
from ...shared.python.display_forms import DisplayForms
from ...shared.python.figures import install_figures
from ...shared.python.outputs import Outputs
from ...shared.python.own_frames import hide_own_frames
from ...shared.python.wide_frames import install_wide_frames
from ...shared.python.workspace_files import WorkspaceFiles
from .absent_features import install_absent_features
from .device import Device
from .event_loops import install_event_loops
from .interrupts import install_interrupts
from .packages import Packages
from .program_end import ProgramEnd
from .progress_bars import install_progress_bars
from .provided_modules import install_provided_modules
from .session import Session
from .standard_input import install_standard_input
from .time_zone import renew_time_zone


def install(workspace: str, provided: str, device: Device, limits: dict[str, int]) -> tuple[Session, Packages]:
    """Once per interpreter.

    `workspace` is the absolute path of the folder that code works in; `provided` a JSON object of the sources of
    modules for guest code; `limits` are those of what is shown.
    """
    install_interrupts()
    renew_time_zone()
    hide_own_frames()
    loops = install_event_loops(device.sleep)
    outputs, forms = Outputs(), DisplayForms()
    display = install_display(outputs, forms)
    after_import = install_after_import()
    figures = install_figures(outputs, forms, after_import)
    outputs.show_with(device.show, limits["bytes"], limits["totalBytes"], limits["count"], limits["types"])
    install_standard_input(device.announce)
    files = WorkspaceFiles(workspace)
    install_provided_modules(json.loads(provided))
    install_absent_features(after_import)
    install_progress_bars(after_import)
    install_wide_frames(after_import)
    return Session(loops, outputs, display, figures, files, ProgramEnd(device.is_writing), device), Packages()
