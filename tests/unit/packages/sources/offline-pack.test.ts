import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { writePack } from '../../../../src/main/packages/store/pack-writer.ts';
import type { PackageService } from '../../../../src/main/packages/package-service.ts';
import { zipOf, type ZipEntry } from '../../scripts/support/zip.ts';
import { PYODIDE, settingsFor, sha256, wheel, WHEELS, world, type World } from '../support/world.ts';

const SHEET = wheel('sheet', { version: '1.5', depends: ['frame'] });

async function packed(small: World, ...names: string[]): Promise<string> {
  const { service } = small.open();
  const wheels = await service.ensure(names, { askedBy: 'user' });
  const file = path.join(small.folder, 'all.pack');
  const size = await writePack(file, {
    pyodideVersion: PYODIDE,
    files: wheels.map(({ name, version, fileName, sha256: hash, bytes }) => ({
      name,
      version,
      fileName,
      sha256: hash,
      bytes,
    })),
    read: async ({ fileName }) => {
      const found = wheels.find((one) => one.fileName === fileName);
      if (found === undefined) throw new Error('gone');
      return service.read(found);
    },
    replace: false,
  });
  expect(size).toBe(readFileSync(file).length);
  return file;
}

/** Another computer, with nothing but the pack. */
function elsewhere(small: World, pack: string): PackageService {
  const data = path.join(small.folder, 'elsewhere');
  return small.open({ dataFolder: data, settings: settingsFor(''), pack }).service;
}

test('a pack brings packages to a computer without any network', async () => {
  const small = world({ further: [SHEET] });
  const pack = await packed(small, 'sheet', 'plot');
  const service = elsewhere(small, pack);
  const wheels = await service.ensure(['sheet', 'plot'], { askedBy: 'code' });
  expect(wheels.map(({ name }) => name)).toEqual(['numbers', 'frame', 'sheet', 'plot']);
  for (const one of wheels) expect(sha256(await service.read(one))).toBe(one.sha256);
});

test('the same packages give the same bytes, and an existing file is not replaced', async () => {
  const small = world();
  const file = await packed(small, 'plot');
  const first = readFileSync(file);
  await expect(packed(small, 'plot')).rejects.toThrow(/exists already/u);
  rmSync(file);
  expect(readFileSync(await packed(small, 'plot')).equals(first)).toBe(true);
});

test('a pack that can not be completed leaves no file', async () => {
  const folder = world().folder;
  const file = {
    name: 'x',
    version: '1',
    fileName: 'x-1-py3-none-any.whl',
    sha256: '0'.repeat(64),
    bytes: 1,
  };
  const before = readdirSync(folder);
  const options = { pyodideVersion: PYODIDE, files: [file], replace: false };
  await expect(
    writePack(path.join(folder, 'x.pack'), { ...options, read: () => Promise.reject(new Error('gone')) }),
  ).rejects.toThrow('gone');
  await expect(
    writePack(path.join(folder, 'no', 'folder', 'x.pack'), {
      ...options,
      read: async () => new Uint8Array(1),
    }),
  ).rejects.toThrow(/ENOENT/u);
  expect(readdirSync(folder)).toEqual(before);
});

