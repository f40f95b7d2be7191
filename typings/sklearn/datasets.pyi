from typing import Any

load_iris: Any
