"""The `IPython` of the sandbox where the package is not installed: `IPython.display`, and nothing else."""

from . import display

__all__ = ["display", "get_ipython"]


def get_ipython() -> None:
    """There is no shell of IPython's; so says the real one outside of its shell."""
