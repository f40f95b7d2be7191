import PQueue from 'p-queue';
import type { PackageEntry } from '../resolve/package-entry.ts';
import { whoNeedsIt } from '../resolve/requirement.ts';
import { ProgressSum } from '../progress.ts';
import type { PackageProgress } from '../../../shared/contract/package-progress.ts';
import type { SourceChain } from '../sources/source-chain.ts';
import type { PackageStore } from './store.ts';

/** Writes a file into the store. */
type Keep = (sha256: string, bytes: Uint8Array) => Promise<void>;
type OnMoved = (bytesDone: number, bytesTotal: number | null) => void;

interface NamedFile extends Pick<PackageEntry, 'name' | 'version' | 'fileName' | 'sha256' | 'url'> {
  /** The package that it came for, if it was not asked for itself; errors name it. */
  readonly neededBy?: string | undefined;
}

/** Gets files into the store, several at once, and never the same one twice at a time. */
export class PackageFiles {
  readonly #store: PackageStore;
  readonly #parallel: number;
  readonly #underway = new Map<string, Promise<unknown>>();

  /** @param parallel files fetched at once */
  constructor(store: PackageStore, parallel: number) {
    this.#store = store;
    this.#parallel = parallel;
  }

  /**
   * Gets all of them. After the first failure the others are given up; what has arrived is kept.
   *
   * @throws PackageError; the signal's reason when the caller aborted
   */
  async obtainAll(
    entries: readonly NamedFile[],
    chain: SourceChain,
    signal: AbortSignal,
    onProgress: (progress: PackageProgress) => void,
    keep?: Keep,
  ): Promise<void> {
    const progress = new ProgressSum(entries.length, onProgress);
    const queue = new PQueue({ concurrency: this.#parallel });
    const failed = new AbortController();
    const stop = AbortSignal.any([signal, failed.signal]);
    let failure: unknown;
    const obtain = async (entry: NamedFile): Promise<void> => {
      try {
        stop.throwIfAborted();
        const onMoved: OnMoved = (done, total) => progress.moved(entry.name, done, total);
        await this.bytesOf(entry, chain, stop, onMoved, keep);
        progress.finished(entry.name);
      } catch (error) {
        // The others only fail because this one did.
        if (!failed.signal.aborted) failure = error;
        failed.abort();
      }
    };
    await queue.addAll(entries.map((entry) => () => obtain(entry)));
    if (failed.signal.aborted) throw failure;
  }

  /** The checked bytes: from the store or, when they are missing or damaged there, from a source. */
  async bytesOf(
    entry: NamedFile,
    chain: SourceChain,
    signal: AbortSignal,
    onMoved: OnMoved = () => undefined,
    keep: Keep = (sha256, bytes) => this.#store.write(sha256, bytes),
  ): Promise<Uint8Array> {
    for (;;) {
      const kept = await this.#store.read(entry.sha256);
      if (kept.state === 'sound') return kept.bytes;
      const other = this.#underway.get(entry.sha256);
      if (other === undefined) return this.#fetch(entry, chain, signal, onMoved, keep);
      // Its caller may cancel it: then this call fetches the file itself.
      await settled(other, signal);
    }
  }

  async #fetch(
    entry: NamedFile,
    chain: SourceChain,
    signal: AbortSignal,
    onMoved: OnMoved,
    keep: Keep,
  ): Promise<Uint8Array> {
    const fetchAndKeep = async (): Promise<Uint8Array> => {
      const what = `${entry.name} ${entry.version}${whoNeedsIt(entry.neededBy)}`;
      const bytes = await chain.fetch(what, entry.name, entry, { signal, onProgress: onMoved });
      await keep(entry.sha256, bytes);
      return bytes;
    };
    const fetching = fetchAndKeep();
    this.#underway.set(entry.sha256, fetching);
    try {
      return await fetching;
    } finally {
      this.#underway.delete(entry.sha256);
    }
  }
}

/** Waits until it is over, however. @throws the signal's reason */
async function settled(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener('abort', stop, { once: true });
  });
  await Promise.race([work.catch(() => undefined), aborted]);
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
}
