/** The pieces that a text on the page consists of, by their place in it. */

export interface Piece<Node> {
  readonly node: Node;
  /** Where it begins in the text, in UTF-16 units. */
  readonly start: number;
}

/** The last one that begins at a place or before it; null before the first. @param pieces in their order; there may be thousands */
export const pieceAt = <Node>(pieces: readonly Piece<Node>[], at: number): Piece<Node> | null => {
  let [from, to] = [0, pieces.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((pieces[middle]?.start ?? Infinity) <= at) from = middle + 1;
    else to = middle;
  }
  return pieces[from - 1] ?? null;
};
