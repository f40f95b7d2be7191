/** What a hostile guest does, repeatedly: the security tests' cases, and what exhausts main and the process. */
import { securityCases } from '../../tests/support/security-cases.ts';
import { HOSTILE_PACKAGES } from './hostile-index.ts';
import type { Attack } from './order.ts';

const TIMEOUT_MS = 20_000;
/** For what would not end by itself. */
const ENDLESS_MS = 1500;

const endless = (name: string, code: string, ...also: string[]): Attack => ({
  name,
  code,
  verdicts: ['timeout', ...also],
  timeoutMs: ENDLESS_MS,
  leaves: 'nothing',
});

const ending = (name: string, code: string, ...verdicts: string[]): Attack => ({
  name,
  code,
  verdicts,
  timeoutMs: TIMEOUT_MS,
  leaves: 'nothing',
});

const filling = (attack: Attack): Attack => ({ ...attack, leaves: 'full-memory' });

/** What a run reports, said by the guest itself. */
const reporting = (text: string): string =>
  [
    'import gc',
    'for o in gc.get_objects():',
    "    if type(o).__name__ == 'Session' and hasattr(type(o), 'run'):",
    `        type(o)._outcome = lambda *a, **k: ${text}`,
    '1',
  ].join('\n');

const ANY_END = ['ok', 'error', 'crashed'] as const;

const LOOPS: readonly Attack[] = [
  endless('loop', 'while True: pass'),
  endless('stubborn loop', 'while True:\n  try:\n    while True: pass\n  except BaseException: pass'),
  endless(
    'storm of tasks',
    'import asyncio\nwhile True: await asyncio.gather(*(asyncio.sleep(0) for _ in range(1000)))',
  ),
  ending('recursion', 'def f(): return f()\nf()', 'error'),
  ending('nested repr', 'x = []\nfor _ in range(100_000): x = [x]\nrepr(x)', 'ok', 'error', 'crashed'),
];

const FLOODS: readonly Attack[] = [
  endless('output', 'while True: print("x" * 1000)'),
  endless('output in bytes', 'import os\nwhile True: os.write(1, b"x"); os.write(2, b"y")'),
  endless(
    'output without line ends',
    'import sys\nwhile True: sys.stdout.write("A" * 65536); sys.stderr.write("\\x1b[31m" * 9999)',
  ),
  endless('displays', 'while True: display({"text/html": "<b>x</b>" * 100}, raw=True)', 'ok', 'error'),
  ending(
    'large displays',
    'for _ in range(8): display({"text/html": "<b>" * 2_000_000}, raw=True)',
    'ok',
    'error',
  ),
  ending('files', 'for i in range(3000): open(f"f{i}", "w").write("x")', 'ok', 'error'),
  ending(
    'odd file names',
    'for n in ("a\\nb", "\\u202egnp.exe", "x" * 250, "<img src=x>", "..%2f..%2fetc"):\n  try: open(n, "w").close()\n  except OSError: pass',
    'ok',
  ),
];

const BOMBS: readonly Attack[] = [
  filling(ending('memory', 'x = []\nwhile True: x.append(bytearray(50_000_000))', 'out-of-memory', 'error')),
  filling(ending('small objects', 'x = []\nwhile True: x.append([x])', 'out-of-memory', 'error', 'timeout')),
  ending(
    'arrays of JavaScript',
    'from pyodide.ffi import to_js\nArray = to_js([]).constructor\na = to_js([])\nwhile True: a.push(Array.new(10**6).fill(0))',
    ...['out-of-memory', 'error'],
  ),
  ending(
    'large arrays of JavaScript',
    'from pyodide.ffi import to_js\nArray = to_js([]).constructor\na = to_js([])\nwhile True: a.push(Array.new(2**25).fill(0))',
    ...['out-of-memory', 'error'],
  ),
];

const REPORTS: readonly Attack[] = [
  ending('deep value', 'x = 1\nfor _ in range(200_000): x = [x]\nx', 'ok', 'error', 'crashed'),
  ending('wide value', '[[] for _ in range(1_000_000)]', 'ok', 'error'),
  ending(
    'huge error',
    'class E(Exception): pass\nE.__qualname__ = "Q" * 10_000_000\nraise E("M" * 50_000_000)',
    'error',
  ),
  ending(
    'error group',
    'raise ExceptionGroup("g", [ValueError("v" * 1000) for _ in range(10_000)])',
    'error',
  ),
  ending(
    'deep outcome',
    reporting(
      `'{"value":{"text":"x","json":' + '[' * 7_000_000 + ']' * 7_000_000 + '},"error":null,"files":[],"truncated":false}'`,
    ),
    ...ANY_END,
  ),
  ending(
    'wide outcome',
    reporting(
      `'{"value":{"text":"x","json":[' + '[],' * 5_000_000 + '0]},"error":null,"files":[],"truncated":false}'`,
    ),
    ...ANY_END,
  ),
  ending(
    'unknown keys',
    reporting(`'{' + ','.join(f'"k{i}":0' for i in range(1_000_000)) + '}'`),
    ...ANY_END,
  ),
];

/** Nothing of it reaches an interpreter: main reads it first. */
const TEXTS: readonly Attack[] = [
  ending(
    'requirement of blanks',
    `# /// script\n# dependencies = ["a${' '.repeat(509)}@"]\n# ///\n1`,
    'setup-failed',
  ),
  ending(
    'requirements of blanks',
    `# /// script\n# dependencies = [${`"a${' '.repeat(509)}@", `.repeat(127)}"b"]\n# ///\n1`,
    'setup-failed',
  ),
  ending(
    'deep script block',
    `# /// script\n# dependencies = ${'['.repeat(20_000)}\n# ///\n1`,
    'setup-failed',
    'ok',
    'error',
  ),
  ending(
    'many imports',
    `${Array.from({ length: 400 }, (_, index) => `import vvx_nothing_${String(index)}`).join('\n')}\n`,
    'error',
    'setup-failed',
  ),
  // CPython's parser joins a dotted name part by part, and interns each of them for good: 2.5 GB for these.
  filling(ending('long import line', `if 0:\n  import ${'a.'.repeat(50_000)}b\n1`, 'out-of-memory', 'error')),
  ending('blanks', `${' '.repeat(500_000)}1\nimport`, 'error'),
];

/** Imports of packages that only the hostile index has: they are refused, or have no effect outside of their interpreter. */
const PACKAGES: readonly Attack[] = HOSTILE_PACKAGES.map((name) =>
  ending(`package ${name}`, `import ${name}`, 'ok', 'error', 'setup-failed'),
);

const CASES: readonly Attack[] = securityCases.flatMap(({ id, runs }) =>
  runs.map(({ code, expect, timeoutMs = TIMEOUT_MS }, index) => ({
    name: `${id}#${String(index)}`,
    code,
    // Some runs of a case build on the one before, which may have been elsewhere.
    verdicts: [...new Set([...expect.status, ...(index === 0 ? [] : ['ok', 'error'])])],
    timeoutMs,
    leaves: /\bbuiltins\.|__builtins__/u.test(code) ? 'changed-builtins' : 'nothing',
  })),
);

/** In an order in which each kind comes up soon, also in a short soak. */
export const attacks = (): Attack[] => {
  const kinds = [LOOPS, PACKAGES, FLOODS, TEXTS, BOMBS, REPORTS, CASES];
  const longest = Math.max(...kinds.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) =>
    kinds.flatMap((kind) => kind.slice(turn, turn + 1)),
  ).flat();
};
