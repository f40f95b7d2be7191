"""What the realm calls: one function that takes an order as bytes and gives the answer as bytes.

An order's first line says what to do and how, the rest is what to do it with. Never an exception
comes out: between runs SIGINT is ignored, and a run describes what went wrong itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable

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
    """Once per interpreter. `given` is a JSON object, see `Installation` in interpreter.ts."""
    parts = json.loads(given)
    device = Device(parts["descriptor"])
    session, packages, tables = install(parts["workspace"], parts["provided"], device, parts["displayLimits"])
    return Driver(session, packages, tables).drive


class Driver:
    def __init__(self, session: Session, packages: Packages, tables: ShownTables) -> None:
        self._tables = tables
        self._session = session
        self._packages = packages

    def drive(self, order: bytes) -> bytes:
        """Do it, and say what came of it. Empty when there is nothing to say."""
        line, _, body = order.partition(b"\n")
        name, _, how = line.partition(b" ")
        if name == b"run":
            text_limit, _, facts = how.partition(b" ")
            return self._session.run(body, facts.decode(), int(text_limit))
        try:
            return _encode(self._answer(name, body.decode()), "utf-8", "replace")
        except BaseException:
            # Whatever the guest has done to its Python.
            return b""

    def _answer(self, name: bytes, text: str) -> str:
        if name == b"listFiles":
            return self._session.list_files()
        if name == b"tableRows":
            return self._tables.rows(text)
        if name == b"findImports":
            return self._packages.find_imports(_loads(text)["code"])
        if name == b"lookUpNames":
            return self._session.look_up_names(text)
        if name == b"installed":
            self._packages.installed()
            self._session.files_placed()
            return ""
        # Only where no guest is: its modules are loaded only then.
        if name == b"tryPackages":
            from .packages.package_checks import try_packages

            try:
                return try_packages(_loads(text)["modules"])
            except Exception as error:
                # No guest is in here: what is wrong may be told.
                return f"failed: {type(error).__name__}: {error}"
        if name == b"park":
            park()
            return ""
        if name == b"resume":
            renew_time_zone()
            renew_randomness()
            return ""
        if name == b"forgetRuns":
            self._session.forget_runs()
            return ""
        return ""
