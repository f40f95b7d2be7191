"""Says at once, in plain words, that something can not be had here: no network, no threads, no such module.

What is absent, and the words, stand in src/shared/python/absent.json. Guest code can undo all of this: it takes nothing
away that is not refused anyway.
"""

from __future__ import annotations

import errno
import functools
import io
import os
import re
import sys
from typing import Any, cast

from ....shared.python.after_import import AfterImport
from ....shared.python.code.pip_arguments import requirements_in
from .absent_in_graphics import ABSENT_IN_PICTURES
from .absent_messages import MODULES as _MODULES
from .absent_messages import NO_BUILD as _NO_BUILD
from .absent_messages import OTHER_SERVICES as _OTHER_SERVICES
from .absent_messages import REMOVED as _REMOVED
from .absent_messages import sentence

# `test` is missing in that set.
_STANDARD = sys.stdlib_module_names | {"test"}

# Any: it is private, and there is no other way to know who asks.
_sys: Any = sys
_getframe = _sys._getframe
_ModuleNotFoundError = ModuleNotFoundError

_IMPORT_SYSTEM = "<frozen importlib._bootstrap>"
_MAX_FRAMES = 20
_SHOWN_COMMAND = 200
# What scripts do to the window that they expect to run in.
_CONSOLE_COMMANDS = frozenset(("clear", "cls", "reset", "pause", "title", "color", "chcp"))
_SHELL_OPERATOR = re.compile(r"&+|\|+|;")
_PIP = re.compile(r"(?:^|/)(?:pip[\d.]*|uv|conda|mamba)$")


def about_module(module: str) -> str | None:
    """Why a module can't be imported that nothing provides; None for one that nothing is known of."""
    if module in _MODULES:
        return sentence(_MODULES[module], module)
    if module in _OTHER_SERVICES:
        return sentence("other-service", module, _OTHER_SERVICES[module])
    top, dot, _ = module.partition(".")
    if dot:
        # What it belongs to is there: only this part of it is not.
        return None
    if top in _NO_BUILD:
        return sentence("no-build", top, _NO_BUILD[top])
    if top in _REMOVED:
        return sentence("removed", top, _REMOVED[top])
    return sentence("standard-library", top) if top in _STANDARD else None


