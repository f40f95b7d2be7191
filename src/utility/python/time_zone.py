"""The constants of `time`, which Python finds out once: a memory that was saved may know another zone."""

from __future__ import annotations

import time
from typing import Any

_localtime = time.localtime
_mktime = time.mktime


def renew_time_zone() -> None:
    """As Python does it: by what the zone is like in January and in July."""
    year = _localtime().tm_year
    january, july = (_localtime(_mktime((year, month, 1, 12, 0, 0, 0, 0, -1))) for month in (1, 7))
    # South of the equator it is the other way round.
    standard, saving = (january, july) if january.tm_gmtoff <= july.tm_gmtoff else (july, january)
    # Any: the stubs call them constants.
    module: Any = time
    module.timezone, module.altzone = -standard.tm_gmtoff, -saving.tm_gmtoff
    module.daylight = int(standard.tm_gmtoff != saving.tm_gmtoff)
    module.tzname = (standard.tm_zone, saving.tm_zone)
