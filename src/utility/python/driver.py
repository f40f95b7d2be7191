"""What the realm calls: one function that takes an order as bytes and gives the answer as bytes.

An order's first line says what to do and how, the rest is what to do it with. Of a known order never an exception
comes out: between runs SIGINT is ignored, and a run describes what went wrong itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from .device import Device
from .interpreter import install
from .packages.packages import Packages
from .sessions.session import Session
from .snapshot import park, renew_randomness
from .tables.shown_tables import ShownTables
from .time_zone import renew_time_zone

_encode = str.encode
_loads = json.loads


def install_driver(given: str) -> Callable[[bytes], bytes]:
    """Once per interpreter. `given` is a JSON object, see `Installation` in guest-interpreter.ts."""
    parts = json.loads(given)
    device = Device(parts["descriptor"])
    session, packages, tables = install(parts["workspace"], parts["provided"], device, parts["displayLimits"])
    return Driver(session, packages, tables, parts["orders"]).drive


class Driver:
    def __init__(self, session: Session, packages: Packages, tables: ShownTables, orders: Sequence[str]) -> None:
        """`orders` are all that the realm may give: raises ValueError when it knows others than these."""
        self._session = session
        self._packages = packages
        self._work: dict[str, Callable[[str], str | None]] = {
            "listFiles": lambda _: session.list_files(),
            "tableRows": tables.rows,
            "findImports": lambda text: packages.find_imports(_loads(text)["code"]),
            "lookUpNames": session.look_up_names,
            "installed": self._installed,
            "tryPackages": _try_packages,
            "park": lambda _: park(),
            "resume": _resume,
            "forgetRuns": lambda _: session.forget_runs(),
        }
        strays = {"run", *self._work}.symmetric_difference(orders)
        if strays:
            raise ValueError(f"only one side knows the orders {sorted(strays)}")

    def drive(self, order: bytes) -> bytes:
        """Do it, and say what came of it. Empty when there is nothing to say. KeyError for an order that is none."""
        line, _, body = order.partition(b"\n")
        name, _, how = line.partition(b" ")
        if name == b"run":
            text_limit, _, facts = how.partition(b" ")
            return self._session.run(body, facts.decode(), int(text_limit))
        work = self._work[name.decode()]
        try:
            return _encode(work(body.decode()) or "", "utf-8", "replace")
        except BaseException:
            # Whatever the guest has done to its Python.
            return b""

    def _installed(self, _: str) -> None:
        self._packages.installed()
        self._session.files_placed()


def _try_packages(text: str) -> str:
    # Only where no guest is: its modules are loaded only then.
    from .packages.package_checks import try_packages

    try:
        return try_packages(_loads(text)["modules"])
    except Exception as error:
        # No guest is in here: what is wrong may be told.
        return f"failed: {type(error).__name__}: {error}"


def _resume(_: str) -> None:
    renew_time_zone()
    renew_randomness()
