from typing import Any

det: Any
