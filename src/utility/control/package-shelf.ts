import { PACKAGE_LIMITS, type PackagePart, type UnpackedPackage } from '../../shared/package-files.ts';
import { RpcError } from '../../shared/rpc/errors.ts';
import { joinBytes } from '../../shared/snapshot-image.ts';
import { unpackWheel } from './unpack-wheel.ts';

/** Unpacked packages that are kept for further interpreters, in bytes. */
const KEPT_BYTES = 384 * 1024 * 1024;

/** Packages at hand in this process, taken apart once for all its interpreters. No guest ever writes to them. */
export class PackageShelf {
  readonly #keptBytes: number;
  /** By hash, the one not used for longest first. */
  readonly #packages = new Map<string, UnpackedPackage>();
  /** Not whole yet. */
  readonly #arriving = new Map<string, Uint8Array[]>();

  /** @param keptBytes unpacked packages that are kept for further interpreters */
  constructor(keptBytes = KEPT_BYTES) {
    this.#keptBytes = keptBytes;
  }

  /** Takes the next part of a package on. @throws RpcError when it can't be unpacked */
  async add({ sha256, name, kind, totalBytes, bytes }: PackagePart): Promise<void> {
    if (this.#packages.has(sha256)) return;
    const parts = [...(this.#arriving.get(sha256) ?? []), bytes];
    const received = parts.reduce((total, part) => total + part.byteLength, 0);
    if (received > totalBytes) {
      this.#arriving.delete(sha256);
      throw new RpcError('failed', `${name} is larger than it should be`);
    }
    this.#arriving.set(sha256, parts);
    if (received < totalBytes) return;
    this.#arriving.delete(sha256);
    try {
      this.#packages.set(sha256, await unpackWheel(name, kind, joinBytes(parts)));
    } catch (error) {
      throw new RpcError('failed', error instanceof Error ? error.message : `${name} can not be unpacked`);
    }
  }

  /** Those that are not at hand. */
  missing(hashes: readonly string[]): string[] {
    return hashes.filter((hash) => !this.#packages.has(hash));
  }

  /** In that order. @throws RpcError when one is not at hand */
  take(hashes: readonly string[]): UnpackedPackage[] {
    if (hashes.length > PACKAGE_LIMITS.packages) throw new RpcError('failed', 'too many packages');
    const taken = hashes.map((hash) => {
      const found = this.#packages.get(hash);
      if (found === undefined) throw new RpcError('failed', 'a package is not at hand');
      this.#packages.delete(hash);
      this.#packages.set(hash, found);
      return found;
    });
    this.#dropOldest(new Set(hashes));
    return taken;
  }

  #dropOldest(needed: ReadonlySet<string>): void {
    let total = [...this.#packages.values()].reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
    for (const [hash, { bytes }] of this.#packages) {
      if (total <= this.#keptBytes) return;
      if (needed.has(hash)) continue;
      this.#packages.delete(hash);
      total -= bytes.byteLength;
    }
  }
}
