"""What to say of names that Python and well-known packages had once: what took their place."""

from __future__ import annotations

import re

# By the module, and by the name in it, as errors have them.
_OF_MODULES = {
    "ast": {"Num": "ast.Constant", "Str": "ast.Constant", "NameConstant": "ast.Constant"},
    "asyncio": {"async": "asyncio.ensure_future", "coroutine": "async def", "get_event_loop": "asyncio.run"},
    "base64": {"decodestring": "base64.decodebytes", "encodestring": "base64.encodebytes"},
    "collections": {
        name: f"collections.abc.{name}"
        for name in (
            "Callable",
            "Container",
            "Hashable",
            "ItemsView",
            "Iterable",
            "Iterator",
            "KeysView",
            "Mapping",
            "MutableMapping",
            "MutableSequence",
            "MutableSet",
            "Sequence",
            "Set",
            "Sized",
            "ValuesView",
        )
    },
    "fractions": {"gcd": "math.gcd"},
    "inspect": {"getargspec": "inspect.getfullargspec", "formatargspec": "inspect.signature"},
    "itertools": {"ifilter": "filter", "imap": "map", "izip": "zip", "izip_longest": "itertools.zip_longest"},
    "locale": {"format": "locale.format_string"},
    "matplotlib.cm": {"get_cmap": "matplotlib.colormaps[name]"},
    "numpy": {"in1d": "np.isin", "product": "np.prod", "row_stack": "np.vstack", "trapz": "np.trapezoid"},
    "os": {"errno": "the module errno", "getcwdu": "os.getcwd"},
    "pandas": {
        "Float64Index": "pd.Index",
        "Int64Index": "pd.Index",
        "Panel": "a data frame with a MultiIndex",
        "TimeGrouper": "pd.Grouper",
        "datetime": "the module datetime",
        "np": "import numpy as np",
        "rolling_mean": ".rolling(n).mean()",
    },
    "PIL.Image": {"ANTIALIAS": "Image.LANCZOS"},
    "platform": {"dist": "platform.freedesktop_os_release", "linux_distribution": "platform.freedesktop_os_release"},
    "scipy.integrate": {"cumtrapz": "cumulative_trapezoid", "simps": "simpson", "trapz": "trapezoid"},
    "sklearn": {
        "cross_validation": "sklearn.model_selection",
        "grid_search": "sklearn.model_selection",
        "learning_curve": "sklearn.model_selection",
    },
    "sklearn.externals": {"joblib": "import joblib", "six": "import six"},
    "sklearn.metrics": {"plot_confusion_matrix": "ConfusionMatrixDisplay.from_estimator"},
    "sklearn.preprocessing": {"Imputer": "sklearn.impute.SimpleImputer"},
    "string": {
        "join": "separator.join(parts)",
        "letters": "string.ascii_letters",
        "lowercase": "string.ascii_lowercase",
        "maketrans": "str.maketrans",
        "uppercase": "string.ascii_uppercase",
    },
    "sys": {"maxint": "sys.maxsize"},
    "time": {"clock": "time.perf_counter"},
}
# By the package that the type is of, and by the type.
_OF_TYPES = {
    ("builtins", "dict"): {
        "has_key": "key in mapping",
        "iteritems": "items",
        "iterkeys": "keys",
        "itervalues": "values",
    },
    ("networkx", "Graph"): {"edge": "edges", "node": "nodes"},
    ("networkx", "DiGraph"): {"edge": "edges", "node": "nodes"},
    ("pandas", "DataFrame"): {
        "append": "pd.concat([frame, other])",
        "applymap": "map",
        "as_matrix": "to_numpy",
        "iteritems": "items",
        "ix": ".loc or .iloc",
        "sort": "sort_values",
    },
    ("pandas", "Series"): {
        "append": "pd.concat([series, other])",
        "as_matrix": "to_numpy",
        "iteritems": "items",
        "ix": ".loc or .iloc",
        "order": "sort_values",
        "sort": "sort_values",
    },
    ("PIL", "FreeTypeFont"): {"getsize": "getbbox"},
    ("PIL", "ImageDraw"): {"textsize": "textbbox"},
}
_MESSAGES = (
    re.compile(r"module '([\w.]+)' has no attribute '(\w+)'"),
    re.compile(r"cannot import name '(\w+)' from '([\w.]+)' \("),
    re.compile(r"No module named '([\w.]+)\.(\w+)'"),
)
_ATTRIBUTE = re.compile(r"'(\w+)' object has no attribute '(\w+)'")
# Matplotlib has its old styles under another name.
_STYLE = re.compile(r"'seaborn((?:-[a-z]+)*)' is not a valid package style")
_NO_LOOP = "There is no current event loop in thread 'MainThread'."
_LOOKED_AT = 400


def about_removed_name(error: BaseException) -> str | None:
    """None for other errors, and for names that were never there."""
    message = error.args[0] if error.args else None
    if type(message) is not str:
        return None
    message = message[:_LOOKED_AT]
    kind = type(error)
    if kind is AttributeError:
        return _of_type(error, message) or _of_module(_MESSAGES[0].fullmatch(message))
    if kind is ModuleNotFoundError:
        return _of_module(_MESSAGES[2].fullmatch(message))
    if kind is ImportError:
        return _of_module(_MESSAGES[1].match(message), is_import=True)
    if kind is RuntimeError and message == _NO_LOOP:
        return _in_words("asyncio.get_event_loop() without a loop", "asyncio.run(main())")
    style = _STYLE.match(message) if kind is OSError else None
    return None if style is None else _in_words(f"the style seaborn{style[1]}", f'"seaborn-v0_8{style[1]}"')


def _of_module(found: re.Match[str] | None, is_import: bool = False) -> str | None:
    if found is None:
        return None
    name, module = (found[1], found[2]) if is_import else (found[2], found[1])
    meant = _OF_MODULES.get(module, {}).get(name)
    return None if meant is None else _in_words(f"{module}.{name}", meant)


def _of_type(error: BaseException, message: str) -> str | None:
    found = _ATTRIBUTE.fullmatch(message)
    if found is None:
        return None
    # A class of the code's own may have the same name.
    package = type(getattr(error, "obj", None)).__module__
    if type(package) is not str:
        return None
    meant = _OF_TYPES.get((package.partition(".")[0], found[1]), {}).get(found[2])
    return None if meant is None else _in_words(f"{found[1]}.{found[2]}", meant)


def _in_words(name: str, meant: str) -> str:
    return f"{name} is of older versions; what has taken its place: {meant}"
