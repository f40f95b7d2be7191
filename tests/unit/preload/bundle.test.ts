/** Electron gives sandboxed preload scripts its own module and nothing else: a package in one would leave the page without it. */
import path from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');

it.each(['src/preload/index.ts', 'src/preload/library/registered-preload.ts'])(
  '%s needs no module but electron',
  async (entry) => {
    const { metafile } = await build({
      entryPoints: [path.join(root, entry)],
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      packages: 'external',
      logLevel: 'silent',
    });
    const needed = Object.values(metafile.inputs).flatMap(({ imports }) =>
      imports.filter(({ external }) => external === true).map((imported) => imported.path),
    );
    expect([...new Set(needed)]).toEqual(['electron']);
  },
);
