"""Reads what comes after `pip install`: which words name packages. As requirement-lines.ts does outside.

Both know the options of pip-options.json, and are held to tests/cases/pip-commands.json.
"""

from __future__ import annotations

import json
import re

from .pip_table import PIP_OPTIONS

_OPTIONS: dict[str, list[str]] = json.loads(PIP_OPTIONS)
# Options that are followed by a value. The files of requirements are read outside.
_WITH_VALUE = frozenset(_OPTIONS["withValue"] + _OPTIONS["withFile"])
# Where another command begins, or a comment.
_END = re.compile(r"#|&&|\|\||[|;>&]")
_REQUIREMENT = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?:\[[^\]]*\])?(?:[=<>!~;].*)?")
_MAX_WORDS = 100


def requirements_in(words: list[str]) -> list[tuple[str, str]]:
    """The requirements, each with the package's name. Without options and their values, paths and addresses."""
    found: list[tuple[str, str]] = []
    is_value = False
    for word in words[:_MAX_WORDS]:
        text = word.strip("'\"`")
        if is_value:
            is_value = False
        elif _END.match(text):
            break
        elif text.startswith("-"):
            is_value = text in _WITH_VALUE
        else:
            match = _REQUIREMENT.fullmatch(text.rstrip(",;"))
            if match is not None:
                found.append((match[0], match[1]))
            if text.endswith(";"):
                break
    return found
