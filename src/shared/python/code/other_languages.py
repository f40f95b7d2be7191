"""Says of a text that is no Python what it looks like: a program in another language, a command, a sentence."""

from __future__ import annotations

import keyword
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
        "TypeScript",
        re.compile(r"(?:export\s+)?(?:interface|declare|enum|abstract class)\s+\w+.{0,200}\{|type\s+\w+\s*=.{0,200};$"),
    ),
    ("LaTeX", re.compile(r"\\(?:documentclass|begin|usepackage|section|frac)\b")),
    ("Ruby", re.compile(r"puts\s+[\w\"':\[]|require\s+['\"]|.{0,200}\bdo\s*\|")),
    ("MATLAB", re.compile(r"%(?!%|\w)|function\s+(?:\[.{0,200}\]|\w+)\s*=|clc\b|clear all\b")),
    (
        "a patch",
        re.compile(r"(?:diff --git|@@ -\d|\+\+\+ \S|[+-](?:import|from|def|class|if|for|return|with)\s)"),
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

# Of these, Python can read some lines: as comparisons, divisions, names.
LOOKS_LIKE_NAMES = ("R", "a shell")

_PATH_ERROR = re.compile(
    r"\(unicode error\) 'unicodeescape' codec can't decode bytes in position \d+-\d+: (?:truncated|malformed)"
)
# Its operators for elements, in a line without strings.
# A number may end in a dot: `1./3` is Python.
_MATLAB = re.compile(r"^[^'\"#]*(?:\)|\b[A-Za-z_]\w*)\.(?:[\^*/]|')")
_PYTHON_2 = (
    re.compile(r"^print\s+(?:[\w\"'%]|>>)|^exec\s+[\w\"']|^except\s+[\w.()]+\s*,\s*\w+\s*:"),
    re.compile(r"^raise\s+[\w.]+\s*,\s*\S|<>|\bur[\"']|\b\d+[lL]\b"),
)
# A string, which need not end in the line, or a comment: what stands in it says nothing of the language.
_STRING_OR_COMMENT = re.compile(r"'(?:[^'\\]|\\.)*(?:'|\\?$)|\"(?:[^\"\\]|\\.)*(?:\"|\\?$)|#.*")
# Words alone, at least four.
_SENTENCE = re.compile(r"[^\W\d_][\w'\u2019-]*(?:,? \w[\w'\u2019-]*){3,}[.!?:\u2026]{0,3}")
_BEGINNINGS = frozenset((*keyword.kwlist, "print", "match", "case", "type"))


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


def said_of(language: str) -> str:
    kind = "commands of a shell" if language == "a shell" else language
    return f"this looks like {kind}, and only Python runs here"


def with_language(error: SyntaxError, code: str) -> SyntaxError:
    """The error, which says what the text looks like where that is known, or what was meant."""
    advice = None
    language = looks_like(code)
    if language is not None:
        advice = said_of(language)
    elif _PATH_ERROR.match(error.msg):
        advice = 'a backslash begins the code of a character: write paths as r"C:\\Users\\…", or with / in them'
    else:
        line = (error.text or "")[:_MAX_LINE].strip()
        if _MATLAB.search(line):
            advice = said_of("MATLAB")
        elif _is_python_2(line):
            advice = "this looks like Python 2, and only Python 3 runs here"
        elif error.lineno is not None and not any(code.split("\n")[: error.lineno - 1]) and _is_sentence(line):
            advice = "this looks like a sentence, and only Python runs here"
    if advice is not None:
        error.msg = f"{error.msg}; {advice}"
    return error


def _is_python_2(line: str) -> bool:
    bare = _STRING_OR_COMMENT.sub(lambda found: "" if found[0].startswith("#") else '""', line)
    return any(pattern.search(bare) for pattern in _PYTHON_2)


def _is_sentence(line: str) -> bool:
    words = line.split()
    return _SENTENCE.fullmatch(line) is not None and words[0].lower() not in _BEGINNINGS
