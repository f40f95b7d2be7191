"""The module `host`: functions of the app's that code may call, for one run at a time.

A call goes to the app and blocks until it has answered. Guest code can reach and change all of this: it can say to the
app what it could say by calling, and the app checks all of it again.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
import types
from collections.abc import Callable
from typing import Any

from ..device import Device
from .arrow_frames import FrameError, NoArrowError, read_frames, write_frame
from .plain_data import PlainDataError, plain_data, plain_json
from .schema_checks import Problem, accepts_none, problems_of

_modules = sys.modules
_loads = json.loads
_NAME = "host"
_ASYNC = "host.aio"
_DOC = "Functions of the app that runs this code."
# Calls that are larger together are made one after the other.
_TOGETHER_BYTES = 64 * 1024


class FunctionError(Exception):
    """A function of the app's failed; its message is the function's own."""

    __module__ = _NAME


class CallDeniedError(FunctionError):
    """The app did not let the call through."""

    __module__ = _NAME


class CallLimitError(FunctionError):
    """There were too many calls, or too much in one."""

    __module__ = _NAME


class ValidationError(FunctionError, ValueError):
    """The arguments are not what the function takes. Nothing was called."""

    __module__ = _NAME


_ERRORS: dict[str, type[FunctionError]] = {
    "failed": FunctionError,
    "denied": CallDeniedError,
    "limit": CallLimitError,
    "invalid": ValidationError,
}


class _Unset:
    """The default of what may be left out."""

    def __repr__(self) -> str:
        return "..."


class _Type:
    """An annotation: what the stubs call it."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


_UNSET = _Unset()


class _Described:
    """A function as the app has described it (`FunctionSet` in function-set.ts)."""

    def __init__(self, parts: dict[str, Any]) -> None:
        self.name: str = parts["name"]
        self.doc: str = parts["doc"]
        self.schema: dict[str, Any] = parts["schema"]
        # Arguments that may be data frames; None where these cross as records.
        self.frames: list[str] | None = parts.get("frames")
        self._keys = {one["name"]: one["key"] for one in parts["parameters"]}
        self._others: bool = parts["others"]
        self._optional = frozenset(one["name"] for one in parts["parameters"] if not one["required"])
        self.signature = self._signature(parts)

    def _signature(self, parts: dict[str, Any]) -> inspect.Signature:
        parameters = [
            inspect.Parameter(
                one["name"],
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=inspect.Parameter.empty if one["required"] else one.get("default", _UNSET),
                annotation=_Type(one["type"]),
            )
            for one in parts["parameters"]
        ]
        if self._others:
            name = "others"
            while name in self._keys:
                name += "_"
            parameters.append(inspect.Parameter(name, inspect.Parameter.VAR_KEYWORD, annotation=_Type("Any")))
        return inspect.Signature(parameters, return_annotation=_Type(parts["returns"]))

    def arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """What was given, by the keys of the schema. Raises TypeError as any Python function does."""
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{self.name}() {error}") from None
        given: dict[str, Any] = {}
        for name, value in bound.arguments.items():
            if name not in self._keys:
                given.update(value)
            elif value is _UNSET or (value is None and self._is_left_out(name)):
                continue
            else:
                given[self._keys[name]] = value
        return given

    def _is_left_out(self, name: str) -> bool:
        """Whether None for that parameter can only mean that it is not given."""
        fields: dict[str, Any] = self.schema.get("properties") or {}
        return name in self._optional and not accepts_none(fields.get(self._keys[name]), self.schema)


