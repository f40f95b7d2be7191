/**
 * JavaScript memory of a guest: small pieces end its interpreter alone; one piece larger than what the engine can
 * still save ends the process. Both are told as what they are, and neither leaves the sandbox down.
 */
import { afterAll, describe, expect, it } from 'vitest';
import type { RunRequest, RunResult } from '../../../src/shared/contract/sandbox.ts';
import { nodeSandbox } from '../../support/node-sandbox.ts';
import { useElectronSandbox } from '../../support/electron-sandbox.ts';
import { PRELUDE } from '../../security/realm-escapes.ts';

type Run = (request: RunRequest) => Promise<RunResult>;

// As in the product: three crashes would end it.
const electron = useElectronSandbox();
const node = nodeSandbox({ memoryMiB: 1024 });
afterAll(() => node.dispose());

const LAUNCHERS: [string, Run, () => Promise<string>][] = [
  [
    'Electron',
    ({ code, ...options }) => electron().run(code, options),
    async () => (await electron().status()).state.name,
  ],
  ['Node', (request) => node.run(request), () => Promise.resolve(node.state.name)],
];

/** Each asks for a piece of some hundred MB at once, in the end. */
const LARGE = {
  'arrays of 32 million': 'kept = to_js([])\nwhile True: kept.push(Array.new(2**25).fill(0))',
  'an array that doubles': 'kept = Array.new(2**24).fill(0)\nwhile True: kept = kept.concat(kept)',
  'copies of a large one':
    'one, kept = Array.new(2**25).fill(0), to_js([])\nwhile True: kept.push(one.slice())',
};

describe.each(LAUNCHERS)('%s', (_name, run, state) => {
  it('many small arrays end their interpreter alone', async () => {
    await run({ code: 'x = 41', session: 'other' });
    const code = `${PRELUDE}kept = to_js([])\nwhile True: kept.push(Array.new(10**6).fill(0))`;
    expect(await run({ code, session: 'bomb', timeoutMs: 100_000 })).toMatchObject({
      status: 'out-of-memory',
      session: { state: 'lost' },
      error: { message: 'the interpreter ran out of JavaScript memory' },
    });
    expect(await run({ code: 'x + 1', session: 'other' })).toMatchObject({
      value: { json: 42 },
      session: { state: 'kept' },
    });
  });

  it('large ones: out of memory, the others are told what they lost, and the next run works', async () => {
    for (const [what, code] of Object.entries(LARGE)) {
      await run({ code: 'x = 41', session: 'other' });
      const result = await run({ code: `${PRELUDE}${code}`, session: 'bomb', timeoutMs: 100_000 });
      expect([what, result.status, result.session.state, result.error?.message]).toEqual([
        ...[what, 'out-of-memory', 'lost'],
        expect.stringMatching(
          /^the sandbox process (?:ran out of memory \(.+\), and with it all sessions are lost|used \d+ MiB of \d+ MiB)$/u,
        ),
      ]);
      expect(await run({ code: '"x" in globals()', session: 'other' })).toMatchObject({
        status: 'ok',
        value: { json: false },
        session: { state: 'lost' },
      });
    }
    expect(await state()).not.toBe('broken');
  }, 400_000);
});

it('in Electron each such end has its cause', () => {
  const causes = electron()
    .told('process-ended')
    .map(({ cause }) => cause);
  expect(new Set(causes)).toEqual(new Set(['out-of-memory']));
  expect(causes.length).toBeGreaterThanOrEqual(3);
});
