"""`InteractiveShell`, of which scripts set options."""

import sys
from typing import Any


class _Options(type):
    def __setattr__(cls, name: str, value: Any) -> None:
        if name == "ast_node_interactivity" and value not in ("last_expr", "none"):
            sys.stderr.write(
                f"InteractiveShell.{name} = {value!r} has no effect here: the value of the last expression is shown, "
                "display() and print() show others\n"
            )
        super().__setattr__(name, value)


class InteractiveShell(metaclass=_Options):
    """No shell: its options can be set."""

    ast_node_interactivity = "last_expr"

    @classmethod
    def instance(cls, *args: Any, **options: Any) -> type[InteractiveShell]:
        return cls
