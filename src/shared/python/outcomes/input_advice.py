"""What to say where input() finds no line."""

from __future__ import annotations


def about_input(error: BaseException) -> str | None:
    """None for other errors."""
    if type(error) is not EOFError or error.args != ("EOF when reading a line",):
        return None
    return (
        "no line is left for input(): nobody answers it here, or the input has ended; "
        "give a line for each call, or write the values into the code"
    )
