from typing import Any

FT2Font: Any
