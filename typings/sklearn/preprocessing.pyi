from typing import Any

StandardScaler: Any
