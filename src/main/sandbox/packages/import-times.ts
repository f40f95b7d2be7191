import { createHash } from 'node:crypto';
import { z } from 'zod';
import { SnapshotStore } from '../snapshots/snapshot-store.ts';

const Time = z.strictObject({ ms: z.number().nonnegative() });
const MAX_BYTES = 200;
const KEPT = 50;

const keyOf = (packageNames: readonly string[]): string =>
  createHash('sha256')
    .update(`import\n${[...packageNames].sort().join('\n')}`)
    .digest('hex');

/** How long it took the last time to import sets of packages, on this computer. No method rejects. */
export class ImportTimes {
  readonly #store: SnapshotStore;

  /** @param folder holds nothing else; made when it is needed */
  constructor(folder: string) {
    this.#store = new SnapshotStore(folder, MAX_BYTES, KEPT);
  }

  /** In ms; null when it is not known. */
  async last(packageNames: readonly string[]): Promise<number | null> {
    const bytes = await this.#store.read(keyOf(packageNames));
    if (bytes === undefined) return null;
    try {
      return Time.parse(JSON.parse(new TextDecoder().decode(bytes))).ms;
    } catch {
      return null;
    }
  }

  async note(packageNames: readonly string[], ms: number): Promise<void> {
    await this.#store.write(keyOf(packageNames), new TextEncoder().encode(JSON.stringify({ ms })));
  }
}
