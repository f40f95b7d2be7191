import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { RuntimeAssetName } from '../../shared/sidecar-protocol.ts';

/** Written by the build: what each asset must be. */
const RuntimeManifest = z.record(
  RuntimeAssetName,
  z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/u), bytes: z.number().int().positive() }),
);

export interface RuntimeLocations {
  /** The build's manifest of hashes. */
  readonly manifest: string;
  readonly assets: Readonly<Record<RuntimeAssetName, string>>;
}

export interface Asset {
  readonly name: RuntimeAssetName;
  /** Of `bytes`, in hexadecimal digits. */
  readonly sha256: string;
  readonly bytes: Uint8Array;
}

/** Failures end up in results, which name no path of the host's. */
const readAsset = async (name: RuntimeAssetName, path: string): Promise<Buffer> => {
  try {
    return await readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw new Error(`the runtime file "${name}" can not be read (${code}); install Vivarium again`, {
      cause: error,
    });
  }
};

/**
 * Reads everything the sidecar is fed, checked against the hashes taken at build time.
 *
 * @throws Error naming the file that is missing or damaged, and what to do
 */
export const loadRuntimeAssets = async (locations: RuntimeLocations): Promise<Asset[]> => {
  const manifest = RuntimeManifest.parse(JSON.parse(await readFile(locations.manifest, 'utf8')));
  return Promise.all(
    RuntimeAssetName.options.map(async (name) => {
      const bytes = await readAsset(name, locations.assets[name]);
      const expected = manifest[name];
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      if (sha256 !== expected.sha256) {
        throw new Error(`the runtime file "${name}" is damaged (SHA-256 ${sha256}); install Vivarium again`);
      }
      // A copy of its own: what readFile gives may lie in a shared pool.
      return { name, sha256, bytes: new Uint8Array(bytes) };
    }),
  );
};
