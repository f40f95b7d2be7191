import { execFileSync } from 'node:child_process';
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
import { AllowedFolders } from '../../../src/main/mcp/allowed-folders.ts';

let folder: string;
let open: string;
let folders: AllowedFolders;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'vivarium-allowed-'));
  open = path.join(folder, 'open');
  mkdirSync(path.join(open, 'inner'), { recursive: true });
  mkdirSync(path.join(folder, 'writable'));
  writeFileSync(path.join(open, 'inner', 'a.txt'), 'a');
  writeFileSync(path.join(folder, 'secret.txt'), 'secret');
  folders = new AllowedFolders([
    { folder: open, writable: false },
    { folder: path.join(folder, 'writable'), writable: true },
  ]);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = async (file: string): Promise<string> => new TextDecoder().decode(await folders.read(file, 100));

it('reads what lies in a folder that is open', async () => {
  expect(await read(path.join(open, 'inner', 'a.txt'))).toBe('a');
});

it('reads in a folder that is a link itself, since the user named it', async () => {
  const link = path.join(folder, 'link-to-open');
  symlinkSync(open, link);
  folders = new AllowedFolders([{ folder: link, writable: false }]);
  expect(await read(path.join(link, 'inner', 'a.txt'))).toBe('a');
});

describe('refuses to read', () => {
  it.each<[string, () => string, RegExp]>([
    ['what lies elsewhere', () => path.join(folder, 'secret.txt'), /may not be read; open to this server: /u],
    ['a folder whose name begins alike', () => `${open}-too/x`, /may not be read/u],
    ['the folder itself', () => open, /may not be read/u],
    ['a folder in it', () => path.join(open, 'inner'), /is not a file|EISDIR/u],
    ['a relative path', () => 'inner/a.txt', /must be absolute/u],
    ['a path that climbs', () => `${open}/inner/../../secret.txt`, /has "\.\." in it/u],
    ['a path with a zero', () => `${open}/inner/a.txt\0`, /must be absolute/u],
    ['what is not there', () => path.join(open, 'b.txt'), /is not there/u],
  ])('%s', async (_what, file, problem) => {
    await expect(read(file())).rejects.toThrow(problem);
  });

  it('links to a file, to a folder, and in the middle', async () => {
    symlinkSync(path.join(folder, 'secret.txt'), path.join(open, 'link.txt'));
    symlinkSync(folder, path.join(open, 'up'));
    symlinkSync(path.join(open, 'inner'), path.join(open, 'sideways'));
    await expect(read(path.join(open, 'link.txt'))).rejects.toThrow(/is a link/u);
    await expect(read(path.join(open, 'up', 'secret.txt'))).rejects.toThrow(/leads through a link/u);
    await expect(read(path.join(open, 'sideways', 'a.txt'))).rejects.toThrow(/leads through a link/u);
  });

  it('what is too large, and a pipe, at once', async () => {
    writeFileSync(path.join(open, 'large'), 'x'.repeat(101));
    await expect(read(path.join(open, 'large'))).rejects.toThrow(/is larger than 100 bytes/u);
    execFileSync('mkfifo', [path.join(open, 'pipe')]);
    await expect(read(path.join(open, 'pipe'))).rejects.toThrow(/is not a file/u);
  });
});

describe('writes', () => {
  it.each([
    ['text that is turned around', 'invoice\u202Egpj.exe', /turn its text around/u],
    ['an end of line', 'a\nb', /control character/u],
    ['an escape sequence', 'a\u001B[2K', /control character/u],
    ['no well-formed Unicode', 'a\uD800', /not well-formed/u],
  ])('no name with %s, which the user would take for another one', async (_what, name, problem) => {
    const file = path.join(folder, 'writable', name);
    await expect(folders.write(file, new Uint8Array(1))).rejects.toThrow(problem);
    expect(readdirSync(path.join(folder, 'writable'))).toEqual([]);
  });

  it.each(['.hidden', 'é …', '-rf', '日本.txt', 'a b'])('other names as they are: %s', async (name) => {
    await folders.write(path.join(folder, 'writable', name), new Uint8Array(1));
    expect(readdirSync(path.join(folder, 'writable'))).toEqual([name]);
  });

  it('new files where that is allowed, and replaces no file', async () => {
    const file = path.join(folder, 'writable', 'new.txt');
    await folders.write(file, new TextEncoder().encode('new'));
    expect(readFileSync(file, 'utf8')).toBe('new');
    await expect(folders.write(file, new Uint8Array())).rejects.toThrow(/is there already/u);
  });

  it('no file elsewhere, nor through a link', async () => {
    symlinkSync(path.join(folder, 'made.txt'), path.join(folder, 'writable', 'link'));
    symlinkSync(folder, path.join(folder, 'writable', 'up'));
    for (const file of [
      path.join(open, 'x'),
      path.join(folder, 'x'),
      path.join(folder, 'writable', 'link'),
      path.join(folder, 'writable', 'up', 'x'),
      path.join(folder, 'writable', 'nowhere', 'x'),
    ]) {
      await expect(folders.write(file, new Uint8Array()), file).rejects.toThrow();
    }
  });
});

it('says so when no folder is open', async () => {
  folders = new AllowedFolders([]);
  await expect(read('/etc/passwd')).rejects.toThrow(/none; the user can open one with --allow-dir/u);
});
