/** Where the keyboard is in a table, and what is chosen. */

/** Row -1 is the head. Fields are counted with those of the index. */
export interface GridPosition {
  readonly row: number;
  readonly field: number;
}

export interface GridExtent {
  readonly rows: number;
  readonly fields: number;
  /** Rows that are in sight at once. */
  readonly page: number;
}

export interface GridRange {
  readonly firstRow: number;
  readonly endRow: number;
  readonly firstField: number;
  readonly endField: number;
}

const within = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value));

/** Where a key leads to; null for one that leads nowhere. @param isControl Ctrl, or Cmd on macOS */
export const positionAfter = (
  { field, row }: GridPosition,
  key: string,
  isControl: boolean,
  { fields, page, rows }: GridExtent,
): GridPosition | null => {
  const to = (nextRow: number, nextField: number): GridPosition => ({
    row: within(nextRow, -1, rows - 1),
    field: within(nextField, 0, fields - 1),
  });
  switch (key) {
    case 'ArrowUp':
      return to(isControl ? 0 : row - 1, field);
    case 'ArrowDown':
      return to(isControl ? rows - 1 : row + 1, field);
    case 'ArrowLeft':
      return to(row, isControl ? 0 : field - 1);
    case 'ArrowRight':
      return to(row, isControl ? fields - 1 : field + 1);
    case 'PageUp':
      return to(Math.max(0, row - page), field);
    case 'PageDown':
      return to(row + page, field);
    case 'Home':
      return isControl ? to(0, 0) : to(row, 0);
    case 'End':
      return isControl ? to(rows - 1, fields - 1) : to(row, fields - 1);
    default:
      return null;
  }
};

/** All between two places, both of them included; the head is no part of it. */
export const rangeOf = (one: GridPosition, other: GridPosition): GridRange => ({
  firstRow: Math.max(0, Math.min(one.row, other.row)),
  endRow: Math.max(one.row, other.row) + 1,
  firstField: Math.min(one.field, other.field),
  endField: Math.max(one.field, other.field) + 1,
});

export const isIn = ({ endField, endRow, firstField, firstRow }: GridRange, place: GridPosition): boolean =>
  place.row >= firstRow && place.row < endRow && place.field >= firstField && place.field < endField;
