"""Puts everything into a new Python that its session needs."""

from __future__ import annotations

import json

from ...shared.python.after_import import install_after_import
from ...shared.python.displays.display import install_display
from ...shared.python.displays.display_forms import DisplayForms
from ...shared.python.displays.outputs import Outputs
from ...shared.python.displays.wide_frames import install_wide_frames
from ...shared.python.outcomes.internal_frames import hide_internal_frames
from ...shared.python.plots.figures import install_figures
from ...shared.python.sessions.standard_input import install_standard_input
from ...shared.python.workspace.workspace_files import WorkspaceFiles
from .device import Device
from .imports.absent_features import install_absent_features
from .imports.charts import install_charts
from .imports.progress_bars import install_progress_bars
from .imports.provided_modules import install_provided_modules
from .interrupts import install_interrupts
from .loops.event_loops import install_event_loops
from .packages.packages import Packages
from .sessions.program_end import ProgramEnd
from .sessions.session import Session
from .tables.shown_tables import ShownTables
from .time_zone import renew_time_zone


def install(
    workspace: str, provided: str, device: Device, limits: dict[str, int]
) -> tuple[Session, Packages, ShownTables]:
    """Once per interpreter.

    `workspace` is the absolute path of the folder that code works in; `provided` a JSON object of the sources of
    modules for guest code; `limits` are those of what is shown.
    """
    install_interrupts()
    renew_time_zone()
    hide_internal_frames()
    loops = install_event_loops(device.sleep)
    outputs, forms = Outputs(), DisplayForms()
    display = install_display(outputs, forms)
    after_import = install_after_import()
    figures = install_figures(outputs, forms, after_import, device.fetch_fonts)
    outputs.show_with(device.show, limits["bytes"], limits["totalBytes"], limits["count"], limits["types"])
    tables = ShownTables()
    forms.add_formatter(tables.applies, tables.forms)
    install_standard_input(device.announce)
    files = WorkspaceFiles(workspace, device.file_changes)
    install_provided_modules(json.loads(provided))
    install_absent_features(after_import)
    install_progress_bars(after_import)
    install_charts(after_import)
    install_wide_frames(after_import)
    session = Session(loops, outputs, display, figures, files, tables, ProgramEnd(device.is_writing), device)
    return session, Packages(), tables
