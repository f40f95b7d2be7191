from typing import Any

minimize: Any
