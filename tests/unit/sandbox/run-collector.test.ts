import { describe, expect, it } from 'vitest';
import { MAX_QUESTIONS, outcomeBudgetBytes } from '../../../src/shared/interpreter.ts';
import { MisbehaviourError, ReportError, RunCollector } from '../../../src/main/sandbox/run-collector.ts';
import { OUTCOME, utf8 } from './support.ts';

const CAP = 10;
const collect = (outcome?: string) => {
  const passed: string[] = [];
  const collector = new RunCollector(CAP, {
    onOutput: ({ stream, bytes }) => void passed.push(`${stream} ${bytes.length}`),
    onDisplay: ({ mime }) => void passed.push(`display ${Object.keys(mime).join(' ')}`),
    onInput: (prompt) => void passed.push(`input ${prompt}`),
  });
  if (outcome !== undefined) collector.push({ channel: 'outcome', bytes: utf8(outcome) });
  return { collector, passed };
};
const withJson = (json: string): string =>
  `{"value":{"text":"t","json":${json}},"error":null,"files":[],"truncated":false}`;

describe('output', () => {
  it.each(['stdout', 'stderr'] as const)('%s passes up to the cap and not a byte more', (channel) => {
    const { collector, passed } = collect();
    collector.push({ channel, bytes: new Uint8Array(CAP - 1) });
    expect(collector.full).toBe(false);
    collector.push({ channel, bytes: new Uint8Array(1) });
    expect(collector.full).toBe(true);
    expect(() => collector.push({ channel, bytes: new Uint8Array(1) })).toThrow(MisbehaviourError);
    expect(passed).toEqual([`${channel} 9`, `${channel} 1`]);
    expect(collector[channel]).toHaveLength(CAP);
  });

  it('joins UTF-8 that was split between pieces, and replaces what is none', () => {
    const { collector } = collect();
    for (const byte of utf8('é😀')) collector.push({ channel: 'stdout', bytes: Uint8Array.of(byte) });
    collector.push({ channel: 'stdout', bytes: Uint8Array.of(0xe2, 0x82) });
    expect(collector.stdout).toBe('é😀\ufffd');
    expect(collector.stdout).toBe('é😀\ufffd');
  });

  it('keeps a byte order mark: the guest wrote it', () => {
    const { collector } = collect();
    collector.push({ channel: 'stderr', bytes: utf8('\ufeffx') });
    expect(collector.stderr).toBe('\ufeffx');
  });

  it.each(['stdout', 'stderr'] as const)(
    '%s has no pieces of nothing: there could be any number',
    (channel) => {
      const { collector, passed } = collect();
      expect(() => collector.push({ channel, bytes: new Uint8Array() })).toThrow(MisbehaviourError);
      expect(passed).toEqual([]);
    },
  );

  it('passes so many questions on, and not one more', () => {
    const { collector, passed } = collect();
    for (let asked = 0; asked < MAX_QUESTIONS; asked++) collector.push({ channel: 'input', prompt: '' });
    expect(() => collector.push({ channel: 'input', prompt: '' })).toThrow(MisbehaviourError);
    expect(passed).toHaveLength(MAX_QUESTIONS);
  });

  it('caps the outcome as well', () => {
    const { collector, passed } = collect();
    collector.push({ channel: 'outcome', bytes: new Uint8Array(outcomeBudgetBytes(CAP)) });
    expect(() => collector.push({ channel: 'outcome', bytes: new Uint8Array(1) })).toThrow(MisbehaviourError);
    expect(passed).toEqual([]);
  });
});

describe('the outcome', () => {
  it('is parsed', () => {
    expect(collect(JSON.stringify(OUTCOME)).collector.outcome()).toEqual(OUTCOME);
    expect(collect(withJson('[1,{"a":null}]')).collector.outcome().value).toEqual({
      text: 't',
      json: [1, { a: null }],
    });
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{"value":'],
    ['a number', '1'],
    ['null', 'null'],
    ['an array', '[]'],
    ['a key too many', JSON.stringify({ ...OUTCOME, extra: 1 })],
    ['a key too few', JSON.stringify({ value: null, error: null, files: [] })],
    ['the wrong kind', JSON.stringify({ ...OUTCOME, truncated: 'no' })],
    ['a value of the wrong kind', JSON.stringify({ ...OUTCOME, value: 1 })],
    [
      'a line that is none',
      JSON.stringify({ ...OUTCOME, error: { type: '', message: '', traceback: '', line: 0 } }),
    ],
    [
      'too many files',
      JSON.stringify({ ...OUTCOME, files: Array(1001).fill({ name: 'x', size: 0, mime: '' }) }),
    ],
    ['prototype keys', '{"__proto__":{"value":null,"error":null,"files":[],"truncated":false}}'],
    ['deep nesting', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['deep nesting where text belongs', `{"value":${'{"text":'.repeat(100_000)}1${'}'.repeat(100_001)}`],
  ])('is refused: %s', (_what, text) => {
    expect(() => collect(text).collector.outcome()).toThrow(ReportError);
  });

  it.each([
    ['a key that schemas drop', '{"a":{"__proto__":1}}'],
    ['more depth than may be passed on', `${'['.repeat(100)}${']'.repeat(100)}`],
    ['more values than may be passed on', `[${'0,'.repeat(250_000)}0]`],
  ])('loses JSON with %s, and keeps its text', (_what, json) => {
    expect(collect(withJson(json)).collector.outcome().value).toEqual({ text: 't' });
  });

  it('is not read from inherited properties', () => {
    const { collector } = collect(
      '{"value":{"text":"x","__proto__":{"json":1}},"error":null,"files":[],"truncated":false}',
    );
    expect(() => collector.outcome()).toThrow(ReportError);
    expect(({} as { json?: unknown }).json).toBeUndefined();
  });
});
