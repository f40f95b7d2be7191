"""What is absent, and the words for it: src/shared/python/absent.json as the guest reads it."""

from __future__ import annotations

import json

from .absent import ABSENT

_TABLE = json.loads(ABSENT)
_FEATURES: dict[str, dict[str, str]] = _TABLE["features"]
MODULES: dict[str, str] = _TABLE["modules"]
NO_BUILD: dict[str, str] = _TABLE["noBuild"]
REMOVED: dict[str, str] = _TABLE["removed"]
OTHER_SERVICES: dict[str, str] = _TABLE["otherServices"]


def sentence(feature: str, module: str = "", advice: str | None = None) -> str:
    """Reason and advice, as in absent.ts."""
    words = _FEATURES[feature]
    return f"{words['reason'].replace('{module}', module)}; {advice or words['advice']}"
