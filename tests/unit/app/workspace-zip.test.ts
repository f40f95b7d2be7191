import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { writeZip } from '../../../src/main/app/workspace-zip.ts';

const newFolder = (): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-zip-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** Names and contents, as another library reads them. */
const contentsOf = (file: string): Promise<Record<string, string>> =>
  new Promise((resolve, reject) => {
    fromBuffer(readFileSync(file), { lazyEntries: true }, (error: Error | null, zip: ZipFile) => {
      if (error !== null) {
        reject(error);
        return;
      }
      const contents: Record<string, string> = {};
      zip.on('end', () => resolve(contents));
      zip.on('error', reject);
      zip.on('entry', (entry: Entry) => {
        zip.openReadStream(entry, (failed: Error | null, stream) => {
          if (failed !== null) {
            reject(failed);
            return;
          }
          const pieces: Buffer[] = [];
          stream.on('data', (piece: Buffer) => void pieces.push(piece));
          stream.on('error', reject);
          stream.on('end', () => {
            contents[entry.fileName] = Buffer.concat(pieces).toString();
            zip.readEntry();
          });
        });
      });
      zip.readEntry();
    });
  });

it('has all files that could be read, and says which could not', async () => {
  const target = path.join(newFolder(), 'workspace.zip');
  const large = 'x'.repeat(3 * 1024 * 1024);
  const files: Readonly<Record<string, string>> = { 'a.txt': 'a', 'in/deep/b.csv': large, empty: '' };
  const read = async (name: string): Promise<Uint8Array> => {
    const text = files[name];
    if (text === undefined) throw new Error('the file is not there');
    return new TextEncoder().encode(text);
  };
  const names = ['a.txt', 'gone.txt', 'in/deep/b.csv', 'empty'];
  expect(await writeZip(target, names, read)).toEqual({
    files: 3,
    leftOut: ['gone.txt: the file is not there'],
  });
  expect(await contentsOf(target)).toEqual(files);
});

it('takes many files', async () => {
  const target = path.join(newFolder(), 'workspace.zip');
  const names = Array.from({ length: 300 }, (_, index) => `f${index}.txt`);
  await writeZip(target, names, (name) => Promise.resolve(new TextEncoder().encode(name)));
  expect(Object.keys(await contentsOf(target))).toEqual(names);
});

it('leaves what was there as it was when it can not be written', async () => {
  const folder = newFolder();
  writeFileSync(path.join(folder, 'file'), 'before');
  const target = path.join(folder, 'file', 'workspace.zip');
  await expect(writeZip(target, ['a'], () => Promise.resolve(new Uint8Array(1)))).rejects.toThrow();
  expect(readdirSync(folder)).toEqual(['file']);
});

it('leaves out a file whose name a zip can not have', async () => {
  const target = path.join(newFolder(), 'workspace.zip');
  const read = (name: string) => Promise.resolve(new TextEncoder().encode(name));
  const { files, leftOut } = await writeZip(target, ['a:b', 'c.txt', 'd:/e'], read);
  expect(files).toBe(1);
  expect(leftOut.map((text) => text.split(': ')[0])).toEqual(['a:b', 'd:/e']);
  expect(await contentsOf(target)).toEqual({ 'c.txt': 'c.txt' });
});

it('leaves out what is too much together', async () => {
  const target = path.join(newFolder(), 'workspace.zip');
  const read = (name: string) => Promise.resolve(new Uint8Array(name === 'large' ? 9 : 4));
  const { files, leftOut } = await writeZip(target, ['a', 'large', 'b'], read, 10);
  expect(files).toBe(2);
  expect(leftOut).toEqual(['large: together the files are larger than 10 bytes']);
});
