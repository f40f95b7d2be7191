"""Imports packages and tries them, in interpreters that no guest enters: before a snapshot of one is made, and in one
that was made from the snapshot. What is found must be the same, or the snapshot is not used.

Nothing here depends on time, chance or the addresses of objects. It also makes what is used first be there.
"""

from __future__ import annotations

import gc
import hashlib
import io
import json
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _outcome(action: Callable[[], Any]) -> str:
    try:
        return repr(action())
    except Exception as error:
        return type(error).__name__


def _python() -> list[str]:
    import ctypes

    def deep(depth: int) -> int:
        return deep(depth + 1)

    def following(number: int) -> int:
        return number + 1

    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(following)
    return [_outcome(lambda: callback(41)), _outcome(lambda: deep(0)), repr(gc.collect() >= 0)]


def _numpy() -> list[str]:
    np = sys.modules["numpy"]
    matrix = np.random.RandomState(1).rand(40, 40)
    return [
        repr(np.round(np.linalg.svd(matrix)[1], 6).tolist()[:5]),
        repr(np.round(np.fft.rfft(matrix).real.sum(), 6)),
        repr(np.linalg.solve(matrix, np.ones(40)).round(4).sum()),
        _outcome(lambda: np.zeros(3) + np.zeros(4)),
        _outcome(lambda: np.linalg.inv(np.zeros((2, 2)))),
        repr(np.sort(np.array(["b", "a"])).tolist()),
    ]


def _pandas() -> list[str]:
    pd = sys.modules["pandas"]
    frame = pd.DataFrame({"k": list("abcab"), "v": range(5), "t": pd.date_range("2024-01-01", periods=5)})
    return [
        frame.groupby("k").agg({"v": ["sum", "mean"]}).to_json(),
        repr(len(frame.merge(frame, on="k"))),
        repr(frame.set_index("t").v.resample("2D").sum().tolist()),
        frame.to_csv(index=False),
        repr(pd.read_csv(io.StringIO("a;b\n1;x\n2;y"), sep=";").a.sum()),
        str(frame.describe()),
        repr(frame.query("v > 2").k.str.upper().tolist()),
        repr(frame.v.rolling(2).mean().tolist()[1:]),
        _outcome(lambda: pd.to_datetime("not a date")),
        frame.to_html()[:80],
    ]


def _matplotlib() -> list[str]:
    plt = sys.modules["matplotlib.pyplot"]
    found: list[str] = []
    figure, axes = plt.subplots(2, 2)
    axes[0, 0].plot([1, 3, 2], label="line")
    axes[0, 0].legend()
    axes[0, 1].hist([1, 1, 2], bins=2)
    axes[1, 0].imshow([[0, 1], [1, 0]])
    axes[1, 0].set_title(r"$\frac{a}{b}$")
    axes[1, 1].contourf([[0, 1, 2], [1, 2, 3], [2, 3, 5]])
    for kind in ("png", "svg"):
        buffer = io.BytesIO()
        figure.savefig(buffer, format=kind, metadata={"Date": None} if kind == "svg" else None)
        found.append(_digest(buffer.getvalue()) if kind == "png" else repr(len(buffer.getvalue()) > 5000))
    plt.close("all")
    from matplotlib import ft2font

    found.append(_outcome(lambda: ft2font.FT2Font("/no/such/font.ttf")))
    return found


def _pillow() -> list[str]:
    images = sys.modules["PIL.Image"]
    buffer = io.BytesIO()
    images.new("RGB", (64, 64), "red").save(buffer, "JPEG")
    cut = buffer.getvalue()[:300]
    return [
        repr(images.open(io.BytesIO(buffer.getvalue())).resize((9, 9)).getpixel((3, 3))),
        _outcome(lambda: images.open(io.BytesIO(cut)).load()),
    ]


def _lxml() -> list[str]:
    etree = sys.modules["lxml.etree"]
    tree = etree.fromstring("<a><b n='1'/><b n='2'/></a>")
    return [repr(tree.xpath("sum(//@n)")), _outcome(lambda: etree.fromstring("<a>"))]


def _scipy() -> list[str]:
    np = sys.modules["numpy"]
    from scipy import linalg, optimize

    def distance(point: Any) -> Any:
        return (point[0] - 2) ** 2

    matrix = np.random.RandomState(2).rand(12, 12)
    return [
        repr(float(np.round(abs(linalg.det(matrix)), 8))),
        repr(np.round(optimize.minimize(distance, [0.0]).x, 3).tolist()),
    ]


def _sklearn() -> list[str]:
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression

    data, target = load_iris(return_X_y=True)
    return [repr(LogisticRegression(max_iter=500).fit(data, target).score(data, target))]


# By the module that must have been imported.
_CHECKS: dict[str, Callable[[], list[str]]] = {
    "builtins": _python,
    "numpy": _numpy,
    "pandas": _pandas,
    "matplotlib.pyplot": _matplotlib,
    "PIL.Image": _pillow,
    "lxml.etree": _lxml,
    "scipy": _scipy,
    "sklearn": _sklearn,
}


def try_packages(modules: list[str]) -> str:
    """A JSON object of what was found, by module; the same wherever it is run."""
    # What Python compiles is written beside its source, where the host takes it from.
    sys.dont_write_bytecode = False
    for name in modules:
        try:
            import_module(name)
        except BaseException:
            # It may be the name of something in a module, or a module that has more in mind than being imported.
            continue
    sys.dont_write_bytecode = True
    found = {name: check() for name, check in _CHECKS.items() if name in sys.modules}
    found["modules"] = sorted(name for name in sys.modules if "." not in name and not name.startswith("_"))
    return json.dumps(found, sort_keys=True)
