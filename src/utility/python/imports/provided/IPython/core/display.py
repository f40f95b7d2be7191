"""Where older scripts import `display` and its kin from."""

from ..display import *  # noqa: F403 - the same names in another place
