/** More lines than this are folded. */
const FOLD_LINES = 40;
const HEAD = 20;

export type Fold =
  | { readonly folded: false }
  /** Lines `[0, head)` and `[tail, count)` are shown. */
  | { readonly folded: true; readonly head: number; readonly tail: number };

/** How much of a text of so many lines is shown at first: its beginning, and its end, where the news is. */
export const foldOf = (count: number): Fold =>
  count <= FOLD_LINES ? { folded: false } : { folded: true, head: HEAD, tail: count - (FOLD_LINES - HEAD) };
