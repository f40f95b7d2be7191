/** Names for places in a tree of JSON: the index of each child on the way. That of the whole tree is empty. */

export const childKey = (parent: string, index: number): string => `${parent}/${String(index)}`;

/** Which child of a place another one is in; -1 for none. */
export const childIndexOf = (parent: string, key: string): number =>
  key.startsWith(`${parent}/`) ? Number.parseInt(key.slice(parent.length + 1), 10) : -1;
