from typing import Any

QName: Any
parse: Any
