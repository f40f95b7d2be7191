from typing import Any

exp: Any
linspace: Any
pi: Any
sin: Any
