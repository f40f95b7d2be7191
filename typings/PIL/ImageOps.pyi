from typing import Any

contain: Any
