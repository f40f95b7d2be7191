import { z } from 'zod';
import { RuntimeAssetName } from '../../shared/protocol/sidecar-protocol.ts';
import { readInstalled, readInstalledJson } from './installed-file.ts';

/** Written by the build: what each asset must be, and the lock, which main alone reads. */
export const RuntimeManifest = z.record(
  z.enum([...RuntimeAssetName.options, 'lock']),
  z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/u), bytes: z.number().int().positive() }),
);

export interface RuntimeLocations {
  /** The build's manifest of hashes. */
  readonly manifest: string;
  readonly assets: Readonly<Record<RuntimeAssetName, string>>;
  /** Pyodide's list of packages. */
  readonly lock: string;
}

export interface Asset {
  readonly name: RuntimeAssetName;
  /** Of `bytes`, in hexadecimal digits. */
  readonly sha256: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads everything the sidecar is fed, checked against the hashes taken at build time.
 *
 * @throws Error naming the file that is missing or damaged, and what to do
 */
export const loadRuntimeAssets = async (locations: RuntimeLocations): Promise<Asset[]> => {
  const manifest = await readInstalledJson(locations.manifest, 'the list of runtime files', RuntimeManifest);
  return Promise.all(
    RuntimeAssetName.options.map(async (name) => {
      const expected = manifest[name];
      const bytes = await readInstalled(locations.assets[name], `the runtime file "${name}"`, expected);
      return { name, sha256: expected.sha256, bytes: ownBuffer(bytes) };
    }),
  );
};

/** In a buffer of its own: what readFile gives of a small file may lie in a shared pool. */
const ownBuffer = (bytes: Buffer): Uint8Array =>
  bytes.byteLength === bytes.buffer.byteLength ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes);
