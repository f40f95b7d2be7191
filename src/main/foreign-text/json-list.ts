import type { z } from 'zod';
import { JsonReader, type Json } from './json-reader.ts';
import { inPieces } from './yielder.ts';

export interface JsonListOptions<T> {
  readonly maxBytes: number;
  /** The key of the list in the outermost object. */
  readonly key: string;
  readonly maxItems: number;
  readonly item: z.ZodType<T>;
}

export interface JsonList<T> {
  readonly items: readonly T[];
  /** The object around the list, which is empty in it. */
  readonly around: Json;
}

/** Levels and values of what is around the list, and of each item by itself. */
const MAX_DEPTH = 3;
const MAX_VALUES = 100;

/**
 * Reads an object with one long list in it: item by item, with pauses.
 *
 * @throws Error saying what is wrong with it
 */
export const readJsonList = async <T>(
  bytes: Uint8Array,
  { item, key, maxBytes, maxItems }: JsonListOptions<T>,
): Promise<JsonList<T>> => {
  const items: T[] = [];
  const onItem = (value: Json): void => {
    if (items.length >= maxItems) throw new Error(`it has more than ${maxItems} ${key}`);
    items.push(item.parse(value));
  };
  const reader = new JsonReader({
    maxBytes,
    maxDepth: MAX_DEPTH,
    maxValues: MAX_VALUES,
    items: { key, onItem },
  });
  await inPieces(bytes, (piece) => reader.push(piece));
  return { items, around: reader.end() };
};
