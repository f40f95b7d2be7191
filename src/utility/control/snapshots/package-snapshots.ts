import { z } from 'zod';
import { decodeImage } from '../../../shared/protocol/snapshot-image.ts';
import type { CachedWheel } from '../packages/cached-wheel.ts';

declare const WebAssembly: { compile(bytes: Uint8Array): Promise<object> };

/** Memory of an interpreter with packages, and what is needed to restore it. */
export interface PackageSnapshot {
  readonly bytes: Uint8Array;
  readonly packages: readonly CachedWheel[];
  /** Compiled, by path. */
  readonly libraries: ReadonlyMap<string, object>;
}

/** Snapshots that are kept; each takes some hundred MB with its packages. */
const KEPT = 2;

/** What is needed here of the image's extension; see realm/snapshot.ts. */
const Extension = z.object({
  linking: z.object({ libraries: z.array(z.object({ name: z.string() })) }),
});

/** The package snapshots that interpreters of this process can be started from. */
export class PackageSnapshots {
  /** Ordered by last use, least recently used first. */
  readonly #images = new Map<string, PackageSnapshot>();

  has(key: string): boolean {
    return this.#images.has(key);
  }

  get(key: string): PackageSnapshot | undefined {
    const image = this.#images.get(key);
    if (image !== undefined) {
      this.#images.delete(key);
      this.#images.set(key, image);
    }
    return image;
  }

  /**
   * Adds a snapshot, and compiles its libraries once for all interpreters.
   *
   * @throws Error when it is damaged, or does not fit the packages
   */
  async put(key: string, bytes: Uint8Array, packages: readonly CachedWheel[]): Promise<PackageSnapshot> {
    const { extension } = decodeImage(bytes);
    const { linking } = Extension.parse(JSON.parse(new TextDecoder().decode(extension)));
    const compiled = await Promise.all(
      linking.libraries.map(async ({ name }) => [name, await compile(name, packages)] as const),
    );
    const image = { bytes, packages, libraries: new Map(compiled) };
    this.#images.set(key, image);
    const [oldest] = this.#images.keys();
    if (this.#images.size > KEPT && oldest !== undefined) this.#images.delete(oldest);
    return image;
  }

  drop(key: string): void {
    this.#images.delete(key);
  }
}

const compile = async (path: string, packages: readonly CachedWheel[]): Promise<object> => {
  for (const wheel of packages) {
    const index = wheel.paths.indexOf(path);
    if (index >= 0) return WebAssembly.compile(await wheel.read(index));
  }
  throw new Error(`no package has the library ${path}`);
};
