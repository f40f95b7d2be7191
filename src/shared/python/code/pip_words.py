"""Reads what comes after `pip install`: which words name packages. As requirement-lines.ts does outside."""

from __future__ import annotations

import re

# Options that are followed by a value.
_WITH_VALUE = frozenset(
    (
        "-i",
        "--index-url",
        "--extra-index-url",
        "-f",
        "--find-links",
        "-c",
        "--constraint",
        "-t",
        "--target",
        "--prefix",
        "--root",
        "--python",
        "--platform",
        "--channel",
        "-n",
        "--name",
        "-p",
        "--trusted-host",
        "--timeout",
        "--retries",
        "--proxy",
        "-e",
        "--editable",
        "-r",
        "--requirement",
        "--file",
    )
)
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
