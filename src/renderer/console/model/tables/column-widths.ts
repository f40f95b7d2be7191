/** How wide the columns of a table are, in CSS pixels. */
import type { ShownTable } from '../../../../shared/contract/table.ts';
import { cellText } from './table-text.ts';

const PER_CHARACTER = 7.5;
const AROUND = 22;
/** In characters. */
const SPARE = 2;
export const WIDTH = { min: 48, max: 900, first: 320 } as const;

/** As wide as its name and first values, within limits. */
export const fittingWidth = ({ fields, head }: ShownTable, field: number): number => {
  const { name, type } = fields[field] ?? { name: [], type: '' };
  const texts = [
    ...name,
    type,
    ...head.map((row) => {
      const cell = row[field];
      return cell === undefined ? '' : cellText(cell);
    }),
  ];
  // Later values may be a little longer.
  const longest = Math.max(...texts.map(({ length }) => length)) + SPARE;
  return Math.max(WIDTH.min, Math.min(WIDTH.first, Math.ceil(longest * PER_CHARACTER) + AROUND));
};
