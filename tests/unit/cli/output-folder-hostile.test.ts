/** What a run may do to the folder of `--out`, whose names are the guest's. */
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { OutputFolder } from '../../../src/main/cli/output/output-folder.ts';
import { OutputSaver } from '../../../src/main/cli/output/save-outputs.ts';
import { temporaryFolder } from '../scripts/support/temporary-folder.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

let outside: string;
let folder: string;
beforeEach(() => {
  outside = temporaryFolder();
  folder = path.join(outside, 'out');
  mkdirSync(folder);
});

const textOf = (name: string): string => readFileSync(path.join(folder, name), 'utf8');

describe.each([false, true])('with force: %j', (force) => {
  it.each([
    ['climbing', '../evil'],
    ['absolute', '/tmp/evil'],
    ['of two lines', 'a\nb'],
    ['of a device', 'con.txt'],
    ['with a stream of Windows', 'a:b'],
    ['with a dot at its end', 'a.'],
    ['that looks like another', 'a\u202egnp.exe'],
    ['below a link', 'link/file'],
    ['below a file', 'hard/file'],
    ['of a folder', 'folder'],
  ])('nothing is written under a name %s', async (_what, name) => {
    writeFileSync(path.join(outside, 'mine'), 'mine');
    linkSync(path.join(outside, 'mine'), path.join(folder, 'hard'));
    symlinkSync(outside, path.join(folder, 'link'));
    mkdirSync(path.join(folder, 'folder'));
    const before = [readdirSync(outside), readdirSync(folder)];
    const out = await OutputFolder.open(folder, force);
    await expect(out.write(name, bytes('guest'))).rejects.toThrow(/\S/u);
    expect([readdirSync(outside), readdirSync(folder)]).toEqual(before);
    expect(textOf('hard')).toBe('mine');
  });

  it('files of one run do not replace each other, whatever the file system tells apart', async () => {
    const out = await OutputFolder.open(folder, force);
    await out.write('Caf\u00e9.txt', bytes('first'));
    for (const name of ['Caf\u00e9.txt', 'caf\u00e9.TXT', 'Cafe\u0301.txt']) {
      await expect(out.write(name, bytes('second'))).rejects.toThrow(
        /another file of this run|exists already/u,
      );
    }
    expect(readdirSync(folder).map((name) => [name, textOf(name)])).toEqual([['Caf\u00e9.txt', 'first']]);
  });

  it('a plot does not replace what the script wrote by its name', async () => {
    const notices: string[] = [];
    const out = { notice: async (text: string) => void notices.push(text) };
    const saver = new OutputSaver(await OutputFolder.open(folder, force), out, async () => '');
    await saver.saveFile({ kind: 'whole', name: 'Plot-1.PNG', mime: '', bytes: bytes('file') });
    await saver.saveOutputs([{ mime: { 'image/png': 'YQ==' } }, { mime: { 'image/svg+xml': '<svg/>' } }]);
    expect([notices, saver.failed]).toEqual([['what was shown is in plot-2.png, plot-3.svg'], false]);
    expect(readdirSync(folder).sort()).toEqual(['Plot-1.PNG', 'plot-2.png', 'plot-3.svg']);
    expect([textOf('Plot-1.PNG'), textOf('plot-2.png')]).toEqual(['file', 'a']);
  });
});

it('force puts a file in the place of a link, and changes nothing at its other end', async () => {
  writeFileSync(path.join(outside, 'mine'), 'mine');
  linkSync(path.join(outside, 'mine'), path.join(folder, 'hard'));
  symlinkSync(path.join(outside, 'mine'), path.join(folder, 'soft'));
  symlinkSync(path.join(outside, 'absent'), path.join(folder, 'loose'));
  const out = await OutputFolder.open(folder, true);
  for (const name of ['hard', 'soft', 'loose']) await out.write(name, bytes('guest'));
  expect(readdirSync(folder).map(textOf)).toEqual(['guest', 'guest', 'guest']);
  expect(readFileSync(path.join(outside, 'mine'), 'utf8')).toBe('mine');
  expect(existsSync(path.join(outside, 'absent'))).toBe(false);
});
