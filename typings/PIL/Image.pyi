from typing import Any

new: Any
open: Any
