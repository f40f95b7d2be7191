import { ref, type Ref } from 'vue';
import { LIMITS } from '../../../../shared/limits.ts';
import type { TableCell } from '../../../../shared/contract/table.ts';
import { useServices } from '../../../app/services.ts';
import { useTranslation } from '../../../app/translation.ts';
import type { GridRange } from '../../model/tables/grid-position.ts';
import { cellText, csvLine, headLines, tsvLine } from '../../model/tables/table-text.ts';
import type { TableView } from '../../model/tables/table-view.ts';
import { useSaveFile } from '../save-file.ts';

/** Most characters that are copied. */
const MAX_COPIED = 20_000_000;

/** A column without a name has none in a file. */
const orNone = (name: string): TableCell => (name === '' ? 0 : name);

export interface TableCopies {
  /** Rows that were read so far of what is copied or saved; null when nothing is. */
  readonly rowsRead: Readonly<Ref<number | null>>;
  /** All of a cell's text; as much as is loaded when it can't be asked for. */
  readonly cellText: (row: number, field: number) => Promise<string>;
  readonly copy: (range: GridRange) => Promise<void>;
  readonly copyAll: () => Promise<void>;
  readonly saveCsv: (fileName: string) => Promise<void>;
}

/** What of a table goes to the clipboard and into files: whole texts, in the order that is seen. */
export const useTableCopies = (view: TableView): TableCopies => {
  const { toasts } = useServices();
  const { t, format } = useTranslation();
  const saveFile = useSaveFile();
  const rowsRead = ref<number | null>(null);
  const { shown } = view;

  /** Null when it could not be had, which was said then. */
  const linesOf = async (
    range: GridRange,
    lineOf: (cells: readonly TableCell[]) => string,
    most: number,
  ): Promise<string[] | null> => {
    if (rowsRead.value !== null) return null;
    const lines: string[] = [];
    const onRow = (cells: readonly TableCell[]): void => {
      lines.push(lineOf(cells));
      rowsRead.value = lines.length;
    };
    rowsRead.value = 0;
    const trouble = await view.read(range, most, onRow).finally(() => {
      rowsRead.value = null;
    });
    if (trouble === null) return lines;
    if (trouble === 'gone' || trouble === 'unsound') {
      const { endField, endRow, firstField, firstRow } = range;
      const loaded = (view.loadedRows ?? Array.from({ length: view.rows.value }, (_, row) => row)).slice(
        firstRow,
        endRow,
      );
      const rows = loaded.map((row) =>
        Array.from({ length: endField - firstField }, (_, at) => view.cell(row, firstField + at) ?? ''),
      );
      toasts.show(t('console.grid.onlyLoaded', { rows: format.value.number(rows.length) }));
      return rows.map(lineOf);
    }
    toasts.show(t(`console.grid.trouble.${trouble}`), 'danger');
    return null;
  };
  const copyLines = async (lines: readonly string[] | null): Promise<void> => {
    if (lines === null) return;
    await navigator.clipboard.writeText(lines.join('\n'));
    toasts.show(t('common.copied'));
  };
  const all = (): GridRange => ({
    firstRow: 0,
    endRow: view.rows.value,
    firstField: 0,
    endField: shown.fields.length,
  });
  const head = (range: GridRange): string[][] => headLines(shown, range.firstField, range.endField);

  return {
    rowsRead,
    cellText: async (row, field) => {
      const texts: string[] = [];
      const one = { firstRow: row, endRow: row + 1, firstField: field, endField: field + 1 };
      await view.read(one, MAX_COPIED, ([cell]) => {
        if (cell !== undefined) texts.push(cellText(cell));
      });
      return texts[0] ?? cellText(view.cell(row, field) ?? '');
    },
    copy: async (range) => copyLines(await linesOf(range, tsvLine, MAX_COPIED)),
    copyAll: async () => {
      const lines = await linesOf(all(), tsvLine, MAX_COPIED);
      await copyLines(lines === null ? null : [...head(all()).map(tsvLine), ...lines]);
    },
    saveCsv: async (fileName) => {
      const lines = await linesOf(all(), csvLine, LIMITS.fileBytes / 4);
      if (lines === null) return;
      const text = [...head(all()).map((line) => csvLine(line.map(orNone))), ...lines].join('\r\n');
      await saveFile(fileName, new TextEncoder().encode(`${text}\r\n`));
    },
  };
};
