import { describe, expect, it } from 'vitest';
import {
  MAX_ANSWER_PARTS,
  MAX_FONT_QUESTIONS,
  MAX_PROMPT_UNITS,
  MAX_QUESTIONS,
  outcomeBudgetBytes,
  runWindowBytes,
} from '../../../src/shared/protocol/interpreter.ts';
import { CLEAR_OUTPUT } from '../../../src/shared/contract/clear-output.ts';
import { RunProtocolError, ReportError, RunCollector } from '../../../src/main/run/run-collector.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { CHECKED_OUTCOME, OUTCOME, utf8 } from '../sandbox/support.ts';

const CAP = 10;
const collect = (outcome?: string) => {
  const passed: string[] = [];
  const collector = new RunCollector(CAP, {
    onOutput: ({ stream, bytes }) => void passed.push(`${stream} ${bytes.length}`),
    onDisplay: ({ mime }) => void passed.push(`display ${Object.keys(mime).join(' ')}`),
    onInput: ({ prompt }) => void passed.push(`input ${prompt}`),
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
    expect(() => collector.push({ channel, bytes: new Uint8Array(1) })).toThrow(RunProtocolError);
    expect(passed).toEqual([`${channel} 9`, `${channel} 1`]);
    expect(collector[channel]).toHaveLength(CAP);
  });

  it('of a small cap is full where its middle is left out, not where it is long', () => {
    const full = (text: string): boolean => {
      const nothing = (): undefined => undefined;
      const collector = new RunCollector(1024, { onOutput: nothing, onDisplay: nothing, onInput: nothing });
      collector.push({ channel: 'stdout', bytes: utf8(text) });
      return collector.full;
    };
    expect(['a'.repeat(513), 'a'.repeat(1000), 'é'.repeat(500)].map(full)).toEqual([false, false, false]);
    expect(full(`${'é'.repeat(256)}\n[... 700 bytes left out ...]\n${'é'.repeat(200)}`)).toBe(true);
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
      expect(() => collector.push({ channel, bytes: new Uint8Array() })).toThrow(RunProtocolError);
      expect(passed).toEqual([]);
    },
  );

  it('passes so many questions on, and not one more', () => {
    const { collector, passed } = collect();
    for (let asked = 0; asked < MAX_QUESTIONS; asked++)
      collector.push({ channel: 'input', call: 1, prompt: '', secret: false });
    expect(() => collector.push({ channel: 'input', call: 1, prompt: '', secret: false })).toThrow(
      RunProtocolError,
    );
    expect(passed).toHaveLength(MAX_QUESTIONS);
  });

  it('caps the outcome as well', () => {
    const { collector, passed } = collect();
    collector.push({ channel: 'outcome', bytes: new Uint8Array(outcomeBudgetBytes(CAP)) });
    expect(() => collector.push({ channel: 'outcome', bytes: new Uint8Array(1) })).toThrow(RunProtocolError);
    expect(passed).toEqual([]);
  });
});

