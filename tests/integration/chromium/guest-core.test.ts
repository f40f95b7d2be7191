/**
 * The guest core in the system's Chromium, whose V8 is that of the Electron that the project declares: what runs there
 * in a Web Worker is the bundle that the sidecar's workers run, driven by the sidecar's own control code.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { ELECTRONS_CHROMIUM } from '../../../scripts/provision/chromium.ts';
import {
  chromiumProgram,
  GuestPage,
  useGuestPage,
  WORKER_POLICY,
} from '../../support/chromium/guest-page.ts';
import { testWheels } from '../../support/test-wheels.ts';

/** Far more than an interrupt takes on a busy machine, in ms. */
const STOP_LIMIT_MS = 30_000;
const INTERRUPTS = 20;

const guestPage = useGuestPage();

describe('a guest in Chromium', () => {
  it('runs in a Chromium as new as the declared Electron', async () => {
    const { page, version } = await guestPage();
    console.log(`Chromium that ran: ${version}`);
    expect(Number.parseInt(version, 10)).toBeGreaterThanOrEqual(ELECTRONS_CHROMIUM);
    expect(await page.evaluate(() => window.guests.isolated)).toBe(true);
  });

  it('boots, holds its self-checks and answers', async () => {
    const interpreter = await (await guestPage()).start();
    expect(interpreter.checks.filter(({ holds }) => !holds)).toEqual([]);
    expect(interpreter.checks.length).toBeGreaterThan(0);
    expect(await interpreter.run('1+1')).toMatchObject({ value: { text: '2' }, error: null, stdout: '' });
    await interpreter.terminate();
  });

  it('gives its output and its value, in any writing system', async () => {
    const interpreter = await (await guestPage()).start();
    const code =
      'import sys\nprint("Grüße", "你好", "🐍")\nprint("aside", file=sys.stderr)\n{"a": [1, 2.5, None]}';
    expect(await interpreter.run(code)).toMatchObject({
      stdout: 'Grüße 你好 🐍\n',
      stderr: 'aside\n',
      value: { json: { a: [1, 2.5, null] } },
      error: null,
    });
    const large = await interpreter.run('print("x" * 300_000)');
    expect(large.stdout).toBe(`${'x'.repeat(300_000)}\n`);
    await interpreter.terminate();
  });

  it('reports an exception with its traceback, and goes on', async () => {
    const interpreter = await (await guestPage()).start();
    const { error, value } = await interpreter.run('def f():\n    return 1 / 0\nf()');
    expect(value).toBeNull();
    expect(error).toMatchObject({ type: 'ZeroDivisionError', line: 2 });
    expect(error?.traceback).toMatch(/line 3, in <module>[^]*line 2, in f[^]*ZeroDivisionError/u);
    const recursion = await interpreter.run('def g(n): return g(n + 1)\ng(0)');
    expect(recursion.error?.type).toBe('RecursionError');
    expect((await interpreter.run('f.__name__')).value?.text).toBe('f');
    await interpreter.terminate();
  });

  it('waits in a top-level await, also for timers', async () => {
    const interpreter = await (await guestPage()).start();
    const code =
      'import asyncio\nasync def work(n):\n    await asyncio.sleep(0.01)\n    return n * n\nawait asyncio.gather(*map(work, range(5)))';
    expect((await interpreter.run(code)).value?.json).toEqual([0, 1, 4, 9, 16]);
    await interpreter.terminate();
  });

  it(`is interrupted in an endless loop ${String(INTERRUPTS)} times, its state kept`, async () => {
    const interpreter = await (await guestPage()).start();
    await interpreter.run('count = 0');
    for (let round = 1; round <= INTERRUPTS; round++) {
      const run = await interpreter.begin('count += 1\nprint("on", flush=True)\nwhile True: pass');
      await run.printed();
      expect(await interpreter.interrupt(STOP_LIMIT_MS)).toBe(true);
      expect((await run.finish()).error?.type).toBe('KeyboardInterrupt');
      expect((await interpreter.run('count')).value?.text).toBe(String(round));
    }
    await interpreter.terminate();
  });

  it('is interrupted in a sleep and in an await', async () => {
    const interpreter = await (await guestPage()).start();
    for (const wait of ['import time\ntime.sleep(3600)', 'import asyncio\nawait asyncio.sleep(3600)']) {
      const run = await interpreter.begin(`print("on", flush=True)\n${wait}`);
      await run.printed();
      expect(await interpreter.interrupt(STOP_LIMIT_MS)).toBe(true);
      expect((await run.finish()).error?.type).toBe('KeyboardInterrupt');
    }
    expect((await interpreter.run('1+1')).value?.text).toBe('2');
    await interpreter.terminate();
  });

  it('that ignores interrupts is terminated, and others go on', async () => {
    const page = await guestPage();
    const [bad, good] = [await page.start(), await page.start()];
    await good.run('kept = 41');
    const run = await bad.begin(
      'print("on", flush=True)\nwhile True:\n    try:\n        while True: pass\n    except BaseException: pass',
    );
    await run.printed();
    expect(await bad.interrupt(1000)).toBe(false);
    await bad.terminate();
    expect(await run.end()).toMatchObject({ kind: 'died' });
    expect((await good.run('kept + 1')).value?.text).toBe('42');
    expect((await (await page.start()).run('"kept" in globals()')).value?.text).toBe('False');
    await good.terminate();
  });

  it('has the memory of its cap and no more', async () => {
    const interpreter = await (await guestPage()).start();
    const bomb = 'b = []\nwhile True: b.append(bytearray(20_000_000))';
    expect((await interpreter.run(bomb)).error?.type).toBe('MemoryError');
    expect((await interpreter.run('del b\n1+1')).value?.text).toBe('2');
    await interpreter.terminate();
  });
});

