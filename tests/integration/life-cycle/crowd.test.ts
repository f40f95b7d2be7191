/** Many at once: sessions with states of their own, floods of output, cancels at every stage. */
import { afterEach, expect, it } from 'vitest';
import type { RunResult } from '../../../src/shared/contract/run.ts';
import { useSandbox } from '../../support/either-sandbox.ts';
import { NEVER_BROKEN } from '../../support/test-sandbox.ts';
import { startRun } from '../../support/started-run.ts';
import { makeRandom } from '../../support/random.ts';

const SESSIONS = 20;
const OUTPUT_KIB = 64;
const sandbox = useSandbox({
  ...{ memoryMiB: 1024, outputKiB: OUTPUT_KIB, crashLimit: NEVER_BROKEN },
});

afterEach(() => sandbox().expectAlive());

it(`${SESSIONS} sessions at once, each with its own state`, { timeout: 300_000 }, async () => {
  const names = Array.from({ length: SESSIONS }, (_, index) => `s${index}`);
  const all = (code: (index: number) => string): Promise<RunResult[]> =>
    Promise.all(names.map((session, index) => sandbox().run(code(index), { session })));
  // A few at a time: each waits for its start within a limit, and all share two cores.
  for (let start = 0; start < SESSIONS; start += 4) {
    await Promise.all(names.slice(start, start + 4).map((session) => sandbox().run('1', { session })));
  }
  const first = await all((index) => `mine = ${index}\nopen("f", "w").write("${index}" * ${index})\nmine`);
  expect(first.map(({ value }) => value?.json)).toEqual(names.map((_, index) => index));
  const second = await all(() => 'mine, sorted(n for n in globals() if n == "mine"), len(open("f").read())');
  const expected = names.map((_, index) => [index, ['mine'], String(index).length * index]);
  expect(second.map(({ value }) => value?.json ?? value?.text)).toEqual(
    second[0]?.value?.json === undefined
      ? expected.map(([a, b, c]) => `(${String(a)}, ${JSON.stringify(b).replaceAll('"', "'")}, ${String(c)})`)
      : expected,
  );
  expect(second.map(({ session }) => session.state)).toEqual(names.map(() => 'kept'));
  expect(new Set((await sandbox().status()).sessions)).toEqual(new Set(names));
});

it('a flood of output is cut at its cap; the time limit and other runs are not affected', async () => {
  const session = 's0';
  const flood = startRun(sandbox(), 'while True: print("x" * 1000)', { session, timeoutMs: 1500 });
  await flood.printed;
  expect(await sandbox().run('1+1', { session: 's1' })).toMatchObject({ value: { json: 2 } });
  const result = await flood.result;
  expect(result).toMatchObject({ status: 'timeout', truncated: true });
  expect(result.stdout.length).toBeLessThanOrEqual(OUTPUT_KIB * 1024);
  expect(result.stdout.length).toBeGreaterThan(0);
});

it('a flood through both streams, without line ends, is cut at its cap', async () => {
  const code =
    'import sys\nfor _ in range(3000):\n  sys.stdout.write("a" * 997)\n  sys.stderr.write("b" * 997)\n"done"';
  const result = await sandbox().run(code, { session: 's2' });
  expect(result).toMatchObject({ status: 'ok', truncated: true, value: { text: 'done' } });
  // Both ends are kept, with a line between them that says how much is left out.
  for (const { length } of [result.stdout, result.stderr]) {
    expect(length).toBeLessThanOrEqual(OUTPUT_KIB * 1024);
    expect(length).toBeGreaterThan(OUTPUT_KIB * 1024 - 200);
  }
});

const seed = Date.now() & 0xffff_ffff;

it(`a run cancelled at every stage ends once, in time (seed ${seed})`, async () => {
  const random = makeRandom(seed);
  for (const session of ['s0', 's1', 's2', 's3']) await sandbox().run('1', { session });
  const before = sandbox().told('run-ended').length;
  const statuses: string[] = [];
  const rounds = 30;
  for (let round = 0; round < rounds; round++) {
    const session = `s${round % 4}`;
    const code = round % 2 === 0 ? 'sum(range(300_000))' : 'print(1, flush=True)\nwhile True: pass';
    const run = startRun(sandbox(), code, { session });
    if (round % 3 === 2 && round % 2 === 1) await run.printed;
    else for (let turn = Math.floor(random() * 40); turn > 0; turn--) await new Promise(setImmediate);
    run.cancel();
    const { status, session: after } = await run.result;
    statuses.push(status);
    expect(['ok', 'cancelled']).toContain(status);
    expect(after.state).toBe('kept');
  }
  expect(statuses).toContain('cancelled');
  expect(sandbox().told('run-ended')).toHaveLength(before + rounds);
});
