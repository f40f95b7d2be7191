/** What a script asks by `input()`, and the client's user answers. */
import type { ElicitResult } from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import { InputQuestions, type UserQuestion, type UserReply } from '../../../src/main/mcp/input-questions.ts';
import type { SessionRunner } from '../../../src/main/mcp/session-runner.ts';
import { resultOf } from '../../support/run-results.ts';
import { connect, served } from './served.ts';

const over = new AbortController().signal;
const accepted = (line: string): ElicitResult => ({ action: 'accept', content: { line } });

/** A script that asks its code's lines, and shows the answers. */
const asking =
  (secret = false): SessionRunner['run'] =>
  async ({ code }, { onInput } = {}) => {
    const lines: (string | null | undefined)[] = [];
    for (const prompt of code.split(';')) lines.push(await onInput?.(prompt, over, secret));
    return resultOf({ value: { text: JSON.stringify(lines) } });
  };

const ask = async (
  script: string,
  answer?: (message: string) => ElicitResult,
  run = asking(),
): Promise<{ readonly text: string; readonly asked: string[] }> => {
  const asked: string[] = [];
  const client = await connect(
    served({ run }),
    answer === undefined
      ? undefined
      : (message) => {
          asked.push(message);
          return answer(message);
        },
  );
  const { content } = await client.callTool({ name: 'run_python_code', arguments: { script } });
  const [block] = content;
  return { text: block?.type === 'text' ? block.text : '', asked };
};

describe('input() of a script', () => {
  it('is answered by the user of a client that can ask, each question once', async () => {
    const { asked, text } = await ask('name? ;age? ;', (message) => accepted(`<${message.slice(-5)}>`));
    expect(text).toBe('["<name?>","< age?>","<nput.>"]');
    expect(asked).toEqual([
      'The Python script asks: name?',
      'The Python script asks: age?',
      'The Python script asks for a line of input.',
    ]);
  });

  it.each<[string, ElicitResult]>([
    ['declines', { action: 'decline' }],
    ['cancels', { action: 'cancel' }],
  ])('finds the end of the file when the user %s', async (_how, result) => {
    expect((await ask('name?', () => result)).text).toBe('[null]');
  });

  it('finds the end of the file when the client can not ask', async () => {
    expect((await ask('name?')).text).toBe('[null]');
  });

  it('is not asked for a secret, which the protocol forbids', async () => {
    const { asked, text } = await ask('password?', () => accepted('secret'), asking(true));
    expect([text, asked]).toEqual(['[null]', []]);
  });

  it('is shown shortened when it is long', async () => {
    const { asked } = await ask('x'.repeat(100_000), () => accepted(''));
    expect(asked[0]?.length).toBeLessThan(2000);
  });
});

const A: UserQuestion = { kind: 'line', prompt: 'a?' };
const lineOf = (line: string): UserReply => ({ kind: 'line', line });

describe('questions', () => {
  it('are answered once, by their number', async () => {
    const questions = new InputQuestions();
    const line = questions.ask(A, over);
    expect(await questions.next()).toMatchObject({ number: 1, asked: A });
    expect(questions.answer(2, lineOf('x'))).toBe(false);
    expect(questions.answer(1, lineOf('yes'))).toBe(true);
    expect(questions.answer(1, lineOf('again'))).toBe(false);
    expect(await line).toEqual(lineOf('yes'));
  });

  it('reach the caller that waits last, also when it waits before they are asked', async () => {
    const questions = new InputQuestions();
    let early = false;
    void questions.next().then(() => {
      early = true;
    });
    const next = questions.next();
    void questions.ask(A, over);
    expect(await next).toMatchObject({ number: 1 });
    expect(early).toBe(false);
  });

  it('end without a line when the run is over, before or after', async () => {
    const questions = new InputQuestions();
    const run = new AbortController();
    const line = questions.ask(A, run.signal);
    run.abort();
    expect([await line, await questions.ask({ kind: 'line', prompt: 'b?' }, run.signal)]).toEqual([
      null,
      null,
    ]);
    expect(questions.answer(1, lineOf('late'))).toBe(false);
  });
});
