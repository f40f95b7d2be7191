"""What a native interpreter has installed, whether it runs one program or keeps a session."""

from __future__ import annotations

import os
from typing import NamedTuple, Tuple

from ....shared.python.after_import import install_after_import
from ....shared.python.displays.display import Display, install_display
from ....shared.python.displays.display_forms import DisplayForms
from ....shared.python.displays.outputs import Outputs
from ....shared.python.displays.wide_frames import install_wide_frames
from ....shared.python.outcomes.internal_frames import hide_internal_frames
from ....shared.python.plots.figures import Figures, install_figures
from ....shared.python.workspace.workspace_files import WorkspaceFiles
from .channel import Channel
from .channel_input import ChannelInput, install_channel_input

_join, _replace = os.path.join, os.replace

# Those of `Outputs.show_with`. (typing's own, for Python 3.8.)
DisplayLimits = Tuple[int, int, int, int]


class NativeParts(NamedTuple):
    """`folder` is the run's or the session's; see native_run.py for what is in it."""

    folder: str
    channel: Channel
    input: ChannelInput
    outputs: Outputs
    display: Display
    figures: Figures
    files: WorkspaceFiles
    display_limits: DisplayLimits

    @property
    def script(self) -> str:
        """Path of the code's file."""
        return _join(self.folder, "script.py")

    def read(self, name: str) -> str:
        """A text that was put into the folder for us."""
        with open(_join(self.folder, name), encoding="utf-8", newline="") as file:
            return file.read()

    def write_outcome(self, outcome: str) -> None:
        """Whole or not at all. Raises OSError when code has removed the folder, or the disk is full."""
        with open(_join(self.folder, "outcome.tmp"), "wb") as file:
            file.write(outcome.encode())
        _replace(_join(self.folder, "outcome.tmp"), _join(self.folder, "outcome.json"))

    def collect_displays(self) -> None:
        """From now on what is shown goes into a file of its own; the budgets are those of one run."""
        # Each line in one write, so that those of forked children stay whole. Open as long as something shows there.
        file = open(_join(self.folder, "displays.jsonl"), "ab", buffering=0)  # noqa: SIM115 - see above
        self.outputs.show_with(lambda text: file.write(text.encode() + b"\n"), *self.display_limits)


def install_parts(folder: str, channel: Channel, display_limits: DisplayLimits) -> NativeParts:
    """Once per interpreter."""
    outputs, forms, after_import = Outputs(), DisplayForms(), install_after_import()
    display = install_display(outputs, forms)
    figures = install_figures(outputs, forms, after_import)
    install_wide_frames(after_import)
    hide_internal_frames()
    source = install_channel_input(channel)
    files = WorkspaceFiles(_join(folder, "workspace"))
    return NativeParts(folder, channel, source, outputs, display, figures, files, display_limits)
