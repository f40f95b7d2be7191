"""The `IPython` of the sandbox where the package is not installed: what scripts show things with, and no shell."""

from . import display

__all__ = ["display", "get_ipython", "version_info"]

# Matplotlib asks for it where there is a module of this name: from here on it leaves IPython's shell alone.
version_info = (8, 24, 0)


def get_ipython() -> None:
    """As the real one answers outside of its shell."""
