import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutputFolder } from '../../../../src/main/cli/output/output-folder.ts';

let base = '';
let outside = '';
let folder = '';

beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'vivarium-out-'));
  outside = path.join(base, 'outside');
  folder = path.join(base, 'out');
  mkdirSync(outside);
  writeFileSync(path.join(outside, 'precious'), 'untouched');
});

afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (...names: string[]): string => readFileSync(path.join(folder, ...names), 'utf8');
const open = (force = false): Promise<OutputFolder> => OutputFolder.open(folder, force);

it('makes the folder and those below it, and leaves nothing else there', async () => {
  const out = await open();
  await out.write('a.txt', bytes('a'));
  await out.write('deep/er/b.txt', bytes('b'));
  await out.write('empty', bytes(''));
  expect(read('a.txt') + read('deep', 'er', 'b.txt') + read('empty')).toBe('ab');
  expect(readdirSync(folder).sort()).toEqual(['a.txt', 'deep', 'empty']);
  expect(readdirSync(path.join(folder, 'deep', 'er'))).toEqual(['b.txt']);
});

it('replaces a file only when it may', async () => {
  await (await open()).write('a', bytes('first'));
  await expect((await open()).write('a', bytes('second'))).rejects.toThrow(
    'exists already; replace it with --force',
  );
  expect(read('a')).toBe('first');
  await (await open(true)).write('a', bytes('third'));
  expect(read('a')).toBe('third');
  expect(readdirSync(folder)).toEqual(['a']);
});

describe('hostile names', () => {
  it.each([
    ['../outside/precious', /climbs out/],
    ['/etc/passwd', /is absolute/],
    ['a/../../outside/precious', /climbs out/],
    ['', /is empty/],
    ['.', /"\." folder/],
    ['a//b', /empty or/],
    ['a\\..\\b', /backslash/],
    ['line\nend', /control character/],
    ['C:evil', /can not be a file name on every system/],
    ['con', /can not be a file name on every system/],
    ['LPT1.txt', /can not be a file name on every system/],
    ['dots.../x', /can not be a file name on every system/],
    ['x'.repeat(300), /longer than/],
  ])('%j is refused', async (name, message) => {
    const out = await open(true);
    await expect(out.write(name, bytes('!'))).rejects.toThrow(message);
    expect(readdirSync(folder)).toEqual([]);
    expect(readFileSync(path.join(outside, 'precious'), 'utf8')).toBe('untouched');
  });
});

describe.each([false, true])('links in the folder, force: %s', (force) => {
  it('to a folder elsewhere are not followed', async () => {
    const out = await open(force);
    symlinkSync(outside, path.join(folder, 'link'));
    await expect(out.write('link/precious', bytes('!'))).rejects.toThrow('a link where a folder is needed');
    await expect(out.write('link/new', bytes('!'))).rejects.toThrow('a link where a folder is needed');
    expect(readdirSync(outside)).toEqual(['precious']);
    expect(readFileSync(path.join(outside, 'precious'), 'utf8')).toBe('untouched');
  });

  it('to a file elsewhere are replaced at most, never written through', async () => {
    const out = await open(force);
    symlinkSync(path.join(outside, 'precious'), path.join(folder, 'file'));
    symlinkSync(path.join(outside, 'not-there'), path.join(folder, 'dangling'));
    for (const name of ['file', 'dangling']) {
      const writing = out.write(name, bytes('!'));
      await (force ? writing : expect(writing).rejects.toThrow('exists already'));
      if (force) expect(read(name)).toBe('!');
    }
    expect(readdirSync(outside)).toEqual(['precious']);
    expect(readFileSync(path.join(outside, 'precious'), 'utf8')).toBe('untouched');
  });
});

it('a file in the place of a folder, or a folder in that of a file, is an error that says so', async () => {
  const out = await open(true);
  await out.write('file', bytes('1'));
  await expect(out.write('file/below', bytes('2'))).rejects.toThrow('a file where a folder is needed');
  await out.write('folder/below', bytes('3'));
  await expect(out.write('folder', bytes('4'))).rejects.toThrow('there is a folder of that name');
});

it('the folder itself may be a link, but must be a folder', async () => {
  symlinkSync(outside, folder);
  await (await open()).write('new', bytes('x'));
  expect(readFileSync(path.join(outside, 'new'), 'utf8')).toBe('x');
  await expect(OutputFolder.open(path.join(outside, 'precious'), false)).rejects.toThrow(
    "can't be written (EEXIST)",
  );
});
