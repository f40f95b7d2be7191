from typing import Any

LogisticRegression: Any
