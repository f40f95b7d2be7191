/** JSON as a tree that is opened piece by piece. */

/** Longest JSON text that is read for it, in UTF-16 units. */
export const MAX_JSON_LENGTH = 2 * 1024 * 1024;
/** What of a text is seen in its place, in UTF-16 units. */
const SHOWN_TEXT = 400;

export interface JsonBranch {
  readonly kind: 'list' | 'object';
  readonly count: number;
}

export const branchOf = (value: unknown): JsonBranch | null => {
  if (Array.isArray(value)) return { kind: 'list', count: value.length };
  if (typeof value === 'object' && value !== null)
    return { kind: 'object', count: Object.keys(value).length };
  return null;
};

/** Children from one to another, with their names. */
export const childrenOf = (value: unknown, count: number): readonly (readonly [string, unknown])[] => {
  if (Array.isArray(value))
    return value.slice(0, count).map((child: unknown, index) => [String(index), child] as const);
  return typeof value === 'object' && value !== null ? Object.entries(value).slice(0, count) : [];
};

/** One line for a value without children. */
export const leafText = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.length > SHOWN_TEXT ? `${text.slice(0, SHOWN_TEXT)}…` : text;
};

/** What JSON text says; undefined when it says nothing, or more than is read. */
export const readJson = (text: string): unknown => {
  if (text.length > MAX_JSON_LENGTH) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};
