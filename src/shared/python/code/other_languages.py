"""Says of a text that is no Python what it looks like: a program in another language, a command, a sentence."""

from __future__ import annotations

import re

_MAX_LINES = 40
_MAX_LINE = 400

# The first that fits the beginning of a text.
_LANGUAGES = (
    ("HTML", re.compile(r"<!doctype html|<html\b|<(?:head|body|div|script|svg)\b[^>]*>", re.IGNORECASE)),
    ("XML", re.compile(r"<\?xml\b")),
    ("PHP", re.compile(r"<\?php\b")),
    ("C or C++", re.compile(r"#include\s*[<\"]")),
    (
        "Java",
        re.compile(
            r"(?:public|private|protected)\s+(?:static\s+)?(?:final\s+)?(?:class|void|interface|enum)\b|import java\."
        ),
    ),
    ("C#", re.compile(r"using\s+[A-Z]\w*(?:\.\w+)*\s*;|namespace\s+\w")),
    ("Go", re.compile(r"package\s+main\s*$|func\s+\w+\(.*\{\s*$")),
    ("Rust", re.compile(r"(?:pub\s+)?fn\s+\w+|use\s+\w+(?:::\w+)+|let\s+mut\s")),
    (
        "SQL",
        re.compile(
            r"(?:select\s+.{1,200}\s+from|insert\s+into|create\s+(?:table|view|database)|update\s+\w+\s+set|delete\s+from|alter\s+table|drop\s+table|with\s+\w+\s+as\s*\()\b",
            re.IGNORECASE,
        ),
    ),
    (
        "JavaScript",
        re.compile(
            r"(?:export\s+)?(?:const|let|var)\s+[\w${\[]|(?:async\s+)?function\s*\w*\s*\(|console\.log\(|import\s+.{1,200}\s+from\s+[\"\']|document\.|.{0,200}=>\s*\{"
        ),
    ),
    ("R", re.compile(r"library\(\w+\)|[\w.]+\s*<-\s")),
    ("CSS", re.compile(r"[.#@]?[\w-]+\s*\{\s*$")),
    ("a Dockerfile", re.compile(r"FROM\s+[\w./-]+:[\w.-]+")),
    (
        "a shell",
        re.compile(
            r"#!\s*/(?:usr/)?bin/(?:env\s+)?(?:ba|z|da)?sh\b|\$\s+\w|"
            r"(?:cd|ls|cp|mv|rm|mkdir|cat|echo|export|sudo|apt|apt-get|brew|curl|wget|git|npm|npx|yarn|node|docker|chmod|"
            r"source|conda|python3?|pip3?|streamlit|jupyter|uvicorn|pytest)\s+[\w./~$\"\'-]"
        ),
    ),
)


def looks_like(code: str) -> str | None:
    """In words, after "looks like"; None for what may be Python with an error in it."""
    for line in code.split("\n", _MAX_LINES)[:_MAX_LINES]:
        text = line[:_MAX_LINE].strip()
        if (
            not text
            or text.startswith(("//", "/*", "--"))
            or (text.startswith("#") and not text.startswith(("#!", "#include")))
        ):
            continue
        return next((name for name, pattern in _LANGUAGES if pattern.match(text)), None)
    return None


def with_language(error: SyntaxError, code: str) -> SyntaxError:
    """The error, which says what the text looks like where that is known."""
    language = looks_like(code)
    if language is not None:
        kind = "commands of a shell" if language == "a shell" else language
        error.msg = f"{error.msg}; this looks like {kind}, and only Python runs here"
    return error
