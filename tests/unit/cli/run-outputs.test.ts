/** `--out`, `--force` and `input()` of `vivarium run`. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CollectedFile, RunResult } from '../../../src/shared/contract/sandbox.ts';
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
  expect(outcome).toMatchObject({ code: 0, stdout: '', stderr: '' });
  expect(readdirSync(path.join(cwd, 'out')).sort()).toEqual(['a', 'c.txt', 'plot-1.png', 'plot-2.svg']);
  expect(read('out', 'a', 'b.csv') + read('out', 'c.txt')).toBe('1,2text');
  expect(read('out', 'plot-1.png') + read('out', 'plot-2.svg')).toBe('a picture<svg>é</svg>');
});

it('says what it did not write, and writes the rest', async () => {
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

it('keeps what is there unless it is told otherwise', async () => {
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
