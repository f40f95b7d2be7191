/** `--out`, `--force` and `input()` of `vivarium run`. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OutputFolder } from '../../../src/main/cli/output/output-folder.ts';
import { OutputSaver } from '../../../src/main/cli/output/save-outputs.ts';
import { CLEAR_OUTPUT } from '../../../src/shared/contract/clear-output.ts';
import type { CollectedFile, RunResult } from '../../../src/shared/contract/run.ts';
import { resultOf } from '../../support/run-results.ts';
import { cli, type Run } from './harness.ts';

let cwd = '';

beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'vivarium-cli-out-'));
});

afterEach(() => {
  rmSync(cwd, { recursive: true, force: true });
});

const PIXEL = Buffer.from('a picture');
const OUTPUTS: RunResult['outputs'] = [
  { mime: { 'text/plain': 'a table', 'text/html': '<table/>' } },
  { mime: { 'text/plain': 'Figure', 'image/png': PIXEL.toString('base64') } },
  { mime: { 'image/svg+xml': '<svg>é</svg>' } },
];

const file = (name: string, text: string): CollectedFile => ({
  kind: 'whole',
  name,
  mime: 'text/plain',
  bytes: new TextEncoder().encode(text),
});

const making =
  (...files: readonly CollectedFile[]): Run =>
  async (_request, { onFile }) => {
    for (const made of files) await onFile?.(made);
    return resultOf({ outputs: OUTPUTS });
  };

const read = (...names: string[]): string => readFileSync(path.join(cwd, ...names), 'utf8');

it('writes files and pictures into the folder', async () => {
  const outcome = await cli(['run', '-c', '1', '--out', 'out'], {
    cwd,
    run: making(file('a/b.csv', '1,2'), file('c.txt', 'text')),
  });
  expect(outcome).toMatchObject({
    code: 0,
    stdout: '',
    stderr: 'vivarium: what was shown is in output-1.html, plot-1.png, plot-2.svg\n',
  });
  const written = ['a', 'c.txt', 'output-1.html', 'plot-1.png', 'plot-2.svg'];
  expect(readdirSync(path.join(cwd, 'out')).sort()).toEqual(written);
  expect(read('out', 'a', 'b.csv') + read('out', 'c.txt')).toBe('1,2text');
  expect(read('out', 'plot-1.png') + read('out', 'plot-2.svg')).toBe('a picture<svg>é</svg>');
});

it('names the files that it did not write, and writes the rest', async () => {
  const run = making(
    file('../evil', 'x'),
    { kind: 'left-out', name: 'large\u001b[2J', why: 'more than\u001b[2J 5 bytes' },
    file('good', 'x'),
  );
  const outcome = await cli(['run', '-c', '1', '--out', '.'], { cwd, run });
  expect(outcome.code).toBe(70);
  expect(outcome.stderr).toContain('"../evil" was not written: its name climbs out of /workspace\n');
  expect(outcome.stderr).toMatch(/large.* was not written: more than/u);
  expect(outcome.stderr).not.toContain('\u001b');
  expect(existsSync(path.join(cwd, '..', 'evil'))).toBe(false);
  expect(read('good')).toBe('x');
});

it('writes each form that is more than text: pages, pictures beside them, JSON', async () => {
  const outputs = [
    { mime: { 'text/html': '<b>1</b>', 'application/json': '{"a": 1}', 'text/plain': 'x' } },
    { mime: { 'application/vnd.plotly.v1+json': '{}', 'image/svg+xml': '<svg/>', 'image/png': 'aGk=' } },
    { mime: { 'text/markdown': '**only text**' } },
  ];
  await cli(['run', '-c', '1', '--out', '.'], { cwd, run: async () => resultOf({ outputs }) });
  expect(readdirSync(cwd).sort()).toEqual([
    ...['chart-1.html', 'output-1.html', 'output-2.json', 'output-3.json', 'output-4.svg', 'plot-1.png'],
  ]);
});

it('writes an animation as a GIF, which needs no player', async () => {
  const outputs = [
    {
      mime: {
        'application/vnd.vivarium.animation+json': '{"frames":[]}',
        'image/gif': 'aGk=',
        'text/plain': '<matplotlib.animation.FuncAnimation object at 0x1f>',
      },
    },
  ];
  const outcome = await cli(['run', '-c', '1', '--out', '.'], {
    cwd,
    run: async () => resultOf({ outputs }),
  });
  expect(readdirSync(cwd)).toEqual(['plot-1.gif']);
  expect(outcome.stderr).toContain('what was shown is in plot-1.gif');
});

it('writes a chart as a page that has its script inside, runs no other and fetches nothing', async () => {
  const spec = JSON.stringify({ layout: { title: '</script><script>alert(1)</script><!--' } });
  const outputs = [{ mime: { 'application/vnd.plotly.v1+json': spec } }];
  const outcome = await cli(['run', '-c', '1', '--out', '.'], {
    cwd,
    run: async () => resultOf({ outputs }),
  });
  expect(outcome.stderr).toContain('what was shown is in chart-1.html, output-1.json');
  const page = read('chart-1.html');
  const [json, script, ...others] = [...page.matchAll(/<script[^>]*>(.*?)<\/script>/gsu)].map(
    ([, text = '']) => text,
  );
  expect(others).toEqual([]);
  expect(JSON.parse(json ?? '')).toEqual(JSON.parse(spec));
  expect(script).toBe("draw('plotly')//\\x3c/script>\\x3c!--");
  const hash = createHash('sha256')
    .update(script ?? '')
    .digest('base64');
  expect(page).toContain(`default-src 'none'; script-src 'sha256-${hash}';`);
});

it('makes 20 charts of a run into pages, and reads the script of each library once', async () => {
  const outputs = Array.from({ length: 25 }, (_, index) => ({
    mime: { [`application/vnd.${index % 2 === 0 ? 'plotly.v1' : 'vega.v5'}+json`]: `{"n":${index}}` },
  }));
  const asked: string[] = [];
  const notices: string[] = [];
  const folder = await OutputFolder.open(cwd, false);
  const out = { notice: async (text: string) => void notices.push(text) };
  const saver = new OutputSaver(folder, out, async (library) => {
    asked.push(library);
    return `draw('${library}')`;
  });
  await saver.saveOutputs(outputs);
  const names = readdirSync(cwd);
  expect(names.filter((name) => name.endsWith('.html'))).toHaveLength(20);
  expect(names.filter((name) => name.endsWith('.json'))).toHaveLength(25);
  expect([read('chart-1.html'), read('chart-20.html')]).toEqual([
    expect.stringContaining("draw('plotly')"),
    expect.stringContaining("draw('vega')"),
  ]);
  expect(read('output-25.json')).toBe('{"n":24}');
  expect(asked).toEqual(['plotly', 'vega']);
  expect(notices.at(-1)).toBe('5 of 25 charts are written as JSON alone: 20 become pages at most');
  expect(saver.failed).toBe(false);
});

it.each([
  ['run_2025-03-04T05:06:07.log', 'run_2025-03-04T05_06_07.log'],
  ['sales: north vs south?.txt', 'sales_ north vs south_.txt'],
  ['C:/Users/me/out.csv', 'Users/me/out.csv'],
  ['con.txt', '_con.txt'],
  ['ends with a dot.', 'ends with a dot_'],
  [`${'é'.repeat(200)}.csv`, `${'é'.repeat(118)}.csv`],
])('writes %j under a name that is valid on every system, and says so', async (name, now) => {
  const outcome = await cli(['run', '-c', '1', '--out', '.'], {
    cwd,
    run: async (_request, { onFile }) => {
      await onFile?.(file(name, 'text'));
      return resultOf();
    },
  });
  expect(outcome).toMatchObject({
    code: 0,
    stderr: `vivarium: saved under another name: ${JSON.stringify(name)} as ${JSON.stringify(now)}\n`,
  });
  expect(read(now)).toBe('text');
});

it('gives a file another name when only case tells it from one that is written', async () => {
  const run: Run = async (_request, { onFile }) => {
    await onFile?.(file('Report.txt', 'first'));
    await onFile?.(file('report.txt', 'second'));
    return resultOf();
  };
  const outcome = await cli(['run', '-c', '1', '--out', '.'], { cwd, run });
  expect([outcome.code, read('Report.txt'), read('report-2.txt')]).toEqual([0, 'first', 'second']);
});

const showing =
  (shown: readonly (string | Record<string, string>)[], value: string | null = null): Run =>
  async (_request, { onDisplay, onOutput }) => {
    for (const what of shown) {
      if (typeof what === 'string')
        await onOutput({ stream: 'stdout', bytes: new TextEncoder().encode(what) });
      else await onDisplay?.({ mime: what });
    }
    return resultOf({ value: value === null ? null : { text: value } });
  };

it.each([
  ['text', ['a\n', { 'text/plain': '42' }, 'b\n'], null, 'a\n42\nb\n'],
  ['in the middle of a line', ['a', { 'text/plain': '42' }, 'b'], null, 'a\n42\nb'],
  [
    'what says no more than its type',
    [{ 'text/plain': '<x.HTML object>', 'text/html': '<b>bold</b> &amp; more' }],
    null,
    'bold & more\n',
  ],
  [
    'where the page of a player goes',
    [
      {
        'text/plain': '<IPython.display.HTML object>',
        'text/html': '<b>Once</b><script>new Animation(frames, img_id, slider_id, 5)</script>',
      },
    ],
    null,
    '[an animation: --out DIR writes a page that plays it]\n',
  ],
  [
    'Markdown',
    [{ 'text/plain': '<IPython.display.Markdown object>', 'text/markdown': '**b**' }],
    null,
    '**b**\n',
  ],
  [
    'a table of HTML',
    [{ 'text/html': '<style>td {}</style><table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>' }],
    null,
    '1  2\n3\n',
  ],
  ['a value once', [{ 'text/plain': 'a  b', 'text/html': '<table/>' }], 'a  b', 'a  b\n'],
  [
    'a value without text once',
    [{ 'text/plain': '<S object at 0x1f>', 'text/html': '<i>styled</i>' }],
    '<S object at 0x2f>',
    'styled\n',
  ],
  ['a display and another value', [{ 'text/plain': 'one' }], 'two', 'one\ntwo\n'],
  [
    'a chart in a word',
    [{ 'application/vnd.vegalite.v5+json': '{}', 'text/plain': 'alt.Chart(...)' }],
    null,
    '[a chart that moves with the mouse: --out DIR writes it to a file]\n',
  ],
] as const)('prints the text of what is shown: %s', async (_what, shown, value, stdout) => {
  expect((await cli(['run', '-c', '1'], { cwd, run: showing(shown, value) })).stdout).toBe(stdout);
});

it.each([
  [true, '\u001b[2J\u001b[Hsecond\n'],
  [false, 'first\nsecond\n'],
])('clears the screen of a terminal, and nothing else: %j', async (stdoutIsTty, end) => {
  const shown = [{ 'text/plain': 'first' }, { [CLEAR_OUTPUT]: '{}' }, { 'text/plain': 'second' }];
  const { stdout } = await cli(['run', '-c', '1'], { cwd, run: showing(shown), stdoutIsTty });
  expect(stdout.endsWith(end)).toBe(true);
});

it('replaces existing files only with --force', async () => {
  writeFileSync(path.join(cwd, 'plot-1.png'), 'mine');
  const kept = await cli(['run', '-c', '1', '--out', '.'], { cwd, run: making() });
  expect(kept.code).toBe(70);
  expect(kept.stderr).toContain('"plot-1.png" was not written: exists already; replace it with --force');
  expect(read('plot-1.png')).toBe('mine');
  const replaced = await cli(['run', '-c', '1', '--out', '.', '--force'], { cwd, run: making() });
  expect(replaced.code).toBe(0);
  expect(read('plot-1.png')).toBe('a picture');
});

it('without --out asks for no files, and tells of pictures', async () => {
  const asked: boolean[] = [];
  const run: Run = async (_request, { onFile }) => {
    asked.push(onFile !== undefined);
    return resultOf({ outputs: OUTPUTS });
  };
  const outcome = await cli(['run', '-c', '1'], { cwd, run });
  expect(asked).toEqual([false]);
  expect(outcome).toMatchObject({
    code: 0,
    stdout: '',
    stderr: 'vivarium: 2 plots were made; write them to a folder with --out DIR\n',
  });
  const json = await cli(['run', '-c', '1', '--json'], { cwd, run });
  expect(json.stderr).toBe('');
  expect(JSON.parse(json.stdout)).toMatchObject({ outputs: OUTPUTS });
});

it('answers from standard input, unless the script itself came that way', async () => {
  const run: Run = async (_request, { onInput }) => {
    if (onInput === undefined) return resultOf({ value: { text: 'nobody answers' } });
    const { signal } = new AbortController();
    const lines = [
      await onInput('?', signal, false),
      await onInput('?', signal, false),
      await onInput('?', signal, false),
    ];
    return resultOf({ value: { text: JSON.stringify(lines) } });
  };
  const stdin = new PassThrough();
  stdin.end('first\nsecond');
  expect((await cli(['run', '-c', '1'], { cwd, run, stdin })).stdout).toBe('["first","second",null]\n');
  const script = new PassThrough();
  script.end('1');
  expect((await cli(['run', '-'], { cwd, run, stdin: script })).stdout).toBe('nobody answers\n');
});