class _AbsentModules:
    """The last finder: gives the reason when an import is about to fail. Whoever only asks for a spec gets none."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if not _is_import(_getframe(1)):
            return
        # The name that was asked for says more than the folder that is looked for first.
        reason = about_module(imported_name(name)) or about_module(name)
        if reason is not None:
            raise _ModuleNotFoundError(f"No module named {name!r}; {reason}", name=name)


def imported_name(name: str) -> str:
    """`a.b` where `a` is looked for since `a.b.c` is imported; `name` itself otherwise."""
    asked, frame = name, _getframe(1)
    for _ in range(_MAX_FRAMES):
        frame = frame.f_back
        if frame is None:
            break
        if frame.f_code.co_name == "_find_and_load_unlocked" and frame.f_code.co_filename == _IMPORT_SYSTEM:
            outer = frame.f_locals.get("name")
            if type(outer) is str and outer.startswith(f"{name}."):
                asked = outer
    return ".".join(asked.split(".")[:2])


def _is_import(frame: Any) -> bool:
    """Whether a finder was called by the import system, which first asks its `_find_spec`."""
    outer = frame.f_back
    return (
        outer is not None
        and outer.f_code.co_name == "_find_and_load_unlocked"
        and outer.f_code.co_filename == _IMPORT_SYSTEM
    )


def _no_threads(threading: Any) -> None:
    def start_joinable_thread(*args: Any, **options: Any) -> None:
        # The first words are CPython's: some libraries look for them.
        raise RuntimeError(f"can't start new thread: {sentence('threads')}")

    threading._start_joinable_thread = start_joinable_thread


def _no_network(socket: Any) -> None:
    text = sentence("network")

    def resolve(*args: Any, **options: Any) -> None:
        raise socket.gaierror(socket.EAI_FAIL, text)

    def refuse(*args: Any, **options: Any) -> None:
        raise OSError(errno.ENETUNREACH, text)

    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo"):
        setattr(socket, name, resolve)
    # No socket can be made, so the methods of one need no errors of their own.
    socket.socket.__init__ = socket.socketpair = refuse


def _no_programs(subprocess: Any) -> None:
    @functools.wraps(subprocess.Popen.__init__)
    def refuse(process: Any, args: Any, *rest: Any, **options: Any) -> None:
        _refuse_command(args)
        # Nothing is left to do, and it went well.
        process.args, process.pid, process.returncode = args, 0, 0
        process.stdin = process.stdout = process.stderr = None
        process._communication_started = False
        process._input = None

    # What its destructor asks for.
    subprocess.Popen._child_created = False
    subprocess.Popen.__init__ = refuse


def _no_subprocesses(base_events: Any) -> None:
    async def refuse(loop: Any, protocol: Any, args: Any, *rest: Any, **options: Any) -> None:
        _refuse_command(args)
        # What would be done there is done already; but nothing could be read of it.
        raise OSError(errno.ENOTSUP, sentence("programs"))

    base_events.BaseEventLoop._make_subprocess_transport = refuse


def _no_shell() -> None:
    def system(command: Any) -> int:
        _refuse_command(command)
        return 0

    def popen(command: Any, *args: Any, **options: Any) -> Any:
        _refuse_command(command)
        return io.StringIO()

    def fork() -> int:
        raise OSError(errno.ENOTSUP, sentence("processes"))

    os.system, os.popen = system, popen
    for name in ("fork", "forkpty"):
        setattr(os, name, fork)


def _refuse_command(args: Any) -> None:
    """Raises OSError; not for what changes a console only, nor for the installation of packages that are there, since
    they come before the code runs.
    """
    is_split = isinstance(args, (list, tuple))
    words = [str(word) for word in cast("list[Any]", args)] if is_split else str(args).split()
    if not words or _is_of_console(" ".join(words)):
        return
    command = " ".join(words)[:_SHOWN_COMMAND]
    if "install" not in words or not any(_PIP.search(word) for word in words[: words.index("install")]):
        raise OSError(errno.ENOTSUP, f"{sentence('programs')} ({command})")
    requirements = requirements_in(words[words.index("install") + 1 :])
    wanted = [requirement for requirement, _ in requirements]
    missing = [requirement for requirement, name in requirements if not _is_installed(name)]
    if missing or not wanted:
        raise OSError(errno.ENOTSUP, f"{sentence('pip')} (not installed: {', '.join(missing)})")
    sys.stdout.write(f"Installed before the code ran: {', '.join(wanted)}\n")


def _is_of_console(command: str) -> bool:
    """Whether all commands in it are."""
    parts = _SHELL_OPERATOR.split(command[:_SHOWN_COMMAND])
    return all(part.split()[:1] and part.split()[0].lower() in _CONSOLE_COMMANDS for part in parts)


def _is_installed(name: str) -> bool:
    from importlib import metadata

    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _no_processes(context: Any) -> None:
    def refuse(*args: Any, **options: Any) -> None:
        raise OSError(errno.ENOTSUP, sentence("processes"))

    for name in ("Pool", "Manager", "Lock", "RLock", "Queue", "SimpleQueue", "JoinableQueue", "Semaphore", "Event"):
        setattr(context.BaseContext, name, refuse)
    for name in ("Condition", "Barrier", "BoundedSemaphore", "Value", "Array", "Pipe"):
        setattr(context.BaseContext, name, refuse)


def _no_process(process: Any) -> None:
    def start(*args: Any, **options: Any) -> None:
        raise OSError(errno.ENOTSUP, sentence("processes"))

    process.BaseProcess.start = start


def _no_process_pools(module: Any) -> None:
    def refuse(*args: Any, **options: Any) -> None:
        raise NotImplementedError(sentence("processes"))

    module.ProcessPoolExecutor.__init__ = refuse


def _no_browser(webbrowser: Any) -> None:
    def open_page(url: Any, *args: Any, **options: Any) -> bool:
        sys.stderr.write(f"{sentence('browser')} ({str(url)[:_SHOWN_COMMAND]})\n")
        return False

    def get(*args: Any, **options: Any) -> None:
        raise webbrowser.Error(sentence("browser"))

    for name in ("open", "open_new", "open_new_tab"):
        setattr(webbrowser, name, open_page)
    webbrowser.get = get


def _no_alarms(signal: Any) -> None:
    """They are passed over: whoever sets one would rather not hear of it."""
    told = False

    def say(seconds: float) -> None:
        nonlocal told
        if seconds and not told:
            told = True
            sys.stderr.write(f"{sentence('alarms')}\n")

    def alarm(seconds: int, /) -> int:
        say(seconds)
        return 0

    def setitimer(which: int, seconds: float, interval: float = 0.0, /) -> tuple[float, float]:
        say(seconds)
        return 0.0, 0.0

    # This build has neither.
    signal.alarm, signal.setitimer = alarm, setitimer


def _no_locales(locale: Any) -> None:
    """Emscripten takes any name, and formats as ever."""
    set_locale = locale.setlocale

    @functools.wraps(set_locale)
    def setlocale(category: Any, wanted: Any = None) -> Any:
        if isinstance(wanted, (tuple, list)):
            wanted = locale.normalize(locale._build_localename(wanted))
        if isinstance(wanted, str) and wanted.partition(".")[0] not in ("", "C", "POSIX"):
            raise locale.Error(f"unsupported locale setting ({wanted[:_SHOWN_COMMAND]}): {sentence('locales')}")
        return set_locale(category, wanted)

    locale.setlocale = setlocale


def _no_libraries(ctypes: Any) -> None:
    """Emscripten looks for them over the network, and says so."""
    load = ctypes.CDLL._load_library

    @functools.wraps(load)
    def load_library(library: Any, name: Any, *args: Any, **options: Any) -> Any:
        try:
            return load(library, name, *args, **options)
        except OSError:
            if isinstance(name, str) and os.path.exists(name):
                raise
            raise OSError(f"{sentence('libraries')} ({name})") from None

    ctypes.CDLL._load_library = load_library

    def absent(name: str) -> Any:
        if name in ("windll", "oledll", "WinDLL", "OleDLL", "WinError", "FormatError"):
            raise AttributeError(f"module 'ctypes' has no attribute {name!r}: {sentence('libraries')}")
        raise AttributeError(f"module 'ctypes' has no attribute {name!r}")

    ctypes.__getattr__ = absent


def _no_thread_pools(threadpoolctl: Any) -> None:
    """Which it looks for among the loaded libraries, and warns that it can not: there are none."""

    def find_none(controller: Any) -> None:
        pass

    threadpoolctl.ThreadpoolController._find_libraries_with_dl_iterate_phdr = find_none


def _without_files_of_code(dotenv: Any) -> None:
    """It looks beside the file of whoever calls it, and the code of a run is in none: let it look where code runs."""
    find = dotenv.find_dotenv

    @functools.wraps(find)
    def find_dotenv(filename: str = ".env", raise_error_if_not_found: bool = False, usecwd: bool = True) -> str:
        return find(filename, raise_error_if_not_found, True)

    dotenv.find_dotenv = find_dotenv


def install_absent_features(after_import: AfterImport) -> None:
    """Once per interpreter, when all finders are there."""
    sys.meta_path.append(_AbsentModules())
    _no_shell()
    for name, attend in (
        ("threading", _no_threads),
        ("socket", _no_network),
        ("subprocess", _no_programs),
        ("asyncio.base_events", _no_subprocesses),
        ("multiprocessing.context", _no_processes),
        ("multiprocessing.process", _no_process),
        ("concurrent.futures.process", _no_process_pools),
        ("webbrowser", _no_browser),
        ("signal", _no_alarms),
        ("locale", _no_locales),
        ("ctypes", _no_libraries),
        ("dotenv.main", _without_files_of_code),
        ("threadpoolctl", _no_thread_pools),
        *ABSENT_IN_PICTURES,
    ):
        after_import.call(name, attend)
