/** What a client gets of a result with more in it than an answer takes. */
import { expect, it } from 'vitest';
import { runAnswer, type RunAnswer } from '../../../src/main/mcp/run-answer.ts';
import type { RunResult } from '../../../src/shared/contract/sandbox.ts';
import { resultOf } from '../../support/run-results.ts';

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_value, index) => make(index));

const answerOf = (changes: Partial<RunResult>): RunAnswer =>
  runAnswer('s', resultOf(changes), { file: (name) => `file:${name}`, keep: () => 'output:1' });

const textOf = ({ content: [first] }: RunAnswer): string => (first?.type === 'text' ? first.text : '');

const CASES: readonly [string, number, (count: number) => Partial<RunResult>][] = [
  ['outputs', 50, (count) => ({ outputs: many(count, () => ({ mime: { 'text/html': '<b>x</b>' } })) })],
  ['notices', 5, (count) => ({ notices: many(count, (n) => ({ code: 'absent', message: `no ${n}` })) })],
  ['packages', 40, (count) => ({ packages: many(count, (n) => `package-${n}`) })],
];

it.each(CASES)('%s are all listed up to %i', (_what, limit, made) => {
  const answer = answerOf(made(limit));
  expect(answer.structuredContent.truncated).toBe(false);
  expect(textOf(answer)).not.toContain('left out');
});

it.each(CASES)('of more %s than %i the answer says how many are left out', (what, limit, made) => {
  const answer = answerOf(made(limit + 7));
  expect(answer.structuredContent.truncated).toBe(true);
  expect(textOf(answer)).toContain(`[7 of ${limit + 7} ${what} left out]`);
});

it('the note on what is left out follows any amount of text', () => {
  const outputs = many(60, () => ({ mime: { 'text/plain': 'x'.repeat(5000) } }));
  expect(textOf(answerOf({ outputs }))).toMatch(/\[10 of 60 outputs left out\]$/u);
});
