/** A process at the other end of a real channel that makes and takes images with packages as a sidecar does. */
import { Snapshots } from '../../../src/main/sandbox/snapshots/snapshots.ts';
import { SnapshotStore } from '../../../src/main/sandbox/snapshots/snapshot-store.ts';
import { temporaryFolder } from '../scripts/support/temporary-folder.ts';
import { wheelCacheProcess, type WheelCacheProcess } from './wheel-cache-process.ts';
import { utf8, type Behaviour } from './support.ts';

const PIECE = 50_000;

export interface ImageProcess extends WheelCacheProcess {
  /** What was made there, or handed over and adopted, by key. */
  readonly images: ReadonlyMap<string, Uint8Array>;
}

/** What an image of these packages is here: large enough to come in many pieces. */
export const imageOf = (hashes: readonly string[]): Uint8Array =>
  utf8(`image of ${hashes.join(' ')}\n`.repeat(2000));

/** Prepared, and without a guest so far. */
export const imageProcess = async (behaviour: Behaviour = {}): Promise<ImageProcess> => {
  const images = new Map<string, Uint8Array>();
  const loading = new Map<string, Uint8Array>();
  const shelf = wheelCacheProcess({
    makePackageSnapshot: async ({ key, hashes }, { write }) => {
      const image = imageOf(hashes);
      for (let at = 0; at < image.length; at += PIECE) {
        await write({ of: 'image', bytes: image.slice(at, at + PIECE) });
      }
      images.set(key, image);
      return { bytes: image.length };
    },
    hasPackageSnapshot: ({ key }) => ({ has: images.has(key) }),
    loadPackageSnapshot: ({ key, bytes }) => {
      loading.set(key, Buffer.concat([loading.get(key) ?? utf8(''), bytes]));
      return {};
    },
    adoptPackageSnapshot: ({ key }) => {
      images.set(key, loading.get(key) ?? utf8(''));
      return {};
    },
    ...behaviour,
  });
  const snapshots = new Snapshots(new SnapshotStore(temporaryFolder()), 'this engine');
  const lockdown = { enabled: false, dataLimitMiB: null, binding: null };
  await shelf.sidecar.prepare([], 256, lockdown, snapshots);
  return { ...shelf, images };
};
