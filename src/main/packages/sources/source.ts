import type { OfferedWheel, PackageEntry } from '../resolve/package-entry.ts';
import type { Requirement } from '../resolve/requirement.ts';

export interface FetchOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (bytesDone: number, bytesTotal: number | null) => void;
}

/** What is fetched: an entry of a lock, or a wheel that was found beyond it. */
export type SourceFile = Pick<PackageEntry, 'fileName' | 'sha256' | 'url'>;

/** Somewhere that packages come from. What it gives is checked by the caller. */
export interface PackageSource {
  /** As it is called in messages: "the mirror". */
  readonly name: string;
  /** Whether it is on this computer: then a request reveals nothing to others. */
  readonly isLocal: boolean;
  /** @throws SourceFailure; the signal's reason when the caller aborted */
  fetch(file: SourceFile, options: FetchOptions): Promise<Uint8Array>;
  /**
   * Looks up a package that the lock does not know; null when there is no usable wheel of it here.
   *
   * @throws SourceFailure; the signal's reason when the caller aborted
   */
  find(requirement: Requirement, signal: AbortSignal): Promise<OfferedWheel | null>;
  /** Lets go of open files. Harmless when called more than once. */
  close(): Promise<void>;
}
