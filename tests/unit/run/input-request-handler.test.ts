import { expect, it } from 'vitest';
import { InputRequestHandler, type OnInput } from '../../../src/main/run/input-request-handler.ts';
import type { InputAnswer } from '../../../src/shared/protocol/blocking-calls.ts';
import { INPUT_PART_BYTES } from '../../../src/shared/protocol/call-codes.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { deferred } from '../sandbox/support.ts';

const dialogWith = (
  onInput: OnInput,
): { dialog: InputRequestHandler; answers: InputAnswer[]; calls: number[] } => {
  const answers: InputAnswer[] = [];
  const calls: number[] = [];
  const dialog = new InputRequestHandler(onInput);
  dialog.connect((call, answer) => {
    calls.push(call);
    answers.push(answer);
    return Promise.resolve();
  }, null);
  return { dialog, answers, calls };
};

const textOf = (answers: readonly InputAnswer[]): string =>
  Buffer.concat(
    answers.map((answer) => (answer.kind === 'bytes' ? answer.bytes : new Uint8Array())),
  ).toString();

it('gives a line with its end, and no line as the end', async () => {
  const lines = ['é', '', null];
  const { dialog, answers, calls } = dialogWith(() => Promise.resolve(lines.shift() ?? null));
  for (let question = 0; question < 3; question++)
    await dialog.ask({ call: question + 1, prompt: '?', secret: false });
  expect(textOf(answers)).toBe('é\n\n');
  expect(calls).toEqual([1, 2, 3]);
  expect(answers.at(-1)).toEqual({ kind: 'end' });
});

it('gives a long line in parts, and asks only once for it', async () => {
  let asked = 0;
  const line = 'ü'.repeat(INPUT_PART_BYTES);
  const { dialog, answers } = dialogWith(() => {
    asked++;
    return Promise.resolve(line);
  });
  for (let question = 0; question < 3; question++)
    await dialog.ask({ call: question + 1, prompt: '?', secret: false });
  expect(asked).toBe(1);
  expect(textOf(answers)).toBe(`${line}\n`);
});

it('fails when there is no answer to be had, or too long a one', async () => {
  const failing = dialogWith(() => Promise.reject(new Error('gone')));
  await failing.dialog.ask({ call: 1, prompt: '?', secret: false });
  const long = dialogWith(() => Promise.resolve('x'.repeat(LIMITS.inputLineBytes + 1)));
  await long.dialog.ask({ call: 1, prompt: '?', secret: false });
  expect([...failing.answers, ...long.answers]).toEqual([{ kind: 'failed' }, { kind: 'failed' }]);
});

it('asks one question at a time, and none after the end', async () => {
  const line = deferred<string>();
  const prompts: string[] = [];
  let signal: AbortSignal | undefined;
  const { dialog, answers } = dialogWith((prompt, aborted, secret) => {
    prompts.push(`${prompt} ${String(secret)}`);
    signal = aborted;
    return line.promise;
  });
  const first = dialog.ask({ call: 1, prompt: 'first', secret: true });
  await dialog.ask({ call: 1, prompt: 'second', secret: false });
  expect(signal?.aborted).toBe(false);
  dialog.end();
  expect(signal?.aborted).toBe(true);
  line.resolve('too late');
  await first;
  await dialog.ask({ call: 1, prompt: 'third', secret: false });
  expect(prompts).toEqual(['first true']);
  expect(answers).toEqual([]);
});
