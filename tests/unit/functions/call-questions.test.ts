/** Questions to a person about calls: whoever does not say yes in time has said no. */
import { describe, expect, it } from 'vitest';
import { CallQuestions } from '../../../src/main/functions/call-questions.ts';
import type { ProposedCall } from '../../../src/main/functions/host-function.ts';
import type { CallQuestion } from '../../../src/shared/ipc/questions-api.ts';
import { FakeClock, turns } from '../sandbox/support.ts';

const TIMEOUT_MS = 1000;

const stage = () => {
  const clock = new FakeClock();
  const questions = new CallQuestions(clock, TIMEOUT_MS);
  const seen: (readonly CallQuestion[])[] = [];
  return { clock, questions, seen, watch: () => questions.watch((open) => seen.push(open)) };
};

const call = (given: Partial<ProposedCall> = {}): ProposedCall => ({
  name: 'mail.send',
  arguments: { to: 'a@example.org' },
  session: null,
  run: {},
  signal: new AbortController().signal,
  ...given,
});

const onlyOne = (questions: CallQuestions): CallQuestion => {
  const [first, ...others] = questions.open;
  if (first === undefined || others.length > 0)
    throw new Error(`${questions.open.length} questions are open`);
  return first;
};

it('a question is told to all who watch, those who come later too, and the first answer counts', async () => {
  const { questions, seen, watch } = stage();
  watch();
  const decision = questions.ask(call({ session: 'report' }));
  const question = onlyOne(questions);
  expect(question).toMatchObject({
    name: 'mail.send',
    arguments: '{"to": "a@example.org"}',
    session: 'report',
  });
  watch();
  expect(seen).toEqual([[], [question], [question]]);
  expect(questions.answer(question.id, 'allow')).toBe(true);
  expect(questions.answer(question.id, 'deny')).toBe(false);
  expect(await decision).toBe(true);
  expect(seen.slice(3)).toEqual([[], []]);
});

it('arguments are shown with nothing in them that would not be seen, and cut in the middle', () => {
  const { questions, watch } = stage();
  watch();
  void questions.ask(call({ arguments: { text: `tea\u202e${'x'.repeat(10_000)}end` } }));
  const { arguments: shown } = onlyOne(questions);
  expect(shown).toContain('tea\\u{202e}');
  expect(shown).toMatch(/characters left out .*xend"\}$/u);
  expect(shown.length).toBeLessThan(4200);
});

it('a watcher that throws, as one does whose window is destroyed, changes nothing for the others', async () => {
  const { clock, questions, seen, watch } = stage();
  questions.watch((open) => {
    if (open.length > 0 || seen.length > 1) throw new Error('Object has been destroyed');
  });
  watch();
  const stop = new AbortController();
  const ended = questions.ask(call({ signal: stop.signal }));
  expect(onlyOne(questions)).toBe(seen.at(-1)?.[0]);
  stop.abort();
  const late = questions.ask(call());
  clock.advance(TIMEOUT_MS);
  const denial = { deny: expect.any(String) as string };
  expect([await ended, await late]).toEqual([denial, denial]);
  expect([questions.open, seen.at(-1)]).toEqual([[], []]);
});

describe('a question is denied', () => {
  it('where nobody watches', async () => {
    const { questions } = stage();
    expect(await questions.ask(call())).toEqual({
      deny: 'it is to be asked for, and there is no window to ask in',
    });
  });

  it('when its arguments are too many to be shown', async () => {
    const { questions, watch } = stage();
    watch();
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`key_${index}`, index]));
    expect(await questions.ask(call({ arguments: many }))).toMatchObject({
      deny: expect.stringContaining('too many arguments') as string,
    });
  });

  it('by a person', async () => {
    const { questions, watch } = stage();
    watch();
    const decision = questions.ask(call());
    questions.answer(onlyOne(questions).id, 'deny');
    expect(await decision).toEqual({ deny: 'the user said no' });
  });

  it('when there is no answer in time', async () => {
    const { clock, questions, watch } = stage();
    watch();
    const decision = questions.ask(call());
    const { id } = onlyOne(questions);
    clock.advance(TIMEOUT_MS);
    expect(await decision).toEqual({ deny: 'nobody has answered in time' });
    expect(questions.answer(id, 'allow')).toBe(false);
  });

  it('when the last of those who watch has gone, and not before', async () => {
    const { questions, watch } = stage();
    const [first, second] = [watch(), watch()];
    let isDecided = false;
    const decision = questions.ask(call()).finally(() => (isDecided = true));
    first();
    first();
    await turns();
    expect(isDecided).toBe(false);
    second();
    expect(await decision).toEqual({ deny: 'the window that asked was closed' });
  });

  it('when its run is over, before it was asked or while it is', async () => {
    const { clock, questions, watch } = stage();
    watch();
    const stop = new AbortController();
    const decision = questions.ask(call({ signal: stop.signal }));
    stop.abort();
    expect(await decision).toMatchObject({ deny: expect.any(String) as string });
    expect(await questions.ask(call({ signal: stop.signal }))).toMatchObject({
      deny: expect.any(String) as string,
    });
    expect([questions.open, clock.waiting]).toEqual([[], 0]);
  });
});

it('what is allowed for a run holds for that function and that run alone', async () => {
  const { questions, watch } = stage();
  watch();
  const run = {};
  const first = questions.ask(call({ run }));
  questions.answer(onlyOne(questions).id, 'allow-all');
  expect([await first, await questions.ask(call({ run }))]).toEqual([true, true]);
  void questions.ask(call({ run, name: 'mail.delete' }));
  void questions.ask(call());
  expect(questions.open.map(({ name }) => name)).toEqual(['mail.delete', 'mail.send']);
});
