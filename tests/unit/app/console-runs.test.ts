import { adviceFormatterOf } from '../../../src/main/run/package-advice.ts';
import { expect, it } from 'vitest';
import { ConsoleRuns } from '../../../src/main/app/console-runs.ts';
import type { Runner } from '../../../src/main/run/runner.ts';
import type { PythonRuntime } from '../../../src/shared/runtimes.ts';
import type { RunEvent } from '../../../src/shared/ipc/sandbox.ts';
import type { RunRequest, RunResult } from '../../../src/shared/contract/run.ts';
import { resultOf } from '../../support/run-results.ts';
import { FakeClock, utf8 } from '../sandbox/support.ts';

interface Stage {
  readonly runs: ConsoleRuns;
  readonly requests: RunRequest[];
  readonly told: RunEvent[];
  readonly ended: RunResult[];
  readonly page: AbortController;
  readonly run: (runId: string, request: RunRequest) => Promise<RunResult>;
  settings: { runtime: PythonRuntime; timeoutMs: number };
}

/** Runs that print once and then go on until they are cancelled, or end at once when the code is empty. */
const setUp = (): Stage => {
  const page = new AbortController();
  const told: RunEvent[] = [];
  const requests: RunRequest[] = [];
  const ended: RunResult[] = [];
  const runner = (runtime: PythonRuntime): Pick<Runner, 'run'> => ({
    run: async (request, { onInput, onOutput, onPhase, signal } = {}) => {
      requests.push(request);
      if (request.packages !== undefined) onPhase?.({ name: 'installing', packageNames: request.packages });
      onPhase?.({ name: 'running' });
      await onOutput?.({ stream: 'stdout', bytes: utf8(request.code) });
      if (request.code.startsWith('input')) {
        const over = new AbortController();
        const answer = onInput?.('name? ', over.signal, request.code === 'input, secret');
        if (request.code === 'input, gone') over.abort();
        return resultOf({ runtime, stdout: `${request.code}${String(await answer)}` });
      }
      if (request.code !== '') {
        await new Promise<void>((resolve) => {
          if (signal?.aborted === true) resolve();
          signal?.addEventListener('abort', () => resolve());
        });
        return resultOf({ status: 'cancelled', runtime, stdout: request.code });
      }
      return resultOf({ runtime });
    },
  });
  const stage: Stage = {
    settings: { runtime: 'embedded', timeoutMs: 60_000 },
    runs: new ConsoleRuns({
      runners: { embedded: runner('embedded'), native: runner('native') },
      settings: () => stage.settings,
      clock: new FakeClock(),
      adviceWording: () => adviceFormatterOf(),
      onEnded: (result) => ended.push(result),
      functionsFor: () => undefined,
    }),
    run: (runId, request) =>
      stage.runs.run(runId, request, { send: (event) => told.push(event), closed: page.signal }),
    requests,
    told,
    ended,
    page,
  };
  return stage;
};

it('go to the runtime that the settings name when they begin, with its time limit unless the request has one', async () => {
  const stage = setUp();
  expect((await stage.run('a', { code: '' })).runtime).toBe('embedded');
  stage.settings = { runtime: 'native', timeoutMs: 5000 };
  expect((await stage.run('a', { code: '' })).runtime).toBe('native');
  await stage.run('a', { code: '', timeoutMs: 1000 });
  expect(stage.requests.map(({ timeoutMs }) => timeoutMs)).toEqual([60_000, 5000, 1000]);
  expect(stage.ended.map(({ runtime }) => runtime)).toEqual(['embedded', 'native', 'native']);
});

it('are known by their ids until they end, when all their events have been sent', async () => {
  const stage = setUp();
  const running = stage.run('a', { code: 'loop', session: 's' });
  expect(stage.runs.underWay).toEqual([
    { runId: 'a', session: 's', runtime: 'embedded', askedAt: expect.any(Number) as number },
  ]);
  expect([stage.runs.cancel('b'), stage.runs.cancel('a')]).toEqual([false, true]);
  expect((await running).status).toBe('cancelled');
  expect(stage.told).toEqual([{ type: 'text', runId: 'a', stream: 'stdout', text: 'loop' }]);
  expect([stage.runs.underWay, stage.runs.has('a'), stage.runs.cancel('a')]).toEqual([[], false, false]);
});

it('are cancelled when their page is gone, also before they begin', async () => {
  const stage = setUp();
  const running = stage.run('a', { code: 'loop' });
  stage.page.abort();
  expect((await running).status).toBe('cancelled');
  expect((await stage.run('b', { code: 'loop' })).status).toBe('cancelled');
});

it('ask for input, in order with what they print, and go on with the answer', async () => {
  const stage = setUp();
  const running = stage.run('a', { code: 'input' });
  await expect.poll(() => stage.told.length).toBe(2);
  expect(stage.told).toEqual([
    { type: 'text', runId: 'a', stream: 'stdout', text: 'input' },
    { type: 'input', runId: 'a', prompt: 'name? ', secret: false },
  ]);
  expect([stage.runs.answerInput('b', 'x'), stage.runs.answerInput('a', 'Ada')]).toEqual([false, true]);
  expect(stage.runs.answerInput('a', 'again')).toBe(false);
  await running;
  expect(stage.told.at(-1)).toMatchObject({ type: 'text', text: 'Ada' });
});

it('say when the answer must not be shown as it is typed', async () => {
  const stage = setUp();
  const running = stage.run('a', { code: 'input, secret' });
  await expect.poll(() => stage.told.length).toBe(2);
  expect(stage.told[1]).toEqual({ type: 'input', runId: 'a', prompt: 'name? ', secret: true });
  stage.runs.answerInput('a', 'hush');
  await running;
  expect(stage.told.at(-1)).toMatchObject({ type: 'text', text: 'hush' });
});

it('ignore an answer to a question that is no longer open', async () => {
  const stage = setUp();
  await stage.run('a', { code: 'input, gone' });
  expect(stage.told.at(-1)).toMatchObject({ type: 'text', text: 'null' });
  expect(stage.runs.answerInput('a', 'late')).toBe(false);
});

it('send their output once: what events told is not in the result', async () => {
  const stage = setUp();
  const code = 'x'.repeat(200_000);
  const running = stage.run('a', { code });
  stage.runs.cancel('a');
  const result = await running;
  expect(stage.ended[0]?.stdout).toBe(code);
  const sent = JSON.stringify([stage.told, result]).length;
  expect(sent).toBeGreaterThan(code.length);
  expect(sent).toBeLessThan(1.01 * code.length);
});

it('tell that the code runs only after the steps that came before it', async () => {
  const stage = setUp();
  await stage.run('plain', { code: '' });
  expect(stage.told.filter(({ type }) => type === 'phase')).toEqual([]);
  await stage.run('packages', { code: '', packages: ['six'] });
  expect(stage.told.flatMap((event) => (event.type === 'phase' ? [event.phase.name] : []))).toEqual([
    'installing',
    'running',
  ]);
});
