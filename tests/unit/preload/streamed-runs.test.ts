/** What main told of a run by events is in the result that the page gets. */
import { expect, it } from 'vitest';
import { StreamedRuns } from '../../../src/preload/streamed-runs.ts';
import type { RunResult } from '../../../src/shared/contract/run.ts';
import type { Answer } from '../../../src/shared/ipc/answer.ts';
import { resultOf } from '../../support/run-results.ts';

const setUp = () => {
  const asked: { given: unknown[]; answer: (answer: Answer<RunResult>) => void }[] = [];
  const runs = new StreamedRuns(
    (...given) => new Promise((resolve) => asked.push({ given, answer: resolve })),
  );
  return { asked, runs };
};

const request = { code: '1' };
const text = (runId: string, stream: 'stdout' | 'stderr', said: string) =>
  ({ type: 'text', runId, stream, text: said }) as const;

it('joins streamed output and result, for each run by itself', async () => {
  const { asked, runs } = setUp();
  const [first, second] = [runs.run(request, { runId: 'a' }), runs.run(request, { runId: 'b' })];
  runs.onEvent(text('a', 'stdout', '1'));
  runs.onEvent(text('b', 'stdout', 'other'));
  runs.onEvent(text('a', 'stderr', 'err'));
  runs.onEvent({ type: 'output', runId: 'a', mime: { 'text/plain': 'x' } });
  runs.onEvent({ type: 'input', runId: 'a', prompt: '', secret: false });
  runs.onEvent(text('a', 'stdout', '2'));
  runs.onEvent(text('c', 'stdout', 'nobody asked for it'));
  const rest = resultOf({ stdout: '3', outputs: [{ mime: { 'text/plain': 'y' } }] });
  for (const { answer } of asked) answer({ ok: true, value: rest });
  const whole = { ...rest, stdout: '123', stderr: 'err' };
  const outputs = [{ mime: { 'text/plain': 'x' } }, { mime: { 'text/plain': 'y' } }];
  expect(await first).toEqual({ ok: true, value: { ...whole, outputs } });
  expect(await second).toEqual({ ok: true, value: { ...rest, stdout: 'other3' } });
});

it('accepts an id that is free again, also after a refusal', async () => {
  const { asked, runs } = setUp();
  for (const ok of [true, false, true]) {
    const run = runs.run(request, { runId: 'a' });
    runs.onEvent(text('a', 'stdout', 'x'));
    const refused = { ok: false, error: { code: 'disabled', message: '' } } as const;
    asked.at(-1)?.answer(ok ? { ok: true, value: resultOf() } : refused);
    expect(await run).toEqual(ok ? { ok: true, value: resultOf({ stdout: 'x' }) } : refused);
  }
});

it('refuses the id of a run whose result has not reached the page', async () => {
  const { asked, runs } = setUp();
  const run = runs.run(request, { runId: 'a' });
  expect(await runs.run(request, { runId: 'a' })).toMatchObject({ error: { code: 'duplicate-id' } });
  expect(asked).toHaveLength(1);
  asked[0]?.answer({ ok: true, value: resultOf() });
  expect(await run).toMatchObject({ ok: true });
});

it.each([undefined, null, {}, { runId: 7 }])('passes %j on to main, which refuses it', async (options) => {
  const { asked, runs } = setUp();
  const refused = { ok: false, error: { code: 'invalid-argument', message: '' } } as const;
  // @ts-expect-error: a page may give anything.
  const run = runs.run(request, options);
  asked[0]?.answer(refused);
  expect(await run).toBe(refused);
  expect(asked[0]?.given).toEqual([request, options]);
});
