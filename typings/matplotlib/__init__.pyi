from typing import Any

rcParams: Any
