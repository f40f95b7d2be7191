"""What to say where input() and getpass() find no line."""

from __future__ import annotations

NO_PASSWORD = "EOF when reading a password"

_ASKED_BY = {"EOF when reading a line": "input()", NO_PASSWORD: "getpass()"}


def about_input(error: BaseException) -> str | None:
    """None for other errors."""
    if type(error) is not EOFError or len(error.args) != 1 or type(error.args[0]) is not str:
        return None
    asked_by = _ASKED_BY.get(error.args[0])
    if asked_by is None:
        return None
    return (
        f"no line is left for {asked_by}: nobody answers it here, or the input has ended; "
        "give a line for each call, or write the values into the code"
    )
