/** What a client gets of a result with more in it than an answer takes. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ANSWER_BYTES, runAnswer, underWay, type RunAnswer } from '../../../src/main/mcp/run-answer.ts';
import type { RunResult } from '../../../src/shared/contract/run.ts';
import { frameHeader, gif, jpeg, png, webp } from '../../support/made-images.ts';
import { resultOf } from '../../support/run-results.ts';

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_value, index) => make(index));

const answerOf = (changes: Partial<RunResult>): RunAnswer =>
  runAnswer('s', resultOf(changes), { file: (name) => `file:${name}`, keep: () => 'output:1', isNew: false });

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

it('all of the text has as many bytes as the documentation says', () => {
  const long = 'é"\n'.repeat(20_000);
  const outputs = many(20, () => ({ mime: { 'text/plain': long } }));
  const text = textOf(answerOf({ stdout: long, stderr: long, value: { text: `${long}v` }, outputs }));
  const bytes = Buffer.byteLength(JSON.stringify(text));
  // The word about what is left out comes on top.
  expect([bytes > ANSWER_BYTES - 100, bytes < ANSWER_BYTES + 100]).toEqual([true, true]);
  const documented = `about ${ANSWER_BYTES.toLocaleString('en')} bytes in all`;
  expect(readFileSync('docs/mcp.md', 'utf8')).toContain(documented);
});

it('the note on what is left out follows any amount of text', () => {
  const outputs = many(60, () => ({ mime: { 'text/plain': 'x'.repeat(5000) } }));
  expect(textOf(answerOf({ outputs }))).toMatch(/\[10 of 60 outputs left out\]$/u);
});

const shownBy = (mime: Record<string, string>, changes: Partial<RunResult> = {}): unknown[] => {
  const { content } = answerOf({ outputs: [{ mime }], ...changes });
  return content.map((block) => (block.type === 'text' ? block.text : `${block.type} ${block.mimeType}`));
};

it('the text of what is shown is told, and other forms of it are linked to', () => {
  expect(shownBy({ 'text/plain': '   a\n0  1', 'text/html': '<table>' })).toEqual([
    '   a\n0  1',
    'resource_link text/html',
  ]);
});

it.each([
  '<IPython.display.HTML object>',
  '<__main__.make.<locals>.Thing object at 0x1f>',
  // Native Python on Windows.
  '<__main__.Thing object at 0x000001E5B3F4A9D0>',
])('what says nothing of what is shown is not told: %s', (bare) => {
  expect(shownBy({ 'text/plain': bare, 'text/html': '<b>x</b>' })).toEqual([
    '[The code ran, and printed nothing.]',
    'resource_link text/html',
  ]);
});

it.each(['text/markdown', 'text/latex', 'application/json'])('%s is told as it was written', (kind) => {
  expect(shownBy({ 'text/plain': '<IPython.display.Markdown object>', [kind]: 'written' })).toEqual([
    'written',
  ]);
});

it('what is too long to be told is linked to', () => {
  const shown = shownBy({ 'text/markdown': 'x'.repeat(10_000) });
  expect(shown).toEqual([expect.stringContaining('characters left out'), 'resource_link text/markdown']);
});

it('the text of the value is not told once more', () => {
  const value = { text: '   a\n0  1' };
  expect(shownBy({ 'text/plain': value.text, 'text/html': '<table>' }, { value })).toEqual([
    value.text,
    'resource_link text/html',
  ]);
});

it('an object that only has a name is told by it', () => {
  expect(shownBy({ 'text/plain': '<Thing object at 0x1f>' })).toEqual(['<Thing object at 0x1f>']);
});

const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64');
const HEADER = 0xc0;

it.each([
  ['image/png', png(640, 480)],
  ['image/jpeg', jpeg(frameHeader(HEADER, 640, 480))],
  ['image/gif', gif(640, 480)],
  ['image/webp', webp('VP8X', [0, 0, 0, 0, 9, 0, 0, 9, 0, 0])],
] as const)('a picture is shown as what it is: %s', (type, bytes) => {
  expect(shownBy({ 'image/png': base64(bytes) })).toContain(`image ${type}`);
});

it('of several forms the first is shown that is a picture', () => {
  const shown = shownBy({
    'image/png': base64('no picture'),
    'image/jpeg': base64(jpeg(frameHeader(HEADER, 9, 9))),
  });
  expect(shown).toContain('image image/jpeg');
});

it.each([
  ['bytes that are none', base64('no picture')],
  ['GIF without a version', base64('GIF8 is no picture')],
  ['a sound', base64('RIFF\n\0\0\0WAVEfmt ')],
  ['text that is not base64', `${base64(png(9, 9))}!!`],
])('%s: not shown as a picture, nor linked to as one', (_what, data) => {
  expect(shownBy({ 'image/png': data, 'text/plain': 'B' })).toEqual([
    'B',
    'resource_link application/octet-stream',
  ]);
});

// A client refuses the whole answer for one.
it.each(['!!"not base64"', 'A', '===='])('a picture with %j behind it in its base64 is not shown', (odd) => {
  const shown = shownBy({ 'image/png': `${base64(png(9, 9))}${odd}`, 'text/plain': 'B' });
  expect(shown).toEqual(['B', 'resource_link application/octet-stream']);
});

it('a picture without more than its beginning is linked to', () => {
  expect(shownBy({ 'image/png': base64(png(9, 9).subarray(0, 8)) })).toContain('resource_link image/png');
});

it.each([
  [8000, 9, 'image image/png'],
  [8001, 9, 'resource_link image/png'],
  [9, 8001, 'resource_link image/png'],
  [0, 9, 'resource_link image/png'],
])('a picture of %i × %i pixels: %s', (width, height, shown) => {
  expect(shownBy({ 'image/png': base64(png(width, height)) })).toContain(shown);
});

it('of pictures that are too long for an answer, or come after another one, only the beginning is judged', () => {
  const long = Buffer.concat([png(9, 9), Buffer.alloc(600_000)]);
  const frameless = jpeg();
  const outputs = [long, png(9, 9), png(9, 9), frameless, Buffer.from('no picture')].map((bytes) => ({
    mime: { 'image/png': base64(bytes) },
  }));
  const { content } = answerOf({ outputs });
  expect(
    content.slice(1).map((block) => (block.type === 'text' ? '' : `${block.type} ${block.mimeType}`)),
  ).toEqual([
    'resource_link image/png',
    'image image/png',
    'resource_link image/png',
    'resource_link image/jpeg',
    'resource_link application/octet-stream',
  ]);
});

it.each([
  [7, ['image']],
  [8, ['resource_link']],
])('a picture behind %i that can not be shown, as long as they may be', (count, kinds) => {
  const wide = base64(Buffer.concat([png(8001, 9), Buffer.alloc(450_000 - png(9, 9).length)]));
  const outputs = [...many(count, () => wide), base64(png(9, 9))].map((data) => ({
    mime: { 'image/png': data },
  }));
  const { content } = answerOf({ outputs });
  expect(content.slice(1 + count).map(({ type }) => type)).toEqual(kinds);
});

const failed = (message: string, traceback: string): Partial<RunResult> => ({
  status: 'error',
  error: { type: 'Odd', message, traceback, line: 1 },
});

it('an error is told once, with its advice', () => {
  const answer = answerOf(failed('bad; do this', 'Traceback\nOdd: bad\ndo this\n'));
  expect(textOf(answer)).toBe('[error]\nTraceback\nOdd: bad\ndo this');
});

it('a notice says nothing that the error has said', () => {
  const notices = ['no threads', 'no tzdata'].map((message) => ({ code: 'absent' as const, message }));
  const answer = answerOf({ ...failed('x', 'Odd: there are no threads\n'), notices });
  expect(textOf(answer)).toBe('[error]\nOdd: there are no threads\n[no tzdata]');
});

it('a notice stays where the error that says the same is cut there', () => {
  const notices = [{ code: 'absent' as const, message: 'no threads' }];
  const traceback = `${'A'.repeat(4000)} no threads ${'B'.repeat(4000)}`;
  expect(textOf(answerOf({ ...failed('x', traceback), notices }))).toContain('[no threads]');
});

it('of what stopped a run, its own words come before the place in the code', () => {
  const answer = answerOf({ ...failed('too long', 'KeyboardInterrupt'), status: 'timeout' });
  expect(textOf(answer)).toBe('[timeout]\nOdd: too long\nKeyboardInterrupt');
});

it('the end of a file is not blamed on input()', () => {
  const error = { type: 'EOFError', message: 'Ran out of input', traceback: '', line: 1 };
  expect(textOf(answerOf({ status: 'error', error }))).toBe('[error]\nEOFError: Ran out of input');
});

it('an error is told whatever else is shown', () => {
  const outputs = many(40, () => ({ mime: { 'text/plain': 'x'.repeat(5000) } }));
  const answer = answerOf({ ...failed('the reason', ''), stdout: 'y'.repeat(20_000), outputs });
  expect(textOf(answer)).toContain('[error]\nOdd: the reason');
});

it.each<[string, Partial<RunResult>]>([
  ['[The code ran, and printed nothing.]', {}],
  ['[The code ran, and printed blank lines only.]', { stdout: '\n  \n' }],
  ['[The code ran, and printed blank lines only.]', { stderr: '\n' }],
  ['[The code ran, and its value is an empty text.]', { value: { text: '' } }],
])('%s', (told, changes) => {
  expect(textOf(answerOf(changes))).toBe(told);
});

it('the handle of a new session is in the content, as clients may show nothing else', () => {
  const options = { file: () => '', keep: () => '', isNew: true };
  const { content } = runAnswer('py-1', resultOf({ stdout: 'x' }), options);
  expect(content).toEqual([
    { type: 'text', text: 'x' },
    { type: 'text', text: '[session py-1: pass it on to go on with its variables and files]' },
  ]);
  expect(underWay('py-1', 'running').content).toMatchObject([
    { text: expect.stringContaining('py-1') as string },
  ]);
});

it('that the state of a session is lost is in the content', () => {
  expect(textOf(answerOf({ session: { id: 's', state: 'lost' } }))).toContain(
    'lost: its variables and files',
  );
});
