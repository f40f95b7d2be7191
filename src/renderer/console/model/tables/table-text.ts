/** Cells of a table as text for other programs, and how missing values look. */
import type { ShownTable, TableCell } from '../../../../shared/contract/table.ts';

const MISSING = ['NaN', 'None', 'NaT', '<NA>'] as const;

/** As it is shown. */
export const cellText = (cell: TableCell): string => (typeof cell === 'string' ? cell : MISSING[cell]);

/** Longest name of a column as it is shown when it is needed in one line. */
export const fieldName = (shown: ShownTable, field: number): string =>
  (shown.fields[field]?.name ?? []).filter((part) => part !== '').join(' / ');

/** One line for spreadsheets: what separates cells and lines is a blank. Missing is empty. */
export const tsvLine = (cells: readonly TableCell[]): string =>
  cells.map((cell) => (typeof cell === 'string' ? cell.replace(/[\t\r\n]+/gu, ' ') : '')).join('\t');

const CSV_SPECIAL = /[",\r\n]/u;

/** One line. Missing is empty, an empty text is not. */
export const csvLine = (cells: readonly TableCell[]): string =>
  cells
    .map((cell) => {
      if (typeof cell !== 'string') return '';
      return cell === '' || CSV_SPECIAL.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
    })
    .join(',');

/** Names of fields as the first lines, one for each level of their groups. */
export const headLines = (shown: ShownTable, firstField: number, endField: number): string[][] => {
  const fields = shown.fields.slice(firstField, endField);
  const levels = Math.max(...fields.map(({ name }) => name.length));
  return Array.from({ length: levels }, (_, level) =>
    fields.map(({ name }) => name[level - (levels - name.length)] ?? ''),
  );
};