describe("the hardening of a guest's realm in Chromium", () => {
  it("refuses the modules of Pyodide's JavaScript interface", async () => {
    const interpreter = await (await guestPage()).start();
    for (const code of ['import js', 'import pyodide_js', 'from pyodide.ffi import to_js']) {
      const { error } = await interpreter.run(code);
      expect(error?.type).toBe('ImportError');
      expect(error?.message).toContain('JavaScript is not available in this sandbox');
    }
    await interpreter.terminate();
  });

  it('makes no code from strings', async () => {
    const interpreter = await (await guestPage()).start();
    // Emscripten's own way of evaluating, which ends the interpreter: it must not give an answer.
    const run = await interpreter.begin(
      "import ctypes\nf = ctypes.CDLL(None).emscripten_run_script_string\nf.restype = ctypes.c_char_p\nprint(f(b'6 * 7'))",
    );
    const end = await run.end();
    expect(end.kind === 'died' ? 'died' : (await run.finish()).stdout).toBe('died');
    await interpreter.terminate();
  });

  it('sends no request to the network', async () => {
    const page = await guestPage();
    const interpreter = await page.start();
    const before = page.asked.length;
    const { stdout } = await interpreter.run(`
import urllib.request, socket
address = '/assets/lock'
async def attempt(make):
    try:
        made = make()
        print('got', await made if hasattr(made, '__await__') else made)
    except BaseException as error: print('refused')
await attempt(lambda: urllib.request.urlopen('http://127.0.0.1' + address, timeout=1))
await attempt(lambda: socket.create_connection(('127.0.0.1', 80), 1))
`);
    expect(stdout).toBe('refused\n'.repeat(2));
    expect(page.asked.slice(before)).toEqual([]);
    await interpreter.terminate();
  });

  it('notices a policy that allows code from strings before a guest is let in', async () => {
    const lax = WORKER_POLICY.replace("'wasm-unsafe-eval'", "'unsafe-eval'").replace(/; require-.*$/u, '');
    const page = await GuestPage.open(await chromiumProgram(), lax);
    try {
      const { checks } = await page.start();
      expect(checks.filter(({ holds }) => !holds)).toEqual([
        { name: 'worker: no code from strings', layer: 'no-code-from-strings', holds: false },
      ]);
    } finally {
      await page.close();
    }
  });
});

