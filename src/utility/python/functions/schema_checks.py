"""Checks plain data against a JSON Schema, in the words of pydantic.

Only what can be said well of a value before its call leaves: the app checks all of it again.
"""

# What is checked, and what it is checked against, is data of any form.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

_MAX_PROBLEMS = 20
_MAX_DEPTH = 64
_MAX_REFERENCES = 16
_MAX_SHOWN = 60


class Problem(NamedTuple):
    path: str
    message: str
    kind: str
    value: Any

    def text(self) -> str:
        shown = repr(self.value)
        if len(shown) > _MAX_SHOWN:
            shown = f"{shown[:_MAX_SHOWN]}…"
        details = f"[type={self.kind}, input_value={shown}, input_type={type(self.value).__name__}]"
        return f"{self.path}\n  {self.message} {details}"


def _is_int(value: Any) -> bool:
    return type(value) is int or (type(value) is float and value.is_integer())


_TYPES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "string": (lambda value: type(value) is str, "string"),
    "integer": (_is_int, "integer"),
    "number": (lambda value: type(value) is int or type(value) is float, "number"),
    "boolean": (lambda value: type(value) is bool, "boolean"),
    "array": (lambda value: type(value) is list, "list"),
    "object": (lambda value: type(value) is dict, "dictionary"),
    "null": (lambda value: value is None, "None"),
}

_BOUNDS: tuple[tuple[str, Callable[[Any, Any], bool], str, str], ...] = (
    ("minimum", lambda value, bound: value >= bound, "Input should be greater than or equal to", "greater_than_equal"),
    ("maximum", lambda value, bound: value <= bound, "Input should be less than or equal to", "less_than_equal"),
    ("exclusiveMinimum", lambda value, bound: value > bound, "Input should be greater than", "greater_than"),
    ("exclusiveMaximum", lambda value, bound: value < bound, "Input should be less than", "less_than"),
)


class _Checker:
    def __init__(self, root: Any) -> None:
        self._root = root
        self.problems: list[Problem] = []

    def _add(self, path: str, message: str, kind: str, value: Any) -> None:
        self.problems.append(Problem(path, message, kind, value))

    def check(self, value: Any, schema: Any, path: str, depth: int = 0) -> None:
        schema = self._resolve(schema)
        if len(self.problems) >= _MAX_PROBLEMS or depth > _MAX_DEPTH or type(schema) is not dict:
            return
        if "const" in schema and value != schema["const"]:
            self._add(path, f"Input should be {schema['const']!r}", "literal_error", value)
            return
        choices = schema.get("enum")
        if type(choices) is list and value not in choices:
            listed = " or ".join(repr(choice) for choice in choices[:10])
            self._add(path, f"Input should be {listed}", "literal_error", value)
            return
        for name in ("anyOf", "oneOf"):
            if type(schema.get(name)) is list:
                self._check_union(value, schema[name], path, depth)
                return
        for part in schema.get("allOf") or ():
            self.check(value, part, path, depth + 1)
        if self._check_type(value, schema.get("type"), path):
            self._check_content(value, schema, path, depth)

    def _resolve(self, schema: Any) -> Any:
        for _ in range(_MAX_REFERENCES):
            reference = schema.get("$ref") if type(schema) is dict else None
            if type(reference) is not str or not reference.startswith("#"):
                return schema
            schema = self._root
            for key in reference[1:].split("/")[1:]:
                name = key.replace("~1", "/").replace("~0", "~")
                schema = schema.get(name) if type(schema) is dict else None
        return None

    def _check_union(self, value: Any, options: list[Any], path: str, depth: int) -> None:
        closest: list[Problem] | None = None
        for option in options:
            checker = _Checker(self._root)
            checker.check(value, option, path, depth + 1)
            if not checker.problems:
                return
            # What is wrong further inside says more than that the whole is of another type.
            if closest is None or len(checker.problems[0].path) > len(closest[0].path):
                closest = checker.problems
        self.problems.extend(closest or ())

    def _check_type(self, value: Any, types: Any, path: str) -> bool:
        named = types if type(types) is list else [types]
        known = [_TYPES[name] for name in named if type(name) is str and name in _TYPES]
        if not known or any(fits(value) for fits, _ in known):
            return True
        word = known[0][1]
        kind = {"dictionary": "dict_type", "integer": "int_type", "boolean": "bool_type"}.get(word, f"{word}_type")
        words = " or ".join(word for _, word in known)
        valid = "None" if word == "None" and len(known) == 1 else f"a valid {words}"
        self._add(path, f"Input should be {valid}", kind.lower(), value)
        return False

    def _check_content(self, value: Any, schema: dict[str, Any], path: str, depth: int) -> None:
        if type(value) is str:
            self._check_length(len(value), schema, "Length", "String", "characters", path, value)
        elif type(value) is list:
            self._check_length(len(value), schema, "Items", "List", "items", path, value)
            first = schema.get("prefixItems") or []
            for index, item in enumerate(value):
                part = first[index] if index < len(first) else schema.get("items")
                self.check(item, part, f"{path}.{index}", depth + 1)
        elif type(value) is dict:
            self._check_fields(value, schema, path, depth)
        elif type(value) in (int, float):
            for name, holds, words, kind in _BOUNDS:
                bound = schema.get(name)
                if type(bound) in (int, float) and not holds(value, bound):
                    self._add(path, f"{words} {bound}", kind, value)

    def _check_length(
        self, length: int, schema: dict[str, Any], what: str, noun: str, unit: str, path: str, value: Any
    ) -> None:
        least, most = schema.get(f"min{what}"), schema.get(f"max{what}")
        if type(least) is int and length < least:
            self._add(path, f"{noun} should have at least {least} {unit}", f"{noun.lower()}_too_short", value)
        if type(most) is int and length > most:
            self._add(path, f"{noun} should have at most {most} {unit}", f"{noun.lower()}_too_long", value)

    def _check_fields(self, value: dict[str, Any], schema: dict[str, Any], path: str, depth: int) -> None:
        fields = schema.get("properties") or {}
        others = schema.get("additionalProperties")
        for name in schema.get("required") or ():
            if name not in value and "default" not in (fields.get(name) or {}):
                self._add(f"{path}.{name}" if path else name, "Field required", "missing", value)
        for name, item in value.items():
            inner = f"{path}.{name}" if path else name
            if name in fields:
                self.check(item, fields[name], inner, depth + 1)
            elif others is False and not schema.get("patternProperties"):
                self._add(inner, "Extra inputs are not permitted", "extra_forbidden", item)
            elif type(others) is dict:
                self.check(item, others, inner, depth + 1)


def problems_of(value: Any, schema: Any) -> list[Problem]:
    """What is wrong with plain data; empty when nothing is."""
    checker = _Checker(schema)
    checker.check(value, schema, "")
    return checker.problems[:_MAX_PROBLEMS]


def accepts_none(schema: Any, root: Any) -> bool:
    """Whether a schema, which refers to parts of `root`, takes None."""
    checker = _Checker(root)
    checker.check(None, schema, "")
    return not checker.problems
