"""What to say where input() finds no line."""

from __future__ import annotations


def about_input(error: BaseException) -> str | None:
    """None for other errors."""
    if type(error) is not EOFError or error.args != ("EOF when reading a line",):
        return None
    return (
        "nobody answers input() here, or it was called for more lines than were given: write the values into the code"
    )
