/**
 * Python that tells an interpreter that was started as ever from one that was not, if anything does. Each is
 * run in both; value, output, error and traceback must be the same. Nothing here depends on time or chance.
 */
export const NAIVE_LIST: Readonly<Record<string, string>> = {
  // First: later ones import.
  modules: 'import sys\nsorted(sys.modules)',
  path: '[sys.path, sys.argv, sys.flags.optimize, sys.prefix, sys.executable, sys.orig_argv]',
  'meta path':
    '[repr(f).split(" at ")[0] for f in sys.meta_path], [repr(h).split(" at ")[0] for h in sys.path_hooks]',
  globals: 'sorted(k for k in globals() if k != "sys"), __name__, __file__',
  builtins: 'import builtins\nsorted(dir(builtins))',
  environment:
    'import os\nsorted(os.environ.items()), os.getcwd(), os.getpid(), os.listdir("/"), os.listdir("/lib")',
  streams:
    '[(s.fileno(), s.encoding, s.errors, s.line_buffering, s.isatty()) for s in (sys.stdin, sys.stdout, sys.stderr)]',
  standard: 'repr(sys.stdin.read()), sys.stdout is sys.__stdout__, sys.stderr is sys.__stderr__',
  hooks:
    'sys.excepthook.__qualname__, sys.displayhook.__qualname__, sys.gettrace(), sys.getprofile(), sys.getrecursionlimit()',
  filters: 'import warnings\n[f[0] for f in warnings.filters]',
  // Without its number of frozen objects: those of a snapshot are, so that a collection at the end of a run is short.
  'garbage collector': 'import gc\ngc.isenabled(), gc.get_threshold(), gc.garbage, gc.collect() >= 0',
  // By its name: the address of a function is another one in every interpreter.
  signals: 'import signal\nsignal.getsignal(signal.SIGINT).__name__, signal.getsignal(signal.SIGTERM)',
  threads: 'import threading\nthreading.Thread(target=print).start()',
  files:
    'p = "/tmp/a/b"\nos.makedirs(p, exist_ok=True)\nopen(p + "/c", "w").write("é")\nopen(p + "/c", "rb").read(), os.stat(p + "/c").st_size',
  'workspace file': 'open("out.csv", "w").write("1,2")\nos.path.abspath("out.csv")',
  'own module': 'open("mine.py", "w").write("x = 6")\nimport mine\nmine.x, mine.__file__',
  're and decimal':
    'import re, decimal\nre.findall(r"(\\w)\\d", "a1 b2"), decimal.Decimal(1) / 7, re.sub("é", "e", "éé")',
  fractions:
    'import fractions, statistics, math\nfractions.Fraction(3, 9), statistics.stdev([1, 2, 5]), math.lgamma(3.3)',
  json: 'import json\njson.dumps({"a": [1, 2.5, None, "é"]}), json.loads("[1e3, true]")',
  pickle:
    'import pickle\nclass P:\n    def __init__(self): self.a = {1, 2}\npickle.loads(pickle.dumps(P())).a, pickle.dumps([1, "x"])',
  compression:
    'import zlib, bz2\n[m.decompress(m.compress(b"abc" * 999)) == b"abc" * 999 for m in (zlib, bz2)], zlib.crc32(b"x")',
  lzma: 'import lzma\nlzma.decompress(lzma.compress(b"abc" * 999))[:6]',
  hashlib:
    'import hashlib, hmac\nhashlib.sha256(b"x").hexdigest(), hashlib.blake2b(b"x").hexdigest()[:9], hmac.digest(b"k", b"m", "sha1").hex()',
  ssl: 'import ssl\nssl.OPENSSL_VERSION',
  sqlite: 'import sqlite3\nsqlite3.connect(":memory:").execute("select 6 * 7").fetchall()',
  ctypes:
    'import ctypes\nb = ctypes.create_string_buffer(b"abc")\nctypes.sizeof(ctypes.c_void_p), b.value, ctypes.string_at(b, 2)',
  'ctypes callback': 'F = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)\nF(lambda x: x * 2)(21)',
  struct: 'import struct, array\nstruct.pack("<if", 7, 1.5), array.array("i", [1, 2]).tobytes()',
  csv: 'import csv, io\nlist(csv.DictReader(io.StringIO("a,b\\n1,2")))',
  dates:
    'import datetime\ndatetime.date(2024, 2, 29).isoformat(), datetime.datetime.fromtimestamp(0, datetime.timezone.utc).isoformat()',
  time: 'import time\ntime.strftime("%Y", time.gmtime(0)), time.tzname, time.timezone',
  unicode:
    'import unicodedata, locale\nunicodedata.name("é"), locale.getpreferredencoding(), "ß".upper(), "é".encode("utf-16")',
  xml: 'import xml.etree.ElementTree as E\nE.fromstring("<a><b c=\'1\'/></a>")[0].attrib',
  collections:
    'import collections, heapq, bisect, functools, itertools\ncollections.Counter("hello").most_common(1)',
  dataclass:
    'import dataclasses, enum, typing\n@dataclasses.dataclass\nclass D:\n    x: int = 1\n@enum.unique\nclass E2(enum.Enum):\n    A = 1\nD(), E2.A',
  'a seed': 'import random\nrandom.seed(7)\nrandom.random(), random.sample(range(99), 4)',
  many: `ok = []
for name in sorted(sys.stdlib_module_names):
    if name.startswith("_") or name in ("antigravity", "this", "idlelib", "turtledemo", "test"):
        continue
    try:
        __import__(name)
    except BaseException as e:
        ok.append((name, type(e).__name__, str(e)))
ok, len(sys.modules)`,
  help: 'help(len)',
  'help of own': 'def f(x: int) -> str:\n    "says"\nhelp(f)',
  source: 'import inspect\ninspect.getsource(f)',
  traceback: 'def g(n):\n    return 1 / n\ng(0)',
  'traceback from the library': 'json.loads("{")',
  'chained traceback': 'try:\n    {}["k"]\nexcept KeyError as e:\n    raise ValueError("no") from e',
  'traceback module': 'import traceback\ntry:\n    g(0)\nexcept Exception:\n    traceback.print_exc()',
  'syntax error': 'def (:',
  group: 'raise ExceptionGroup("two", [ValueError(1), TypeError(2)])',
  warning: 'warnings.warn("careful")',
  'system exit': 'sys.exit(3)',
  recursion: 'def r(n):\n    return r(n + 1)\nr(0)',
  'recursion in C': 'x = []\nfor _ in range(100_000): x = [x]\nrepr(x)',
  'after it': 'x = None\n1 + 1',
  'memory error': 'bytearray(3_000_000_000)',
  'memory error in bits':
    'held = []\ntry:\n    while True: held.append(bytearray(8_000_000))\nexcept MemoryError:\n    held = None\n    print("full")',
  'after memory error': 'len(bytearray(20_000_000))',
  asyncio: `import asyncio
async def main():
    async def part(n):
        await asyncio.sleep(0.001 * n)
        return n
    return await asyncio.gather(*map(part, range(4)))
asyncio.run(main())`,
  'top-level await': 'await asyncio.sleep(0.001)\nprint("slept")\nawait main()',
  'loop kinds': 'type(asyncio.new_event_loop()).__name__, type(asyncio.get_running_loop()).__name__',
  'no loop': 'asyncio.get_running_loop()',
  'awaited error': 'await asyncio.sleep(0)\nraise LookupError("x")',
  'task error': 'asyncio.create_task(asyncio.sleep(5))\nawait asyncio.sleep(0)\n"left behind"',
  contextvars: 'import contextvars\nv = contextvars.ContextVar("v", default=1)\nv.set(3)\nv.get()',
  'contextvars later': 'v.get()',
  generators: 'def gen():\n    try:\n        yield 1\n    finally:\n        print("closed")\nnext(gen())',
  weak: 'import weakref\nclass W: pass\nw = W(); ref = weakref.ref(w); del w\nref()',
  subprocess: 'import subprocess\nsubprocess.run(["ls"])',
  socket: 'import socket\nsocket.create_connection(("localhost", 1), 1)',
  'a large output': 'print("x" * 100_000)\nprint("y", file=sys.stderr)',
  'a large value': 'list(range(3000))',
  zipimport:
    'import importlib.resources, importlib.metadata\n[d.name for d in importlib.metadata.distributions()]',
  'zip file': 'import zipfile\nzipfile.ZipFile("/lib/python314.zip").testzip()',
  'packages folder':
    'import sysconfig, site\nsysconfig.get_paths()["purelib"], os.listdir(sysconfig.get_paths()["purelib"])',
  'new package':
    'd = sysconfig.get_paths()["purelib"] + "/late.py"\nopen(d, "w").write("y = 7")\nimport late\nlate.y',
  task: 'f = asyncio.ensure_future(asyncio.sleep(0.001, 4))\nawait f',
  last: 'sorted(k for k in sys.modules if k.startswith("_viv")), [n for n in dir(builtins) if "viv" in n.lower()]',
};
