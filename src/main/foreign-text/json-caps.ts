export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export interface JsonCaps {
  /** Of bytes that are read. */
  readonly maxBytes: number;
  /** Levels of lists and objects. */
  readonly maxDepth: number;
  /** Values of any kind, at all levels. */
  readonly maxValues: number;
}
