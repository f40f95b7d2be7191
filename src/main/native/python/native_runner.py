"""Runs one piece of code in the user's own interpreter and writes down what came of it.

Started as `python -u native_runner.py FOLDER TEXT_LIMIT`. FOLDER holds `script.py` (the code), `workspace` (the
working directory) and `faults.txt`; the outcome (`GuestOutcome` as JSON) goes to `outcome.json` there. Nothing of our
own is ever printed. Works on Python 3.8 and newer.

The code can reach and change all of this: the runner is a convenience, never a boundary.
"""

import ast
import asyncio
import builtins
import faulthandler
import inspect
import json
import linecache
import mimetypes
import os
import signal
import stat
import sys
import traceback
import types

# Bounds of an outcome, as for the embedded runtime. Characters are Unicode code points.
MAX_JSON_CHARACTERS = 128 * 1024
MAX_JSON_VALUES = 50_000
MAX_JSON_DEPTH = 64
MAX_JSON_INT = 2**53 - 1
MAX_TRACEBACK_CHARACTERS = 64 * 1024
MAX_TRACEBACK_FRAMES = 1000
MAX_TYPE_CHARACTERS = 512
MAX_FILES = 1000
MAX_WALKED_ENTRIES = 10_000

FILENAME = "<script>"
LIFELINE = 3
F_SETSIG = 10  # fcntl has the name since Python 3.11 only.
OWN_FILENAME = inspect.currentframe().f_code.co_filename
COMPILE_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


class NotJson(Exception):
    """The value has no exact JSON form, or too large a one."""


def valid(text):
    """`text` with lone surrogates written out, so that it survives UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def qualified_name(cls):
    """A class's name as a traceback prints it."""
    name = str(getattr(cls, "__qualname__", "object"))
    module = str(getattr(cls, "__module__", "<unknown>"))
    full = name if module in ("builtins", "__main__") else module + "." + name
    return valid(full[:MAX_TYPE_CHARACTERS])


def describe(value, limit):
    """`str(value)` cut to `limit` characters, and whether it was cut; a placeholder when it cannot be had."""
    try:
        text = str.__str__(str(value))
        return valid(text[:limit]), len(text) > limit
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        hint = ""
        if type(value) is int:
            # str() refuses long integers; say so, because the placeholder alone would puzzle.
            hint = " ({} bits; see sys.set_int_max_str_digits)".format(value.bit_length())
        name, reason = type(value).__name__, type(error).__name__
        return valid("<unprintable {} object: {} raised by __str__{}>".format(name, reason, hint))[:limit], False


def check_json(value, depth, budget):
    """Raises NotJson unless JSON holds `value` exactly; `budget` is [values, characters] left."""
    budget[0] -= 1
    cls = type(value)
    if cls is str:
        budget[1] -= len(value)
        try:
            value.encode()
        except UnicodeEncodeError:
            raise NotJson from None
    elif cls is int:
        if not -MAX_JSON_INT <= value <= MAX_JSON_INT:
            raise NotJson
    elif cls is float:
        if value - value != 0.0:
            raise NotJson
    elif cls is list or cls is tuple or cls is dict:
        if depth >= MAX_JSON_DEPTH:
            raise NotJson
        if cls is dict:
            for key in value:
                if type(key) is not str:
                    raise NotJson
                check_json(key, depth + 1, budget)
        for item in value.values() if cls is dict else value:
            check_json(item, depth + 1, budget)
    elif not (value is None or value is True or value is False):
        raise NotJson
    if budget[0] < 0 or budget[1] < 0:
        raise NotJson


def described_value(value, limit):
    """The value as `RunValue`, and whether its text was cut."""
    text, cut = describe(value, limit)
    described = {"text": text}
    try:
        check_json(value, 0, [MAX_JSON_VALUES, MAX_JSON_CHARACTERS])
        described["json"] = value
    except KeyboardInterrupt:
        raise
    except BaseException:
        pass
    return described, cut


def ends_with_semicolon(code, last):
    """Whether the last expression is followed by a semicolon, which quiets it as in IPython."""
    lines = code.replace("\r\n", "\n").replace("\r", "\n").split("\n")[last.end_lineno - 1 :]
    # Columns of the tree count bytes of UTF-8.
    lines[0] = lines[0].encode()[last.end_col_offset :].decode()
    for line in lines:
        for character in line:
            if character == ";":
                return True
            if character == "#":
                break
            if not (character.isspace() or character in ")\\"):
                return False
    return False


