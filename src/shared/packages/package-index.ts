/** Who named a package index: the caller, the settings, the user's pip, or the micropip of Pyodide's lock. */
export type IndexOrigin = 'option' | 'settings' | 'pip' | 'micropip';

/** Which package index is asked for what the lock does not know, as a person may see it. */
export type IndexInUse =
  | {
      readonly kind: 'index';
      readonly origin: IndexOrigin;
      /** Without what may be secret; null: micropip's, and micropip is not on this computer yet. */
      readonly address: string | null;
      /** The file or the variable that names it; null when `origin` says it all. */
      readonly place: string | null;
    }
  /** pip is told to ask none. */
  | { readonly kind: 'switched-off'; readonly place: string }
  /** pip is told to ask something that is not on the web. */
  | { readonly kind: 'unusable'; readonly place: string };