describe('a damaged or hostile pack is refused', () => {
  const { numbers } = WHEELS;
  const listed = {
    name: 'numbers',
    version: '1.0',
    fileName: numbers.fileName,
    sha256: sha256(numbers.bytes),
    bytes: numbers.bytes.length,
  };
  const manifest = (part: Record<string, unknown> = {}, file: Record<string, unknown> = {}): ZipEntry => ({
    name: 'manifest.json',
    contents: JSON.stringify({
      format: 'vivarium-pack',
      formatVersion: 1,
      pyodide: PYODIDE,
      files: [{ ...listed, ...file }],
      ...part,
    }),
  });
  const held = (contents: string | Buffer = numbers.bytes): ZipEntry => ({
    name: `files/${numbers.fileName}`,
    contents,
  });

  const failsWith = async (bytes: Uint8Array | string, code: string, message: RegExp): Promise<void> => {
    const small = world();
    const pack = path.join(small.folder, 'bad.pack');
    writeFileSync(pack, bytes);
    await expect(elsewhere(small, pack).ensure(['numbers'], { askedBy: 'user' })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
    expect(existsSync(path.join(small.folder, 'elsewhere', 'pyodide-cache'))).toBe(false);
    expect(existsSync(path.join(small.folder, 'evil'))).toBe(false);
  };

  test.each<[string, Uint8Array | string, RegExp]>([
    ['no zip', 'something else', /can not be used as an offline pack/u],
    ['empty', '', /can not be used/u],
    ['without a list', zipOf([held()]), /has no manifest\.json/u],
    ['a list that is no JSON', zipOf([{ name: 'manifest.json', contents: '{' }]), /not JSON/u],
    ['a list of another kind', zipOf([{ name: 'manifest.json', contents: '{}' }]), /not valid/u],
    ['a list with a path', zipOf([manifest({}, { fileName: '../evil-1-py3-none-any.whl' })]), /not valid/u],
    ['a list with an absurd size', zipOf([manifest({}, { bytes: 1e15 })]), /not valid/u],
    ['a list of what is not there', zipOf([manifest()]), /does not hold numbers/u],
    ['another size than listed', zipOf([manifest(), held('short')]), /does not hold numbers/u],
    [
      'an entry that climbs out',
      zipOf([manifest(), { name: '../../evil', contents: 'x' }]),
      /relative path/u,
    ],
    ['an absolute entry', zipOf([manifest(), { name: '/evil', contents: 'x' }]), /absolute path/u],
    [
      'an entry with backslashes',
      zipOf([manifest(), { name: '..\\evil', contents: 'x' }]),
      /path|characters/u,
    ],
    ['two lists', zipOf([manifest(), manifest()]), /same name/u],
    ['another Pyodide', zipOf([manifest({ pyodide: '313.0.0' })]), /for Pyodide 313\.0\.0/u],
    ['a list too large', zipOf([{ name: 'manifest.json', contents: ' '.repeat(5_000_000) }]), /too much/u],
    ['a truncated one', zipOf([manifest(), held()]).subarray(0, 5000), /can not be used as an offline pack/u],
  ])('%s', async (_what, bytes, message) => {
    await failsWith(bytes, 'bad-pack', message);
  });

  test('a file that does not exist', async () => {
    const service = elsewhere(world(), '/nowhere/at/all.pack');
    await expect(service.ensure(['numbers'], { askedBy: 'user' })).rejects.toMatchObject({
      code: 'bad-pack',
      message: expect.stringMatching(/does not exist/u) as string,
    });
  });

  test('a list with prototype keys', async () => {
    const text = String(manifest().contents).replace('{', '{"__proto__":{"format":"vivarium-pack"},');
    await failsWith(
      zipOf([{ name: 'manifest.json', contents: text }]),
      'bad-pack',
      /may not have|does not hold/u,
    );
    expect(Object.prototype).not.toHaveProperty('format');
  });

  test('other bytes than the lock states, whatever the list says', async () => {
    const bytes = Buffer.from(numbers.bytes);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    const zip = zipOf([manifest({}, { sha256: sha256(bytes) }), held(bytes)]);
    await failsWith(zip, 'no-source', /offline pack sent bytes that are not those of the lock/u);
  });

  test('one flipped byte in a real pack', async () => {
    const small = world();
    const pack = await packed(small, 'numbers');
    const bytes = readFileSync(pack);
    const at = bytes.indexOf('# numbers');
    bytes[at + 50] = (bytes[at + 50] ?? 0) ^ 1;
    writeFileSync(pack, bytes);
    await expect(elsewhere(small, pack).ensure(['numbers'], { askedBy: 'user' })).rejects.toMatchObject({
      code: 'no-source',
      message: expect.stringMatching(/offline pack/u) as string,
    });
  });
});