def compile_script(code):
    """The statements, and the last of them by itself when it is an expression."""
    tree = compile(code, FILENAME, "exec", COMPILE_FLAGS | ast.PyCF_ONLY_AST, True)
    body = tree.body
    expression = None
    if body and isinstance(body[-1], ast.Expr) and not ends_with_semicolon(code, body[-1]):
        last = ast.Expression(body.pop().value)
        expression = compile(last, FILENAME, "eval", COMPILE_FLAGS, True)
    return compile(tree, FILENAME, "exec", COMPILE_FLAGS, True), expression


def execute(parts, namespace):
    """Runs what compile_script gave; the value of the last expression or None."""
    if any(part is not None and part.co_flags & inspect.CO_COROUTINE for part in parts):
        return asyncio.run(execute_async(parts, namespace))
    statements, expression = parts
    eval(statements, namespace)
    return None if expression is None else eval(expression, namespace)


async def execute_async(parts, namespace):
    value = None
    for part in parts:
        if part is not None:
            value = eval(part, namespace)
            if part.co_flags & inspect.CO_COROUTINE:
                value = await value
    return None if parts[1] is None else value


def clean_stacks(root):
    """Take our own frames, and what lies between them and the script's, out of all chained exceptions."""
    seen, queue = set(), [root]
    while queue:
        item = queue.pop()
        if item is None or id(item) in seen:
            continue
        seen.add(id(item))
        frames = [frame for frame in item.stack or () if frame.filename != OWN_FILENAME]
        of_script = [index for index, frame in enumerate(frames) if frame.filename == FILENAME]
        if of_script and item is root:
            frames = frames[of_script[0] :]
        if frames:
            item.stack[:] = frames
        elif sys.version_info >= (3, 10):
            # No header without frames: what the compiler reports has none.
            item.stack = None
        else:
            item.stack, item.exc_traceback = traceback.StackSummary(), None
        queue.extend((item.__cause__, item.__context__))
        queue.extend(getattr(item, "exceptions", None) or ())


def traceback_of(error):
    depth, frame = 0, error.__traceback__
    while frame is not None:
        depth, frame = depth + 1, frame.tb_next
    limit = None if depth <= MAX_TRACEBACK_FRAMES else -MAX_TRACEBACK_FRAMES
    formatted = traceback.TracebackException(type(error), error, error.__traceback__, limit=limit)
    clean_stacks(formatted)
    return valid("".join(formatted.format()))


def shorten(text, limit):
    """`text` with its middle left out when it is longer than `limit` characters."""
    if len(text) <= limit:
        return text, False
    half = limit // 2 - 50
    return "{}\n  [... {} characters left out ...]\n{}".format(text[:half], len(text) - 2 * half, text[-half:]), True


def line_of(error, code, compiling):
    """The 1-based line of the script that is to blame, or None."""
    if compiling:
        line = getattr(error, "lineno", None)
        if line is None and "\0" in code:
            line = code.count("\n", 0, code.index("\0")) + 1
        return line if type(line) is int and line > 0 else None
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == FILENAME:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line if type(line) is int and line > 0 else None


def described_error(error, code, compiling, limit):
    """(`RunError` or None for an exit that is not one, whether something was cut)."""
    subject = error
    if isinstance(error, SystemExit):
        subject = error.code
        if subject is None or (isinstance(subject, int) and int(subject) == 0):
            return None, False
    name = qualified_name(type(error))
    message, cut = describe(subject, limit)
    try:
        text, shortened = shorten(traceback_of(error), MAX_TRACEBACK_CHARACTERS)
    except BaseException as problem:
        text = "[traceback not available: {}]\n{}: {}\n".format(type(problem).__name__, name, message[:1000])
        shortened = True
    line = line_of(error, code, compiling)
    return {"type": name, "message": message, "traceback": text, "line": line}, cut or shortened


def list_files(root):
    """Regular files below `root`: name relative to it -> (size in bytes, mtime in ns, inode)."""
    found, pending, left = {}, [("", root)], MAX_WALKED_ENTRIES
    while pending:
        prefix, path = pending.pop()
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    left -= 1
                    if left < 0:
                        return found
                    status = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(status.st_mode):
                        found[prefix + entry.name] = (status.st_size, status.st_mtime_ns, status.st_ino)
                    elif stat.S_ISDIR(status.st_mode) and entry.name != "__pycache__":
                        pending.append((prefix + entry.name + "/", entry.path))
        except OSError:
            continue
    return found


