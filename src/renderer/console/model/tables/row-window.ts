/** Which rows of a long table are in sight. All rows are as high as each other. */

export const ROW_HEIGHT = 24;
/** Browsers draw nothing that is much farther down; with a zoom of 200 % it is twice as far. In CSS pixels. */
const MAX_HEIGHT = 12_000_000;
/** Rows that are drawn above and below those in sight. */
const SPARE = 6;

export interface RowWindow {
  /** The first row in sight. */
  readonly top: number;
  /** Rows that are drawn, from `first` to before `end`. */
  readonly first: number;
  readonly end: number;
  /** Where the row `first` is, in CSS pixels from the top. */
  readonly offset: number;
}

/** For scrolling: rows of a very long table are closer to each other than they are drawn. */
export const heightOf = (rows: number): number => Math.min(rows * ROW_HEIGHT, MAX_HEIGHT);

/** Rows that are wholly in sight at once. @param height in CSS pixels */
export const rowsInSight = (height: number): number => Math.max(1, Math.floor(height / ROW_HEIGHT));

/**
 * @param scrollTop how far it is scrolled, in CSS pixels
 * @param height of what is in sight
 */
export const rowWindow = (rows: number, scrollTop: number, height: number): RowWindow => {
  const fit = rowsInSight(height);
  const total = heightOf(rows);
  const isTight = total < rows * ROW_HEIGHT;
  const share = Math.min(1, Math.max(0, scrollTop / Math.max(1, total - height)));
  const top = isTight
    ? Math.round(share * Math.max(0, rows - fit))
    : Math.min(Math.floor(Math.max(0, scrollTop) / ROW_HEIGHT), Math.max(0, rows - 1));
  const first = Math.max(0, top - SPARE);
  const end = Math.min(rows, top + fit + 1 + SPARE);
  const offset = isTight ? Math.round(scrollTop) - (top - first) * ROW_HEIGHT : first * ROW_HEIGHT;
  return { top, first, end, offset };
};

/** How far to scroll so that a row is wholly in sight; as far as now when it is. */
export const scrollTopFor = (row: number, rows: number, scrollTop: number, height: number): number => {
  const fit = rowsInSight(height);
  const total = heightOf(rows);
  if (total === rows * ROW_HEIGHT) {
    const start = row * ROW_HEIGHT;
    if (start < scrollTop) return start;
    return start + ROW_HEIGHT > scrollTop + height ? start + ROW_HEIGHT - height : scrollTop;
  }
  const { top } = rowWindow(rows, scrollTop, height);
  if (row >= top && row < top + fit) return scrollTop;
  const wanted = row < top ? row : row - fit + 1;
  return (wanted / Math.max(1, rows - fit)) * (total - height);
};
