"""Started as `python -u native_runner.py FOLDER OPTION,… LIMIT…`; see native_run.py.

Loads our modules from `modules.json` in FOLDER. Runs on Python 3.8 and newer, as they do.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def start() -> None:
    folder, options, limits = sys.argv[1], sys.argv[2].split(","), [int(limit) for limit in sys.argv[3:]]
    with open(os.path.join(folder, "modules.json"), encoding="utf-8") as file:
        sources = file.read()
    loader: dict[str, Any] = {}
    exec(compile(json.loads(sources)["modules"], "<vivarium>", "exec"), loader)
    loader["load_from"](sources, "native_run", "main")(folder, frozenset(options), *limits)


if __name__ == "__main__":
    start()
