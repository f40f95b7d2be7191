from typing import Any

confusion_matrix: Any