describe('packages and snapshots in Chromium', () => {
  const wheelOf = async (context: TestContext, fileName: RegExp): Promise<Uint8Array> => {
    const folder = await testWheels(context);
    const file = (await readdir(folder)).find((name) => fileName.test(name));
    return readFile(path.join(folder, file ?? 'is missing'));
  };

  it('NumPy is installed from its wheel, with libraries of its own, and computes', async (context) => {
    const page = await guestPage();
    page.packages.set('numpy', await wheelOf(context, /^numpy-/u));
    const interpreter = await page.start();
    await interpreter.install('numpy');
    const { error, value } = await interpreter.run(`
import numpy as np
a = np.array([[2.0, 1.0], [1.0, 3.0]])
[np.linalg.solve(a, [3, 5]).round(6).tolist(), int(np.fft.fft(np.ones(8))[0].real), np.arange(6).reshape(2, 3).sum(axis=0).tolist()]`);
    expect(error).toBeNull();
    expect(value?.json).toEqual([[0.8, 1.4], 8, [3, 5, 7]]);
    const run = await interpreter.begin('print("on", flush=True)\nwhile True: np.ones(1000).sum()');
    await run.printed();
    expect(await interpreter.interrupt(STOP_LIMIT_MS)).toBe(true);
    expect((await interpreter.run('a.shape')).value?.text).toBe('(2, 2)');
    await interpreter.terminate();
  });

  it('an interpreter is restored from a snapshot with NumPy in it', async (context) => {
    const page = await GuestPage.open(await chromiumProgram());
    try {
      page.packages.set('numpy', await wheelOf(context, /^numpy-/u));
      const keys = { made: 'a'.repeat(64), again: 'b'.repeat(64) };
      const { image } = await page.makePackageSnapshot(keys, ['numpy'], ['numpy']);
      expect(image).toBeGreaterThan(1_000_000);
      for (const key of [keys.made, keys.again]) {
        const interpreter = await page.start(key);
        expect(interpreter.image).toBe('used');
        const { error, value } = await interpreter.run(`
import sys
known = "numpy" in sys.modules
import numpy as np
a = np.array([[2.0, 1.0], [1.0, 3.0]])
[known, np.linalg.solve(a, [3, 5]).round(6).tolist(), int(np.fft.fft(np.ones(8))[0].real), len(np.random.default_rng(1).random(3))]`);
        expect(error).toBeNull();
        expect(value?.json).toEqual([true, [0.8, 1.4], 8, 3]);
        const run = await interpreter.begin('print("on", flush=True)\nwhile True: np.ones(1000).sum()');
        await run.printed();
        expect(await interpreter.interrupt(STOP_LIMIT_MS)).toBe(true);
        expect((await interpreter.run('a.shape')).value?.text).toBe('(2, 2)');
        await interpreter.terminate();
      }
    } finally {
      await page.close();
    }
  });

  it('an interpreter is restored from a snapshot that was taken there', async () => {
    const page = await GuestPage.open(await chromiumProgram());
    try {
      expect(await page.makeSnapshot()).toBeGreaterThan(1_000_000);
      const [first, second] = [await page.start(), await page.start()];
      expect([first.snapshot, second.snapshot]).toEqual(['used', 'used']);
      const random = 'import random, os\n[random.random(), os.urandom(8).hex()]';
      const [one, other] = [await first.run(random), await second.run(random)];
      expect(one.error).toBeNull();
      expect(one.value?.json).not.toEqual(other.value?.json);
      const run = await first.begin('kept = 1\nprint("on", flush=True)\nwhile True: pass');
      await run.printed();
      expect(await first.interrupt(STOP_LIMIT_MS)).toBe(true);
      expect((await first.run('kept + 1')).value?.text).toBe('2');
    } finally {
      await page.close();
    }
  });
});
