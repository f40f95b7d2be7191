from collections.abc import Callable
from typing import Any

def _orig_sleep(seconds: float, /) -> None: ...
def scheduleCallback(callback: Any, timeout: float) -> Any: ...

create_once_callable: Callable[..., Any]