class _Calls:
    """Makes the calls of the run under way, also by functions that an earlier one has imported."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._limits = {"calls": 0, "bytes": 0, "depth": 0, "together": 1}
        self._left = 0
        # Awaited calls that the next turn of their loop is going to make.
        self._awaited: dict[asyncio.AbstractEventLoop, list[tuple[bytes, asyncio.Future[Any]]]] = {}

    def begin_run(self, limits: dict[str, int]) -> None:
        self._limits = limits
        self._left = limits["calls"]
        self._awaited = {}

    def call(self, function: _Described, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return _result_of(function, self._ask(self._prepared(function, args, kwargs)))

    async def call_soon(self, function: _Described, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call it together with what else is awaited by then."""
        call = self._prepared(function, args, kwargs)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            # Driven by hand: nothing else can be awaited meanwhile.
            return _result_of(function, self._ask(call))
        answer: asyncio.Future[Any] = loop.create_future()
        waiting = self._awaited.get(loop)
        if waiting is None:
            waiting = self._awaited[loop] = []
            loop.call_soon(self._make_awaited, loop)
        waiting.append((call, answer))
        return _result_of(function, await answer)

    def _make_awaited(self, loop: asyncio.AbstractEventLoop) -> None:
        # Whoever has let go of a call by now has not made it.
        waiting = [one for one in self._awaited.pop(loop, []) if not one[1].done()]
        while waiting:
            count = size = 0
            for call, _ in waiting[: self._limits["together"]]:
                size += len(call)
                if count > 0 and size > _TOGETHER_BYTES:
                    break
                count += 1
            made, waiting = waiting[:count], waiting[count:]
            try:
                answers = self._ask_together([call for call, _ in made])
            except FunctionError as error:
                for _, future in made:
                    future.set_exception(error)
                continue
            except BaseException:
                # An interrupt: what waits for the others is over, too.
                for _, future in (*made, *waiting):
                    future.cancel()
                raise
            for (_, future), answer in zip(made, answers, strict=True):
                future.set_result(answer)

    def _prepared(self, function: _Described, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
        """The call as JSON. Raises what is wrong with it."""
        given = function.arguments(args, kwargs)
        for name in function.frames or ():
            if name in given:
                given[name] = _framed(function, name, given[name])
        try:
            plain = plain_data(given, self._limits["bytes"], self._limits["depth"])
        except PlainDataError as error:
            if error.kind == "too_large":
                raise CallLimitError(f"{function.name}: {self._too_large()}") from None
            raise _invalid(
                function.name, [Problem(error.path, str(error), error.kind, _at(given, error.path))]
            ) from None
        if problems := problems_of(plain, function.schema):
            raise _invalid(function.name, problems)
        call = plain_json({"name": function.name, "arguments": plain})
        if len(call) > self._limits["bytes"]:
            raise CallLimitError(f"{function.name}: {self._too_large()}")
        if self._left == 0:
            raise CallLimitError(f"one run can make {self._limits['calls']} calls, and has made them")
        self._left -= 1
        return call

    def _too_large(self) -> str:
        return f"the arguments are larger than {self._limits['bytes']} bytes; pass less, or in several calls"

    def _ask(self, call: bytes) -> Any:
        try:
            return _loads(self._device.call(call))
        except OSError:
            raise FunctionError("the app can't be called: this run was given no functions, or has ended") from None

    def _ask_together(self, calls: list[bytes]) -> list[Any]:
        if len(calls) == 1:
            return [self._ask(calls[0])]
        answer = self._ask(b'{"calls":[' + b",".join(calls) + b"]}")
        # One that the app can't read spoils the others: then none was made, and each gets an answer of its own.
        return answer["answers"] if "answers" in answer else [self._ask(call) for call in calls]


def _value_of(answer: Any) -> Any:
    if "error" in answer:
        raise _ERRORS.get(answer["error"], FunctionError)(answer["message"])
    return answer["value"]


def _result_of(function: _Described, answer: Any) -> Any:
    value = _value_of(answer)
    if function.frames is None:
        return value
    try:
        return read_frames(value)
    except NoArrowError:
        raise _no_arrow(function) from None
    except FrameError as error:
        raise FunctionError(f"{function.name}: its result is no data frame: {error}") from None


def _framed(function: _Described, name: str, value: Any) -> Any:
    """A data frame as it crosses; other values as they are."""
    try:
        return write_frame(value)
    except NoArrowError:
        raise _no_arrow(function) from None
    except FrameError as error:
        raise _invalid(function.name, [Problem(name, f"Input has no form in Arrow: {error}", "arrow", value)]) from None


def _no_arrow(function: _Described) -> FunctionError:
    return FunctionError(
        f"{function.name}: its tables cross as Arrow, which needs the package pyarrow; "
        "write `import pyarrow` into the code"
    )


def _is_dict(value: object) -> bool:
    return type(value) is dict


def _at(value: Any, path: str) -> Any:
    """What the path leads to, as far as it can be followed."""
    for key in path.split("."):
        try:
            value = value[key if _is_dict(value) else int(key)]
        except Exception:
            return value
    return value


def _invalid(name: str, problems: list[Problem]) -> ValidationError:
    count = f"{len(problems)} validation error{'' if len(problems) == 1 else 's'}"
    return ValidationError("\n".join((f"{count} for {name}", *(problem.text() for problem in problems))))


class HostFunctions:
    """Puts the functions of each run where code imports them from."""

    def __init__(self, device: Device) -> None:
        self._calls = _Calls(device)
        self._placed: dict[str, types.ModuleType] = {}

    def begin_run(self, text: str | None) -> None:
        """`text` is JSON (see `FunctionSet.facts`); None when the run was given none."""
        for name, module in self._placed.items():
            if _modules.get(name) is module:
                del _modules[name]
        self._placed = {}
        if text is None:
            return
        parts = _loads(text)
        calls = self._calls
        calls.begin_run(parts["limits"])
        for name in (_NAME, _ASYNC):
            module = self._module(name)
            for error in (*_ERRORS.values(),):
                setattr(module, error.__name__, error)
        for described in parts["functions"]:
            function = _Described(described)
            self._place(_NAME, function, _synchronous(calls, function))
            self._place(_ASYNC, function, _awaitable(calls, function))
        _modules.update(self._placed)

    def _place(self, root: str, function: _Described, callee: Callable[..., Any]) -> None:
        space, _, name = function.name.rpartition(".")
        module = self._module(f"{root}.{space}" if space else root)
        callee.__name__ = callee.__qualname__ = name
        callee.__module__ = module.__name__
        callee.__doc__ = function.doc or None
        callee.__signature__ = function.signature
        setattr(module, name, callee)

    def _module(self, name: str) -> types.ModuleType:
        """The module of that name, in the one that it belongs to."""
        module = self._placed.get(name)
        if module is None:
            module = self._placed[name] = types.ModuleType(name, _DOC)
            # Modules may be in it.
            module.__path__ = []
            parent, _, last = name.rpartition(".")
            if parent:
                setattr(self._module(parent), last, module)
        return module


def _synchronous(calls: _Calls, function: _Described) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        return calls.call(function, args, kwargs)

    return call


def _awaitable(calls: _Calls, function: _Described) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> Any:
        return await calls.call_soon(function, args, kwargs)

    return call
