"""What to say of a name that is not defined: what people mean by it."""

from __future__ import annotations

import re

from ..code.other_languages import LOOKS_LIKE_NAMES, looks_like, said_of

_NAME = re.compile(r"name '(\w+)' is not defined")

# What these names stand for wherever people write them.
_SHORT = {
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "plt": "import matplotlib.pyplot as plt",
    "mpl": "import matplotlib as mpl",
    "sns": "import seaborn as sns",
    "px": "import plotly.express as px",
    "nx": "import networkx as nx",
    "tqdm": "from tqdm import tqdm",
}
_FROM = {
    "collections": ("Counter", "defaultdict", "deque", "namedtuple", "OrderedDict"),
    "dataclasses": ("dataclass",),
    "datetime": ("timedelta", "timezone"),
    "decimal": ("Decimal",),
    "enum": ("Enum", "IntEnum", "StrEnum"),
    "fractions": ("Fraction",),
    "functools": ("lru_cache", "reduce", "wraps"),
    "io": ("BytesIO", "StringIO"),
    "itertools": ("combinations", "permutations"),
    "pathlib": ("Path",),
    "abc": ("ABC", "abstractmethod"),
    "typing": ("Any", "Callable", "Dict", "Iterable", "List", "Optional", "Tuple", "Union"),
    "zoneinfo": ("ZoneInfo",),
}
_IMPORTS = {**_SHORT, **{name: f"from {module} import {name}" for module, names in _FROM.items() for name in names}}

_OF_PYTHON_2 = {
    "xrange": "range",
    "raw_input": "input",
    "unicode": "str",
    "basestring": "str",
    "unichr": "chr",
    "execfile": "exec(open(name).read())",
    "reload": "importlib.reload",
}
# What IPython keeps values and code under.
_OF_NOTEBOOKS = ("_", "__", "___", "In", "Out")
_ELSEWHERE = {"null": "None", "nil": "None", "undefined": "None", "NULL": "None", "true": "True", "false": "False"}


def about_name(error: BaseException, code: str) -> str | None:
    """None for other errors, and for names of the code's own. `code` is the run's."""
    if not issubclass(type(error), NameError) or issubclass(type(error), UnboundLocalError):
        return None
    found = _NAME.match(str(error.args[0])) if error.args else None
    if found is None:
        return None
    name = found[1]
    language = looks_like(code)
    # Python can read such lines, as it can `cd /tmp`.
    if language in LOOKS_LIKE_NAMES and re.search(rf"^[^\S\n]*{name}\b", code, re.MULTILINE) is not None:
        return said_of(language)
    if name in _IMPORTS:
        return f"it is not imported: {_IMPORTS[name]}"
    if name in _OF_PYTHON_2:
        return f"{name} is of Python 2: {_OF_PYTHON_2[name]} is what Python 3 has for it"
    if name in _OF_NOTEBOOKS:
        return "IPython keeps earlier values there, and here nothing does: give the value a name of your own"
    return f"Python has {_ELSEWHERE[name]} for it" if name in _ELSEWHERE else None
