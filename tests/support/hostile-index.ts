/** A package index on the loopback whose wheels are made up: as hostile as a test wants them. */
import { createHash } from 'node:crypto';
import { serve, testServer, type TestServer } from '../unit/packages/support/test-server.ts';
import { zipOf } from '../unit/scripts/support/zip.ts';

export interface MadeWheel {
  /** Normalised. */
  readonly name: string;
  readonly version: string;
  readonly fileName: string;
  readonly bytes: Buffer;
}

export interface MadeWheelOptions {
  readonly version?: string;
  readonly requires?: readonly string[];
  /** What METADATA says that its name is. */
  readonly statedName?: string;
}

/** A wheel with these files, and metadata as it should be unless something else is asked for. */
export const madeWheel = (
  name: string,
  files: Readonly<Record<string, string | Buffer>>,
  { requires = [], statedName = name, version = '1.0' }: MadeWheelOptions = {},
): MadeWheel => {
  const stem = name.replaceAll('-', '_');
  const fields = [
    'Metadata-Version: 2.1',
    `Name: ${statedName}`,
    `Version: ${version}`,
    ...requires.map((text) => `Requires-Dist: ${text}`),
  ];
  const bytes = zipOf([
    ...Object.entries(files).map(([path, contents]) => ({ name: path, contents })),
    { name: `${stem}-${version}.dist-info/METADATA`, contents: `${fields.join('\n')}\n` },
    { name: `${stem}-${version}.dist-info/WHEEL`, contents: 'Wheel-Version: 1.0\nTag: py3-none-any\n' },
  ]);
  return { name, version, fileName: `${stem}-${version}-py3-none-any.whl`, bytes };
};

export const hashOf = ({ bytes }: MadeWheel): string => createHash('sha256').update(bytes).digest('hex');

/** Serves the wheels under /simple/, as an index does, and notes what it is asked for. Gone with the test. */
export const openIndex = async (
  wheels: readonly MadeWheel[],
): Promise<TestServer & { readonly indexUrl: string }> => {
  const files = new Map<string, Uint8Array | string>();
  for (const name of new Set(wheels.map((wheel) => wheel.name))) {
    const own = wheels.filter((wheel) => wheel.name === name);
    const listed = own.map((wheel) => ({
      filename: wheel.fileName,
      url: `/files/${wheel.fileName}`,
      hashes: { sha256: hashOf(wheel) },
    }));
    files.set(`/simple/${name}/`, JSON.stringify({ meta: { 'api-version': '1.0' }, name, files: listed }));
    for (const { bytes, fileName } of own) files.set(`/files/${fileName}`, bytes);
  }
  const server = await testServer(serve(files));
  return { ...server, indexUrl: `${server.url}/simple/` };
};