describe('the outcome', () => {
  it('is parsed', () => {
    expect(collect(JSON.stringify(OUTCOME)).collector.outcome()).toEqual(CHECKED_OUTCOME);
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

describe('the files of an outcome', () => {
  const file = (name: string, size = 1, mime = 'text/plain') => ({ name, size, mime });
  const outcomeOf = (changes: object) =>
    collect(JSON.stringify({ ...OUTCOME, ...changes })).collector.outcome();

  it.each([
    '../../etc/passwd',
    '/workspace/../etc/shadow',
    'a\u202egnp.exe',
    'a\u0000b',
    'a\u001b]0;x\u0007',
    'a\u2028b',
    'a\\b',
    'a//b',
    './a',
    'a/..',
    '',
    '\ud800',
    'x'.repeat(256),
  ])('have valid names only: %j is left out, with a notice', (name) => {
    const { files, notices, truncated } = outcomeOf({ files: [file('real.txt'), file(name)] });
    expect(files).toEqual([file('real.txt')]);
    expect(truncated).toBe(true);
    expect(notices).toEqual([{ code: 'files-left-out', message: expect.any(String) as string }]);
    expect(notices[0]?.message).not.toMatch(/[\p{C}\p{Zl}]/u);
  });

  it('are without those made outside the workspace, which a notice names with their size', () => {
    const { files, notices, truncated } = outcomeOf({
      files: [file('real.txt'), file('/tmp/a\u202eb.csv', 7), file('/data/x', 8)],
      changed: [['real.txt', 1]],
    });
    expect([files.map(({ name }) => name), truncated]).toEqual([['real.txt'], false]);
    const named = '"/tmp/a\\u{202e}b.csv" (7 bytes), "/data/x" (8 bytes)';
    expect(notices).toEqual([
      {
        code: 'files-elsewhere',
        message: `made outside of /workspace, and so not handed out: ${named}; write to the working directory instead`,
        values: { files: named },
      },
    ]);
  });

  it('that could not keep their names are named in a notice with both', () => {
    const renamed = { ...file('Users/me/out.csv'), was: 'C:\\Users\\me\\out.csv' };
    const { files, notices } = outcomeOf({ files: [renamed], changed: [['Users/me/out.csv', 1]] });
    expect(files).toEqual([file('Users/me/out.csv')]);
    const named = '"C:\\Users\\me\\out.csv" as "Users/me/out.csv"';
    expect(notices).toEqual([
      { code: 'files-renamed', message: `saved under another name: ${named}`, values: { files: named } },
    ]);
  });

  it('that are still open for writing are named in a notice, if they are there', () => {
    const open = { ...file('a.zip'), open: true };
    const said = [open, { ...open, name: 'no.zip' }, { ...file('b.txt'), open: false }];
    const { files, notices } = outcomeOf({
      files: said,
      changed: [
        ['a.zip', 1],
        ['b.txt', 1],
      ],
    });
    expect(files).toEqual([file('a.zip'), file('b.txt')]);
    expect(notices).toEqual([
      {
        code: 'files-open',
        message:
          'still open for writing, and perhaps not whole: "a.zip"; close them in the code, with close() or a with statement',
        values: { files: '"a.zip"' },
      },
    ]);
  });

  it.each([2 ** 53 - 1, -1, 0.5])('have valid sizes only: %d is refused', (size) => {
    const { files, notices } = outcomeOf({ files: [file('a', size)] });
    expect(files).toEqual([]);
    expect(notices[0]?.message).toMatch(/"a" \(its size/u);
  });

  it.each(['text/html\u001b]0;x', 'text', '', 'text/html; charset=x', 'TEXT/HTML', 'a/'.repeat(100)])(
    'have no types that are none: %j',
    (mime) => {
      expect(outcomeOf({ files: [file('a', 1, mime)] }).files).toEqual([
        file('a', 1, 'application/octet-stream'),
      ]);
    },
  );

  it('are those that were found, whatever the guest says', () => {
    const said = [file('../../x', 9), file('made-up.txt'), file('real.csv', 7, 'text/csv')];
    const { files, notices } = outcomeOf({
      changed: [
        ['real.csv', 3],
        ['other', 4],
      ],
      files: said,
    });
    expect(files).toEqual(
      [file('other', 4, 'application/octet-stream'), file('real.csv', 3, 'text/csv')].reverse(),
    );
    expect(notices[0]?.message).toMatch(/"\.\.\/\.\.\/x" \(its name climbs out/u);
  });

  it('are cut when more were found', () => {
    expect(outcomeOf({ changed: [['a', 1]], changedCut: true }).truncated).toBe(true);
  });

  it.each([
    ['too many', Array(1001).fill(file('x'))],
    ['of the wrong form', [{ name: 1 }]],
    ['nested', [[[[[1]]]]]],
    ['no list', 'x'],
  ])('do not depend on the list that the guest gives: %s', (_what, files) => {
    expect(outcomeOf({ changed: [['real', 1]], files }).files).toHaveLength(1);
    expect(outcomeOf({ files }).files).toEqual([]);
  });

  it('can not be given twice', () => {
    const text = `{"changed":[["real",1]],"changedCut":false,${JSON.stringify({ ...OUTCOME, changed: [] }).slice(1)}`;
    expect(() => collect(text).collector.outcome()).toThrow(ReportError);
  });

  it('are listed once, and their number does not grow without end', () => {
    const many = Array.from({ length: 1000 }, (_, index) => file(`../${index}`));
    const { files, notices } = outcomeOf({
      files: [...many.slice(1), file('a')],
      changed: [
        ['a', 1],
        ['a', 2],
      ],
    });
    expect(files).toEqual([file('a')]);
    expect(notices[0]?.message).toMatch(/and 998 more$/u);
    expect(outcomeOf({ files: many }).notices[0]?.message).toMatch(/and 999 more$/u);
  });
});

describe('displays', () => {
  it('that the guest clears are in no result, but count against the budget', () => {
    const { collector, passed } = collect();
    const shown = (mime: string): void =>
      collector.push({
        channel: 'display',
        bytes: utf8(`{"mime":[["${mime}","{}"]],"cut":false}`),
        last: true,
      });
    for (const mime of ['text/plain', 'text/html', CLEAR_OUTPUT, 'text/markdown']) shown(mime);
    expect(collector.displays).toEqual([{ mime: { 'text/markdown': '{}' } }]);
    expect(passed).toContain(`display ${CLEAR_OUTPUT}`);
    for (let count = 4; count < LIMITS.displayCount; count++) shown(CLEAR_OUTPUT);
    expect(() => shown(CLEAR_OUTPUT)).toThrow(RunProtocolError);
  });

  const show = (collector: RunCollector, json: string, last = true): void =>
    collector.push({ channel: 'display', bytes: utf8(json), last });
  const ONE = '{"mime":[["text/plain","x"]],"cut":false}';

  it('come whole, in order, also when they were sent in pieces', () => {
    const { collector, passed } = collect();
    show(collector, ONE.slice(0, 20), false);
    expect(collector.displays).toEqual([]);
    show(collector, ONE.slice(20));
    show(collector, '{"mime":[["image/png","AA=="],["text/plain","y"]],"cut":true}');
    expect(collector.displays).toEqual([
      { mime: { 'text/plain': 'x' } },
      { mime: { 'image/png': 'AA==', 'text/plain': 'y' } },
    ]);
    expect(passed).toEqual(['display text/plain', 'display image/png text/plain']);
    expect(collector.displaysCut).toBe(true);
  });

  it('that break the contract make the report invalid', () => {
    const wrong = ['', '{}', '{"mime":[],"cut":false}', '{"mime":[["plain","x"]],"cut":false}', `[${ONE}]`];
    for (const json of wrong) expect(() => show(collect().collector, json)).toThrow(ReportError);
  });

  it('may be as many and as large as allowed, and no more', () => {
    const many = collect().collector;
    for (let shown = 0; shown < LIMITS.displayCount; shown++) show(many, ONE);
    expect(() => show(many, ONE)).toThrow(RunProtocolError);
    const large = collect().collector;
    // Blanks may go on and on.
    const piece = new Uint8Array(LIMITS.displayBytes / 2).fill(0x20);
    for (let half = 0; half < 2; half++) large.push({ channel: 'display', bytes: piece, last: false });
    expect(() => large.push({ channel: 'display', bytes: Uint8Array.of(0x20), last: false })).toThrow(
      RunProtocolError,
    );
  });
});

it('questions may be as many and as long as allowed, and no more', () => {
  const ask = (collector: RunCollector, prompt: string): void =>
    collector.push({ channel: 'input', call: 1, prompt, secret: false });
  const many = collect();
  for (let asked = 0; asked < MAX_QUESTIONS; asked++) ask(many.collector, '');
  expect(many.passed).toHaveLength(MAX_QUESTIONS);
  expect(() => ask(many.collector, '')).toThrow(RunProtocolError);
  const long = collect().collector;
  ask(long, 'x'.repeat(MAX_PROMPT_UNITS));
  expect(() => ask(long, 'x')).toThrow(RunProtocolError);
});

it('requests for fonts are passed on, up to their number', () => {
  const passed: number[] = [];
  const collector = new RunCollector(CAP, {
    onOutput: () => undefined,
    onDisplay: () => undefined,
    onInput: () => undefined,
    onFonts: ({ call }) => void passed.push(call),
  });
  const ask = (call: number): void => collector.push({ channel: 'fonts', call, modules: ['manimgx_fonts'] });
  for (let call = 1; call <= MAX_FONT_QUESTIONS; call++) ask(call);
  expect(passed).toHaveLength(MAX_FONT_QUESTIONS);
  expect(() => ask(100)).toThrow(RunProtocolError);
});

it('an empty part that is not the last is refused', () => {
  const { collector } = collect();
  const empty = { channel: 'display', bytes: new Uint8Array(), last: false } as const;
  expect(() => collector.push(empty)).toThrow(RunProtocolError);
});

describe('calls of functions', () => {
  const calling = () => {
    const passed: string[] = [];
    const collector = new RunCollector(CAP, {
      onOutput: () => undefined,
      onDisplay: () => undefined,
      onInput: () => undefined,
      onCall: ({ call, last }) => void passed.push(`call ${call} ${String(last)}`),
      onCallNextPart: (call) => void passed.push(`rest ${call}`),
    });
    const push = (bytes: number, last = true): void =>
      collector.push({ channel: 'call', call: 1, bytes: new Uint8Array(bytes), last });
    return { collector, passed, push };
  };

  it('are passed on, piece by piece', () => {
    const { collector, passed, push } = calling();
    push(5, false);
    push(0);
    collector.push({ channel: 'call-rest', call: 2 });
    expect(passed).toEqual(['call 1 false', 'call 1 true', 'rest 2']);
  });

  it('of a run that was given no functions make the report invalid', () => {
    const { collector } = collect();
    expect(() => collector.push({ channel: 'call', call: 1, bytes: utf8('{}'), last: true })).toThrow(
      RunProtocolError,
    );
  });

  it.each<[string, (push: (bytes: number, last?: boolean) => void, rest: () => void) => void]>([
    ['pieces of nothing', (push) => push(0, false)],
    ['more in one call', (push) => push(LIMITS.callBytes + 1, false)],
    ['more in one call, piece by piece', (push) => repeat(2, () => push(LIMITS.callBytes / 2 + 1, false))],
    ['more in all calls', (push) => repeat(25, () => push(LIMITS.callBytes))],
    ['more calls', (push) => repeat(LIMITS.functionCalls + 1, () => push(1))],
    ['more parts of answers', (_push, rest) => repeat(MAX_ANSWER_PARTS + 1, rest)],
  ])('have bounds: %s', (_what, send) => {
    const { collector, push } = calling();
    expect(() => send(push, () => collector.push({ channel: 'call-rest', call: 1 }))).toThrow(
      RunProtocolError,
    );
  });

  it('up to their bounds fit into the window of a run', () => {
    const largest = LIMITS.outputKiB.max * 1024;
    expect(runWindowBytes(largest, true)).toBeLessThanOrEqual(256 * 1024 * 1024);
    expect(runWindowBytes(largest, true) - runWindowBytes(largest)).toBeGreaterThan(LIMITS.totalCallBytes);
  });
});

const repeat = (times: number, work: () => void): void => {
  for (let left = times; left > 0; left--) work();
};