def mime_of(kinds, name):
    kind, encoding = kinds.guess_type(name)
    if encoding is not None:
        # guess_type() names what is inside; the file itself is compressed.
        compressed = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}
        return compressed.get(encoding, "application/octet-stream")
    return kind or "application/octet-stream"


def changed_files(root, before):
    """New and changed files in the order of their names, and whether some were left out."""
    after = list_files(root)
    names = sorted(name for name, state in after.items() if before.get(name) != state)
    # No caller could ask for a file whose name is not text.
    names = [name for name in names if valid(name) == name]
    kinds = mimetypes.MimeTypes()
    described = [{"name": name, "size": after[name][0], "mime": mime_of(kinds, name)} for name in names[:MAX_FILES]]
    return described, len(names) > MAX_FILES


def follow_parent():
    """End with everything in our process group once the process that started us is gone."""
    try:
        os.set_inheritable(LIFELINE, False)
        if sys.platform == "linux":
            import fcntl

            # The kernel does it, without a thread that would disturb fork().
            fcntl.fcntl(LIFELINE, fcntl.F_SETOWN, -os.getpgrp())
            fcntl.fcntl(LIFELINE, F_SETSIG, int(signal.SIGKILL))
            fcntl.fcntl(LIFELINE, fcntl.F_SETFL, fcntl.fcntl(LIFELINE, fcntl.F_GETFL) | os.O_ASYNC)
            return
    except (OSError, AttributeError):
        return
    import _thread

    def wait_for_end():
        try:
            os.read(LIFELINE, 1)
        except OSError:
            return
        if hasattr(os, "killpg"):
            os.killpg(os.getpgrp(), signal.SIGKILL)
        os._exit(1)

    _thread.start_new_thread(wait_for_end, ())


def flush_streams():
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        try:
            stream.flush()
        except BaseException:
            # None, closed, or the script's own: nothing more can be got out of it.
            pass


def run_script(script, code, text_limit, workspace):
    """The outcome of the script as a dict; in a forked child that came back here, None."""
    pid = os.getpid()
    before = list_files(workspace)
    # Modules that the script may spoil, and the directory, whatever it does to them.
    main = types.ModuleType("__main__")
    main.__file__ = script
    main.__builtins__ = builtins
    sys.modules["__main__"] = main
    sys.argv[:] = [script]
    sys.path[0] = workspace
    lines = [line + "\n" for line in code.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    # Without a time, linecache takes it for one of a module loader and never looks on the disk.
    source = (len(code), None, lines, FILENAME)
    linecache.cache[FILENAME] = source
    value, error, compiling = None, None, True
    try:
        os.chdir(workspace)
        parts = compile_script(code)
        compiling = False
        value = execute(parts, main.__dict__)
    except BaseException as caught:
        error = caught
    if os.getpid() != pid:
        if error is not None:
            raise error
        return None
    if error is None and value is not None:
        try:
            value, value_cut = described_value(value, text_limit)
        except BaseException as caught:
            # Ctrl-C while the value was described.
            value, error = None, caught
    else:
        value, value_cut = None, False
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:
        pass
    flush_streams()
    linecache.cache[FILENAME] = source
    failure, error_cut = (None, False) if error is None else described_error(error, code, compiling, text_limit)
    if failure is not None:
        value, value_cut = None, False
    files, files_cut = changed_files(workspace, before)
    truncated = value_cut or error_cut or files_cut
    return {"value": value, "error": failure, "files": files, "truncated": truncated}


def main():
    folder, text_limit = sys.argv[1], int(sys.argv[2])
    join, replace, dumps = os.path.join, os.replace, json.dumps
    faults = open(join(folder, "faults.txt"), "wb")
    faulthandler.enable(faults, all_threads=False)
    follow_parent()
    script = join(folder, "script.py")
    with open(script, encoding="utf-8", newline="") as file:
        code = file.read()
    outcome = run_script(script, code, text_limit, join(folder, "workspace"))
    if outcome is None:
        return
    data = dumps(outcome, ensure_ascii=False, allow_nan=False).encode("utf-8")
    try:
        with open(join(folder, "outcome.tmp"), "wb") as file:
            file.write(data)
        replace(join(folder, "outcome.tmp"), join(folder, "outcome.json"))
    except OSError:
        # The script has removed the folder, or the disk is full; that there is no outcome says it.
        sys.exit(1)


if __name__ == "__main__":
    main()
