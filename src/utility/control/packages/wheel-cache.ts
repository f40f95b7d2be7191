import { PACKAGE_LIMITS } from '../../../shared/protocol/package-limits.ts';
import type { PackagePart } from '../../../shared/protocol/package-parts.ts';
import { RpcError } from '../../../shared/rpc/errors.ts';
import { joinBytes } from '../../../shared/bytes.ts';
import type { Codec } from '../host/codec.ts';
import { CachedWheel } from './cached-wheel.ts';

/** Size of the cache, in bytes of wheels. */
const KEPT_BYTES = 256 * 1024 * 1024;

/**
 * Sets of wheels that are protected from eviction while a run brings them. The oldest is dropped first: a run that was
 * cancelled does not say so.
 */
const MAX_AWAITED = 4;

/** Wheels in memory for all interpreters of this process. No guest can write to them. */
export class WheelCache {
  readonly #codec: Codec;
  readonly #keptBytes: number;
  /** By hash, least recently used first. */
  readonly #packages = new Map<string, CachedWheel>();
  /** Not whole yet. */
  readonly #arriving = new Map<string, Uint8Array[]>();
  readonly #opening = new Map<string, Promise<void>>();
  /** Sets of wheels that a run is bringing: not evicted until it takes them. */
  readonly #awaited = new Map<string, ReadonlySet<string>>();

  /** @param keptBytes packages that are kept for further interpreters */
  constructor(codec: Codec, keptBytes = KEPT_BYTES) {
    this.#codec = codec;
    this.#keptBytes = keptBytes;
  }

  /**
   * Adds a part of a package. Two runs may send the same package at once, or one may stop half-way: a part that is there
   * already, with the same bytes by the package's hash, changes nothing.
   *
   * @throws RpcError when it is not a package
   */
  async add(part: PackagePart): Promise<void> {
    const { bytes, name, offset, sha256, totalBytes } = part;
    if (this.#packages.has(sha256)) return;
    const opening = this.#opening.get(sha256);
    if (opening !== undefined) return opening;
    const parts = this.#arriving.get(sha256) ?? [];
    const received = parts.reduce((total, one) => total + one.byteLength, 0);
    const end = offset + bytes.byteLength;
    if (end <= received) return;
    if (offset !== received || end > totalBytes) {
      this.#arriving.delete(sha256);
      const problem = offset === received ? 'is larger than it should be' : 'came with a part missing';
      throw new RpcError('failed', `${name} ${problem}`);
    }
    parts.push(bytes);
    this.#arriving.set(sha256, parts);
    if (end < totalBytes) return;
    this.#arriving.delete(sha256);
    const work = this.#open(part, joinBytes(parts));
    this.#opening.set(sha256, work);
    return work.finally(() => this.#opening.delete(sha256));
  }

  async #open({ restrictions, kind, name, sha256 }: PackagePart, bytes: Uint8Array): Promise<void> {
    try {
      this.#packages.set(sha256, await CachedWheel.open(this.#codec, name, kind, bytes, restrictions));
    } catch (error) {
      throw new RpcError('failed', error instanceof Error ? error.message : `${name} can not be unpacked`);
    }
  }

  /** Hashes that are not in the cache. The caller sends these, then calls `take` for all. */
  missing(hashes: readonly string[]): string[] {
    const missing = hashes.filter((hash) => !this.#packages.has(hash));
    if (missing.length > 0) this.#await(hashes);
    return missing;
  }

  /** The wheels, in that order. @throws RpcError when one is missing */
  take(hashes: readonly string[]): CachedWheel[] {
    if (hashes.length > PACKAGE_LIMITS.packages) throw new RpcError('failed', 'too many packages');
    const taken = hashes.map((hash) => {
      const found = this.#packages.get(hash);
      if (found === undefined) throw new RpcError('busy', 'a package is not at hand any more');
      this.#packages.delete(hash);
      this.#packages.set(hash, found);
      return found;
    });
    // Also when fewer are taken than were requested, since the others were not available.
    for (const [set, awaited] of this.#awaited) {
      if (hashes.every((hash) => awaited.has(hash))) this.#awaited.delete(set);
    }
    this.#dropOldest(new Set([...hashes, ...[...this.#awaited.values()].flatMap((set) => [...set])]));
    return taken;
  }

  #await(hashes: readonly string[]): void {
    const set = setOf(hashes);
    this.#awaited.delete(set);
    this.#awaited.set(set, new Set(hashes));
    const [oldest] = this.#awaited.keys();
    if (this.#awaited.size > MAX_AWAITED && oldest !== undefined) this.#awaited.delete(oldest);
  }

  #dropOldest(needed: ReadonlySet<string>): void {
    let total = [...this.#packages.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [hash, { bytes }] of this.#packages) {
      if (total <= this.#keptBytes) return;
      if (needed.has(hash)) continue;
      this.#packages.delete(hash);
      total -= bytes;
    }
  }
}

/** The same for the same packages, in whatever order. */
const setOf = (hashes: readonly string[]): string => [...hashes].sort().join();
