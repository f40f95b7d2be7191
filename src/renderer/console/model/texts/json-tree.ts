/** JSON as a tree that is opened piece by piece. */
import { jsonShape } from './json-shape.ts';

/** Longest JSON text that is read for it, in UTF-16 units. */
export const MAX_JSON_LENGTH = 2 * 1024 * 1024;
/** Lists and objects in each other that are drawn: each takes a component in the one around it. */
const MAX_DEPTH = 100;
/** Children that are added at once. */
const STEP = 100;
/** What of a text is seen in its place, in UTF-16 units. */
const SHOWN_TEXT = 400;

export interface JsonBranch {
  readonly kind: 'list' | 'object';
  readonly count: number;
}

/** Lists are objects, too. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

export const branchOf = (value: unknown): JsonBranch | null => {
  if (Array.isArray(value)) return { kind: 'list', count: value.length };
  return isObject(value) ? { kind: 'object', count: Object.keys(value).length } : null;
};

/** Which children of a branch are drawn: from one up to another that is not. */
export interface ChildSpan {
  readonly from: number;
  readonly to: number;
}

export const FIRST_CHILDREN: ChildSpan = { from: 0, to: STEP };

export const withMoreBefore = ({ from, to }: ChildSpan): ChildSpan => ({
  from: Math.max(0, from - STEP),
  to,
});

export const withMoreBehind = ({ from, to }: ChildSpan): ChildSpan => ({ from, to: to + STEP });

/** One that has a child: never more than one step where others were drawn, however far down the child is. */
export const spanWith = (span: ChildSpan, index: number): ChildSpan => {
  if (index >= span.from && index < span.to) return span;
  const from = index - (index % STEP);
  return { from, to: from + STEP };
};

/** Children with their names. */
export const childrenOf = (
  value: unknown,
  { from, to }: ChildSpan,
): readonly (readonly [string, unknown])[] => {
  if (Array.isArray(value))
    return value.slice(from, to).map((child: unknown, index) => [String(from + index), child] as const);
  return isObject(value)
    ? Object.keys(value)
        .slice(from, to)
        .map((name) => [name, value[name]] as const)
    : [];
};

/** One line for a value without children. */
export const leafText = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.length > SHOWN_TEXT ? `${text.slice(0, SHOWN_TEXT)}…` : text;
};

/** What JSON text says; undefined when it says nothing, or more than is read or drawn. */
export const readJson = (text: string): unknown => {
  if (text.length > MAX_JSON_LENGTH || jsonShape(text).depth > MAX_DEPTH) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};
