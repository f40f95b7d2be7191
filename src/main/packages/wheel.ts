import type { PackageEntry, PackageKind } from './resolve/package-entry.ts';

/** A verified file in the store, to be put into an interpreter. */
export interface Wheel {
  readonly name: string;
  readonly version: string;
  readonly fileName: string;
  readonly sha256: string;
  /** Size. */
  readonly bytes: number;
  readonly kind: PackageKind;
  readonly imports: readonly string[];
  readonly origin: 'lock' | 'user';
  /** Where an index said that the file is. */
  readonly url?: string;
  /** Whether the user named it when they installed packages. */
  readonly byHand?: boolean;
  /** Modules at the top that belong to others: files of it that would be in one are not put anywhere. */
  readonly withheld?: readonly string[];
  /** Whether what is to be run has named it for such a module, which is then not withheld. */
  readonly isNamed?: boolean;
}

export const wheelOf = (entry: PackageEntry, bytes: number): Wheel => ({
  name: entry.name,
  version: entry.version,
  fileName: entry.fileName,
  sha256: entry.sha256,
  bytes,
  kind: entry.kind,
  imports: entry.imports,
  origin: entry.origin,
  ...(entry.url === undefined ? {} : { url: entry.url }),
});
