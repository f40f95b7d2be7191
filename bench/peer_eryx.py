"""Measures pyeryx: milliseconds of fresh sandboxes and of further calls, as JSON."""

import json
import time
from collections.abc import Callable

import eryx


def timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    answer = action()
    ms = (time.perf_counter() - start) * 1000
    if str(answer).strip() != "2":
        raise SystemExit(f"wrong answer: {answer}")
    return ms


def fresh() -> object:
    return eryx.Sandbox().execute("print(1+1)")


session = eryx.Session()
timed(fresh)
timed(lambda: session.execute("print(1+1)"))
print(
    json.dumps(
        {
            "fresh": [timed(fresh) for _ in range(20)],
            "warm": [timed(lambda: session.execute("print(1+1)")) for _ in range(200)],
        }
    )
)
