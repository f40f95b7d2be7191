/** Many sessions with pandas in one process, and bombs among them: each interpreter's use is its own affair. */
import { freemem } from 'node:os';
import { afterAll, expect, it, type TestContext } from 'vitest';
import { openSandbox } from '../../support/either-sandbox.ts';
import { notRunHere } from '../../support/not-run.ts';
import type { TestSandbox } from '../../support/test-sandbox.ts';
import { testWheels } from '../../support/test-wheels.ts';

const LONG_MS = 300_000;
const GIB = 2 ** 30;
/** Twelve sessions take about 4 GiB, two bombs at their cap 2 GiB each, and 1 GiB is left to others. */
const NEEDED_BYTES = 9 * GIB;

const NAMES = Array.from({ length: 12 }, (_none, index) => `pandas-${String(index)}`);

let opened: TestSandbox | undefined;
afterAll(async () => {
  await opened?.dispose();
});

const open = async (context: TestContext): Promise<TestSandbox> => {
  if (opened !== undefined) return opened;
  if (freemem() < NEEDED_BYTES) notRunHere(context, 'little-memory');
  const mirror = await testWheels(context);
  opened = await openSandbox({
    packages: { settings: { autoInstall: true, mirror, allow: [] }, official: false },
  });
  return opened;
};

/** Each ends an interpreter for want of memory, by another way. */
const BOMBS = {
  files: 'part = bytes(8_000_000)\nfor n in range(10_000):\n  with open(f"f{n}", "wb") as f: f.write(part)',
  'file contents in one': 'f = open("f", "wb")\nwhile True: f.write(bytes(8_000_000))',
};

it(
  'twelve sessions with pandas are kept, and ten of them survive memory bombs in the other two',
  { timeout: 2 * LONG_MS },
  async (context) => {
    const sandbox = await open(context);
    for (const [index, session] of NAMES.entries()) {
      const code = `import pandas as pd\nframe = pd.DataFrame({"n": range(${String(index + 1)})})\nlen(frame)`;
      expect(await sandbox.run(code, { session, timeoutMs: LONG_MS })).toMatchObject({
        status: 'ok',
        value: { json: index + 1 },
      });
    }
    expect(new Set((await sandbox.status()).sessions)).toEqual(new Set(NAMES));
    const pid = await sandbox.sidecarPid();
    const [first = '', second = '', ...others] = NAMES;
    const bombs = [first, second].map((session, index) =>
      sandbox.run(Object.values(BOMBS)[index] ?? '', { session, timeoutMs: LONG_MS }),
    );
    for (const { status, session, error } of await Promise.all(bombs)) {
      expect([status, session.state, error?.type]).toEqual(['out-of-memory', 'lost', 'OutOfMemory']);
    }
    for (const [index, session] of others.entries()) {
      expect(await sandbox.run('int(frame.n.max()) + 1', { session })).toMatchObject({
        status: 'ok',
        value: { json: index + 3 },
        session: { state: 'kept' },
      });
    }
    expect(await sandbox.sidecarPid()).toBe(pid);
  },
);

it('every kind of memory bomb ends its own interpreter only', { timeout: 2 * LONG_MS }, async (context) => {
  const sandbox = await open(context);
  await sandbox.run('import pandas\nx = 41', { session: 'other', timeoutMs: LONG_MS });
  const pid = await sandbox.sidecarPid();
  for (const [what, code] of Object.entries(BOMBS)) {
    const { status, session } = await sandbox.run(code, { session: 'bomb', timeoutMs: LONG_MS });
    expect([what, status, session.state]).toEqual([what, 'out-of-memory', 'lost']);
    expect(await sandbox.run('x + 1', { session: 'other' })).toMatchObject({ value: { json: 42 } });
    expect(await sandbox.sidecarPid()).toBe(pid);
  }
  expect((await sandbox.status()).state.name).not.toBe('broken');
});
