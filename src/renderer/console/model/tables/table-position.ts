import type { GridPosition } from './grid-position.ts';

/** Names for the cells of a table that is drawn as a whole. */
export const cellKey = (part: 'head' | 'body', row: number, cell: number): string =>
  `${part}/${String(row)}/${String(cell)}`;

/** Names for the cells of a data frame, in the order in which it came. */
export const gridKey = (row: number, field: number): string => `cell/${String(row)}/${String(field)}`;

/** Null for what is none. */
export const gridPositionOf = (key: string): GridPosition | null => {
  const found = /^cell\/(?<row>\d+)\/(?<field>\d+)$/u.exec(key)?.groups;
  return found === undefined ? null : { row: Number(found['row']), field: Number(found['field']) };
};
