/**
 * A guest's HTML as the data of a table, when it is one. Parsed into a document that runs nothing and loads
 * nothing; only texts are taken.
 */

export interface TableData {
  /** Rows of the head; more than one for grouped columns. */
  readonly head: readonly (readonly TableCell[])[];
  readonly body: readonly (readonly TableCell[])[];
  readonly caption: string;
}

export interface TableCell {
  readonly text: string;
  readonly isHeader: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly isNumber: boolean;
}

const MAX_CELLS = 50_000;
const MAX_SPAN = 1000;
const PLAIN = new Set([
  'TABLE',
  'THEAD',
  'TBODY',
  'TFOOT',
  'TR',
  'TD',
  'TH',
  'CAPTION',
  'COLGROUP',
  'COL',
  'BR',
  'DIV',
  'P',
  'STYLE',
]);
const NUMBER = /^[-+−]?[\d.,  ]+(?:e[-+]?\d+)?%?$|^(?:NaN|<NA>|inf|-inf)$/iu;

const span = (value: number): number => Math.min(Math.max(1, value), MAX_SPAN);

const cellOf = (cell: HTMLTableCellElement): TableCell => {
  const text = cell.textContent.trim();
  return {
    text,
    isHeader: cell.tagName === 'TH',
    columns: span(cell.colSpan),
    rows: span(cell.rowSpan),
    isNumber: NUMBER.test(text),
  };
};

const rowsOf = (rows: Iterable<HTMLTableRowElement>): TableCell[][] =>
  [...rows].map((row) => [...row.cells].map(cellOf));

/** Null when it is more than one plain table: colours, links and pictures would be lost. */
export const readHtmlTable = (html: string): TableData | null => {
  if (!/<table[\s>]/iu.test(html)) return null;
  // Styles count for nothing here, and the page's policy would complain of them.
  const plain = html.replaceAll(/<style[\s>].*?<\/style>|\sstyle="[^"]*"/gisu, '');
  const { body } = new DOMParser().parseFromString(plain, 'text/html');
  const table = body.querySelector('table');
  if (table === null || body.querySelectorAll('table').length !== 1) return null;
  const elements = [...body.querySelectorAll('*')];
  if (elements.some(({ tagName }) => !PLAIN.has(tagName))) return null;
  // A styled frame gives each of its cells an id that rules refer to.
  if (table.querySelector('td[id], th[id]') !== null) return null;
  const cells = table.querySelectorAll('td, th').length;
  if (cells === 0 || cells > MAX_CELLS) return null;
  const head = rowsOf(table.tHead?.rows ?? []);
  const rest = [...table.rows].filter((row) => row.parentElement?.tagName !== 'THEAD');
  const note = [...body.querySelectorAll('p')].map((p) => p.textContent.trim()).join(' ');
  return { head, body: rowsOf(rest), caption: table.caption?.textContent.trim() ?? note };
};
