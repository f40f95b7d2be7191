"""The `IPython` of the sandbox where the package is not installed: `IPython.display`, and nothing else."""

from . import display

__all__ = ["display", "get_ipython", "version_info"]

# Matplotlib asks for it where there is a module of this name: from here on it leaves IPython's shell alone.
version_info = (8, 24, 0)


def get_ipython() -> None:
    """There is no shell of IPython's; so says the real one outside of its shell."""
