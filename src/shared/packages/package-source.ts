import type { IndexInUse } from './package-index.ts';

/** Where packages come from, in the order in which it is tried. */
export type PackageSourceInfo =
  /** A folder or an address. */
  | { readonly kind: 'mirror'; readonly place: string }
  | { readonly kind: 'official' }
  /** For what the lock does not know. */
  | { readonly kind: 'index'; readonly inUse: IndexInUse };
